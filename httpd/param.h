/* Parameters of a request and members of its body, checked; a fault answers
 * the exchange and names them. */
#ifndef PAIRDESK_HTTPD_PARAM_H
#define PAIRDESK_HTTPD_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "httpd/exchange.h"

/* --- parameters: out stays when it is not there; false: answered ------------- */

bool param_bool(struct exchange *x, const char *name, bool *out);
bool param_u64(struct exchange *x, const char *name, uint64_t least,
    uint64_t most, uint64_t *out);

/* A page of a list: how many, and from below which number on. */
struct param_page {
	size_t limit;                   /* 1..500 */
	uint64_t before;                /* UINT64_MAX: the newest */
};
#define PARAM_PAGE_MAX 500
bool param_page(struct exchange *x, struct param_page *out);

/* --- members of a body: the same ------------------------------------------------ */

/* Whether every member is one of names, which a NULL ends. */
bool param_only(struct exchange *x, const cJSON *body,
    const char *const names[]);
bool param_member_bool(struct exchange *x, const cJSON *body,
    const char *name, bool *out);
/* *out is borrowed from the body. */
bool param_member_text(struct exchange *x, const cJSON *body,
    const char *name, const char **out);
/* A whole number. */
bool param_member_int(struct exchange *x, const cJSON *body,
    const char *name, int64_t least, int64_t most, int64_t *out);

/* Answers 400 and names the one; false, to be returned. */
bool param_refuse_member(struct exchange *x, const char *name);

#endif
