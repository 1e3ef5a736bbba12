/*
 * A connected socket to a proxy becomes one to the server behind it: drives
 * the handshake of socks.h or tunnel_http.h. For core/io alone.
 */
#ifndef PAIRDESK_IO_TUNNEL_H
#define PAIRDESK_IO_TUNNEL_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "core/io/proxy.h"
#include "core/io/race.h"

struct tunnel;

/* Once; the tunnel is gone then. ERR_OK: sock is the callee's again, with
 * what came early. Else it is closed, and detail, borrowed, says why. */
typedef void (*tunnel_fn)(void *ctx, enum err err, struct sock *sock,
    const char *detail);

/* Takes the socket over. proxy and host are borrowed until fn or cancel. fn
 * is called on a later turn. */
struct tunnel *tunnel_start(struct loop *loop, struct sock *sock,
    const struct proxy *proxy, const char *host, uint16_t port,
    int64_t limit_ms, tunnel_fn fn, void *ctx);
/* fn is not called any more; the socket is closed. NULL ok. */
void tunnel_cancel(struct tunnel *t);

#endif
