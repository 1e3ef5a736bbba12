/*
 * The fleet's own records, fleet.db: small sealed values by number, for what
 * must outlive the process and belongs to no company's database (attempts at
 * linking). Read whole when opened, changed on the pool. Format: ledger.c.
 * All functions are for the loop's thread.
 */
#ifndef PAIRDESK_STORE_LEDGER_H
#define PAIRDESK_STORE_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/store/store.h"

#define LEDGER_VALUE_MAX 65536

struct ledger;

/*
 * Reads all into fn, which must take any bytes. *out is there in any case,
 * to be closed before the store. With an error problem says it in words, no
 * record counts (fn may have got some), and:
 * ERR_CORRUPT: damaged, or sealed with another key. It was moved to
 * quarantine/, problem names it; the ledger is empty and takes records.
 * Others: it takes nothing.
 */
typedef void (*ledger_fn)(void *ctx, uint64_t id, const uint8_t *p, size_t n);
MUST_CHECK enum err ledger_open(struct store *s, ledger_fn fn, void *ctx,
    struct ledger **out, struct store_problem *problem);
/* Waits for changes by turning the loop. NULL ok. */
void ledger_close(struct ledger *l);

/* A number that no record has. */
uint64_t ledger_new_id(struct ledger *l);
/* As store_commit: in order, fn once it is on disk or has failed, never from
 * within the call; fn NULL ok. n: 1 .. LEDGER_VALUE_MAX. */
void ledger_put(struct ledger *l, uint64_t id, const void *p, size_t n,
    store_fn fn, void *ctx);
void ledger_delete(struct ledger *l, uint64_t id);
/* fn hears that all that was asked for so far is on disk, or that what was
 * asked for in this turn of the loop is not: one transaction. */
void ledger_sync(struct ledger *l, store_fn fn, void *ctx);

#endif
