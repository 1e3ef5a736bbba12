/*
 * libmicrohttpd on our loop, without a thread or a listening socket of its
 * own: connections are accepted, counted and timed here, MHD reads and
 * writes them.
 */
#ifndef PAIRDESK_HTTPD_SERVER_H
#define PAIRDESK_HTTPD_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "httpd/exchange.h"

struct server;

struct server_limits {
	size_t connections;             /* in all, the control socket aside */
	size_t per_source;              /* 0: no limit */
	int64_t header_ms, body_ms, idle_ms;
	size_t max_body;                /* bytes */
	size_t max_header, max_url;
};

struct server_events {
	/* The header is here, the body is not: may refuse by an answer. */
	void (*on_head)(void *ctx, struct exchange *x);
	/* All of it: answers, or holds. Not called once answered. */
	void (*on_request)(void *ctx, struct exchange *x);
	/* A connection was turned away: too many. */
	void (*on_crowd)(void *ctx, const struct source *source);
};

struct server_counts {
	uint64_t requests, connections, refused;
	uint64_t outside;               /* of the requests: not of the control
	                                 * socket, where consoles look */
	uint64_t answers[6];            /* [2]: 2xx ... */
	size_t open, sources;
};

/* ERR_IO: MHD does not start. limits and events are copied. */
MUST_CHECK enum err server_create(struct loop *loop,
    const struct server_limits *limits, const struct server_events *events,
    void *ctx, struct server **out);
/* Ends all connections at once; held exchanges hear on_gone. NULL ok. */
void server_destroy(struct server *s);
/* fn for each exchange that is held; it may answer. Their on_gone has been
 * called. */
void server_each_held(struct server *s, void (*fn)(struct exchange *x));
/* Held exchanges and streams end, what is answered is still sent, nobody new
 * is served. */
void server_hang_up(struct server *s);

/* Accepts from a listening socket; owns fd on success. admits: it is the
 * control socket, and that says whether the peer of a connection may come;
 * NULL for TCP. */
struct server_port;
MUST_CHECK enum err server_listen(struct server *s, int fd,
    bool (*admits)(void *ctx, int fd), void *ctx, struct server_port **out);
void server_unlisten(struct server_port *p);    /* closes; NULL ok */

/* Serves one connection as if it had come to the control socket; owns fd. */
MUST_CHECK enum err server_adopt(struct server *s, int fd);

void server_counts(const struct server *s, struct server_counts *out);

/* The stream that this link sends has more to say, or has ended. */
void server_wake(struct link *link);
/* Ends the connection without another word. */
void server_drop(struct link *link);

#endif
