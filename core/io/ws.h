/*
 * A websocket client connection: name look-up, TCP (IPv6 and IPv4 in a
 * race), a proxy if there is one, TLS, HTTP upgrade, messages. Every stage has its own
 * deadline and every failure names its stage.
 */
#ifndef PAIRDESK_IO_WS_H
#define PAIRDESK_IO_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "core/io/proxy.h"
#include "core/io/stage.h"
#include "core/io/tls.h"
#include "core/io/url.h"

#define WS_MESSAGE_MAX (16u * 1024 * 1024 + 3)
#define WS_QUEUE_MAX (4u * 1024 * 1024)         /* bytes waiting to be sent */

struct ws;

struct ws_events {
	void (*on_stage)(void *ctx, enum stage stage);
	void (*on_open)(void *ctx);
	/* one whole binary message; text messages are dropped */
	void (*on_message)(void *ctx, const uint8_t *p, size_t n);
	/* Once, and nothing after it; the ws is still to be closed by its
	 * owner. detail: English, for logs; borrowed. http_status: of a
	 * refused upgrade, else 0. */
	void (*on_lost)(void *ctx, enum err err, enum stage stage,
	    int http_status, const char *detail);
};

struct ws_params {
	const struct url *url;                  /* copied */
	const struct proxy *proxy;              /* copied, wiped once through;
						 * proxy_direct() for none */
	const struct tls_config *tls;           /* used when url->tls */
	struct tls_ticket *ticket;              /* may be NULL; outlives ws */
	const char *origin;                     /* "https://web.whatsapp.com" */
	const struct ws_events *events;
	void *ctx;
	const struct stage_limits *limits;      /* NULL: the usual ones */
};

/* Starts; the first callback comes on a later turn. */
struct ws *ws_open(struct loop *loop, const struct ws_params *params);
/* One binary message. ERR_FULL over WS_QUEUE_MAX, ERR_CLOSED. */
MUST_CHECK enum err ws_send(struct ws *ws, const void *p, size_t n);
/* Ends it, politely if it is open, after what is queued was written (or 2 s).
 * No callback afterwards; frees itself. NULL ok. */
void ws_close(struct ws *ws);

#endif
