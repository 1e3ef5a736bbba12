/*
 * One byte stream to a server: dial, TLS if asked for, then bytes both ways.
 * What the websocket and the small HTTP client have in common. For core/io
 * alone.
 */
#ifndef PAIRDESK_IO_CONN_H
#define PAIRDESK_IO_CONN_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "core/io/proxy.h"
#include "core/io/stage.h"
#include "core/io/tls.h"
#include "core/io/url.h"

/* Bytes that wait for the kernel; a peer that never reads ends here. */
#define CONN_OUT_MAX (8u * 1024 * 1024)

struct conn;

struct conn_events {
	void (*on_stage)(void *ctx, enum stage stage);
	void (*on_ready)(void *ctx);
	void (*on_data)(void *ctx, const uint8_t *p, size_t n);
	/* Once, and nothing after it; the conn is still to be closed. stage:
	 * the last of LOOKUP to TLS that was entered. detail: borrowed. */
	void (*on_lost)(void *ctx, enum err err, enum stage stage,
	    const char *detail);
};

struct conn_params {
	const struct url *url;          /* until ready, lost or closed */
	const struct proxy *proxy;      /* the same; proxy_direct() for none */
	const struct tls_config *tls;   /* used when url->tls */
	struct tls_ticket *ticket;      /* may be NULL; as long as url */
	const struct stage_limits *limits;
	const struct conn_events *events;
	void *ctx;
};

/* The first callback comes on a later turn. */
struct conn *conn_open(struct loop *loop, const struct conn_params *params);

/* Once ready. ERR_CLOSED; ERR_TOO_LARGE or a TLS error also end the
 * connection: on_lost follows on a later turn. */
MUST_CHECK enum err conn_write(struct conn *c, const void *p, size_t n);

/* Bytes written that the kernel did not take yet. */
size_t conn_queued(const struct conn *c);

/* Once ready: lost with ERR_TIMEOUT after ms; below 0 for no deadline. */
void conn_set_deadline(struct conn *c, int64_t ms);

/*
 * No callback afterwards; frees itself. linger_ms: how long what is queued
 * may still be written and the server's end be waited for; 0: at once. NULL
 * ok, also from within a callback.
 */
void conn_close(struct conn *c, int64_t linger_ms);

#endif
