/*
 * One request and its answer, for the router and the handlers. Lives until
 * the answer is sent or the connection has ended; then on_gone is called if
 * the handler asked for that.
 */
#ifndef PAIRDESK_HTTPD_EXCHANGE_H
#define PAIRDESK_HTTPD_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/app/cidr.h"
#include "core/app/words.h"
#include "core/base/buf.h"
#include "core/store/store.h"
#include "httpd/request.h"
#include "httpd/response.h"

/* Where a connection comes from. */
struct source {
	bool is_control;                /* our Unix socket: an admin */
	struct address ip;
	char text[64];                  /* "127.0.0.1", "control" */
};

/* Rising rights; the columns of api.md's tables. */
enum role { ROLE_NONE, ROLE_OPEN, ROLE_SHARE, ROLE_COMPANY, ROLE_ADMIN };

/* Who asks, once known; made by access.c alone, from the token or the
 * socket, never from other text of the request. */
struct principal {
	enum role role;
	char company[COMPANY_ID_MAX + 1];       /* SHARE, COMPANY: the only one */
	char token[16];                 /* id, "" none */
	bool is_spent;                          /* a share link that has worked */
};

#define EXCHANGE_FIELDS_MAX 10

struct exchange_field {
	const char *name;               /* static */
	char value[128];
};

struct httpd;
struct link;
struct route;

struct exchange {
	struct httpd *httpd;
	struct request req;
	struct buf body;
	struct source peer;             /* the other end of the socket */
	struct source client;           /* peer, or whom a trusted proxy names */
	char local[64];                 /* our address that it came to */
	char served[64];                /* Host that this connection may name */
	const struct route *route;
	char company[COMPANY_ID_MAX + 1];       /* of the path; valid, or "" */
	struct principal who;
	enum lang lang;

	/* for the coming answer */
	struct exchange_field fields[EXCHANGE_FIELDS_MAX];
	size_t field_count;

	/* server.c's */
	struct link *link;
	struct response *response;      /* the answer, once there is one */
	void (*on_gone)(void *ctx);
	void *on_gone_ctx;
};

/* A header field of the coming answer; cut to size. */
void exchange_field(struct exchange *x, const char *name, const char *value);

/*
 * Answers; takes the response over. The first answer counts. x is not to be
 * touched afterwards: it may be the next request already.
 */
void exchange_answer(struct exchange *x, struct response *response);

/*
 * A handler that cannot answer at once returns after this; the connection
 * sleeps. fn: the exchange ends without our answer; nothing is to be
 * answered any more.
 */
void exchange_hold(struct exchange *x, void (*fn)(void *ctx), void *ctx);

#endif
