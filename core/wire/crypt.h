/*
 * The primitives of the protocol over libsodium, with mbedtls where libsodium
 * has none (AES-CTR) or the processor lacks AES-NI (AES-GCM). Pure.
 */
#ifndef PAIRDESK_WIRE_CRYPT_H
#define PAIRDESK_WIRE_CRYPT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/base/secret.h"

#define SHA256_LEN 32
#define HMAC_LEN 32
#define GCM_TAG_LEN 16
#define GCM_NONCE_LEN 12
#define SIGNATURE_LEN 64

void crypt_sha256(const void *p, size_t n, uint8_t out[SHA256_LEN]);
void crypt_md5(const void *p, size_t n, uint8_t out[16]);
void crypt_hmac_sha256(const void *key, size_t key_len, const void *p,
    size_t n, uint8_t out[HMAC_LEN]);

/* RFC 5869 with SHA-256; salt NULL is 32 zero bytes; n <= 255 * 32. */
void crypt_hkdf(const void *ikm, size_t ikm_len, const void *salt,
    size_t salt_len, const char *info, uint8_t *out, size_t n);

/* RFC 8018 with HMAC-SHA-256. Tens of milliseconds: never on the loop. */
void crypt_pbkdf2(const void *password, size_t password_len, const void *salt,
    size_t salt_len, uint32_t rounds, uint8_t out[KEY_LEN]);

/* AES-256-GCM. out gets n + GCM_TAG_LEN, or n - GCM_TAG_LEN, bytes. */
void crypt_gcm_seal(const uint8_t key[KEY_LEN],
    const uint8_t nonce[GCM_NONCE_LEN], const void *aad, size_t aad_len,
    const void *p, size_t n, uint8_t *out);
/* ERR_AUTH when the tag does not fit; out is then zeroed. */
MUST_CHECK enum err crypt_gcm_open(const uint8_t key[KEY_LEN],
    const uint8_t nonce[GCM_NONCE_LEN], const void *aad, size_t aad_len,
    const void *p, size_t n, uint8_t *out);

/* AES-256-CTR with a 128-bit big-endian counter; encrypts and decrypts. */
void crypt_ctr(const uint8_t key[KEY_LEN], const uint8_t iv[16],
    const void *p, size_t n, uint8_t *out);

/* Curve25519 */

/* Signal's type byte, in front of keys where notes 3 say so */
#define KEY_TYPE_DJB 0x05

/* A new clamped pair. */
void curve_keypair(const struct rnd *rnd, struct keypair *out);
/* So many; cheaper than one by one. */
void curve_keypairs(const struct rnd *rnd, struct keypair *out, size_t count);
/* The pair of a stored private key, which is clamped first. */
void curve_keypair_from(const uint8_t priv[KEY_LEN], struct keypair *out);
/* ERR_WEAK_KEY for a low-order public key (all-zero result). */
MUST_CHECK enum err curve_shared(const struct secret *priv,
    const uint8_t pub[KEY_LEN], struct secret *out);

/*
 * XEdDSA as WhatsApp uses it (protocol notes 3; Signal's XEdDSA
 * specification with the sign bit of A kept in bit 7 of byte 63).
 * Signing takes 64 random bytes from rnd; NULL signs without (deterministic:
 * r = SHA-512(clamped key || message), the form libsignal-node computes).
 */
void curve_sign(const struct secret *priv, const void *p, size_t n,
    const struct rnd *rnd, uint8_t out[SIGNATURE_LEN]);
/* ERR_SIGNATURE, ERR_WEAK_KEY (u = -1 or small order). */
MUST_CHECK enum err curve_verify(const uint8_t pub[KEY_LEN], const void *p,
    size_t n, const uint8_t sig[SIGNATURE_LEN]);

#endif
