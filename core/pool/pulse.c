#include "core/pool/pulse.h"

#include <stdlib.h>

#include "core/base/mem.h"

struct pulse {
	const struct clock *clock;
	struct timer *timer;
	int64_t apart_ms;               /* wall less monotonic, at the last look */
	pulse_fn fn;
	void *ctx;
};

static int64_t
apart_now(const struct pulse *p)
{
	return clock_wall_ms(p->clock) - clock_mono_ms(p->clock);
}

void
pulse_look(struct pulse *p)
{
	const int64_t now = apart_now(p), jump = now - p->apart_ms;

	p->apart_ms = now;
	if (jump >= PULSE_JUMP_MS || jump <= -PULSE_JUMP_MS)
		p->fn(p->ctx, jump);
}

static void
on_look(void *ctx)
{
	struct pulse *p = ctx;

	timer_start(p->timer, PULSE_EVERY_MS);
	pulse_look(p);
}

struct pulse *
pulse_create(struct loop *loop, const struct clock *clock, pulse_fn fn,
    void *ctx)
{
	struct pulse *p = xcalloc(1, sizeof *p);

	p->clock = clock;
	p->fn = fn;
	p->ctx = ctx;
	p->timer = timer_create_on(loop, on_look, p);
	return p;
}

void
pulse_start(struct pulse *p)
{
	p->apart_ms = apart_now(p);
	timer_start(p->timer, PULSE_EVERY_MS);
}

void
pulse_stop(struct pulse *p)
{
	timer_stop(p->timer);
}

void
pulse_destroy(struct pulse *p)
{
	if (p == NULL)
		return;
	timer_destroy(p->timer);
	free(p);
}
