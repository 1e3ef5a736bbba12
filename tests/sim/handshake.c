#include "tests/sim/handshake.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/sim/chain.h"
#include "tests/sim/check.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/login.h"
#include "tests/sim/must.h"
#include "tests/sim/proto.h"

/* HandshakeMessage and its parts */
#define CLIENT_HELLO 2
#define SERVER_HELLO 3
#define CLIENT_FINISH 4
#define PART_MAX 65536

struct handshake {
	struct noise_sym sym;
	struct keypair ephemeral;
};

void
handshake_destroy(struct handshake *hs)
{
	if (hs == NULL)
		return;
	noise_sym_finish(&hs->sym);
	keypair_finish(&hs->ephemeral);
	free(hs);
}

/* --- ServerHello ------------------------------------------------------- */

struct server_hello {
	struct buf ephemeral, fixed, payload;
};

static void
compose(struct conn *c, const uint8_t client[KEY_LEN], const char *cert_how,
    struct server_hello *out)
{
	struct handshake *hs = c->hs;
	const struct chain_keys *keys = c->sim->chain;
	struct secret dh;
	struct buf chain;

	noise_sym_init(&hs->sym);
	noise_sym_mix_hash(&hs->sym, client, KEY_LEN);
	curve_keypair(c->sim->rnd, &hs->ephemeral);
	noise_sym_mix_hash(&hs->sym, hs->ephemeral.pub, KEY_LEN);
	must(buf_append(&out->ephemeral, hs->ephemeral.pub, KEY_LEN));
	must(curve_shared(&hs->ephemeral.priv, client, &dh));
	noise_sym_mix_key(&hs->sym, &dh);
	must(noise_sym_encrypt(&hs->sym, keys->server.pub, KEY_LEN,
	    &out->fixed));
	must(curve_shared(&keys->server.priv, client, &dh));
	noise_sym_mix_key(&hs->sym, &dh);
	secret_finish(&dh);
	buf_init(&chain, 4096);
	if (!chain_build(keys, cert_how, c->sim->rnd, sim_wall_s(), &chain))
		fprintf(stderr, "wasim: no certificate variant %s\n", cert_how);
	must(noise_sym_encrypt(&hs->sym, chain.data, chain.len, &out->payload));
	buf_finish(&chain);
}

/* The "hello" fault: spoils the parts. */
static void
spoil(struct server_hello *h, const char *how)
{
	if (strcmp(how, "no-static") == 0)
		buf_clear(&h->fixed);
	else if (strcmp(how, "short-ephemeral") == 0)
		h->ephemeral.len--;
	else if (strcmp(how, "zero-ephemeral") == 0)
		memset(h->ephemeral.data, 0, h->ephemeral.len);
	else if (strcmp(how, "bad-static-tag") == 0)
		h->fixed.data[h->fixed.len - 1] ^= 1;
	else if (strcmp(how, "bad-payload-tag") == 0)
		h->payload.data[h->payload.len - 1] ^= 1;
	else if (strcmp(how, "huge") == 0)
		while (h->payload.len < 60000)
			must(buf_append(&h->payload, h->fixed.data, 32));
}

static void
put_hello(struct conn *c, const struct server_hello *h, const char *how)
{
	static const uint8_t extra[] = { 0x32, 2, 'x', 'y', 0xf8, 1, 5 };
	struct buf inner, outer;

	buf_init(&inner, PART_MAX + 1024);
	buf_init(&outer, PART_MAX + 1024);
	proto_put_bytes(&inner, 1, h->ephemeral.data, h->ephemeral.len);
	if (h->fixed.len > 0)
		proto_put_bytes(&inner, 2, h->fixed.data, h->fixed.len);
	proto_put_bytes(&inner, 3, h->payload.data, h->payload.len);
	if (strcmp(how, "extra-fields") == 0)
		must(buf_append(&inner, extra, sizeof extra));
	proto_put_bytes(&outer, SERVER_HELLO, inner.data, inner.len);
	if (strcmp(how, "garbage") == 0)
		conn_frame(c, "\xde\xad\xbe\xef garbage", 12);
	else if (strcmp(how, "empty") == 0)
		conn_frame(c, "", 0);
	else
		conn_frame(c, outer.data, outer.len);
	buf_finish(&inner);
	buf_finish(&outer);
}

static void
send_hello(struct conn *c, const uint8_t client[KEY_LEN])
{
	const cJSON *cert = fault_take(c, "cert");
	const cJSON *fault = fault_take(c, "hello");
	const char *how = fault == NULL ? "" : json_text(fault, "how");
	struct server_hello h;

	buf_init(&h.ephemeral, KEY_LEN);
	buf_init(&h.fixed, 256);
	buf_init(&h.payload, PART_MAX);
	compose(c, client, cert == NULL ? NULL : json_text(cert, "how"), &h);
	if (how == NULL)
		how = "garbage";
	spoil(&h, how);
	put_hello(c, &h, how);
	buf_finish(&h.ephemeral);
	buf_finish(&h.fixed);
	buf_finish(&h.payload);
}

static void
take_hello(struct conn *c, const uint8_t *p, size_t n)
{
	struct proto_field part, key;
	struct secret probe;

	if (!proto_find(p, n, CLIENT_HELLO, PROTO_BYTES, &part) ||
	    !proto_find(part.p, part.n, 1, PROTO_BYTES, &key) ||
	    key.n != KEY_LEN) {
		check_close(c, RULE_HELLO, "%zu bytes", n);
		return;
	}
	if (curve_shared(&c->sim->chain->server.priv, key.p, &probe) !=
	    ERR_OK) {
		check_close(c, RULE_HELLO, "ephemeral key is weak");
		return;
	}
	secret_finish(&probe);
	check_that(c, part.n == KEY_LEN + 2, RULE_HELLO_FIELDS,
	    "more than the ephemeral key");
	event_say(c->sim, c, "hello", NULL, NULL);
	c->hs = xcalloc(1, sizeof *c->hs);
	send_hello(c, key.p);
	if (!c->closing)
		(void)conn_enter(c, STAGE_FINISH);
}

/* --- ClientFinish ------------------------------------------------------ */

static bool
open_finish(struct conn *c, const struct proto_field *fixed,
    const struct proto_field *payload, struct buf *out)
{
	struct handshake *hs = c->hs;
	struct secret dh;
	struct buf pub;
	bool ok;

	buf_init(&pub, 64);
	ok = noise_sym_decrypt(&hs->sym, fixed->p, fixed->n, &pub) == ERR_OK &&
	    pub.len == KEY_LEN &&
	    curve_shared(&hs->ephemeral.priv, pub.data, &dh) == ERR_OK;
	if (ok) {
		memcpy(c->noise_pub, pub.data, KEY_LEN);
		noise_sym_mix_key(&hs->sym, &dh);
		secret_finish(&dh);
		ok = noise_sym_decrypt(&hs->sym, payload->p, payload->n, out)
		    == ERR_OK;
	}
	buf_finish(&pub);
	return ok;
}

static void
take_finish(struct conn *c, const uint8_t *p, size_t n)
{
	struct proto_field part, fixed, payload;
	struct buf plain;

	buf_init_secret(&plain, PART_MAX);
	if (!proto_find(p, n, CLIENT_FINISH, PROTO_BYTES, &part) ||
	    !proto_find(part.p, part.n, 1, PROTO_BYTES, &fixed) ||
	    !proto_find(part.p, part.n, 2, PROTO_BYTES, &payload) ||
	    fixed.n != KEY_LEN + GCM_TAG_LEN || payload.n < GCM_TAG_LEN ||
	    payload.n > PART_MAX || !open_finish(c, &fixed, &payload, &plain)) {
		check_close(c, RULE_FINISH, "%zu bytes", n);
		buf_finish(&plain);
		return;
	}
	check_that(c, !proto_has(part.p, part.n, 3) &&
	    !proto_has(part.p, part.n, 4) && !proto_has(part.p, part.n, 5),
	    RULE_FINISH_FIELDS, "fields of the post-quantum modes");
	noise_sym_split(&c->hs->sym, &c->recv, &c->send);
	c->is_transport = true;
	handshake_destroy(c->hs);
	c->hs = NULL;
	c->sim->count.handshakes++;
	event_say(c->sim, c, "finish", NULL, NULL);
	login_begin(c, plain.data, plain.len);
	buf_finish(&plain);
}

void
handshake_frame(struct conn *c, const uint8_t *p, size_t n)
{
	if (c->stage == STAGE_HELLO)
		take_hello(c, p, n);
	else
		take_finish(c, p, n);
}
