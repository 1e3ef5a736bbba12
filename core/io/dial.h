/*
 * From a host name to a connected TCP socket, straight or through a proxy:
 * look-up, a race of the addresses (race.h), the proxy's handshake. The only
 * place that connects: with a proxy, nothing but that proxy's name is looked
 * up and nothing but its addresses are connected to. For core/io alone.
 */
#ifndef PAIRDESK_IO_DIAL_H
#define PAIRDESK_IO_DIAL_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "core/io/proxy.h"
#include "core/io/race.h"
#include "core/io/stage.h"

struct dial;

struct dial_events {
	void (*on_stage)(void *ctx, enum stage stage);
	/* Once; the dial is gone then. ERR_OK: sock is the callee's, and what
	 * is early in it was sent by the server. Else it is NULL and detail,
	 * borrowed, says why. */
	void (*on_done)(void *ctx, enum err err, enum stage stage,
	    struct sock *sock, const char *detail);
};

/* Borrowed until on_done or dial_cancel; limits for good. */
struct dial_target {
	const char *host;
	uint16_t port;
	const struct proxy *proxy;      /* proxy_direct() for none; unset or
					 * NULL: ERR_INVALID, and no packet */
	const struct stage_limits *limits;
};

/* The first callback comes on a later turn. */
struct dial *dial_start(struct loop *loop, const struct dial_target *target,
    const struct dial_events *events, void *ctx);
/* No callback afterwards. NULL ok; also from within a callback. */
void dial_cancel(struct dial *d);

#endif
