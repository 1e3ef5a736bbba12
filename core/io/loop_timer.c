/*
 * Timers: a binary heap over one timer of libuv. Ten thousand sessions hold
 * some forty thousand timers, and a uv_timer_t each (152 bytes, freed only a
 * turn later) would be most of their memory; these are 40 bytes.
 *
 * Due times are read from the clock that everybody else reads, so whoever
 * looks at clock_mono_ms in a timer's callback sees that its time is over.
 */
#include "core/io/loop.h"

#include <assert.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/io/loop_uv.h"

#define NOT_RUNNING UINT32_MAX
#define HEAP_FIRST 16

struct timer {
	struct loop *loop;
	loop_fn fn;
	void *ctx;
	int64_t due_ms;
	uint32_t seq;           /* order of start, among those due together */
	uint32_t at;            /* place in the heap */
};

static int64_t
now_ms(void)
{
	return clock_mono_ms(clock_system());
}

/* Sequence numbers wrap around; two running ones are never that far apart. */
static bool
is_older(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static bool
is_before(const struct timer *a, const struct timer *b)
{
	if (a->due_ms != b->due_ms)
		return a->due_ms < b->due_ms;
	return is_older(a->seq, b->seq);
}

static void
put(struct loop *loop, size_t at, struct timer *t)
{
	loop->heap[at] = t;
	t->at = (uint32_t)at;
}

static void
sift_up(struct loop *loop, size_t at, struct timer *t)
{
	for (size_t up; at > 0; at = up) {
		up = (at - 1) / 2;
		if (!is_before(t, loop->heap[up]))
			break;
		put(loop, at, loop->heap[up]);
	}
	put(loop, at, t);
}

static void
sift_down(struct loop *loop, size_t at, struct timer *t)
{
	for (size_t down; (down = at * 2 + 1) < loop->heap_len; at = down) {
		if (down + 1 < loop->heap_len &&
		    is_before(loop->heap[down + 1], loop->heap[down]))
			down++;
		if (!is_before(loop->heap[down], t))
			break;
		put(loop, at, loop->heap[down]);
	}
	put(loop, at, t);
}

static void
heap_insert(struct loop *loop, struct timer *t)
{
	if (loop->heap_len == loop->heap_cap) {
		loop->heap_cap = loop->heap_cap == 0 ? HEAP_FIRST
		    : loop->heap_cap * 2;
		loop->heap = xreallocarray(loop->heap, loop->heap_cap,
		    sizeof(struct timer *));
	}
	sift_up(loop, loop->heap_len++, t);
}

static void
heap_remove(struct loop *loop, struct timer *t)
{
	struct timer *last = loop->heap[--loop->heap_len];
	const size_t at = t->at;

	t->at = NOT_RUNNING;
	if (last == t)
		return;
	if (at > 0 && is_before(last, loop->heap[(at - 1) / 2]))
		sift_up(loop, at, last);
	else
		sift_down(loop, at, last);
}

static void
on_alarm(uv_timer_t *alarm)
{
	loop_timers_run(alarm->data);
}

/*
 * An alarm that stands too early is left alone: it wakes once for nothing
 * and is set again then. Timers that are pushed back all the time (every
 * frame pushes a session's) so cost no call into libuv.
 */
static void
arm(struct loop *loop)
{
	const int64_t speed = clock_speed();
	int64_t due, left;

	if (loop->heap_len == 0) {
		uv_timer_stop(&loop->alarm);
		return;
	}
	due = loop->heap[0]->due_ms;
	if (uv_is_active((uv_handle_t *)&loop->alarm) &&
	    loop->alarm_due_ms <= due)
		return;
	if ((left = due - now_ms()) <= 0) {
		/* not by an alarm of 0 ms: libuv would run that again and
		 * again before it looks at a socket */
		loop_wake(loop);
		return;
	}
	uv_update_time(&loop->uv);
	uv_timer_start(&loop->alarm, on_alarm,
	    (uint64_t)((left + speed - 1) / speed), 0);
	loop->alarm_due_ms = due;
}

void
loop_timers_init(struct loop *loop)
{
	uv_timer_init(&loop->uv, &loop->alarm);
	loop->alarm.data = loop;
}

void
loop_timers_finish(struct loop *loop)
{
	assert(loop->timers_alive == 0);
	uv_close((uv_handle_t *)&loop->alarm, NULL);
	free(loop->heap);
	loop->heap = NULL;
}

bool
loop_timers_are_due(const struct loop *loop)
{
	return loop->heap_len > 0 && loop->heap[0]->due_ms <= now_ms();
}

void
loop_timers_run(struct loop *loop)
{
	const int64_t now = now_ms();
	const uint32_t end = loop->timer_seq;
	struct timer *t;

	while (loop->heap_len > 0 && (t = loop->heap[0])->due_ms <= now &&
	    is_older(t->seq, end)) {
		const uint64_t since = loop_enter();

		heap_remove(loop, t);
		t->fn(t->ctx);  /* may destroy t */
		loop_leave(loop, since);
	}
	arm(loop);
}

struct timer *
timer_create_on(struct loop *loop, loop_fn fn, void *ctx)
{
	struct timer *t = xcalloc(1, sizeof *t);

	*t = (struct timer){ .loop = loop, .fn = fn, .ctx = ctx,
	    .at = NOT_RUNNING };
	loop->timers_alive++;
	return t;
}

void
timer_start(struct timer *t, int64_t ms)
{
	struct loop *loop = t->loop;

	if (t->at != NOT_RUNNING)
		heap_remove(loop, t);
	t->due_ms = now_ms() + (ms > 0 ? ms : 0);
	t->seq = loop->timer_seq++;
	heap_insert(loop, t);
	arm(loop);
}

void
timer_stop(struct timer *t)
{
	if (t->at == NOT_RUNNING)
		return;
	heap_remove(t->loop, t);
	arm(t->loop);
}

bool
timer_is_running(const struct timer *t)
{
	return t->at != NOT_RUNNING;
}

void
timer_destroy(struct timer *t)
{
	if (t == NULL)
		return;
	timer_stop(t);
	t->loop->timers_alive--;
	free(t);
}
