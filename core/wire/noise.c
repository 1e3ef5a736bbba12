#include "core/wire/noise.h"

#include <string.h>

#include <sodium.h>

#include "core/wire/frame.h"
#include "core/wire/pb.h"
#include "core/wire/proto/handshake.pb-c.h"

#define SEALED_KEY_LEN (KEY_LEN + GCM_TAG_LEN)

/* Exactly as long as a hash with its four NULs, and therefore h itself. */
static const uint8_t protocol_name[SHA256_LEN] =
    "Noise_XX_25519_AESGCM_SHA256\0\0\0";

/* Eight zero bytes and the counter: the four zeroes and u64be of the Noise
 * specification, of which WhatsApp uses 32 bits. */
static void
nonce_of(uint32_t counter, uint8_t out[GCM_NONCE_LEN])
{
	memset(out, 0, GCM_NONCE_LEN);
	out[8] = (uint8_t)(counter >> 24);
	out[9] = (uint8_t)(counter >> 16);
	out[10] = (uint8_t)(counter >> 8);
	out[11] = (uint8_t)counter;
}

/*
 * Both keep the counter from wrapping: a nonce used twice under one key gives
 * AES-GCM's authentication key away.
 */
static enum err
aead_seal(const struct secret *key, uint32_t *counter, const void *aad,
    size_t aad_len, const void *p, size_t n, struct buf *out)
{
	uint8_t nonce[GCM_NONCE_LEN], *where;
	enum err err;

	if (*counter == UINT32_MAX)
		return ERR_PEER_PROTOCOL;
	if (n > SIZE_MAX - GCM_TAG_LEN)
		return ERR_TOO_LARGE;
	if ((err = buf_extend(out, n + GCM_TAG_LEN, &where)) != ERR_OK)
		return err;
	nonce_of((*counter)++, nonce);
	crypt_gcm_seal(key->b, nonce, aad, aad_len, p, n, where);
	return ERR_OK;
}

static enum err
aead_open(const struct secret *key, uint32_t *counter, const void *aad,
    size_t aad_len, const void *p, size_t n, struct buf *out)
{
	uint8_t nonce[GCM_NONCE_LEN], *where;
	enum err err;

	if (*counter == UINT32_MAX)
		return ERR_PEER_PROTOCOL;
	if (n < GCM_TAG_LEN)
		return ERR_AUTH;
	if ((err = buf_extend(out, n - GCM_TAG_LEN, &where)) != ERR_OK)
		return err;
	nonce_of(*counter, nonce);
	err = crypt_gcm_open(key->b, nonce, aad, aad_len, p, n, where);
	if (err == ERR_OK)
		(*counter)++;
	else
		buf_truncate(out, out->len - (n - GCM_TAG_LEN));
	return err;
}

void
noise_sym_init(struct noise_sym *s)
{
	memcpy(s->hash, protocol_name, sizeof s->hash);
	memcpy(s->chain.b, protocol_name, KEY_LEN);
	memcpy(s->key.b, protocol_name, KEY_LEN);
	s->counter = 0;
	noise_sym_mix_hash(s, FRAME_PROLOGUE, FRAME_PROLOGUE_LEN);
}

void
noise_sym_finish(struct noise_sym *s)
{
	if (s != NULL)
		secret_wipe(s, sizeof *s);
}

void
noise_sym_mix_hash(struct noise_sym *s, const void *p, size_t n)
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, s->hash, sizeof s->hash);
	crypto_hash_sha256_update(&state, p, n);
	crypto_hash_sha256_final(&state, s->hash);
}

void
noise_sym_mix_key(struct noise_sym *s, const struct secret *dh)
{
	uint8_t keys[2 * KEY_LEN];

	crypt_hkdf(dh->b, KEY_LEN, s->chain.b, KEY_LEN, "", keys, sizeof keys);
	memcpy(s->chain.b, keys, KEY_LEN);
	memcpy(s->key.b, keys + KEY_LEN, KEY_LEN);
	s->counter = 0;
	secret_wipe(keys, sizeof keys);
}

enum err
noise_sym_encrypt(struct noise_sym *s, const void *p, size_t n,
    struct buf *out)
{
	enum err err;

	err = aead_seal(&s->key, &s->counter, s->hash, sizeof s->hash, p, n,
	    out);
	if (err == ERR_OK)
		noise_sym_mix_hash(s, out->data + out->len - n - GCM_TAG_LEN,
		    n + GCM_TAG_LEN);
	return err;
}

enum err
noise_sym_decrypt(struct noise_sym *s, const void *p, size_t n,
    struct buf *out)
{
	enum err err;

	err = aead_open(&s->key, &s->counter, s->hash, sizeof s->hash, p, n,
	    out);
	if (err == ERR_OK)
		noise_sym_mix_hash(s, p, n);
	return err;
}

void
noise_cipher_finish(struct noise_cipher *c)
{
	if (c != NULL)
		secret_wipe(c, sizeof *c);
}

void
noise_sym_split(const struct noise_sym *s, struct noise_cipher *first,
    struct noise_cipher *second)
{
	uint8_t keys[2 * KEY_LEN];

	crypt_hkdf(NULL, 0, s->chain.b, KEY_LEN, "", keys, sizeof keys);
	memcpy(first->key.b, keys, KEY_LEN);
	memcpy(second->key.b, keys + KEY_LEN, KEY_LEN);
	first->counter = second->counter = 0;
	secret_wipe(keys, sizeof keys);
}

enum err
noise_cipher_seal(struct noise_cipher *c, const void *p, size_t n,
    struct buf *out)
{
	return aead_seal(&c->key, &c->counter, NULL, 0, p, n, out);
}

enum err
noise_cipher_open(struct noise_cipher *c, const void *p, size_t n,
    struct buf *out)
{
	return aead_open(&c->key, &c->counter, NULL, 0, p, n, out);
}

enum err
noise_client_hello(struct noise_client *c, const struct keypair *ephemeral,
    struct buf *out)
{
	Wa__HandshakeMessage m = WA__HANDSHAKE_MESSAGE__INIT;
	Wa__HandshakeMessage__ClientHello hello =
	    WA__HANDSHAKE_MESSAGE__CLIENT_HELLO__INIT;

	noise_sym_init(&c->sym);
	noise_sym_mix_hash(&c->sym, ephemeral->pub, KEY_LEN);
	c->ephemeral = *ephemeral;
	c->is_waiting = true;
	hello.has_ephemeral = true;
	hello.ephemeral = pb_bytes(ephemeral->pub, KEY_LEN);
	m.client_hello = &hello;
	return pb_append(&m.base, out);
}

static enum err
mix_shared(struct noise_sym *s, const struct secret *priv,
    const uint8_t pub[KEY_LEN])
{
	struct secret dh;
	enum err err;

	if ((err = curve_shared(priv, pub, &dh)) == ERR_OK) {
		noise_sym_mix_key(s, &dh);
		secret_finish(&dh);
	}
	return err;
}

/* -> e, ee, s, es and the certificate in the payload. */
static enum err
read_server_hello(struct noise_client *c, const struct noise_trust *trust,
    int64_t now, const Wa__HandshakeMessage__ServerHello *hello)
{
	struct buf server_static, chain;
	enum err err;

	buf_init(&server_static, KEY_LEN);
	buf_init(&chain, PB_INPUT_MAX);
	noise_sym_mix_hash(&c->sym, hello->ephemeral.data, KEY_LEN);
	if ((err = mix_shared(&c->sym, &c->ephemeral.priv,
	    hello->ephemeral.data)) == ERR_OK &&
	    (err = noise_sym_decrypt(&c->sym, hello->static_.data,
	    hello->static_.len, &server_static)) == ERR_OK &&
	    (err = mix_shared(&c->sym, &c->ephemeral.priv,
	    server_static.data)) == ERR_OK &&
	    (err = noise_sym_decrypt(&c->sym, hello->payload.data,
	    hello->payload.len, &chain)) == ERR_OK)
		err = noise_cert_verify(trust, now, server_static.data,
		    chain.data, chain.len);
	buf_finish(&server_static);
	buf_finish(&chain);
	return err;
}

/* <- s, se and our payload. */
static enum err
write_client_finish(struct noise_client *c, const struct noise_login *login,
    const uint8_t server_ephemeral[KEY_LEN], struct buf *out)
{
	Wa__HandshakeMessage m = WA__HANDSHAKE_MESSAGE__INIT;
	Wa__HandshakeMessage__ClientFinish finish =
	    WA__HANDSHAKE_MESSAGE__CLIENT_FINISH__INIT;
	struct buf sealed_static, sealed_payload;
	enum err err;

	buf_init(&sealed_static, SEALED_KEY_LEN);
	buf_init(&sealed_payload, FRAME_MAX);
	if ((err = noise_sym_encrypt(&c->sym, login->static_key->pub, KEY_LEN,
	    &sealed_static)) == ERR_OK &&
	    (err = mix_shared(&c->sym, &login->static_key->priv,
	    server_ephemeral)) == ERR_OK &&
	    (err = noise_sym_encrypt(&c->sym, login->payload,
	    login->payload_len, &sealed_payload)) == ERR_OK) {
		finish.has_static_ = finish.has_payload = true;
		finish.static_ = pb_bytes(sealed_static.data,
		    sealed_static.len);
		finish.payload = pb_bytes(sealed_payload.data,
		    sealed_payload.len);
		m.client_finish = &finish;
		err = pb_append(&m.base, out);
	}
	buf_finish(&sealed_static);
	buf_finish(&sealed_payload);
	return err;
}

static bool
hello_is_complete(const Wa__HandshakeMessage__ServerHello *hello)
{
	return hello != NULL &&
	    pb_has(hello->has_ephemeral, &hello->ephemeral, KEY_LEN) &&
	    pb_has(hello->has_static_, &hello->static_, SEALED_KEY_LEN) &&
	    hello->has_payload;
}

enum err
noise_client_finish(struct noise_client *c, const struct noise_login *login,
    const void *server_hello, size_t server_hello_len, struct buf *out,
    struct noise_transport *transport)
{
	const Wa__HandshakeMessage *m;
	struct pb_arena arena;
	enum err err = ERR_MALFORMED;

	if (!c->is_waiting)
		return ERR_INTERNAL;
	pb_arena_init(&arena);
	m = pb_unpack(&arena, &wa__handshake_message__descriptor, server_hello,
	    server_hello_len);
	if (m != NULL && hello_is_complete(m->server_hello) &&
	    (err = read_server_hello(c, login->trust, login->now,
	    m->server_hello)) == ERR_OK &&
	    (err = write_client_finish(c, login,
	    m->server_hello->ephemeral.data, out)) == ERR_OK)
		noise_sym_split(&c->sym, &transport->send, &transport->recv);
	pb_arena_finish(&arena);
	noise_client_destroy_keys(c);
	return err;
}

void
noise_client_destroy_keys(struct noise_client *c)
{
	if (c != NULL)
		secret_wipe(c, sizeof *c);
}
