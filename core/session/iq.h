/* Requests that wait for an answer: ids unique on a connection, one
 * deadline each, all failed at once when the connection ends. */
#ifndef PAIRDESK_SESSION_IQ_H
#define PAIRDESK_SESSION_IQ_H

#include <stdbool.h>

#include "core/base/clock.h"
#include "core/base/rnd.h"
#include "core/io/loop.h"
#include "core/wire/node.h"

#define IQ_ID_MAX 24            /* bytes with NUL; packs as nibbles */
#define IQ_TIMEOUT_MS 60000     /* as Baileys; whatsmeow 75 s */
#define IQ_PENDING_MAX 32       /* far more than a session ever asks at once */

struct iq_table;

/* answer: the iq of type result or error; NULL when none came (timeout or
 * lost connection, told by err). Borrowed. */
typedef void (*iq_fn)(void *ctx, enum err err, const struct node *answer);

struct iq_table *iq_create(struct loop *loop, const struct clock *clock,
    const struct rnd *rnd);
void iq_destroy(struct iq_table *t);    /* without callbacks; NULL ok */

/* A fresh id into out. */
void iq_next_id(struct iq_table *t, char out[IQ_ID_MAX]);
/* Expects the answer to id. ERR_FULL. */
MUST_CHECK enum err iq_expect(struct iq_table *t, const char *id,
    int64_t timeout_ms, iq_fn fn, void *ctx);
/* Nobody waits for that answer any more; no callback. */
void iq_forget(struct iq_table *t, const char *id);
/* True if node answered a pending one (its callback has run). */
bool iq_take(struct iq_table *t, const struct node *node);
/* What waits for an answer is told to another from now on. */
void iq_hand_over(struct iq_table *t, void *ctx);
/* Fails all pending with err, and starts ids anew for the next connection. */
void iq_reset(struct iq_table *t, enum err err);

/* The code of an error answer, never 0: 500 if it says none. Of any other
 * answer, and of none, 0. */
unsigned iq_error_code(const struct node *answer);

#endif
