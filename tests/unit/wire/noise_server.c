#include "tests/unit/wire/noise_server.h"

#include <stdlib.h>
#include <string.h>

#include "core/wire/pb.h"
#include "core/wire/proto/cert.pb-c.h"
#include "core/wire/proto/handshake.pb-c.h"

static void
must(enum err err)
{
	if (err != ERR_OK)
		abort();
}

static void
fixed_key(uint8_t byte, struct keypair *out)
{
	uint8_t priv[KEY_LEN];

	memset(priv, byte, sizeof priv);
	curve_keypair_from(priv, out);
}

void
server_init(struct noise_server *s)
{
	*s = (struct noise_server){
		.intermediate_cert = { .serial = 70, .issuer_serial = 0,
		    .not_before = SERVER_NOW - 10, .not_after = SERVER_NOW + 10,
		    .key_len = KEY_LEN, .signature_len = SIGNATURE_LEN },
		.leaf_cert = { .serial = 700, .issuer_serial = 70,
		    .not_before = SERVER_NOW - 10, .not_after = SERVER_NOW + 10,
		    .key_len = KEY_LEN, .signature_len = SIGNATURE_LEN },
	};
	fixed_key(0x33, &s->ephemeral);
	fixed_key(0x44, &s->fixed);
	fixed_key(0x55, &s->intermediate);
	fixed_key(0x66, &s->root);
	memcpy(s->intermediate_cert.key, s->intermediate.pub, KEY_LEN);
	memcpy(s->leaf_cert.key, s->fixed.pub, KEY_LEN);
}

struct noise_trust
server_trust(const struct noise_server *s)
{
	struct noise_trust trust = { .root_serial = 0 };

	memcpy(trust.root_key, s->root.pub, KEY_LEN);
	return trust;
}

/* Details and signature are written to the two buffers, which m borrows. */
static void
issue(const struct server_cert *cert, const struct keypair *issuer,
    struct buf *details, uint8_t signature[SIGNATURE_LEN],
    Wa__CertChain__Certificate *m)
{
	Wa__CertDetails d = WA__CERT_DETAILS__INIT;

	d.has_serial = d.has_issuer_serial = true;
	d.serial = cert->serial;
	d.issuer_serial = cert->issuer_serial;
	d.has_key = cert->key_len > 0;
	d.key = pb_bytes(cert->key, cert->key_len);
	d.has_not_before = d.has_not_after = !cert->no_time;
	d.not_before = cert->not_before;
	d.not_after = cert->not_after;
	must(pb_append(&d.base, details));
	curve_sign(&issuer->priv, details->data, details->len, NULL,
	    signature);
	m->has_details = !cert->no_details;
	m->details = pb_bytes(details->data, details->len);
	m->has_signature = cert->signature_len > 0;
	m->signature = pb_bytes(signature, cert->signature_len);
}

void
server_chain(const struct noise_server *s, struct buf *out)
{
	Wa__CertChain chain = WA__CERT_CHAIN__INIT;
	Wa__CertChain__Certificate leaf = WA__CERT_CHAIN__CERTIFICATE__INIT,
	    intermediate = WA__CERT_CHAIN__CERTIFICATE__INIT;
	struct buf details[2];
	uint8_t signature[2][SIGNATURE_LEN];

	buf_init(&details[0], 256);
	buf_init(&details[1], 256);
	issue(&s->leaf_cert, &s->intermediate, &details[0], signature[0],
	    &leaf);
	issue(&s->intermediate_cert, &s->root, &details[1], signature[1],
	    &intermediate);
	if (!s->no_leaf)
		chain.leaf = &leaf;
	if (!s->no_intermediate)
		chain.intermediate = &intermediate;
	must(pb_append(&chain.base, out));
	buf_finish(&details[0]);
	buf_finish(&details[1]);
}

static void
mix_shared(struct noise_sym *s, const struct keypair *ours,
    const uint8_t theirs[KEY_LEN])
{
	struct secret dh;

	must(curve_shared(&ours->priv, theirs, &dh));
	noise_sym_mix_key(s, &dh);
}

void
server_hello(struct noise_server *s, const uint8_t client_ephemeral[KEY_LEN],
    const void *chain, size_t chain_len, struct buf *out)
{
	Wa__HandshakeMessage m = WA__HANDSHAKE_MESSAGE__INIT;
	Wa__HandshakeMessage__ServerHello hello =
	    WA__HANDSHAKE_MESSAGE__SERVER_HELLO__INIT;
	struct buf fixed, payload;

	buf_init(&fixed, 64);
	buf_init(&payload, 4096);
	noise_sym_init(&s->sym);
	noise_sym_mix_hash(&s->sym, client_ephemeral, KEY_LEN);
	noise_sym_mix_hash(&s->sym, s->ephemeral.pub, KEY_LEN);
	mix_shared(&s->sym, &s->ephemeral, client_ephemeral);
	must(noise_sym_encrypt(&s->sym, s->fixed.pub, KEY_LEN, &fixed));
	mix_shared(&s->sym, &s->fixed, client_ephemeral);
	must(noise_sym_encrypt(&s->sym, chain, chain_len, &payload));
	hello.has_ephemeral = hello.has_static_ = hello.has_payload = true;
	hello.ephemeral = pb_bytes(s->ephemeral.pub, KEY_LEN);
	hello.static_ = pb_bytes(fixed.data, fixed.len);
	hello.payload = pb_bytes(payload.data, payload.len);
	m.server_hello = &hello;
	must(pb_append(&m.base, out));
	buf_finish(&fixed);
	buf_finish(&payload);
}

enum err
server_finish(struct noise_server *s, const void *message, size_t n,
    struct buf *client_static, struct buf *payload)
{
	const Wa__HandshakeMessage *m;
	struct pb_arena arena;
	enum err err = ERR_MALFORMED;

	pb_arena_init(&arena);
	m = pb_unpack(&arena, &wa__handshake_message__descriptor, message, n);
	if (m != NULL && m->client_finish != NULL &&
	    (err = noise_sym_decrypt(&s->sym, m->client_finish->static_.data,
	    m->client_finish->static_.len, client_static)) == ERR_OK) {
		mix_shared(&s->sym, &s->ephemeral, client_static->data);
		err = noise_sym_decrypt(&s->sym,
		    m->client_finish->payload.data,
		    m->client_finish->payload.len, payload);
	}
	pb_arena_finish(&arena);
	return err;
}
