#include "core/app/view_json.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "core/app/app.h"
#include "core/base/mem.h"
#include "tests/t.h"

#define NOW_MS 1795348800000    /* 2026-11-22T12:00:00Z */

static const char *const check_names[] = { "linked", "connected", "answering",
	"prekeys", "not_restricted", "not_flapping" };

static struct session_view
good_view(void)
{
	return (struct session_view){ .company = "acme",
	    .status = WA_STATUS_CONNECTED, .reason = WA_REASON_OK,
	    .linked = true, .connected = true, .state_version = 77 };
}

static struct app_health
good_health(void)
{
	return (struct app_health){ .uptime_ms = 61999,
	    .last_answer_ms = NOW_MS - 12345, .rtt_ms = 40, .prekeys = 812,
	    .reconnects_24h = 9 };
}

static cJSON *
parse(struct buf *out)
{
	const char *text = "";
	cJSON *o;

	EXPECT_INT(buf_cstr(out, &text), ERR_OK);
	EXPECT_NULL(strchr(text, '\n'));
	o = cJSON_Parse(text);
	buf_finish(out);
	if (o == NULL)
		abort();
	return o;
}

static cJSON *
health_of(const struct session_view *view, const struct app_health *health,
    enum lang lang)
{
	struct buf out;
	cJSON *o;

	buf_init(&out, 16384);
	EXPECT_INT(health_json(view, health, lang, AUDIENCE_ADMIN, NOW_MS,
	    &out), ERR_OK);
	o = parse(&out);
	EXPECT_INT(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o,
	    "healthy")), health_is_good(view, health, NOW_MS));
	return o;
}

static const cJSON *
get(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

static double
number(const cJSON *o, const char *name)
{
	EXPECT(cJSON_IsNumber(get(o, name)));
	return cJSON_GetNumberValue(get(o, name));
}

static const char *
text_of(const cJSON *o, const char *name)
{
	return cJSON_GetStringValue(get(o, name));
}

/* The names of checks that fail, each followed by a blank. */
static void
failing(const cJSON *o, char *out, size_t size)
{
	const cJSON *at;
	size_t n = 0;

	out[0] = '\0';
	cJSON_ArrayForEach(at, get(o, "checks")) {
		EXPECT_STR(text_of(at, "name"), check_names[n++]);
		EXPECT(text_of(at, "detail")[0] != '\0');
		EXPECT(strpbrk(text_of(at, "detail"), "{}|") == NULL);
		if (cJSON_IsTrue(get(at, "ok")))
			continue;
		strncat(out, text_of(at, "name"), size - strlen(out) - 2);
		strncat(out, " ", size - strlen(out) - 1);
	}
	EXPECT_INT(n, ARRAY_LEN(check_names));
}

static const char *
detail(const cJSON *o, int i)
{
	return text_of(cJSON_GetArrayItem(get(o, "checks"), i), "detail");
}

static void
expect_failing(const struct session_view *view,
    const struct app_health *health, bool is_good, const char *want)
{
	char names[200];

	for (int l = 0; l < LANG_COUNT; l++) {
		cJSON *o = health_of(view, health, (enum lang)l);

		failing(o, names, sizeof names);
		EXPECT_STR(names, want);
		EXPECT_INT(cJSON_IsTrue(get(o, "healthy")), is_good);
		cJSON_Delete(o);
	}
}

TEST(health_json_has_every_member)
{
	static const char *const members[] = { "healthy", "status",
	    "uptimeSeconds", "lastAnswerAgoMs", "rttMs", "reconnects24h",
	    "preKeysOnServer", "checks", "stateVersion" };
	const struct session_view view = good_view();
	const struct app_health health = good_health();
	cJSON *o = health_of(&view, &health, LANG_EN);
	size_t n = 0;

	for (const cJSON *at = o->child; at != NULL; at = at->next, n++) {
		ASSERT(n < ARRAY_LEN(members));
		EXPECT_STR(at->string, members[n]);
	}
	EXPECT_INT(n, ARRAY_LEN(members));
	EXPECT_STR(text_of(o, "status"), "connected");
	EXPECT_INT(number(o, "uptimeSeconds"), 61);
	EXPECT_INT(number(o, "lastAnswerAgoMs"), 12345);
	EXPECT_INT(number(o, "rttMs"), 40);
	EXPECT_INT(number(o, "reconnects24h"), 9);
	EXPECT_INT(number(o, "preKeysOnServer"), 812);
	EXPECT_INT(number(o, "stateVersion"), 77);
	EXPECT_STR(detail(o, 2), "WhatsApp answered 12 seconds ago.");
	EXPECT_STR(detail(o, 3), "812 one-time keys are on WhatsApp's server.");
	cJSON_Delete(o);
	expect_failing(&view, &health, true, "");
}

/* One trouble at a time: only its check fails, and only vital ones make it
 * unhealthy. */
TEST(health_json_checks_one_thing_each)
{
	struct session_view view = good_view();
	struct app_health health = good_health();

	view.linked = false;
	expect_failing(&view, &health, false, "linked ");
	view = good_view();
	view.connected = false;
	expect_failing(&view, &health, false, "connected ");
	view = good_view();
	health.last_answer_ms = NOW_MS - 90000;
	expect_failing(&view, &health, true, "");
	health.last_answer_ms = NOW_MS - 90001;
	expect_failing(&view, &health, false, "answering ");
	health.last_answer_ms = 0;
	expect_failing(&view, &health, false, "answering ");
	health = good_health();
	health.prekeys = 5;
	expect_failing(&view, &health, true, "");
	health.prekeys = 4;
	expect_failing(&view, &health, true, "prekeys ");
	health.prekeys = 0;
	expect_failing(&view, &health, true, "prekeys ");
	health.prekeys = -1;
	expect_failing(&view, &health, true, "");
	health = good_health();
	health.reconnects_24h = 10;
	expect_failing(&view, &health, true, "not_flapping ");
	health = good_health();
	view.reason = WA_REASON_LIMITED;
	expect_failing(&view, &health, true, "not_restricted ");
}

TEST(health_json_of_one_never_linked)
{
	const struct session_view view = { .company = "acme",
	    .status = WA_STATUS_IDLE, .reason = WA_REASON_NEVER_LINKED };
	const struct app_health health = { .rtt_ms = -1, .prekeys = -1 };
	cJSON *o = health_of(&view, &health, LANG_RU);

	EXPECT_INT(number(o, "uptimeSeconds"), 0);
	EXPECT(cJSON_IsNull(get(o, "lastAnswerAgoMs")));
	EXPECT(cJSON_IsNull(get(o, "rttMs")));
	EXPECT(cJSON_IsNull(get(o, "preKeysOnServer")));
	EXPECT_STR(detail(o, 0), "Эта компания ещё не подключена к телефону. "
	    "Подключите её по QR-коду или по коду подключения.");
	cJSON_Delete(o);
	expect_failing(&view, &health, false, "linked connected answering ");
}

TEST(health_json_of_a_ban_says_so)
{
	struct session_view view = good_view();
	const struct app_health health = good_health();
	cJSON *o;

	view.connected = false;
	view.status = WA_STATUS_BANNED;
	view.reason = WA_REASON_PERMANENT;
	o = health_of(&view, &health, LANG_EN);
	EXPECT(strstr(detail(o, 4), "has blocked this number") != NULL);
	cJSON_Delete(o);
	expect_failing(&view, &health, false, "connected not_restricted ");
}

/* The wall clock was set back: that is no silence. */
TEST(health_json_never_counts_below_zero)
{
	const struct session_view view = good_view();
	struct app_health health = good_health();
	cJSON *o;

	health.last_answer_ms = NOW_MS + 5000;
	o = health_of(&view, &health, LANG_EN);
	EXPECT_INT(number(o, "lastAnswerAgoMs"), 0);
	cJSON_Delete(o);
}

/* --- history ----------------------------------------------------------------- */

TEST(history_json_tells_one_change)
{
	struct app_change change = { .seq = 9, .at_ms = NOW_MS,
	    .status = WA_STATUS_RECONNECTING, .reason = WA_REASON_REFUSED,
	    .state_version = 78, .code = 403 };
	struct buf out;
	cJSON *o;

	buf_init(&out, 4096);
	EXPECT_INT(history_json(&change, LANG_EN, &out), ERR_OK);
	o = parse(&out);
	EXPECT_INT(number(o, "seq"), 9);
	EXPECT_STR(text_of(o, "at"), "2026-11-22T12:00:00.000Z");
	EXPECT_STR(text_of(o, "status"), "reconnecting");
	EXPECT_STR(text_of(o, "reason"), "refused");
	EXPECT(strstr(text_of(o, "message"), "403") != NULL);
	EXPECT_INT(number(o, "code"), 403);
	EXPECT_INT(number(o, "stateVersion"), 78);
	cJSON_Delete(o);
	change = (struct app_change){ .seq = 1, .at_ms = NOW_MS,
	    .status = WA_STATUS_QR };
	buf_init(&out, 4096);
	EXPECT_INT(history_json(&change, LANG_EN, &out), ERR_OK);
	o = parse(&out);
	EXPECT(cJSON_IsNull(get(o, "reason")));
	EXPECT(cJSON_IsNull(get(o, "code")));
	EXPECT_STR(text_of(o, "message"),
	    "A QR code is waiting to be scanned.");
	cJSON_Delete(o);
}

/* Of an old change little is known: its sentence leaves out the rest. */
TEST(history_json_has_a_sentence_for_every_reason)
{
	for (int r = WA_REASON_NONE + 1; r < WA_REASON_COUNT; r++) {
		struct app_change change = { .seq = 1, .at_ms = NOW_MS,
		    .reason = (enum wa_reason)r };
		struct buf out;
		cJSON *o;

		EXPECT(wa_reason_status(change.reason, &change.status));
		buf_init(&out, 4096);
		EXPECT_INT(history_json(&change, LANG_RU, &out), ERR_OK);
		o = parse(&out);
		EXPECT(text_of(o, "message")[0] != '\0');
		EXPECT(strpbrk(text_of(o, "message"), "?{}|") == NULL);
		cJSON_Delete(o);
	}
}
