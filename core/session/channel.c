#include "core/session/channel.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/wire/frame.h"

#define ORIGIN "https://web.whatsapp.com"
#define HELLO_MAX 4096          /* our two handshake messages, with payload */

/* What only the handshake needs; freed with its secrets when it is over. */
struct handshake {
	struct noise_client noise;
	struct keypair static_key;
	struct buf payload;
};

struct channel {
	struct loop *loop;
	const struct clock *clock;
	const struct noise_trust *trust;
	const struct channel_events *events;
	void *ctx;
	struct ws *ws;
	struct framer framer;
	struct handshake *handshake;
	struct timer *deadline;         /* of the handshake */
	struct noise_transport transport;
	bool probe, ready, lost, closed;
};

static void
drop_handshake(struct channel *c)
{
	struct handshake *h = c->handshake;

	if (h == NULL)
		return;
	c->handshake = NULL;
	noise_client_destroy_keys(&h->noise);
	keypair_finish(&h->static_key);
	buf_finish(&h->payload);
	free(h);
	timer_destroy(c->deadline);
	c->deadline = NULL;
}

static void
lose(struct channel *c, enum err err, enum stage stage, int http_status,
    const char *detail)
{
	if (c->lost || c->closed)
		return;
	c->lost = true;
	drop_handshake(c);
	c->events->on_lost(c->ctx, err, stage, http_status, detail);
}

static enum err
send_frame(struct channel *c, const char *prologue, const struct buf *payload)
{
	struct buf out;
	enum err err = ERR_OK;

	buf_init(&out, FRAME_MAX + FRAME_HEADER + FRAME_PROLOGUE_LEN);
	if (prologue != NULL)
		err = buf_append(&out, prologue, FRAME_PROLOGUE_LEN);
	if (err == ERR_OK &&
	    (err = frame_append(&out, payload->data, payload->len)) == ERR_OK)
		err = ws_send(c->ws, out.data, out.len);
	buf_finish(&out);
	return err;
}

/* ws_events */

static void
on_stage(void *ctx, enum stage stage)
{
	struct channel *c = ctx;

	if (stage < STAGE_NOISE)
		c->events->on_stage(c->ctx, stage);
}

static void
on_open(void *ctx)
{
	struct channel *c = ctx;
	struct handshake *h = c->handshake;
	struct keypair ephemeral = h->noise.ephemeral;
	struct buf hello;
	enum err err;

	c->events->on_stage(c->ctx, STAGE_NOISE);
	if (c->closed)
		goto out;
	buf_init(&hello, HELLO_MAX);
	if ((err = noise_client_hello(&h->noise, &ephemeral, &hello)) ==
	    ERR_OK)
		err = send_frame(c, FRAME_PROLOGUE, &hello);
	buf_finish(&hello);
	if (err != ERR_OK)
		lose(c, err, STAGE_NOISE, 0, err_text(err));
	else
		timer_start(c->deadline, CHANNEL_NOISE_MS);
out:
	keypair_finish(&ephemeral);
}

static void
on_deadline(void *ctx)
{
	lose(ctx, ERR_TIMEOUT, STAGE_NOISE, 0, "no ServerHello in time");
}

static void
finish_handshake(struct channel *c, const uint8_t *p, size_t n)
{
	struct handshake *h = c->handshake;
	struct buf finish;
	enum err err;

	buf_init(&finish, HELLO_MAX);
	err = noise_client_finish(&h->noise, &(struct noise_login){
	    .trust = c->trust,
	    .now = clock_wall_ms(c->clock) / 1000,
	    .static_key = &h->static_key,
	    .payload = h->payload.data,
	    .payload_len = h->payload.len,
	}, p, n, &finish, &c->transport);
	if (err == ERR_OK && !c->probe)
		err = send_frame(c, NULL, &finish);
	buf_finish(&finish);
	if (err != ERR_OK) {
		lose(c, err, STAGE_NOISE, 0, err_text(err));
		return;
	}
	drop_handshake(c);
	c->ready = true;
	c->events->on_stage(c->ctx, STAGE_LOGIN);
	if (!c->closed)
		c->events->on_ready(c->ctx);
}

static void
take_frame(struct channel *c, const uint8_t *p, size_t n)
{
	struct node *node = NULL;
	struct buf plain;
	enum err err;

	buf_init(&plain, FRAME_MAX);
	if ((err = noise_cipher_open(&c->transport.recv, p, n, &plain)) == ERR_OK)
		err = node_decode(plain.data, plain.len, &node);
	buf_finish(&plain);
	if (err != ERR_OK) {
		/* out of step with the peer or under attack: both end here */
		lose(c, err, STAGE_OPEN, 0, err_text(err));
		return;
	}
	c->events->on_node(c->ctx, node);
	node_destroy(node);
}

static void
on_message(void *ctx, const uint8_t *p, size_t n)
{
	struct channel *c = ctx;
	const uint8_t *frame;
	size_t len;
	enum err err;

	err = framer_push(&c->framer, p, n);
	while (err == ERR_OK && !c->lost && !c->closed &&
	    (err = framer_next(&c->framer, &frame, &len)) == ERR_OK) {
		if (c->ready)
			take_frame(c, frame, len);
		else if (c->handshake != NULL)
			finish_handshake(c, frame, len);
	}
	if (err != ERR_OK && err != ERR_TRUNCATED)
		lose(c, err, c->ready ? STAGE_OPEN : STAGE_NOISE, 0,
		    err_text(err));
}

static void
on_lost(void *ctx, enum err err, enum stage stage, int http_status,
    const char *detail)
{
	struct channel *c = ctx;

	if (stage == STAGE_OPEN && !c->ready)
		stage = STAGE_NOISE;
	lose(c, err, stage, http_status, detail);
}

static const struct ws_events ws_events = {
	.on_stage = on_stage,
	.on_open = on_open,
	.on_message = on_message,
	.on_lost = on_lost,
};

struct channel *
channel_open(const struct channel_params *params)
{
	struct channel *c = xcalloc(1, sizeof *c);
	struct handshake *h = xcalloc(1, sizeof *h);

	c->loop = params->loop;
	c->clock = params->clock;
	c->trust = params->trust;
	c->events = params->events;
	c->ctx = params->ctx;
	c->probe = params->probe;
	framer_init(&c->framer, FRAME_MAX);
	c->handshake = h;
	h->static_key = *params->noise_key;
	curve_keypair(params->rnd, &h->noise.ephemeral);
	buf_init_secret(&h->payload, HELLO_MAX);
	if (buf_append(&h->payload, params->payload, params->payload_len) !=
	    ERR_OK)
		abort();        /* a payload of ours is never that large */
	c->deadline = timer_create_on(c->loop, on_deadline, c);
	c->ws = ws_open(c->loop, &(struct ws_params){
	    .url = params->url,
	    .proxy = params->proxy,
	    .tls = params->tls,
	    .ticket = params->ticket,
	    .origin = ORIGIN,
	    .events = &ws_events,
	    .ctx = c,
	});
	return c;
}

static void
on_send_failed(void *ctx)
{
	lose(ctx, ERR_CLOSED, STAGE_OPEN, 0, "what is sent is not taken");
}

enum err
channel_send(struct channel *c, const struct node *node)
{
	struct buf plain, sealed;
	enum err err;

	if (!c->ready || c->lost)
		return ERR_CLOSED;
	buf_init(&plain, FRAME_MAX - GCM_TAG_LEN);
	buf_init(&sealed, FRAME_MAX);
	if ((err = node_encode(node, &plain)) == ERR_OK &&
	    (err = noise_cipher_seal(&c->transport.send, plain.data, plain.len,
	    &sealed)) == ERR_OK &&
	    (err = send_frame(c, NULL, &sealed)) != ERR_OK)
		/* the cipher has counted a frame that the server never sees;
		 * the channel is freed after what is deferred here */
		loop_defer(c->loop, on_send_failed, c);
	buf_finish(&sealed);
	buf_finish(&plain);
	return err;
}

static void
free_channel(void *ctx)
{
	struct channel *c = ctx;

	framer_finish(&c->framer);
	noise_cipher_finish(&c->transport.send);
	noise_cipher_finish(&c->transport.recv);
	free(c);
}

void
channel_hand_over(struct channel *c, void *ctx)
{
	c->ctx = ctx;
}

void
channel_close(struct channel *c)
{
	if (c == NULL || c->closed)
		return;
	c->closed = true;
	drop_handshake(c);
	ws_close(c->ws);
	c->ws = NULL;
	/* one of our callbacks may be below us on the stack */
	loop_defer(c->loop, free_channel, c);
}
