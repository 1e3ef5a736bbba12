#include "tui/console/company_read.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/told.h"

#define JITTER_MS 2000          /* what "so long ago" may be off by */

static void
take_phone(char out[PHONE_MASKED], const cJSON *o, const char *name)
{
	const char *digits = told_text(o, name);

	if (digits[0] == '\0')
		out[0] = '\0';
	else
		str_mask_phone(out, PHONE_MASKED, digits);
}

static void
take_text(char *out, size_t size, const cJSON *o, const char *name)
{
	const char *text = told_text(o, name);

	str_clean(out, size, text, strlen(text));
}

/* --- state ---------------------------------------------------------------- */

/* Sentences with seconds in them are wrong a second later: what counts down
 * is shown as such. */
static void
take_message(struct company_state *s, const cJSON *o, enum lang lang)
{
	take_text(s->message, sizeof s->message, o, "message");
	take_text(s->advice, sizeof s->advice, o, "advice");
	if (s->reason == WA_REASON_CONNECTION_LOST ||
	    s->reason == WA_REASON_SERVER_BUSY)
		words_reason_sentence(s->message, sizeof s->message, lang,
		    s->status, s->reason, NULL);
}

void
company_read_state(struct company_state *s, const cJSON *o, enum lang lang)
{
	const cJSON *error = cJSON_GetObjectItem(o, "lastError");

	memset(s, 0, sizeof *s);
	s->is_known = true;
	s->status = WA_STATUS_IDLE;
	(void)wa_status_from_name(told_text(o, "status"), &s->status);
	(void)wa_reason_from_name(told_text(o, "reason"), &s->reason);
	s->connected = told_true(o, "connected");
	s->paused = told_true(o, "paused");
	take_message(s, o, lang);
	take_text(s->name, sizeof s->name, o, "name");
	take_phone(s->phone, o, "phoneNumber");
	take_phone(s->pinned, o, "pinnedPhoneNumber");
	take_text(s->push_name, sizeof s->push_name, o, "pushName");
	take_text(s->platform, sizeof s->platform, o, "platform");
	s->since_ms = told_time(o, "since");
	s->last_seen_ms = told_time(o, "lastSeen");
	s->next_attempt_ms = told_time(o, "nextAttemptAt");
	s->until_ms = told_time(o, "until");
	s->last_error_ms = told_time(error, "at");
	take_text(s->last_error, sizeof s->last_error, error, "message");
	s->version = (uint64_t)told_number(o, "stateVersion");
}

/* --- evidence ------------------------------------------------------------- */

static int64_t
number_or_unknown(const cJSON *o, const char *name)
{
	return cJSON_IsNumber(cJSON_GetObjectItem(o, name)) ?
	    told_number(o, name) : -1;
}

/* Points in time that are told as lengths: one that only trembles stays. */
static int64_t
steady(int64_t before_ms, int64_t now_ms)
{
	return now_ms - before_ms < JITTER_MS && before_ms - now_ms <
	    JITTER_MS ? before_ms : now_ms;
}

static void
take_checks(struct company_health *h, const cJSON *list)
{
	const cJSON *at;

	cJSON_ArrayForEach(at, list) {
		struct company_check *c = &h->checks[h->check_count];

		if (h->check_count == COMPANY_CHECKS)
			return;
		(void)str_copy(c->name, sizeof c->name, told_text(at, "name"));
		c->ok = told_true(at, "ok");
		take_text(c->detail, sizeof c->detail, at, "detail");
		h->check_count++;
	}
}

void
company_read_health(struct company_health *h, const cJSON *o, int64_t now_ms)
{
	const struct company_health before = *h;
	const int64_t ago = number_or_unknown(o, "lastAnswerAgoMs");
	const int64_t up = told_number(o, "uptimeSeconds");

	memset(h, 0, sizeof *h);
	h->is_known = true;
	if (ago >= 0)
		h->last_answer_ms = steady(before.last_answer_ms,
		    now_ms - ago);
	if (up > 0)
		h->up_since_ms = steady(before.up_since_ms,
		    now_ms - up * 1000);
	h->rtt_ms = number_or_unknown(o, "rttMs");
	h->prekeys = number_or_unknown(o, "preKeysOnServer");
	h->reconnects = told_number(o, "reconnects24h");
	take_checks(h, cJSON_GetObjectItem(o, "checks"));
}

/* --- what happened -------------------------------------------------------- */

struct company_change
company_read_change(const cJSON *o)
{
	struct company_change c = {
	    .seq = (uint64_t)told_number(o, "seq"),
	    .at_ms = told_time(o, "at"),
	    .code = (unsigned)told_number(o, "code"),
	};
	char message[WORDS_MAX];

	(void)wa_status_from_name(told_text(o, "status"), &c.status);
	(void)wa_reason_from_name(told_text(o, "reason"), &c.reason);
	take_text(message, sizeof message, o, "message");
	c.message = xstrdup(message);
	return c;
}

void
company_read_link(struct company_link *link, const cJSON *o)
{
	link->at_ms = told_time(o, "at");
	take_phone(link->phone, o, "phoneNumber");
	take_text(link->platform, sizeof link->platform, o, "platform");
}
