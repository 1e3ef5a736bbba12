/*
 * Notices that wall and monotonic clock have gone apart: the machine was
 * suspended (the monotonic clock of Linux stands still meanwhile), or somebody
 * set the time. Whoever is connected then wants to know at once whether it
 * still is. A pause in which both clocks ran shows in each keep-alive by
 * itself.
 */
#ifndef PAIRDESK_POOL_PULSE_H
#define PAIRDESK_POOL_PULSE_H

#include <stdint.h>

#include "core/base/clock.h"
#include "core/io/loop.h"

#define PULSE_EVERY_MS 5000
#define PULSE_JUMP_MS 10000     /* less is what time servers do */

struct pulse;

/* jump_ms: how far the wall clock went ahead, below 0: back. */
typedef void (*pulse_fn)(void *ctx, int64_t jump_ms);

struct pulse *pulse_create(struct loop *loop, const struct clock *clock,
    pulse_fn fn, void *ctx);
void pulse_start(struct pulse *p);
void pulse_stop(struct pulse *p);
/* Looks now; from its start on it does so each PULSE_EVERY_MS. */
void pulse_look(struct pulse *p);
void pulse_destroy(struct pulse *p);    /* NULL ok */

#endif
