#include "httpd/answer.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/view_json.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/stage.h"
#include "httpd/impl.h"

#define ROOM_AFTER_S 3600       /* drafts are dropped by and by */
#define ANSWER_MAX ((size_t)16 * 1024 * 1024)   /* a list of all companies */

struct error_row {
	const char *code;
	unsigned status;
	enum word word;
};

static const struct error_row rows[] = {
#define API_ERROR(id, code, status, word) \
	[API_##id] = { code, status, WORD_##word },
#include "httpd/errors.def"
#undef API_ERROR
};

_Static_assert(ARRAY_LEN(rows) == API_ERROR_COUNT, "a row each");

const char *
api_error_code(enum api_error error)
{
	return rows[error].code;
}

unsigned
api_error_status(enum api_error error)
{
	return rows[error].status;
}

/* --- success -------------------------------------------------------------------- */

void
answer_bytes(struct exchange *x, unsigned status, const char *type,
    const void *p, size_t n)
{
	exchange_field(x, "Cache-Control", "no-store");
	exchange_answer(x, response_create(status, type, p, n));
}

void
answer_json(struct exchange *x, unsigned status, cJSON *body)
{
	char *text = cJSON_PrintUnformatted(body);

	cJSON_Delete(body);
	if (text == NULL)
		abort();        /* as xcalloc */
	answer_bytes(x, status, TYPE_JSON, text, strlen(text));
	/* it may hold a code or a token */
	memset(text, 0, strlen(text));
	free(text);
}

void
answer_data(struct exchange *x, cJSON *data)
{
	cJSON *body = cJSON_CreateObject();

	cJSON_AddBoolToObject(body, "success", true);
	cJSON_AddItemToObject(body, "data", data);
	answer_json(x, 200, body);
}

void
answer_text(struct exchange *x, unsigned status, const struct buf *json)
{
	struct buf body;

	buf_init(&body, ANSWER_MAX);
	if (buf_str(&body, "{\"success\":true,\"data\":") != ERR_OK ||
	    buf_append(&body, json->data, json->len) != ERR_OK ||
	    buf_u8(&body, '}') != ERR_OK)
		answer_error(x, API_INTERNAL_ERROR);
	else
		answer_bytes(x, status, TYPE_JSON, body.data, body.len);
	buf_finish(&body);
}

/* --- errors ----------------------------------------------------------------------- */

enum audience
answer_audience(const struct exchange *x)
{
	return x->who.role == ROLE_ADMIN ? AUDIENCE_ADMIN : AUDIENCE_VISITOR;
}

cJSON *
error_object(enum lang lang, enum audience audience, enum api_error error,
    const struct answer_why *why)
{
	char sentence[WORDS_MAX];
	cJSON *o = cJSON_CreateObject();

	words_format(sentence, sizeof sentence, lang, rows[error].word,
	    &(struct words_args){ .n = why->retry_after_s,
	    .audience = audience });
	cJSON_AddBoolToObject(o, "success", false);
	cJSON_AddStringToObject(o, "error", why->sentence != NULL ?
	    why->sentence : sentence);
	cJSON_AddStringToObject(o, "errorCode", rows[error].code);
	if (why->reason != WA_REASON_NONE)
		cJSON_AddStringToObject(o, "reason",
		    wa_reason_name(why->reason));
	if (why->advice != NULL)
		cJSON_AddStringToObject(o, "advice", why->advice);
	if (why->retry_after_s > 0)
		cJSON_AddNumberToObject(o, "retryAfter",
		    (double)why->retry_after_s);
	if (why->stage != NULL)
		cJSON_AddStringToObject(o, "stage", why->stage);
	if (why->detail != NULL && why->detail[0] != '\0')
		cJSON_AddStringToObject(o, "detail", why->detail);
	return o;
}

void
answer_error_why(struct exchange *x, enum api_error error,
    const struct answer_why *why)
{
	char seconds[24];

	if (why->retry_after_s > 0) {
		str_format(seconds, sizeof seconds, "%lld",
		    (long long)why->retry_after_s);
		exchange_field(x, "Retry-After", seconds);
	}
	x->httpd->errors[error]++;
	answer_json(x, rows[error].status, error_object(x->lang,
	    answer_audience(x), error, why));
}

void
answer_error(struct exchange *x, enum api_error error)
{
	answer_error_why(x, error, &(struct answer_why){ .sentence = NULL });
}

void
answer_error_word(struct exchange *x, enum api_error error, enum word word,
    const struct words_args *args)
{
	struct words_args with = { .n = 0 };
	char sentence[WORDS_MAX];

	if (args != NULL)
		with = *args;
	with.audience = answer_audience(x);
	words_format(sentence, sizeof sentence, x->lang, word, &with);
	answer_error_why(x, error, &(struct answer_why){
	    .sentence = sentence });
}

void
answer_companies_full(struct exchange *x)
{
	char sentence[WORDS_MAX];

	words_format(sentence, sizeof sentence, x->lang,
	    WORD_HTTP_COMPANIES_FULL,
	    &(struct words_args){ .audience = answer_audience(x) });
	answer_error_why(x, API_RATE_LIMITED, &(struct answer_why){
	    .sentence = sentence, .retry_after_s = ROOM_AFTER_S });
}

void
answer_late(struct exchange *x, enum wa_reason reason)
{
	char advice[WORDS_MAX];

	words_format(advice, sizeof advice, x->lang, WORD_HTTP_TIMEOUT_ADVICE,
	    &(struct words_args){ .audience = answer_audience(x) });
	answer_error_why(x, API_TIMEOUT, &(struct answer_why){
	    .advice = advice, .reason = reason });
}

/* --- what WhatsApp's side said ------------------------------------------------------- */

static enum api_error
error_of(enum wa_reason reason, const struct verdict *v)
{
	/* a phone other than the bound one has a code of its own */
	const char *code = v != NULL && v->reason == reason ?
	    verdict_error_code(v) : wa_reason_error_code(reason);

	for (size_t i = 0; code != NULL && i < API_ERROR_COUNT; i++) {
		if (strcmp(rows[i].code, code) == 0)
			return (enum api_error)i;
	}
	return API_INTERNAL_ERROR;
}

/* When waiting helps: until when, in seconds. */
static int64_t
retry_after_s(const struct session_view *view, enum wa_reason reason,
    int64_t now_ms)
{
	if ((reason != WA_REASON_RATE_LIMITED && reason != WA_REASON_BUDGET &&
	    reason != WA_REASON_TEMPORARY) || view->until_ms <= now_ms)
		return 0;
	return (view->until_ms - now_ms + 999) / 1000;
}

/* How the company stands after it: whether it dials again by itself. */
static void
add_state(cJSON *o, const struct session_view *view, const struct verdict *v)
{
	char text[25];

	cJSON_AddStringToObject(o, "status", wa_status_name(view->status));
	if (v != NULL && v->code != 0)
		cJSON_AddNumberToObject(o, "code", v->code);
	if (view->next_attempt_ms == 0)
		return;
	str_time_utc(text, sizeof text, view->next_attempt_ms);
	cJSON_AddStringToObject(o, "nextAttemptAt", text);
}

cJSON *
verdict_object(enum lang lang, enum audience audience,
    const struct session_view *view, enum wa_reason reason,
    const struct verdict *v)
{
	const int64_t now = clock_wall_ms(clock_system());
	char sentence[WORDS_MAX], advice[WORDS_MAX];
	enum wa_status status = WA_STATUS_ERROR;
	struct session_view of = *view;
	struct words_args args;
	cJSON *o;

	if (v != NULL)
		of.verdict = *v;
	view_words_args(&of, audience, now, &args);
	if (!view->linked && view->next_attempt_ms == 0)
		args.ending = ENDING_LINK;
	(void)wa_reason_status(reason, &status);
	words_reason_sentence(sentence, sizeof sentence, lang, status, reason,
	    &args);
	words_reason_advice(advice, sizeof advice, lang, status, reason,
	    &args);
	o = error_object(lang, audience, error_of(reason, v),
	    &(struct answer_why){
	    .sentence = sentence, .advice = advice, .reason = reason,
	    .retry_after_s = retry_after_s(view, reason, now),
	    .stage = v != NULL && (v->err != ERR_OK ||
	    v->reason == WA_REASON_INTERNAL) ? stage_name(v->stage) : NULL,
	    .detail = v != NULL ? v->detail : NULL });
	add_state(o, view, v);
	return o;
}

void
answer_verdict(struct exchange *x, const struct session_view *view,
    enum wa_reason reason, const struct verdict *v)
{
	cJSON *o = verdict_object(x->lang, answer_audience(x), view, reason,
	    v);
	const cJSON *wait = cJSON_GetObjectItem(o, "retryAfter");
	enum api_error error = error_of(reason, v);
	char seconds[24];

	/* who asked is told that no answer came, as its own error */
	if (reason == WA_REASON_NOT_ANSWERING) {
		error = API_TIMEOUT;
		cJSON_ReplaceItemInObject(o, "errorCode",
		    cJSON_CreateString(rows[error].code));
	}
	if (wait != NULL) {
		str_format(seconds, sizeof seconds, "%.0f", wait->valuedouble);
		exchange_field(x, "Retry-After", seconds);
	}
	x->httpd->errors[error]++;
	answer_json(x, rows[error].status, o);
}

void
answer_state(struct exchange *x, const struct session_view *view)
{
	char sentence[WORDS_MAX], advice[WORDS_MAX];
	struct words_args args;

	if (wa_reason_error_code(view->reason) != NULL) {
		answer_verdict(x, view, view->reason, NULL);
		return;
	}
	/* paused: no failure, but nothing can be done with it */
	view_words_args(view, answer_audience(x),
	    clock_wall_ms(clock_system()), &args);
	words_reason_sentence(sentence, sizeof sentence, x->lang,
	    view->status, view->reason, &args);
	words_reason_advice(advice, sizeof advice, x->lang, view->status,
	    view->reason, &args);
	answer_error_why(x, API_NOT_LINKED, &(struct answer_why){
	    .sentence = sentence, .advice = advice,
	    .reason = view->reason });
}
