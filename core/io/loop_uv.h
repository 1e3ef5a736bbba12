/*
 * The inside of the loop. For core/io alone: everybody else sees loop.h, and
 * no type of libuv.
 */
#ifndef PAIRDESK_IO_LOOP_UV_H
#define PAIRDESK_IO_LOOP_UV_H

#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "core/base/list.h"
#include "core/io/longest.h"
#include "core/io/loop.h"

/* One read of a socket; one buffer serves all, as nothing is kept in it from
 * one callback to the next. */
#define LOOP_SCRATCH 65536

struct resolver;

struct lane_queue {
	struct list waiting;
	unsigned running, limit;
};

struct loop {
	uv_loop_t uv;

	uv_idle_t idle;         /* active while something must run next turn */
	struct list deferred;
	size_t deferred_count;

	uv_timer_t alarm;       /* for the earliest of all our timers */
	int64_t alarm_due_ms;
	struct timer **heap;
	size_t heap_len, heap_cap;
	uint32_t timer_seq;
	size_t timers_alive;

	struct lane_queue lanes[LANE_COUNT];
	size_t jobs_alive;

	struct list gate_waiting;       /* gate.c */
	unsigned gate_count;

	struct resolver *resolver;
	struct longest longest;         /* callbacks, ns */
	uint8_t scratch[LOOP_SCRATCH];
};

/* Around every callback into code of ours, for loop_longest_us. */
static inline uint64_t
loop_enter(void)
{
	return uv_hrtime();
}

static inline void
loop_leave(struct loop *loop, uint64_t since_ns)
{
	const uint64_t now_ns = uv_hrtime();

	longest_note(&loop->longest, now_ns, now_ns - since_ns);
}

/* Makes the next turn come at once: deferred calls and due timers run. */
void loop_wake(struct loop *loop);

/* loop_timer.c */
void loop_timers_init(struct loop *loop);
void loop_timers_finish(struct loop *loop);
/* Runs what is due now, but nothing that is started meanwhile. */
void loop_timers_run(struct loop *loop);
bool loop_timers_are_due(const struct loop *loop);

/* loop_work.c */
void loop_lanes_init(struct loop *loop);

#endif
