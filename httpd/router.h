/*
 * The routes of the HTTP contract as one table, and what happens to a
 * request on its way to its handler: sanity, access, limits, body.
 */
#ifndef PAIRDESK_HTTPD_ROUTER_H
#define PAIRDESK_HTTPD_ROUTER_H

#include <cjson/cJSON.h>

#include "httpd/exchange.h"

/* Who may: bits, as in the column "who" of api.md. */
enum {
	MAY_ALL = 1,            /* without any token, also in token mode */
	MAY_OPEN = 2,
	MAY_SHARE = 4,
	MAY_COMPANY = 8,
	MAY_ADMIN = 16
};

/* What a request counts for. */
enum route_limit {
	LIMIT_NONE,             /* pages, event streams */
	LIMIT_STATUS,           /* polls */
	LIMIT_API
};

struct route {
	enum method method;
	const char *path;       /* "*" stands for a company */
	unsigned may;
	enum route_limit limit;
	void (*handle)(struct exchange *x);
};

/* The routes, ended by one without a path. */
extern const struct route routes[];

void router_on_head(void *httpd, struct exchange *x);
void router_on_request(void *httpd, struct exchange *x);

/* The body as a JSON object, parsed: for handlers of routes with one. An
 * empty body is an empty object. NULL: not one, and x is answered. */
cJSON *router_body(struct exchange *x);

#endif
