/*
 * A stored value sealed for its place: XChaCha20-Poly1305 under the
 * company's key, the place's name as associated data. Format: seal.c. Pure.
 */
#ifndef PAIRDESK_STORE_SEAL_H
#define PAIRDESK_STORE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/base/secret.h"

#define SEAL_OVERHEAD (1 + 24 + 16)     /* version, nonce, tag */

/* Where a value lives. company "" is the state directory itself. */
struct seal_place {
	const char *company, *table, *key;
};

/* The company's own key; caller wipes it. */
void seal_company_key(const struct secret *master, const char *company,
    struct secret *out);

/* The key that access tokens are hashed with; caller wipes it. */
void seal_token_key(const struct secret *master, struct secret *out);

/* Appends the sealed p[n] to out; out is unchanged on error. */
MUST_CHECK enum err seal_value(const struct secret *key, const struct rnd *rnd,
    const struct seal_place *place, const void *p, size_t n, struct buf *out);

/* Appends the opened value to out (use a secret buf). ERR_TRUNCATED,
 * ERR_UNSUPPORTED (version), ERR_AUTH: not ours, or not from this place. */
MUST_CHECK enum err seal_open(const struct secret *key,
    const struct seal_place *place, const void *p, size_t n, struct buf *out);

#endif
