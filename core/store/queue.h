/*
 * Changes of companies on their way to the disk: done on the worker pool,
 * in order for one company, at once for different ones. All functions are
 * for the loop's thread.
 */
#ifndef PAIRDESK_STORE_QUEUE_H
#define PAIRDESK_STORE_QUEUE_H

#include <stdbool.h>

#include "core/store/store.h"
#include "core/store/vault.h"

struct queue;

/* v must live as long. loop NULL: nothing may be queued. */
struct queue *queue_create(const struct vault *v, struct loop *loop);
/* Turns the loop until nothing is waiting, running or open. */
void queue_drain(struct queue *q);
void queue_destroy(struct queue *q);    /* drained; NULL ok */

/* As store_commit, store_quarantine, store_remove. */
void queue_commit(struct queue *q, const char *company, struct store_batch *b,
    store_fn fn, void *ctx);
void queue_quarantine(struct queue *q, const char *company,
    const char *reason, store_fn fn, void *ctx);
void queue_remove(struct queue *q, const char *company,
    enum removal how, store_fn fn, void *ctx);

/* As store_backup, store_restore. */
void queue_backup(struct queue *q, const char *company, enum backup_why why,
    store_fn fn, void *ctx);
void queue_restore(struct queue *q, const char *company, const char *id,
    store_fn fn, void *ctx);
/* vault_reseal of a directory of the company's, which must live as long, in
 * the order of its commits. left is called on the pool, before fn. */
void queue_reseal(struct queue *q, const char *company, const char *dir,
    vault_left_fn left, store_fn fn, void *ctx);
/* fn gets every company that something waits, runs or is open of. */
void queue_each(const struct queue *q, void (*fn)(void *ctx,
    const char *company), void *ctx);

/* Something of the company waits, runs or is still open for writing. */
bool queue_has(const struct queue *q, const char *company);
/* Has the WAL that a crash left moved into the database, on the pool. */
void queue_fold(struct queue *q, const char *company);
/* The company's directory is being moved right now: do not look into it. */
bool queue_is_moving(const struct queue *q, const char *company);
/* A move is waiting: do not keep the company's database open. */
bool queue_will_move(const struct queue *q, const char *company);

/* Damaged companies refuse commits until they are moved away. */
bool queue_is_damaged(const struct queue *q, const char *company);
void queue_know_damaged(struct queue *q, const char *company);
/* Same, and tells the index, on the pool. */
void queue_found_damaged(struct queue *q, const char *company);

#endif
