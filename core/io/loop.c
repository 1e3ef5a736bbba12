#include "core/io/loop.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/io/loop_uv.h"
#include "core/io/resolve.h"

/* Turns that closing handles and chains of deferred calls may take at the
 * very end; one or two are usual. */
#define DRAIN_TURNS 64

struct deferred {
	struct list link;
	loop_fn fn;
	void *ctx;
};

static void
run_deferred(struct loop *loop)
{
	/* what is deferred by these calls waits for the next turn */
	size_t left = loop->deferred_count;

	while (left-- > 0) {
		struct deferred *d = CONTAINER_OF(loop->deferred.next,
		    struct deferred, link);
		const uint64_t since = loop_enter();

		list_remove(&d->link);
		loop->deferred_count--;
		d->fn(d->ctx);
		free(d);
		loop_leave(loop, since);
	}
}

static void
on_idle(uv_idle_t *idle)
{
	struct loop *loop = idle->data;

	run_deferred(loop);
	loop_timers_run(loop);
	if (loop->deferred_count == 0 && !loop_timers_are_due(loop))
		uv_idle_stop(idle);
}

void
loop_wake(struct loop *loop)
{
	uv_idle_start(&loop->idle, on_idle);
}

enum err
loop_create(struct loop **out)
{
	struct loop *loop = xcalloc(1, sizeof *loop);

	if (uv_loop_init(&loop->uv) != 0) {
		free(loop);
		return ERR_IO;
	}
	/* a peer that went away is an error of write(), not of the process */
	signal(SIGPIPE, SIG_IGN);
	uv_idle_init(&loop->uv, &loop->idle);
	loop->idle.data = loop;
	list_init(&loop->deferred);
	list_init(&loop->gate_waiting);
	loop_timers_init(loop);
	loop_lanes_init(loop);
	*out = loop;
	return ERR_OK;
}

static void
drain(struct loop *loop)
{
	while (loop->jobs_alive > 0)
		uv_run(&loop->uv, UV_RUN_ONCE);
	for (int i = 0; i < DRAIN_TURNS && uv_loop_alive(&loop->uv); i++)
		uv_run(&loop->uv, UV_RUN_NOWAIT);
}

void
loop_destroy(struct loop *loop)
{
	int busy;

	if (loop == NULL)
		return;
	drain(loop);
	assert(loop->deferred_count == 0);
	resolver_destroy(loop->resolver);
	uv_close((uv_handle_t *)&loop->idle, NULL);
	loop_timers_finish(loop);
	uv_run(&loop->uv, UV_RUN_NOWAIT);
	busy = uv_loop_close(&loop->uv);
	assert(busy == 0);
	(void)busy;
	free(loop);
}

void
loop_run(struct loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void
loop_turn(struct loop *loop, bool block)
{
	uv_run(&loop->uv, block ? UV_RUN_ONCE : UV_RUN_NOWAIT);
}

void
loop_stop(struct loop *loop)
{
	uv_stop(&loop->uv);
}

void
loop_defer(struct loop *loop, loop_fn fn, void *ctx)
{
	struct deferred *d = xcalloc(1, sizeof *d);

	d->fn = fn;
	d->ctx = ctx;
	list_append(&loop->deferred, &d->link);
	loop->deferred_count++;
	loop_wake(loop);
}

uint64_t
loop_longest_us(struct loop *loop)
{
	return longest_read(&loop->longest, uv_hrtime()) / 1000;
}

void
loop_longest_forget(struct loop *loop)
{
	loop->longest = (struct longest){ 0 };
}
