/*
 * From a host name to a connected TCP socket: look-up, then each address in
 * turn. (A race of the two families and proxies belong here, later.) For
 * core/io alone.
 */
#ifndef PAIRDESK_IO_DIAL_H
#define PAIRDESK_IO_DIAL_H

#include <stdint.h>

#include <uv.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "core/io/stage.h"

struct sock {
	uv_tcp_t tcp;
	uv_connect_t connect;
};

/* Ends it at once and frees it on a later turn, with the connect or write
 * requests that are still under way called back before. NULL ok. */
void sock_close(struct sock *s);

struct dial;

struct dial_events {
	void (*on_stage)(void *ctx, enum stage stage);
	/* Once; the dial is gone then. ERR_OK: sock is the callee's. Else it
	 * is NULL and detail, borrowed, says why. */
	void (*on_done)(void *ctx, enum err err, enum stage stage,
	    struct sock *sock, const char *detail);
};

/* The first callback comes on a later turn. limits outlives the dial. */
struct dial *dial_start(struct loop *loop, const char *host, uint16_t port,
    const struct stage_limits *limits, const struct dial_events *events,
    void *ctx);
/* No callback afterwards. NULL ok; also from within a callback. */
void dial_cancel(struct dial *d);

#endif
