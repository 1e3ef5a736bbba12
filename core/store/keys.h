/*
 * The data keys of a state directory, newest first: the newest seals, all of
 * them open. Usually there is one; while `rekey` is under way the former one
 * is there as well. Safe on any thread.
 */
#ifndef PAIRDESK_STORE_KEYS_H
#define PAIRDESK_STORE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/base/secret.h"

struct seal_place;

#define KEYS_MAX 8

/* Keys in their order; whoever has one finishes it. */
struct key_set {
	struct secret at[KEYS_MAX];
	size_t count;
};
void key_set_finish(struct key_set *s);         /* NULL ok */

/* As seal_value, under the newest. */
MUST_CHECK enum err key_set_seal(const struct key_set *s,
    const struct rnd *rnd, const struct seal_place *place, const void *p,
    size_t n, struct buf *out);
/* As seal_open, under whichever opens it. *former (NULL ok): it was not the
 * newest. */
MUST_CHECK enum err key_set_open(const struct key_set *s,
    const struct seal_place *place, const void *p, size_t n, struct buf *out,
    bool *former);

struct keys;

/* In memory that is locked, where the system lets us, and wiped. Empty. */
struct keys *keys_create(void);
void keys_destroy(struct keys *k);              /* NULL ok */
/* token: what access tokens are hashed with (seal_token_key). */
void keys_set(struct keys *k, const struct key_set *data,
    const struct secret *token);
size_t keys_count(struct keys *k);

/* Each data key, made one for this company: seal_company_key. */
void keys_of(struct keys *k, const char *company, struct key_set *out);
void keys_data(struct keys *k, struct key_set *out);
void keys_token(struct keys *k, struct secret *out);

#endif
