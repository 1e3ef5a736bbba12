/*
 * Noise_XX_25519_AESGCM_SHA256 as WhatsApp runs it (protocol notes 2; Noise
 * specification revision 34). Bytes in, bytes out: no socket, clock or
 * randomness of its own. The symmetric state is public so that the
 * simulator can build the server's side on it.
 */
#ifndef PAIRDESK_WIRE_NOISE_H
#define PAIRDESK_WIRE_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/secret.h"
#include "core/wire/crypt.h"

/* Symmetric state: h, ck, k, n of the specification. */
struct noise_sym {
	uint8_t hash[32];
	struct secret chain;
	struct secret key;
	uint32_t counter;
};

void noise_sym_init(struct noise_sym *s);       /* name, then the prologue */
void noise_sym_finish(struct noise_sym *s);
void noise_sym_mix_hash(struct noise_sym *s, const void *p, size_t n);
void noise_sym_mix_key(struct noise_sym *s, const struct secret *dh);
/* Appends n + 16 bytes, mixes them into the hash. */
MUST_CHECK enum err noise_sym_encrypt(struct noise_sym *s, const void *p,
    size_t n, struct buf *out);
/* Appends n - 16 bytes. ERR_AUTH leaves s unusable. */
MUST_CHECK enum err noise_sym_decrypt(struct noise_sym *s, const void *p,
    size_t n, struct buf *out);

/* One direction of the transport that follows. */
struct noise_cipher {
	struct secret key;
	uint32_t counter;
};

void noise_cipher_finish(struct noise_cipher *c);
/* first: initiator's sending key; second: its receiving key. */
void noise_sym_split(const struct noise_sym *s, struct noise_cipher *first,
    struct noise_cipher *second);
/* One frame each; the counter moves only on ERR_OK. ERR_AUTH is fatal. */
MUST_CHECK enum err noise_cipher_seal(struct noise_cipher *c, const void *p,
    size_t n, struct buf *out);
MUST_CHECK enum err noise_cipher_open(struct noise_cipher *c, const void *p,
    size_t n, struct buf *out);

/* Whom we trust to sign server certificates. */
struct noise_trust {
	uint8_t root_key[KEY_LEN];
	uint32_t root_serial;
};

/* WhatsApp's own root (protocol notes 2). */
extern const struct noise_trust noise_trust_whatsapp;

/*
 * The seven checks on the decrypted certificate chain; now in unix seconds.
 * ERR_CERT_MALFORMED, ERR_CERT_SIGNATURE, ERR_CERT_ISSUER, ERR_CERT_KEY,
 * ERR_CERT_TIME (checked last, so it means: all else is right).
 */
MUST_CHECK enum err noise_cert_verify(const struct noise_trust *trust,
    int64_t now, const uint8_t server_static[KEY_LEN], const void *chain,
    size_t n);

/* The client's handshake. Embed it, zeroed; wiped once it is over. */
struct noise_client {
	struct noise_sym sym;
	struct keypair ephemeral;
	bool is_waiting;        /* hello made, finish not yet */
};

/* Appends the ClientHello message (no frame header, no prologue). */
MUST_CHECK enum err noise_client_hello(struct noise_client *c,
    const struct keypair *ephemeral, struct buf *out);

/* What the second half of a handshake needs; all borrowed. */
struct noise_login {
	const struct noise_trust *trust;
	int64_t now;                    /* unix seconds, for the certificates */
	const struct keypair *static_key;
	const void *payload;            /* ClientPayload */
	size_t payload_len;
};

/* What it gives. */
struct noise_transport {
	struct noise_cipher send, recv;
};

/*
 * Reads the ServerHello message, verifies the certificate, appends the
 * ClientFinish message that carries payload, and gives the transport keys.
 * Any error is final for the connection and leaves out and transport as
 * they were; c is wiped in any case. ERR_MALFORMED, ERR_WEAK_KEY, ERR_AUTH,
 * those of noise_cert_verify; ERR_INTERNAL without a hello before.
 */
MUST_CHECK enum err noise_client_finish(struct noise_client *c,
    const struct noise_login *login, const void *server_hello,
    size_t server_hello_len, struct buf *out,
    struct noise_transport *transport);

/* For handshakes that end before; NULL and twice are no-ops. */
void noise_client_destroy_keys(struct noise_client *c);

#endif
