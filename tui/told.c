#include "tui/told.h"

#include <string.h>
#include <sysexits.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"

/* --- members --------------------------------------------------------------- */

const char *
told_text(const cJSON *o, const char *name)
{
	const cJSON *at = cJSON_GetObjectItemCaseSensitive(o, name);

	return cJSON_IsString(at) ? at->valuestring : "";
}

void
told_line(const cJSON *o, const char *name, char *out, size_t size)
{
	const char *text = told_text(o, name);

	str_clean(out, size, text, strlen(text));
}

bool
told_true(const cJSON *o, const char *name)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, name));
}

int64_t
told_number(const cJSON *o, const char *name)
{
	const cJSON *at = cJSON_GetObjectItemCaseSensitive(o, name);

	/* whole numbers that a double holds */
	return cJSON_IsNumber(at) && at->valuedouble > -9e15 &&
	    at->valuedouble < 9e15 ? (int64_t)at->valuedouble : 0;
}

int64_t
told_time(const cJSON *o, const char *name)
{
	int64_t ms = 0;

	(void)str_from_time_utc(told_text(o, name), &ms);
	return ms;
}

int64_t
told_left_ms(const cJSON *o, const char *name)
{
	const int64_t at = told_time(o, name);
	const int64_t now = told_time(o, "serverTime");

	return at > now ? at - now : 0;
}

static void
wipe_strings(cJSON *o)
{
	for (cJSON *at = o; at != NULL; at = at->next) {
		if (cJSON_IsString(at))
			secret_wipe(at->valuestring, strlen(at->valuestring));
		wipe_strings(at->child);
	}
}

void
told_wipe(cJSON *o)
{
	wipe_strings(o);
	cJSON_Delete(o);
}

/* --- troubles ---------------------------------------------------------------- */

void
trouble_of_error(const cJSON *error, struct trouble *out)
{
	*out = (struct trouble){ .status = WA_STATUS_ERROR };
	str_copy(out->code, sizeof out->code, told_text(error, "errorCode"));
	(void)wa_reason_from_name(told_text(error, "reason"), &out->reason);
	(void)wa_reason_status(out->reason, &out->status);
	(void)wa_status_from_name(told_text(error, "status"), &out->status);
	str_copy(out->sentence, sizeof out->sentence,
	    told_text(error, "error"));
	str_copy(out->advice, sizeof out->advice, told_text(error, "advice"));
	str_copy(out->stage, sizeof out->stage, told_text(error, "stage"));
	str_copy(out->detail, sizeof out->detail, told_text(error, "detail"));
	str_copy(out->next_attempt, sizeof out->next_attempt,
	    told_text(error, "nextAttemptAt"));
	out->number = (unsigned)told_number(error, "code");
	out->retry_after_s = told_number(error, "retryAfter");
}

static bool
is_trouble(enum wa_reason reason)
{
	enum wa_status status;

	return wa_reason_status(reason, &status) &&
	    (status == WA_STATUS_RECONNECTING || status == WA_STATUS_ERROR);
}

static void
say_reason(struct trouble *t, enum lang lang)
{
	enum wa_status status = WA_STATUS_ERROR;

	(void)wa_reason_status(t->reason, &status);
	words_reason_sentence(t->sentence, sizeof t->sentence, lang, status,
	    t->reason, NULL);
	words_reason_advice(t->advice, sizeof t->advice, lang, status,
	    t->reason, NULL);
}

static void
set_code(struct trouble *t)
{
	const char *code = wa_reason_error_code(t->reason);

	str_copy(t->code, sizeof t->code, code != NULL ? code :
	    "INTERNAL_ERROR");
}

void
trouble_of_status(const cJSON *status, enum lang lang, struct trouble *out)
{
	const cJSON *last = cJSON_GetObjectItem(status, "lastError");
	enum wa_reason now = WA_REASON_NONE;

	*out = (struct trouble){ .status = WA_STATUS_ERROR };
	(void)wa_status_from_name(told_text(status, "status"), &out->status);
	(void)wa_reason_from_name(told_text(status, "reason"), &now);
	str_copy(out->next_attempt, sizeof out->next_attempt,
	    told_text(status, "nextAttemptAt"));
	if (wa_reason_error_code(now) != NULL) {
		out->reason = now;
		str_copy(out->sentence, sizeof out->sentence,
		    told_text(status, "message"));
		str_copy(out->advice, sizeof out->advice,
		    told_text(status, "advice"));
	} else if (wa_reason_from_name(told_text(last, "reason"),
	    &out->reason) && is_trouble(out->reason)) {
		say_reason(out, lang);
		str_copy(out->sentence, sizeof out->sentence,
		    told_text(last, "message"));
	} else {
		out->reason = WA_REASON_NOT_ANSWERING;
		say_reason(out, lang);
	}
	set_code(out);
}

void
trouble_end(struct trouble *t, enum lang lang, enum words_ending ending)
{
	enum wa_status status;

	/* for the network it says the same at an end */
	if (!wa_reason_status(t->reason, &status) ||
	    status != WA_STATUS_RECONNECTING ||
	    t->reason == WA_REASON_NETWORK_BLOCKED)
		return;
	words_reason_advice(t->advice, sizeof t->advice, lang, status,
	    t->reason, &(struct words_args){ .ending = ending,
	    .code = (int)t->number });
}

bool
trouble_passes(const struct trouble *t)
{
	switch (t->reason) {
	case WA_REASON_TEMPORARY:
	case WA_REASON_RATE_LIMITED:
	case WA_REASON_BUDGET:
	case WA_REASON_CLIENT_OUTDATED:
	case WA_REASON_INTERNAL:
		return false;
	default:
		return t->next_attempt[0] != '\0';
	}
}

/* --- exit codes ----------------------------------------------------------------- */

static const struct code_row {
	const char *code;
	int exit_code;
} codes[] = {
	{ "INVALID_PHONE", EX_USAGE },
	{ "INVALID_COMPANY", EX_USAGE },
	{ "INVALID_REQUEST", EX_USAGE },
	{ "SESSION_NOT_FOUND", EX_NOUSER },
	{ "NOT_FOUND", EX_NOUSER },
	{ "NOT_LINKED", EX_DATAERR },
	{ "ALREADY_CONNECTED", EX_DATAERR },
	{ "CONNECTION_CLOSED", EX_UNAVAILABLE },
	{ "TIMEOUT", EX_UNAVAILABLE },
	{ "CLIENT_OUTDATED", EX_UNAVAILABLE },
	{ "NOT_IMPLEMENTED", EX_UNAVAILABLE },
	{ "RATE_LIMITED", EX_TEMPFAIL },
	{ "STOPPING", EX_TEMPFAIL },
	{ "NOT_LISTENING", EX_CONFIG },
	{ "NO_PUBLIC_URL", EX_CONFIG },
	{ "FORBIDDEN", EX_NOPERM },
	{ "UNAUTHORIZED", EX_NOPERM },
};

static int
exit_code_of_code(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].exit_code;
	}
	return EX_SOFTWARE;
}

static int
exit_code_of_link(const struct trouble *t)
{
	switch (t->reason) {
	case WA_REASON_CODE_EXPIRED:
	case WA_REASON_RATE_LIMITED:
	case WA_REASON_BUDGET:
		return EX_TEMPFAIL;
	case WA_REASON_REFUSED:
		return t->number == 400 ? EX_DATAERR : EX_UNAVAILABLE;
	case WA_REASON_INTERNAL:
		/* before anything was dialled: the store gave no keys */
		return strcmp(t->stage, "name_lookup") == 0 ? EX_CONFIG :
		    EX_IOERR;
	default:
		return EX_UNAVAILABLE;
	}
}

int
trouble_exit_code(const struct trouble *t, bool of_link)
{
	/* a link's number was looked at before: it is not the one pinned */
	if (of_link && strcmp(t->code, VERDICT_VETO_CODE) == 0)
		return EX_DATAERR;
	/* a limit of ours, a pause: no failure on WhatsApp's side */
	if (wa_reason_error_code(t->reason) == NULL)
		return exit_code_of_code(t->code);
	switch (t->reason) {
	case WA_REASON_STORE_DAMAGED:
		return EX_DATAERR;
	case WA_REASON_INTERNAL:
		return of_link ? exit_code_of_link(t) : EX_CONFIG;
	case WA_REASON_TEMPORARY:
	case WA_REASON_RATE_LIMITED:
		return of_link ? exit_code_of_link(t) : EX_TEMPFAIL;
	default:
		return of_link ? exit_code_of_link(t) : EX_UNAVAILABLE;
	}
}
