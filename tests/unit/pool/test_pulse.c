#include "core/pool/pulse.h"

#include <stdlib.h>

#include "tests/t.h"

struct wrist {
	struct loop *loop;
	struct t_clock clock;
	struct pulse *pulse;
	int jumps;
	int64_t last_ms;
};

static void
on_jump(void *ctx, int64_t jump_ms)
{
	struct wrist *w = ctx;

	w->jumps++;
	w->last_ms = jump_ms;
}

/* So much passes by either clock, then it looks. */
static void
pass(struct wrist *w, int64_t mono_ms, int64_t wall_ms)
{
	w->clock.mono_ms += mono_ms;
	w->clock.wall_ms += wall_ms;
	pulse_look(w->pulse);
}

TEST(pulse_tells_a_suspended_machine_from_a_busy_one)
{
	struct wrist w = { .jumps = 0 };

	if (loop_create(&w.loop) != ERR_OK)
		abort();
	t_clock_init(&w.clock);
	w.pulse = pulse_create(w.loop, &w.clock.clock, on_jump, &w);
	pulse_start(w.pulse);
	pass(&w, 5000, 5000);
	pass(&w, 900000, 900000);       /* both ran: a busy machine */
	pass(&w, 5000, 5000 + PULSE_JUMP_MS - 1);       /* a time server */
	pass(&w, 5000, 5000 - PULSE_JUMP_MS + 1);
	EXPECT_INT(w.jumps, 0);
	pass(&w, 5000, 3605000);        /* suspended for an hour */
	EXPECT_INT(w.jumps, 1);
	EXPECT_INT(w.last_ms, 3600000);
	pass(&w, 5000, 5000);           /* told once */
	EXPECT_INT(w.jumps, 1);
	pass(&w, 5000, -86400000);      /* set back */
	EXPECT_INT(w.jumps, 2);
	EXPECT_INT(w.last_ms, -86405000);
	pulse_stop(w.pulse);
	pulse_destroy(w.pulse);
	pulse_destroy(NULL);
	loop_run(w.loop);
	loop_destroy(w.loop);
}
