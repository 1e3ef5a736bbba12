/*
 * The one event loop (libuv). One thread owns all state: every callback here
 * runs on it, except the work function of loop_work.
 */
#ifndef PAIRDESK_IO_LOOP_H
#define PAIRDESK_IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

struct loop;
struct timer;
struct watch;

/* Also sets SIGPIPE to be ignored, for the process. ERR_IO: no descriptors. */
MUST_CHECK enum err loop_create(struct loop **out);
/*
 * NULL ok. Waits for work that is on the pool (a look-up may take seconds),
 * lets handles finish closing, then asserts that nothing is left alive:
 * timers, watches, connections and deferred calls are their owners' to end.
 */
void loop_destroy(struct loop *loop);

/* Runs until loop_stop, or until nothing is left that could wake it. */
void loop_run(struct loop *loop);
/* One turn; waits for something if block. For tests. */
void loop_turn(struct loop *loop, bool block);
void loop_stop(struct loop *loop);

typedef void (*loop_fn)(void *ctx);

/* Calls fn once on a later turn, never from within this call. Cannot be
 * cancelled: ctx must live until then. */
void loop_defer(struct loop *loop, loop_fn fn, void *ctx);

/* One-shot timers. ms is our time (core/base/clock.h), not below 0. Those due
 * together run in the order they were started. 48 bytes each. */
struct timer *timer_create_on(struct loop *loop, loop_fn fn, void *ctx);
void timer_start(struct timer *t, int64_t ms);  /* restarts a running one */
void timer_stop(struct timer *t);
bool timer_is_running(const struct timer *t);
void timer_destroy(struct timer *t);            /* NULL ok; fn never runs again */

/* Signals, and descriptors that others read (MHD, terminal). */
typedef void (*signal_fn)(void *ctx, int signum);
MUST_CHECK enum err loop_on_signal(struct loop *loop, int signum,
    signal_fn fn, void *ctx, struct watch **out);
enum { WATCH_READ = 1, WATCH_WRITE = 2 };
typedef void (*watch_fn)(void *ctx, int events);
MUST_CHECK enum err loop_on_fd(struct loop *loop, int fd, int events,
    watch_fn fn, void *ctx, struct watch **out);
void watch_destroy(struct watch *w);            /* NULL ok; does not close fd */

/*
 * Slow work on the pool. work runs on another thread and must touch only
 * what it was given; done runs on the loop afterwards, always. Lanes keep
 * the four threads from being taken by one kind: CPU (key derivation) takes
 * at most cores - 1 of them and never more than 2, LOOKUP at most 1, DISK
 * the rest.
 */
enum lane { LANE_CPU, LANE_DISK, LANE_LOOKUP, LANE_COUNT };
void loop_work(struct loop *loop, enum lane lane, loop_fn work, loop_fn done,
    void *ctx);

/* Longest time one callback held the loop in the last one to two minutes,
 * microseconds. */
uint64_t loop_longest_us(struct loop *loop);
/* From here on, for a bench that measures a part of a run. */
void loop_longest_forget(struct loop *loop);

#endif
