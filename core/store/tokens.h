/*
 * The table of access tokens on disk, tokens.db: records, each sealed. Not
 * part of the index, which can be made again from the companies; tokens
 * cannot. Format: tokens.c. All functions are for the loop's thread.
 */
#ifndef PAIRDESK_STORE_TOKENS_H
#define PAIRDESK_STORE_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/store/store.h"
#include "core/store/token_record.h"

struct token_table;

/*
 * Reads all into fn. *out is there in any case, to be closed before the
 * store. With an error problem says it in words, no record counts (fn may
 * have got some), and:
 * ERR_CORRUPT: the file is damaged, or sealed with another key. It was moved
 * to quarantine/, problem names it; the table is empty and takes records.
 * Others, also when it could not be moved: the table takes nothing.
 */
typedef void (*token_record_fn)(void *ctx, const struct token_record *r);
MUST_CHECK enum err token_table_open(struct store *s, token_record_fn fn,
    void *ctx, struct token_table **out, struct store_problem *problem);
/* Waits for changes by turning the loop. NULL ok. */
void token_table_close(struct token_table *t);

/* As store_commit: on the pool, in order, fn once it is on disk or has
 * failed, never from within the call; fn NULL ok. */
void token_table_put(struct token_table *t, const struct token_record *r,
    store_fn fn, void *ctx);
void token_table_delete(struct token_table *t, const char *id, store_fn fn,
    void *ctx);

/* BLAKE2b-256 with a key of the master key's: who has the file but not that
 * key cannot even try guesses. */
void token_table_hash(const struct token_table *t, const void *p, size_t n,
    uint8_t out[TOKEN_HASH_LEN]);

#endif
