/*
 * One connection to WhatsApp as the session sees it: nodes in, nodes out.
 * Websocket, framing, noise handshake and transport keys below. Holds no
 * secrets of the device longer than the handshake takes.
 */
#ifndef PAIRDESK_SESSION_CHANNEL_H
#define PAIRDESK_SESSION_CHANNEL_H

#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/io/loop.h"
#include "core/io/tls.h"
#include "core/io/ws.h"
#include "core/wire/node.h"
#include "core/wire/noise.h"

#define CHANNEL_NOISE_MS 20000  /* for the ServerHello, as whatsmeow waits */

struct channel;

struct channel_events {
	void (*on_stage)(void *ctx, enum stage stage);
	/* Handshake done, ClientFinish sent (not for probes: certificate
	 * verified, nothing sent). */
	void (*on_ready)(void *ctx);
	/* Borrowed. The channel may be closed from within. */
	void (*on_node)(void *ctx, const struct node *node);
	/* Once, and nothing after it; the owner still closes. */
	void (*on_lost)(void *ctx, enum err err, enum stage stage,
	    int http_status, const char *detail);
};

struct channel_params {
	struct loop *loop;
	const struct clock *clock;
	const struct rnd *rnd;
	const struct url *url;
	const struct proxy *proxy;              /* copied; proxy_direct() for
						 * none */
	const struct tls_config *tls;
	struct tls_ticket *ticket;              /* may be NULL */
	const struct noise_trust *trust;
	const struct keypair *noise_key;        /* copied, wiped after use */
	const void *payload;                    /* ClientPayload; copied */
	size_t payload_len;
	bool probe;                             /* stop before ClientFinish */
	const struct channel_events *events;
	void *ctx;
};

/* Starts dialling; callbacks come on later turns. */
struct channel *channel_open(const struct channel_params *params);
/* Encrypts and queues. ERR_CLOSED before ready or after loss; ERR_TOO_LARGE,
 * ERR_TOO_DEEP: not sent. Any other error ends the channel: on_lost follows
 * on a later turn. */
MUST_CHECK enum err channel_send(struct channel *c, const struct node *node);
/* Its events go to another from now on. */
void channel_hand_over(struct channel *c, void *ctx);
/* Flushes what is queued, then ends. No callback afterwards. NULL ok. */
void channel_close(struct channel *c);

#endif
