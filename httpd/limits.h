/*
 * How often one may ask: per company, per source, and wrong tokens per
 * source. Counted in memory, in windows of a minute that begin with the
 * first request; the table is bounded and forgets who was quiet longest.
 */
#ifndef PAIRDESK_HTTPD_LIMITS_H
#define PAIRDESK_HTTPD_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "httpd/exchange.h"

struct limits;

struct limits_params {
	/* a minute; 0: no limit */
	unsigned company, status, source;
};

struct limits *limits_create(const struct limits_params *params);
void limits_destroy(struct limits *l);          /* NULL ok */

/* Counts a request by its route; sets RateLimit-*, or answers 429. */
bool limits_count(struct exchange *x);

/* A wrong token came from there. Seconds that it has to wait from now on, 0
 * while it is still believed to be a mistake. */
int64_t limits_wrong_token(struct limits *l, const struct source *source);
/* Seconds that it still has to wait. */
int64_t limits_token_wait(struct limits *l, const struct source *source);

#endif
