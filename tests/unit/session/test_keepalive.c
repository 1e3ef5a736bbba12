#include "core/session/keepalive.h"

#include <stdlib.h>
#include <string.h>

#include "tests/t.h"
#include "tests/unit/session/house.h"

#define GUARD_MS 400000

/* When things happened, in milliseconds since the start. */
struct life {
	struct loop *loop;
	struct keepalive k;
	struct timer *guard;
	struct t_clock fake;
	int64_t began_ms;
	int64_t pings[16], unproven_ms, dead_ms;
	int ping_count, unproven_count, dead_count;
	int answers;            /* pings that are answered; -1 all */
	int64_t answer_after_ms;
	struct timer *answer;
	int stop_after;         /* pings */
};

static int64_t
since(const struct life *l)
{
	return clock_mono_ms(clock_system()) - l->began_ms;
}

static void
on_answer(void *ctx)
{
	struct life *l = ctx;

	keepalive_heard(&l->k);
}

static void
on_ping(void *ctx)
{
	struct life *l = ctx;

	if (l->ping_count < 16)
		l->pings[l->ping_count] = since(l);
	l->ping_count++;
	if (l->answers == -1 || l->ping_count <= l->answers)
		timer_start(l->answer, l->answer_after_ms);
	if (l->ping_count == l->stop_after) {
		keepalive_stop(&l->k);
		timer_stop(l->answer);
		timer_stop(l->guard);
	}
}

static void
on_unproven(void *ctx)
{
	struct life *l = ctx;

	l->unproven_count++;
	l->unproven_ms = since(l);
}

static void
on_dead(void *ctx)
{
	struct life *l = ctx;

	l->dead_count++;
	l->dead_ms = since(l);
	timer_stop(l->guard);
}

static void
on_guard(void *ctx)
{
	struct life *l = ctx;

	keepalive_stop(&l->k);
}

static const struct keepalive_events events = { on_ping, on_unproven,
	on_dead };

static void
life_init(struct life *l, const struct clock *clock)
{
	if (loop_create(&l->loop) != ERR_OK)
		abort();
	l->guard = timer_create_on(l->loop, on_guard, l);
	l->answer = timer_create_on(l->loop, on_answer, l);
	keepalive_init(&l->k, l->loop, clock, rnd_system(), &events, l);
	l->began_ms = clock_mono_ms(clock_system());
}

static void
live(struct life *l)
{
	life_init(l, clock_system());
	timer_start(l->guard, GUARD_MS);
	keepalive_start(&l->k);
	loop_run(l->loop);
}

static void
life_finish(struct life *l)
{
	keepalive_finish(&l->k);
	timer_destroy(l->guard);
	timer_destroy(l->answer);
	loop_destroy(l->loop);
}

/* A machine under load is late, never early. */
#define EXPECT_FROM(ms, from, to, late) \
	EXPECT((ms) >= (from) && (ms) <= (to) + (late))
#define LATE_MS 9000            /* 90 ms, hurried a hundredfold */

TEST(hurried_keepalive_pings_every_twenty_to_thirty_seconds)
{
	struct life l = { .answers = -1, .answer_after_ms = 200,
	    .stop_after = 8 };
	int64_t before = 0, shortest = INT64_MAX, longest = 0;

	if (!house_hurry("hurried_keepalive_pings_every", "100"))
		return;
	live(&l);
	EXPECT_INT(l.ping_count, 8);
	for (int i = 0; i < l.ping_count; i++) {
		const int64_t gap = l.pings[i] - before;

		EXPECT_FROM(gap, PING_EVERY_MIN_MS, PING_EVERY_MAX_MS,
		    LATE_MS);
		before = l.pings[i];
		if (gap < shortest)
			shortest = gap;
		if (gap > longest)
			longest = gap;
	}
	EXPECT(longest > shortest);     /* sessions must not ping in step */
	EXPECT_INT(l.unproven_count + l.dead_count, 0);
	life_finish(&l);
}

TEST(hurried_keepalive_dies_of_silence)
{
	struct life l = { .answers = 2, .answer_after_ms = 100,
	    .stop_after = -1 };

	if (!house_hurry("hurried_keepalive_dies_of_silence", "100"))
		return;
	live(&l);
	EXPECT_INT(l.ping_count, 3);
	EXPECT_INT(l.dead_count, 1);
	/* the third ping was the first that nobody answered */
	EXPECT_FROM(l.dead_ms - l.pings[2], PING_ANSWER_MS, PING_ANSWER_MS,
	    LATE_MS);
	EXPECT_FROM(l.dead_ms - l.pings[1], SILENCE_MAX_MS,
	    PING_EVERY_MAX_MS + PING_ANSWER_MS, LATE_MS);
	life_finish(&l);
}

TEST(hurried_keepalive_stops_for_good)
{
	struct life l = { .answers = 0, .stop_after = 1 };

	if (!house_hurry("hurried_keepalive_stops_for_good", "200"))
		return;
	live(&l);               /* returns: no timer is left */
	EXPECT_INT(l.ping_count, 1);
	EXPECT_INT(l.unproven_count + l.dead_count, 0);
	life_finish(&l);
}

/* --- by hand: the clock is set, the timer is let off ------------------------ */

static void
fire(struct life *l, int64_t at_ms)
{
	l->fake.mono_ms = at_ms;
	timer_start(l->k.timer, 0);
	loop_turn(l->loop, true);
}

static void
by_hand(struct life *l)
{
	t_clock_init(&l->fake);
	life_init(l, &l->fake.clock);
	l->fake.mono_ms = 100000;
	keepalive_start(&l->k);
}

TEST(keepalive_is_unproven_before_it_is_dead)
{
	struct life l = { .answers = 0 };

	by_hand(&l);
	l.fake.mono_ms = 115000;
	EXPECT(!keepalive_heard(&l.k));         /* a message in between */
	fire(&l, 121000);
	EXPECT_INT(l.ping_count, 1);
	EXPECT(!l.k.unproven);
	fire(&l, 131000);                       /* 16 s of silence */
	EXPECT_INT(l.unproven_count, 1);
	EXPECT_INT(l.dead_count, 0);
	EXPECT(l.k.unproven);
	fire(&l, 144000);                       /* not yet */
	EXPECT_INT(l.unproven_count, 1);
	EXPECT_INT(l.dead_count, 0);
	fire(&l, 145000);
	EXPECT_INT(l.dead_count, 1);
	EXPECT_INT(l.ping_count, 1);
	EXPECT(!timer_is_running(l.k.timer));
	life_finish(&l);
}

TEST(keepalive_is_proven_again_by_any_frame)
{
	struct life l = { .answers = 0 };

	by_hand(&l);
	l.fake.mono_ms = 115000;
	keepalive_heard(&l.k);
	fire(&l, 121000);
	fire(&l, 131000);
	EXPECT(l.k.unproven);
	l.fake.mono_ms = 140000;
	EXPECT(keepalive_heard(&l.k));          /* says that it was not */
	EXPECT(!keepalive_heard(&l.k));
	EXPECT(!l.k.unproven);
	fire(&l, 145000);                       /* heard since: next ping */
	EXPECT_INT(l.dead_count, 0);
	fire(&l, 150000);
	EXPECT_INT(l.ping_count, 2);
	EXPECT_INT(l.unproven_count, 1);
	life_finish(&l);
}

/* The next ping counts from the last one, not from its answer's deadline. */
TEST(keepalive_answers_do_not_delay_the_next_ping)
{
	struct life l = { .answers = 0 };

	by_hand(&l);
	fire(&l, 125000);
	l.fake.mono_ms = 125000;
	keepalive_heard(&l.k);                  /* at once */
	fire(&l, 135000);
	EXPECT_INT(l.ping_count, 1);
	EXPECT(timer_is_running(l.k.timer));
	EXPECT_INT(l.k.pinged_ms, 0);
	fire(&l, 145000);
	EXPECT_INT(l.ping_count, 2);
	EXPECT_INT(l.k.pinged_ms, 145000);
	life_finish(&l);
}

/* After a suspended machine the first look finds the silence. */
TEST(keepalive_wakes_up_dead)
{
	struct life l = { .answers = 0 };

	by_hand(&l);
	fire(&l, 125000);
	fire(&l, 4000000);
	EXPECT_INT(l.dead_count, 1);
	/* and may be started again, as if new */
	keepalive_start(&l.k);
	fire(&l, 4030000);
	EXPECT_INT(l.ping_count, 2);
	EXPECT_INT(l.dead_count, 1);
	life_finish(&l);
}

/* Asked for a sign of life: soon, and not while one is awaited. */
TEST(keepalive_probes_when_asked)
{
	struct life l = { .answers = 0 };

	by_hand(&l);
	keepalive_probe(&l.k);
	fire(&l, 101000);
	EXPECT_INT(l.ping_count, 1);
	keepalive_probe(&l.k);
	EXPECT_INT(l.k.pinged_ms, 101000);
	fire(&l, 111000);
	EXPECT_INT(l.unproven_count, 1);
	l.fake.mono_ms = 112000;
	keepalive_heard(&l.k);
	keepalive_probe(&l.k);                  /* answered: once more */
	fire(&l, 113000);
	EXPECT_INT(l.ping_count, 2);
	EXPECT_INT(l.k.pinged_ms, 113000);
	keepalive_stop(&l.k);
	keepalive_probe(&l.k);
	EXPECT(!timer_is_running(l.k.timer));
	life_finish(&l);
}
