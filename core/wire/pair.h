/*
 * Linking: QR text, pair-success with the ADV checks, and the pairing code's
 * cryptography (protocol notes 7 and 8). Pure.
 */
#ifndef PAIRDESK_WIRE_PAIR_H
#define PAIRDESK_WIRE_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/wire/identity.h"
#include "core/wire/node.h"

#define PAIR_REF_MAX 512        /* bytes of one ref */
#define PAIR_REFS_MAX 16

/* Appends the five-field QR text with the wa.me prefix (notes 7.3). */
MUST_CHECK enum err pair_qr_text(const struct identity *id, const char *ref,
    char platform_id, struct buf *out);

/* What pair-success asks for; account is filled on success only. */
struct pair_result {
	struct account account;
	/* on failure: what the error reply must carry */
	unsigned error_code;            /* 401, 500 */
	const char *error_text;         /* "hmac-mismatch"...; static */
};

/*
 * Steps 1 to 6 of notes 7.5 on a <pair-success> iq: parse, HMAC, account
 * signature, our device signature (rnd as in curve_sign). On ERR_OK
 * result->account is complete and *reply is the pair-device-sign answer,
 * which may be sent only after the account is stored. On an error that a
 * peer should hear (ERR_PAIR_HMAC, ERR_PAIR_SIGNATURE, ERR_MALFORMED...)
 * *reply is the error answer. The caller destroys *reply; NULL if the iq has
 * no id to answer to.
 */
MUST_CHECK enum err pair_success_check(const struct node *iq,
    const struct identity *id, const struct rnd *rnd,
    struct pair_result *result, struct node **reply);

/* The error answer alone, for vetoes and failed saves: 500 internal-error. */
struct node *pair_error_reply(const struct node *iq, unsigned code,
    const char *text);

/* --- pairing code ------------------------------------------------------ */

#define CODE_LEN 8              /* characters, without the dash */
#define CODE_ROUNDS 131072u
#define CODE_WRAPPED_LEN 80     /* salt 32, iv 16, key 32 */
#define CODE_BUNDLE_LEN 156     /* salt 32, iv 12, sealed 112 */

/* 5 bytes to 8 characters of WhatsApp's base32; out gets a NUL too. */
void code_from_bytes(const uint8_t bytes[5], char out[CODE_LEN + 1]);
/* "abcd-efgh" or "ABCDEFGH" to canonical form; false if not a code. */
bool code_normalise(const char *text, char out[CODE_LEN + 1]);

/* The key of a code with a salt: PBKDF2, slow, for a worker thread. */
void code_key(const char code[CODE_LEN + 1], const uint8_t salt[32],
    struct secret *out);

/* salt || iv || AES-CTR(key, pub) */
void code_wrap(const struct secret *key, const uint8_t salt[32],
    const uint8_t iv[16], const uint8_t pub[KEY_LEN],
    uint8_t out[CODE_WRAPPED_LEN]);
/* The other direction with the key made from the blob's own salt. */
void code_unwrap(const struct secret *key,
    const uint8_t wrapped[CODE_WRAPPED_LEN], uint8_t pub[KEY_LEN]);

/* Iq for stage companion_hello. phone: digits only. */
struct node *code_hello_iq(const char *id, const char *phone,
    const uint8_t wrapped[CODE_WRAPPED_LEN], const uint8_t noise_pub[KEY_LEN],
    char platform_id, const char *display);

/* The notification of stage primary_hello, parsed and borrowed. */
struct code_primary {
	const uint8_t *wrapped;         /* CODE_WRAPPED_LEN bytes */
	const uint8_t *identity_pub;    /* KEY_LEN bytes */
	const uint8_t *ref;
	size_t ref_len;
};
/* ERR_MALFORMED unless all parts are there in their exact sizes. */
MUST_CHECK enum err code_primary_parse(const struct node *notification,
    struct code_primary *out);

/* Steps 2 to 7 of notes 8.6. Randomness: adv_random 32, salt 32, iv 12, in
 * this order from rnd. ERR_WEAK_KEY if the phone's key is bad. */
MUST_CHECK enum err code_finish(const struct keypair *our_ephemeral,
    const struct identity *id, const uint8_t primary_ephemeral[KEY_LEN],
    const uint8_t primary_identity[KEY_LEN], const struct rnd *rnd,
    uint8_t bundle[CODE_BUNDLE_LEN], struct secret *adv_secret);

/* Iq for stage companion_finish. */
struct node *code_finish_iq(const char *id, const char *phone,
    const uint8_t bundle[CODE_BUNDLE_LEN], const uint8_t identity_pub[KEY_LEN],
    const uint8_t *ref, size_t ref_len);

#endif
