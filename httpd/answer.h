/* The answers of the HTTP contract, in one place: success and error shapes,
 * in the caller's language. */
#ifndef PAIRDESK_HTTPD_ANSWER_H
#define PAIRDESK_HTTPD_ANSWER_H

#include <cjson/cJSON.h>

#include "core/base/buf.h"
#include "core/session/session.h"
#include "httpd/exchange.h"

enum api_error {
#define API_ERROR(id, code, status, word) API_##id,
#include "httpd/errors.def"
#undef API_ERROR
	API_ERROR_COUNT
};

const char *api_error_code(enum api_error error);       /* "RATE_LIMITED" */
unsigned api_error_status(enum api_error error);

/* {"success":true,"data":data}; takes data over. */
void answer_data(struct exchange *x, cJSON *data);
/* The same with data that is JSON text already. */
void answer_text(struct exchange *x, unsigned status, const struct buf *json);
/* The whole body; takes it over. */
void answer_json(struct exchange *x, unsigned status, cJSON *body);
/* Any other body, not to be stored by caches; copied. */
void answer_bytes(struct exchange *x, unsigned status, const char *type,
    const void *p, size_t n);

/* --- errors ---------------------------------------------------------------- */

/* What an error answer may add to its code; zeroes are left out. */
struct answer_why {
	const char *sentence;           /* instead of the error's own */
	const char *advice;
	enum wa_reason reason;
	int64_t retry_after_s;          /* also as Retry-After */
	const char *stage, *detail;     /* where a connection failed */
};

/* In whose words x is answered: a visitor may run no commands. */
enum audience answer_audience(const struct exchange *x);

/* The error object, for answers and event streams. */
cJSON *error_object(enum lang lang, enum audience audience,
    enum api_error error, const struct answer_why *why);

void answer_error(struct exchange *x, enum api_error error);
/* With a sentence from the table; args may be NULL. */
void answer_error_word(struct exchange *x, enum api_error error,
    enum word word, const struct words_args *args);
void answer_error_why(struct exchange *x, enum api_error error,
    const struct answer_why *why);

/* companies.max is reached. */
void answer_companies_full(struct exchange *x);

/* WhatsApp did not do in time what was waited for; reason: the last trouble. */
void answer_late(struct exchange *x, enum wa_reason reason);

/*
 * A link attempt, login or logout that ended with this verdict (NULL: its
 * company shows reason) as the contract's error; view tells the times.
 */
void answer_verdict(struct exchange *x, const struct session_view *view,
    enum wa_reason reason, const struct verdict *verdict);
/* Its error object, for event streams. */
cJSON *verdict_object(enum lang lang, enum audience audience,
    const struct session_view *view, enum wa_reason reason,
    const struct verdict *verdict);

/* What was asked for cannot be while the company is as view shows it. */
void answer_state(struct exchange *x, const struct session_view *view);

#endif
