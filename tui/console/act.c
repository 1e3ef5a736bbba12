#include "tui/console/act.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/when.h"

#define USUAL_MS 20000
#define LONG_MS 60000           /* what WhatsApp has a say in */
#define PATH_MAX_BYTES 256
#define MINUTE_MS 60000
#define SOON_MS (2 * MINUTE_MS) /* told in seconds */

static const struct act_rule rules[] = {
	[ACT_ADD] = { .word = "add", .done = TEXT_ACT_ADD_DONE },
	[ACT_NAME] = { .word = "name", .done = TEXT_ACT_NAME_DONE,
	    .cleared = TEXT_ACT_NAME_CLEARED },
	[ACT_PIN] = { .word = "pin", .done = TEXT_ACT_PIN_DONE,
	    .cleared = TEXT_ACT_PIN_CLEARED },
	[ACT_PROXY] = { .word = "proxy", .done = TEXT_ACT_PROXY_DONE,
	    .cleared = TEXT_ACT_PROXY_DONE },
	[ACT_LINK_CODE] = { .word = "link", .done = TEXT_ACT_LINK_DONE },
	[ACT_LINK_QR] = { .word = "link", .done = TEXT_ACT_LINK_DONE },
	[ACT_RECONNECT] = { .word = "reconnect", .in_bulk = true,
	    .done = TEXT_ACT_RECONNECT_DONE,
	    .warning_many = TEXT_ACT_RECONNECT_WARNING_MANY },
	[ACT_PAUSE] = { .word = "pause", .in_bulk = true,
	    .done = TEXT_ACT_PAUSE_DONE,
	    .warning_many = TEXT_ACT_PAUSE_WARNING_MANY },
	[ACT_RESUME] = { .word = "resume", .in_bulk = true,
	    .done = TEXT_ACT_RESUME_DONE,
	    .warning_many = TEXT_ACT_RESUME_WARNING_MANY },
	[ACT_LOGOUT] = { .word = "logout", .destroys = true, .in_bulk = true,
	    .done = TEXT_ACT_LOGOUT_DONE,
	    .warning = TEXT_ACT_LOGOUT_WARNING,
	    .warning_many = TEXT_ACT_LOGOUT_WARNING_MANY },
	[ACT_REMOVE] = { .word = "remove", .destroys = true, .in_bulk = true,
	    .done = TEXT_ACT_REMOVE_DONE,
	    .warning = TEXT_ACT_REMOVE_WARNING,
	    .warning_many = TEXT_ACT_REMOVE_WARNING_MANY },
	[ACT_SHARE] = { .word = "share", .done = TEXT_ACT_SHARE_DONE },
};
_Static_assert(ARRAY_LEN(rules) == ACT_COUNT, "a rule for each act");

const struct act_rule *
act_rule(enum act act)
{
	return &rules[act];
}

/* --- sentences -------------------------------------------------------------- */

void
act_done(enum act act, enum lang lang, const char *company,
    const char *value, char *out, size_t size)
{
	const struct act_rule *rule = act_rule(act);
	const bool is_cleared = value == NULL || *value == '\0';
	char masked[32];

	str_mask_phone(masked, sizeof masked, is_cleared ? "" : value);
	text_format(out, size, lang,
	    is_cleared && rule->cleared != TEXT_NONE ? rule->cleared :
	    rule->done,
	    &(struct words_args){ .company = company, .reason = value,
	    .phone = masked });
}

bool
act_is_risky(enum act act, const struct row *row, int64_t now_ms)
{
	return act == ACT_RECONNECT && row != NULL && row_is_linked(row) &&
	    (row->reason == WA_REASON_TEMPORARY ||
	    row->reason == WA_REASON_RATE_LIMITED) &&
	    (row->until_ms == 0 || row->until_ms > now_ms);
}

static void
wait_warning(enum lang lang, const struct row *row, int64_t now_ms, char *out,
    size_t size)
{
	char until[WHEN_MAX];

	when_day(until, sizeof until, lang, row->until_ms, now_ms);
	text_format(out, size, lang, row->until_ms == 0 ?
	    TEXT_ACT_RECONNECT_BANNED_BARE : TEXT_ACT_RECONNECT_BANNED,
	    &(struct words_args){ .company = row->company, .reason = until });
}

void
act_warning(enum act act, enum lang lang, const struct row *row,
    int64_t now_ms, char *out, size_t size)
{
	const bool has_name = row->name[0] != '\0';
	const bool has_phone = row_is_linked(row) && row->phone[0] != '\0';
	enum text text = act_rule(act)->warning;
	char who[WORDS_MAX];

	if (act == ACT_RECONNECT) {
		wait_warning(lang, row, now_ms, out, size);
		return;
	}
	if (act == ACT_REMOVE && !row_is_linked(row))
		text = TEXT_ACT_REMOVE_WARNING_BARE;
	(void)str_format(who, sizeof who, "%s%s%s%s%s%s", row->company,
	    has_name || has_phone ? " (" : "", row->name,
	    has_name && has_phone ? ", " : "", row->phone,
	    has_name || has_phone ? ")" : "");
	text_format(out, size, lang, text,
	    &(struct words_args){ .company = who });
}

/* --- possible or not ----------------------------------------------------------- */

static int64_t
minutes(int64_t ms)
{
	return (ms + MINUTE_MS - 1) / MINUTE_MS;
}

static enum text
why_not_link(const struct row *row, int64_t now_ms)
{
	if (row_is_linked(row))
		return TEXT_ACT_IS_LINKED;
	if (row->paused)
		return TEXT_ACT_IS_PAUSED;
	if (row->status == WA_STATUS_COOLDOWN && row->until_ms > now_ms)
		return TEXT_ACT_MUST_WAIT;
	return TEXT_NONE;
}

static enum text
why_not_reconnect(const struct row *row)
{
	if (row_need(row) == NEED_PHONE)
		return row->window_ends_ms > 0 ? TEXT_ACT_IS_LINKING :
		    TEXT_ACT_IS_LINKING_BARE;
	if (!row_is_linked(row))
		return TEXT_ACT_NOT_LINKED;
	return row->paused ? TEXT_ACT_IS_PAUSED : TEXT_NONE;
}

static enum text
why_not(enum act act, const struct row *row, int64_t now_ms)
{
	switch (act) {
	case ACT_ADD:
		return TEXT_ACT_EXISTS;
	case ACT_LINK_CODE: case ACT_LINK_QR:
		return why_not_link(row, now_ms);
	case ACT_RECONNECT:
		return why_not_reconnect(row);
	case ACT_PAUSE:
		return row->paused ? TEXT_ACT_IS_PAUSED_ALREADY :
		    row_is_linked(row) ? TEXT_NONE : TEXT_ACT_NOTHING_TO_PAUSE;
	case ACT_RESUME:
		return row->paused ? TEXT_NONE : TEXT_ACT_NOT_PAUSED;
	case ACT_LOGOUT:
		return row_is_linked(row) ? TEXT_NONE :
		    TEXT_ACT_NOTHING_LINKED;
	default:
		return TEXT_NONE;
	}
}

/* The core makes a company that is asked for; a name or a number for one that
 * is not there is a slip of the fingers. */
static bool
makes_company(enum act act)
{
	return act == ACT_ADD || act == ACT_LINK_CODE || act == ACT_LINK_QR;
}

bool
act_is_possible(enum act act, const char *company, const struct row *row,
    enum lang lang, int64_t now_ms, char *why, size_t size)
{
	struct words_args args = { .company = company };
	enum text text = row != NULL ? why_not(act, row, now_ms) :
	    makes_company(act) ? TEXT_NONE : TEXT_ACT_NO_COMPANY;
	char at[WHEN_MAX] = "";

	if (text == TEXT_NONE)
		return true;
	if (text == TEXT_ACT_MUST_WAIT) {
		args.n = minutes(row->until_ms - now_ms);
		when_day(at, sizeof at, lang, row->until_ms, now_ms);
	} else if (text == TEXT_ACT_IS_LINKING) {
		when_day(at, sizeof at, lang, row->window_ends_ms, now_ms);
	}
	args.reason = at;
	text_format(why, size, lang, text, &args);
	return false;
}

/* --- requests -------------------------------------------------------------------- */

struct request {
	const char *method, *what;      /* behind the company's path */
	int64_t timeout_ms;
};

static const struct request requests[] = {
	[ACT_ADD] = { "PATCH", "", USUAL_MS },
	[ACT_NAME] = { "PATCH", "", USUAL_MS },
	[ACT_PIN] = { "PATCH", "", USUAL_MS },
	[ACT_PROXY] = { "PATCH", "", USUAL_MS },
	[ACT_LINK_CODE] = { "POST", "/pairing-code", LONG_MS },
	[ACT_LINK_QR] = { "GET", "/qr", LONG_MS },
	[ACT_RECONNECT] = { "POST", "/reconnect", USUAL_MS },
	[ACT_PAUSE] = { "PATCH", "", USUAL_MS },
	[ACT_RESUME] = { "PATCH", "", USUAL_MS },
	[ACT_LOGOUT] = { "POST", "/logout", LONG_MS },
	[ACT_REMOVE] = { "DELETE", "", LONG_MS },
	[ACT_SHARE] = { "POST", "/share", USUAL_MS },
};
_Static_assert(ARRAY_LEN(requests) == ACT_COUNT, "a request for each act");

struct asked {
	enum act act;
	enum lang lang;
	char company[COMPANY_ID_MAX + 1];
	act_fn fn;
	void *ctx;
};

static void
add_text(cJSON *body, const char *name, const char *value)
{
	if (*value == '\0')
		cJSON_AddNullToObject(body, name);
	else
		cJSON_AddStringToObject(body, name, value);
}

/* NULL: none. */
static char *
body_of(enum act act, const char *value)
{
	cJSON *body = cJSON_CreateObject();
	char *text;

	if (act == ACT_ADD || act == ACT_NAME)
		add_text(body, "name", value);
	else if (act == ACT_PROXY)
		add_text(body, "proxy", strcmp(value, "default") == 0 ? "" :
		    value);
	else if (act == ACT_PIN || act == ACT_LINK_CODE)
		add_text(body, "phoneNumber", value);
	else if (act == ACT_PAUSE || act == ACT_RESUME)
		cJSON_AddBoolToObject(body, "paused", act == ACT_PAUSE);
	text = cJSON_GetArraySize(body) > 0 || act == ACT_SHARE ?
	    cJSON_PrintUnformatted(body) : NULL;
	cJSON_Delete(body);
	return text;
}

static enum words_ending
ending_of(enum act act)
{
	switch (act) {
	case ACT_LINK_CODE: case ACT_LINK_QR:
		return ENDING_LINK;
	case ACT_RECONNECT:
		return ENDING_LOGIN;
	case ACT_LOGOUT: case ACT_REMOVE:
		return ENDING_LOGOUT;
	default:
		return ENDING_NONE;
	}
}

static void
on_answer(void *ctx, const struct client_answer *answer)
{
	const struct asked *asked = ctx;
	struct act_answer told = { .ok = false };

	if (answer->err != ERR_OK) {
		told.gone = true;
	} else if (answer->status / 100 == 2) {
		told.ok = true;
		told.data = cJSON_GetObjectItem(answer->json, "data");
	} else {
		trouble_of_error(answer->json, &told.trouble);
		if (ending_of(asked->act) != ENDING_NONE)
			trouble_end(&told.trouble, asked->lang,
			    ending_of(asked->act));
	}
	asked->fn(asked->ctx, asked->company, &told);
}

struct call *
act_request(struct client *client, enum lang lang, enum act act,
    const char *company, const char *value, act_fn fn, void *ctx)
{
	const struct request *r = &requests[act];
	struct asked *asked = xcalloc(1, sizeof *asked);
	char *body = body_of(act, value != NULL ? value : "");
	char path[PATH_MAX_BYTES];
	struct call *call;

	*asked = (struct asked){ .act = act, .lang = lang, .fn = fn,
	    .ctx = ctx };
	(void)str_copy(asked->company, sizeof asked->company, company);
	(void)str_format(path, sizeof path, "/api/whatsapp/sessions/%s%s",
	    asked->company, r->what);
	call = client_request(client, r->method, path, body, r->timeout_ms,
	    on_answer, asked);
	call_own(call, asked);
	free(body);
	return call;
}

/* --- refusals ---------------------------------------------------------------------- */

/* This machine's clock is the core's. */
static void
say_again(int64_t left_s, enum lang lang, char *out, size_t size)
{
	const int64_t now_ms = clock_wall_ms(clock_system());
	const int64_t left_ms = left_s * 1000;
	const bool is_soon = left_ms < SOON_MS;
	char at[WHEN_MAX];

	when_day(at, sizeof at, lang, now_ms + left_ms, now_ms);
	text_format(out, size, lang, is_soon ? TEXT_ACT_AGAIN_SOON :
	    TEXT_ACT_AGAIN_IN, &(struct words_args){
	    .n = is_soon ? left_s : minutes(left_ms), .reason = at });
}

void
act_trouble(const struct act_answer *answer, enum lang lang, char *out,
    size_t size)
{
	const struct trouble *t = &answer->trouble;
	char again[WORDS_MAX] = "";

	if (answer->gone || t->sentence[0] == '\0') {
		text_format(out, size, lang, answer->gone ? TEXT_ACT_GONE :
		    TEXT_ACT_FAILED, NULL);
		return;
	}
	if (t->retry_after_s > 0)
		say_again(t->retry_after_s, lang, again, sizeof again);
	(void)str_format(out, size, "%s%s%s%s%s", t->sentence,
	    again[0] != '\0' ? " " : "", again,
	    t->advice[0] != '\0' ? " " : "", t->advice);
}
