#include "core/session/keepalive.h"

/* since_ms: when the last ping went out, or the connection began. */
static void
arm_ping(struct keepalive *k, int64_t since_ms)
{
	const uint32_t spread = PING_EVERY_MAX_MS - PING_EVERY_MIN_MS;
	const int64_t due = since_ms + PING_EVERY_MIN_MS +
	    (int64_t)rnd_below(k->rnd, spread);
	const int64_t now = clock_mono_ms(k->clock);

	k->pinged_ms = 0;
	timer_start(k->timer, due > now ? due - now : 0);
}

/*
 * One timer, three moments: time to ping, time an answer was due, time the
 * silence becomes too long. Which one follows from what was heard since.
 */
static void
on_timer(void *ctx)
{
	struct keepalive *k = ctx;
	const int64_t now = clock_mono_ms(k->clock);

	if (k->pinged_ms == 0) {
		k->pinged_ms = now;
		timer_start(k->timer, PING_ANSWER_MS);
		k->events->on_ping(k->ctx);
		return;
	}
	if (k->heard_ms >= k->pinged_ms) {
		arm_ping(k, k->pinged_ms);
		return;
	}
	if (now - k->heard_ms >= SILENCE_MAX_MS) {
		keepalive_stop(k);
		k->events->on_dead(k->ctx);
		return;
	}
	timer_start(k->timer, SILENCE_MAX_MS - (now - k->heard_ms));
	if (!k->unproven) {
		k->unproven = true;
		k->events->on_unproven(k->ctx);
	}
}

void
keepalive_init(struct keepalive *k, struct loop *loop,
    const struct clock *clock, const struct rnd *rnd,
    const struct keepalive_events *events, void *ctx)
{
	*k = (struct keepalive){
	    .timer = timer_create_on(loop, on_timer, k),
	    .clock = clock,
	    .rnd = rnd,
	    .events = events,
	    .ctx = ctx,
	};
}

void
keepalive_finish(struct keepalive *k)
{
	timer_destroy(k->timer);
	k->timer = NULL;
}

void
keepalive_start(struct keepalive *k)
{
	k->heard_ms = clock_mono_ms(k->clock);
	k->unproven = false;
	arm_ping(k, k->heard_ms);
}

void
keepalive_stop(struct keepalive *k)
{
	timer_stop(k->timer);
	k->pinged_ms = 0;
	k->unproven = false;
}

void
keepalive_probe(struct keepalive *k)
{
	if (!timer_is_running(k->timer) ||
	    (k->pinged_ms != 0 && k->heard_ms < k->pinged_ms))
		return;
	k->pinged_ms = 0;
	timer_start(k->timer, (int64_t)rnd_below(k->rnd, PROBE_SPREAD_MS));
}

bool
keepalive_heard(struct keepalive *k)
{
	const bool was_unproven = k->unproven;

	k->heard_ms = clock_mono_ms(k->clock);
	k->unproven = false;
	return was_unproven;
}
