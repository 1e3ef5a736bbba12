#include "core/app/app.h"
#include "core/app/json.h"
#include "core/app/view_json.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#define ANSWER_MAX_MS 90000     /* silence is shown by then at the latest */
#define PREKEYS_FEW 5
#define RETURNS_MANY 10
#define DETAIL_MAX (2 * WORDS_MAX)

struct asked {
	const struct session_view *view;
	const struct app_health *health;
	int64_t now_ms;
	enum audience audience;
};

/* How a check came out. sentence WORD_COUNT: that of the reason shown. */
struct finding {
	bool ok;
	enum word sentence;
	int64_t n;
};

/* --- checks --------------------------------------------------------------------- */

static struct finding
check_linked(const struct asked *a)
{
	return (struct finding){ .ok = a->view->linked, .sentence =
	    a->view->linked ? WORD_HEALTH_LINKED : WORD_COUNT };
}

static struct finding
check_connected(const struct asked *a)
{
	return (struct finding){ .ok = a->view->connected, .sentence =
	    a->view->connected ? WORD_HEALTH_CONNECTED : WORD_COUNT };
}

/* Since the last answer; a wall clock that was set back counts as none. */
static int64_t
silence_ms(const struct asked *a)
{
	const int64_t ms = a->now_ms - a->health->last_answer_ms;

	return ms < 0 ? 0 : ms;
}

static struct finding
check_answering(const struct asked *a)
{
	const int64_t s = silence_ms(a) / 1000;

	if (a->health->last_answer_ms == 0)
		return (struct finding){ false, WORD_HEALTH_NO_ANSWER, 0 };
	if (silence_ms(a) > ANSWER_MAX_MS)
		return (struct finding){ false, WORD_HEALTH_SILENT, s / 60 };
	return (struct finding){ true, WORD_HEALTH_ANSWERING, s };
}

static struct finding
check_prekeys(const struct asked *a)
{
	const int32_t n = a->health->prekeys;

	if (n < 0)
		return (struct finding){ true, WORD_HEALTH_PREKEYS_UNKNOWN, 0 };
	if (n < PREKEYS_FEW)
		return (struct finding){ false, WORD_HEALTH_PREKEYS_FEW, n };
	return (struct finding){ true, WORD_HEALTH_PREKEYS, n };
}

static bool
is_restricted(enum wa_reason reason)
{
	switch (reason) {
	case WA_REASON_LIMITED:
	case WA_REASON_ACCOUNT_LOCKED:
	case WA_REASON_TEMPORARY:
	case WA_REASON_PERMANENT:
	case WA_REASON_RATE_LIMITED:
		return true;
	default:
		return false;
	}
}

static struct finding
check_not_restricted(const struct asked *a)
{
	if (is_restricted(a->view->reason))
		return (struct finding){ false, WORD_COUNT, 0 };
	return (struct finding){ true, WORD_HEALTH_UNRESTRICTED, 0 };
}

static struct finding
check_not_flapping(const struct asked *a)
{
	const unsigned n = a->health->reconnects_24h;

	if (n >= RETURNS_MANY)
		return (struct finding){ false, WORD_HEALTH_FLAPPING, n };
	return (struct finding){ true, WORD_HEALTH_STEADY, n };
}

/* In the order of the answer; the first are what healthy means. */
static const struct check {
	const char *name;
	bool is_vital;
	struct finding (*fn)(const struct asked *a);
} checks[] = {
	{ "linked", true, check_linked },
	{ "connected", true, check_connected },
	{ "answering", true, check_answering },
	{ "prekeys", false, check_prekeys },
	{ "not_restricted", false, check_not_restricted },
	{ "not_flapping", false, check_not_flapping },
};

bool
health_is_good(const struct session_view *view,
    const struct app_health *health, int64_t now_ms)
{
	const struct asked asked = { .view = view, .health = health,
	    .now_ms = now_ms };

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		if (checks[i].is_vital && !checks[i].fn(&asked).ok)
			return false;
	}
	return true;
}

/* --- JSON ----------------------------------------------------------------------- */

/* What is so, and what to do. */
static void
reason_detail(const struct asked *a, enum lang lang, char out[DETAIL_MAX])
{
	const struct session_view *view = a->view;
	char sentence[WORDS_MAX], advice[WORDS_MAX];
	struct words_args args;

	view_words_args(view, a->audience, a->now_ms, &args);
	words_reason_sentence(sentence, sizeof sentence, lang, view->status,
	    view->reason, &args);
	words_reason_advice(advice, sizeof advice, lang, view->status,
	    view->reason, &args);
	str_format(out, DETAIL_MAX, "%s%s%s", sentence,
	    advice[0] == '\0' ? "" : " ", advice);
}

static void
add_checks(cJSON *o, const struct asked *a, enum lang lang)
{
	cJSON *list = cJSON_AddArrayToObject(o, "checks");

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		const struct finding f = checks[i].fn(a);
		cJSON *item = cJSON_CreateObject();
		char detail[DETAIL_MAX];

		if (f.sentence == WORD_COUNT)
			reason_detail(a, lang, detail);
		else
			words_format(detail, sizeof detail, lang, f.sentence,
			    &(struct words_args){ .n = f.n,
			    .audience = a->audience });
		cJSON_AddStringToObject(item, "name", checks[i].name);
		cJSON_AddBoolToObject(item, "ok", f.ok);
		cJSON_AddStringToObject(item, "detail", detail);
		cJSON_AddItemToArray(list, item);
	}
}

/* Below zero: not known. */
static void
add_number(cJSON *o, const char *name, int64_t n)
{
	if (n < 0)
		cJSON_AddNullToObject(o, name);
	else
		cJSON_AddNumberToObject(o, name, (double)n);
}

enum err
health_json(const struct session_view *view, const struct app_health *health,
    enum lang lang, enum audience audience, int64_t now_ms, struct buf *out)
{
	const struct asked asked = { view, health, now_ms, audience };
	cJSON *o = cJSON_CreateObject();

	cJSON_AddBoolToObject(o, "healthy",
	    health_is_good(view, health, now_ms));
	cJSON_AddStringToObject(o, "status", wa_status_name(view->status));
	add_number(o, "uptimeSeconds", health->uptime_ms / 1000);
	add_number(o, "lastAnswerAgoMs", health->last_answer_ms == 0 ? -1 :
	    silence_ms(&asked));
	add_number(o, "rttMs", health->rtt_ms);
	add_number(o, "reconnects24h", health->reconnects_24h);
	add_number(o, "preKeysOnServer", health->prekeys);
	add_checks(o, &asked, lang);
	add_number(o, "stateVersion", (int64_t)view->state_version);
	return json_put(o, out);
}
