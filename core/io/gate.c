#include "core/io/gate.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/io/loop_uv.h"

struct pass {
	struct list link;       /* in the loop's gate_waiting, or alone */
	struct loop *loop;
	struct timer *timer;
	loop_fn fn;             /* NULL once it was called */
	void *ctx;
	bool counts;            /* in the loop's gate_count */
};

static void
admit_next(struct loop *loop)
{
	while (loop->gate_count < GATE_WIDTH &&
	    !list_is_empty(&loop->gate_waiting)) {
		struct pass *p = CONTAINER_OF(loop->gate_waiting.next,
		    struct pass, link);

		list_remove(&p->link);
		p->counts = true;
		loop->gate_count++;
		timer_start(p->timer, 0);
	}
}

static void
give_back(struct pass *p)
{
	if (!p->counts)
		return;
	p->counts = false;
	p->loop->gate_count--;
	admit_next(p->loop);
}

static void
on_timer(void *ctx)
{
	struct pass *p = ctx;
	const loop_fn fn = p->fn;

	if (fn == NULL) {
		give_back(p);
		return;
	}
	p->fn = NULL;
	timer_start(p->timer, GATE_SLOW_MS);
	fn(p->ctx);             /* may leave */
}

struct pass *
gate_enter(struct loop *loop, loop_fn fn, void *ctx)
{
	struct pass *p = xcalloc(1, sizeof *p);

	p->loop = loop;
	p->fn = fn;
	p->ctx = ctx;
	p->timer = timer_create_on(loop, on_timer, p);
	list_append(&loop->gate_waiting, &p->link);
	admit_next(loop);
	return p;
}

void
gate_leave(struct pass *p)
{
	if (p == NULL)
		return;
	list_remove(&p->link);
	give_back(p);
	timer_destroy(p->timer);
	free(p);
}
