/*
 * bench login: the bare cryptography of one login.
 * bench crypto: what the protocol's mathematics cost by themselves.
 */
#include "tests/bench/bench.h"

#include <stdlib.h>
#include <string.h>

#include "core/wire/crypt.h"
#include "core/wire/node.h"
#include "core/wire/pair.h"
#include "core/wire/prekey.h"
#include "core/wire/stanza.h"

#define SIGNED_LEN 76           /* details of a noise certificate */
#define KIB 1024

struct keys {
	struct keypair ours, theirs;
	struct secret shared;
	uint8_t message[SIGNED_LEN], signature[SIGNATURE_LEN];
};

static void
make_keys(struct keys *k)
{
	curve_keypair(rnd_system(), &k->ours);
	curve_keypair(rnd_system(), &k->theirs);
	memset(k->message, 7, sizeof k->message);
	curve_sign(&k->theirs.priv, k->message, sizeof k->message,
	    rnd_system(), k->signature);
}

static void
one_shared(void *ctx)
{
	struct keys *k = ctx;

	if (curve_shared(&k->ours.priv, k->theirs.pub, &k->shared) != ERR_OK)
		bench_die("curve_shared", "refused");
}

static void
one_pair(void *ctx)
{
	struct keys *k = ctx;

	curve_keypair(rnd_system(), &k->ours);
}

static void
one_verify(void *ctx)
{
	const struct keys *k = ctx;

	if (curve_verify(k->theirs.pub, k->message, sizeof k->message,
	    k->signature) != ERR_OK)
		bench_die("curve_verify", "refused");
}

static void
one_sign(void *ctx)
{
	struct keys *k = ctx;

	curve_sign(&k->theirs.priv, k->message, sizeof k->message,
	    rnd_system(), k->signature);
}

/* The yardstick of a login, as the bar words it: no hashes, no ciphers. */
static void
one_login(void *ctx)
{
	one_pair(ctx);
	one_shared(ctx);
	one_shared(ctx);
	one_shared(ctx);
	one_verify(ctx);
	one_verify(ctx);
}

static void
say_curve(void)
{
	struct keys k;

	make_keys(&k);
	bench_say("x25519_us", bench_best_ns(one_shared, &k, 500) / 1e3);
	bench_say("keypair_us", bench_best_ns(one_pair, &k, 500) / 1e3);
	bench_say("verify_us", bench_best_ns(one_verify, &k, 500) / 1e3);
	bench_say("sign_us", bench_best_ns(one_sign, &k, 500) / 1e3);
}

static void
one_gcm(void *ctx)
{
	static const uint8_t nonce[GCM_NONCE_LEN], plain[KIB];
	const struct keys *k = ctx;
	uint8_t out[KIB + GCM_TAG_LEN];

	crypt_gcm_seal(k->shared.b, nonce, NULL, 0, plain, sizeof plain, out);
}

static void
one_code_key(void *ctx)
{
	static const uint8_t salt[32] = { 1, 2, 3 };
	struct keys *k = ctx;

	code_key("ABCDEFGH", salt, &k->shared);
}

static void
say_symmetric(void)
{
	struct keys k;

	make_keys(&k);
	one_shared(&k);
	bench_say("gcm_mb_s", KIB * 1e3 / bench_best_ns(one_gcm, &k, 20000));
	bench_say("pbkdf2_ms", bench_best_ns(one_code_key, &k, 1) / 1e6);
}

static void
one_prekey_set(void *ctx)
{
	prekey_make(rnd_system(), 1, PREKEYS_FIRST, ctx);
}

/* A stanza as chats bring them, and the one large stanza that we send. */
struct stanzas {
	struct node *message;
	struct prekey *keys;
	struct buf out;
};

static struct node *
make_message(void)
{
	static const uint8_t sealed[240] = { 9 };
	struct node *n = node_create("message"), *enc;

	node_set(n, "from", "79001234567@s.whatsapp.net");
	node_set(n, "id", "3EB0A9C1D2E3F405162738");
	node_set(n, "type", "text");
	node_set(n, "t", "1764000000");
	node_set(n, "notify", "Reception");
	enc = node_add_new(n, "enc");
	node_set(enc, "v", "2");
	node_set(enc, "type", "msg");
	node_set_bytes(enc, sealed, sizeof sealed);
	return n;
}

static void
one_encode(void *ctx)
{
	struct stanzas *s = ctx;

	buf_clear(&s->out);
	if (node_encode(s->message, &s->out) != ERR_OK)
		bench_die("node_encode", "refused");
}

static void
one_decode(void *ctx)
{
	const struct stanzas *s = ctx;
	struct node *n;

	if (node_decode(s->out.data, s->out.len, &n) != ERR_OK)
		bench_die("node_decode", "refused");
	node_destroy(n);
}

static void
say_nodes(struct stanzas *s, const char *encode, const char *decode,
    unsigned calls)
{
	bench_say(encode, bench_best_ns(one_encode, s, calls) / 1e3);
	bench_say(decode, bench_best_ns(one_decode, s, calls) / 1e3);
	node_destroy(s->message);
}

static void
say_stanzas(void)
{
	struct stanzas s = { .message = make_message() };
	struct identity id;

	buf_init(&s.out, NODE_FRAME_MAX);
	say_nodes(&s, "encode_us", "decode_us", 5000);
	identity_create(rnd_system(), &id);
	s.keys = calloc(PREKEYS_FIRST, sizeof *s.keys);
	if (s.keys == NULL)
		bench_die("memory", "none left");
	bench_say("prekeys_ms",
	    bench_best_ns(one_prekey_set, s.keys, 1) / 1e6);
	s.message = prekey_upload_iq("1.1-1", &id, s.keys, PREKEYS_FIRST);
	say_nodes(&s, "encode_prekeys_us", "decode_prekeys_us", 50);
	identity_finish(&id);
	free(s.keys);
	buf_finish(&s.out);
}

int
bench_login(int argc, char **argv)
{
	struct keys k;

	(void)argc;
	(void)argv;
	bench_limit(60);
	make_keys(&k);
	bench_say("login_crypto_us", bench_best_ns(one_login, &k, 200) / 1e3);
	return 0;
}

int
bench_crypto(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	bench_limit(60);
	say_curve();
	say_symmetric();
	say_stanzas();
	return 0;
}
