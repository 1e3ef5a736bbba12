#include "core/io/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "tests/t.h"

struct trace {
	struct loop *loop;
	struct timer *timer;    /* for callbacks that need one */
	char text[64];
	size_t n;
};

struct mark {
	struct trace *trace;
	char c;
};

static void
add_mark(void *ctx)
{
	const struct mark *m = ctx;
	struct trace *t = m->trace;

	if (t->n + 1 < sizeof t->text)
		t->text[t->n++] = m->c;
}

static void
trace_init(struct trace *t)
{
	*t = (struct trace){ .loop = NULL };
	if (loop_create(&t->loop) != ERR_OK)
		abort();
}

TEST(loop_timers_run_in_order)
{
	static const int64_t after_ms[] = { 12, 3, 3, 0, 7, 0, 3 };
	struct trace t;
	struct mark marks[ARRAY_LEN(after_ms)];
	struct timer *timers[ARRAY_LEN(after_ms)];

	trace_init(&t);
	for (size_t i = 0; i < ARRAY_LEN(after_ms); i++) {
		marks[i] = (struct mark){ &t, (char)('a' + i) };
		timers[i] = timer_create_on(t.loop, add_mark, &marks[i]);
		timer_start(timers[i], after_ms[i]);
		EXPECT(timer_is_running(timers[i]));
	}
	loop_run(t.loop);
	EXPECT_STR(t.text, "dfbcgea");
	for (size_t i = 0; i < ARRAY_LEN(after_ms); i++) {
		EXPECT(!timer_is_running(timers[i]));
		timer_destroy(timers[i]);
	}
	loop_destroy(t.loop);
}

TEST(loop_timer_is_never_early)
{
	const struct clock *clock = clock_system();
	struct trace t;
	struct mark m = { &t, 'x' };

	trace_init(&t);
	t.timer = timer_create_on(t.loop, add_mark, &m);
	for (int64_t ms = 0; ms < 6; ms++) {
		const int64_t start = clock_mono_ms(clock);

		timer_start(t.timer, ms);
		loop_run(t.loop);
		EXPECT(clock_mono_ms(clock) - start >= ms);
	}
	EXPECT_STR(t.text, "xxxxxx");
	timer_destroy(t.timer);
	loop_destroy(t.loop);
}

TEST(loop_timer_restarts_and_stops)
{
	struct trace t;
	struct mark a, b;
	struct timer *ta, *tb;

	trace_init(&t);
	a = (struct mark){ &t, 'a' };
	b = (struct mark){ &t, 'b' };
	ta = timer_create_on(t.loop, add_mark, &a);
	tb = timer_create_on(t.loop, add_mark, &b);
	timer_start(ta, 1);
	timer_start(tb, 5);
	timer_start(ta, 10);            /* later than b now */
	loop_run(t.loop);
	EXPECT_STR(t.text, "ba");
	timer_start(ta, 0);
	timer_stop(ta);
	timer_stop(ta);                 /* harmless */
	EXPECT(!timer_is_running(ta));
	loop_run(t.loop);               /* nothing to wait for */
	EXPECT_STR(t.text, "ba");
	timer_start(ta, 60000);
	timer_destroy(ta);              /* while it runs */
	timer_destroy(tb);
	timer_destroy(NULL);
	loop_run(t.loop);
	loop_destroy(t.loop);
}

static void
destroy_own_timer(void *ctx)
{
	struct trace *t = ctx;

	t->text[t->n++] = 'd';
	timer_destroy(t->timer);
	t->timer = NULL;
}

TEST(loop_timer_destroys_itself)
{
	struct trace t;

	trace_init(&t);
	t.timer = timer_create_on(t.loop, destroy_own_timer, &t);
	timer_start(t.timer, 0);
	loop_run(t.loop);
	EXPECT_STR(t.text, "d");
	EXPECT_NULL(t.timer);
	loop_destroy(t.loop);
}

static void
start_again(void *ctx)
{
	struct trace *t = ctx;

	if (++t->n < 1000)
		timer_start(t->timer, 0);
}

static void
on_readable(void *ctx, int events)
{
	struct trace *t = ctx;

	EXPECT_INT(events, WATCH_READ);
	timer_stop(t->timer);
	loop_stop(t->loop);
}

/* A timer of 0 ms that starts itself again must not shut out the sockets. */
TEST(loop_timer_does_not_starve_descriptors)
{
	struct trace t;
	struct watch *w = NULL;
	int fds[2];

	trace_init(&t);
	ASSERT(pipe(fds) == 0);
	ASSERT(write(fds[1], "x", 1) == 1);
	ASSERT(loop_on_fd(t.loop, fds[0], WATCH_READ, on_readable, &t, &w) ==
	    ERR_OK);
	t.timer = timer_create_on(t.loop, start_again, &t);
	timer_start(t.timer, 0);
	loop_run(t.loop);
	EXPECT(t.n < 100);
	timer_destroy(t.timer);
	watch_destroy(w);
	close(fds[0]);
	close(fds[1]);
	loop_destroy(t.loop);
}

/* Against a plain sort, with stops and restarts in between. */
TEST(loop_timer_heap_holds_thousands)
{
	enum { COUNT = 3000 };
	struct timer **timers = xcalloc(COUNT, sizeof *timers);
	struct trace t;
	struct mark m = { &t, 'x' };
	struct t_rnd rnd;
	size_t running = 0;

	trace_init(&t);
	t_rnd_init(&rnd, 7);
	for (size_t i = 0; i < COUNT; i++) {
		timers[i] = timer_create_on(t.loop, add_mark, &m);
		timer_start(timers[i], rnd_below(&rnd.rnd, 20));
	}
	for (size_t i = 0; i < COUNT; i += 3)
		timer_stop(timers[i]);
	for (size_t i = 0; i < COUNT; i += 5)
		timer_start(timers[i], rnd_below(&rnd.rnd, 20));
	loop_run(t.loop);
	for (size_t i = 0; i < COUNT; i++) {
		running += timer_is_running(timers[i]);
		timer_destroy(timers[i]);
	}
	EXPECT_INT(running, 0);
	free(timers);
	loop_destroy(t.loop);
}

static void
defer_more(void *ctx)
{
	struct mark *m = ctx;

	add_mark(m);
	if (m->c < 'e') {
		m->c++;
		loop_defer(m->trace->loop, defer_more, m);
	}
}

TEST(loop_defer_runs_later_and_in_order)
{
	struct trace t;
	struct mark a, b;

	trace_init(&t);
	a = (struct mark){ &t, 'c' };
	b = (struct mark){ &t, 'x' };
	loop_defer(t.loop, defer_more, &a);
	loop_defer(t.loop, add_mark, &b);
	EXPECT_STR(t.text, "");
	loop_turn(t.loop, false);
	EXPECT_STR(t.text, "cx");       /* d comes in a turn of its own */
	loop_run(t.loop);
	EXPECT_STR(t.text, "cxde");
	loop_destroy(t.loop);
}

TEST(loop_destroy_runs_what_was_deferred)
{
	struct trace t;
	struct mark m;

	trace_init(&t);
	m = (struct mark){ &t, 'c' };
	loop_defer(t.loop, defer_more, &m);
	loop_destroy(t.loop);
	EXPECT_STR(t.text, "cde");
	loop_destroy(NULL);
}

struct work {
	pthread_t thread;
	atomic_int *running, *peak;
	int *done;
	bool on_loop_thread, was_worked;
};

static void
work_slowly(void *ctx)
{
	struct work *w = ctx;
	const int now = atomic_fetch_add(w->running, 1) + 1;
	int peak = atomic_load(w->peak);

	while (now > peak &&
	    !atomic_compare_exchange_weak(w->peak, &peak, now))
		;
	w->thread = pthread_self();
	usleep(3000);
	w->was_worked = true;
	atomic_fetch_sub(w->running, 1);
}

static void
work_is_done(void *ctx)
{
	struct work *w = ctx;

	++*w->done;
	w->on_loop_thread = !pthread_equal(w->thread, pthread_self());
}

static int
peak_of_lane(enum lane lane)
{
	struct work jobs[12];
	atomic_int running = 0, peak = 0;
	struct loop *loop = NULL;
	int done = 0;

	if (loop_create(&loop) != ERR_OK)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		jobs[i] = (struct work){ .running = &running, .peak = &peak,
		    .done = &done };
		loop_work(loop, lane, work_slowly, work_is_done, &jobs[i]);
	}
	EXPECT_INT(done, 0);
	loop_run(loop);
	EXPECT_INT(done, ARRAY_LEN(jobs));
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		EXPECT(jobs[i].was_worked && jobs[i].on_loop_thread);
	loop_destroy(loop);
	return atomic_load(&peak);
}

TEST(loop_lanes_are_limited)
{
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);
	const int cpu = peak_of_lane(LANE_CPU);

	EXPECT_INT(peak_of_lane(LANE_LOOKUP), 1);
	EXPECT(cpu >= 1 && cpu <= 2);
	if (cores <= 2)
		EXPECT_INT(cpu, 1);
	EXPECT(peak_of_lane(LANE_DISK) <= 3);
}

TEST(loop_lane_that_hangs_leaves_the_others)
{
	struct work slow[8], disk;
	atomic_int running = 0, peak = 0, disk_running = 0, disk_peak = 0;
	struct loop *loop = NULL;
	int done = 0, disk_done = 0;

	ASSERT(loop_create(&loop) == ERR_OK);
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		slow[i] = (struct work){ .running = &running, .peak = &peak,
		    .done = &done };
		loop_work(loop, i % 2 == 0 ? LANE_CPU : LANE_LOOKUP,
		    work_slowly, work_is_done, &slow[i]);
	}
	disk = (struct work){ .running = &disk_running, .peak = &disk_peak,
	    .done = &disk_done };
	loop_work(loop, LANE_DISK, work_slowly, work_is_done, &disk);
	while (disk_done == 0)
		loop_turn(loop, true);
	EXPECT(done < (int)ARRAY_LEN(slow));
	loop_destroy(loop);             /* waits for the rest */
	EXPECT_INT(done, ARRAY_LEN(slow));
}

static void
on_signal(void *ctx, int signum)
{
	struct trace *t = ctx;

	EXPECT_INT(signum, SIGUSR1);
	t->text[t->n++] = 's';
	loop_stop(t->loop);
}

TEST(loop_signals_arrive)
{
	struct trace t;
	struct watch *w = NULL, *none = NULL;

	trace_init(&t);
	ASSERT(loop_on_signal(t.loop, SIGUSR1, on_signal, &t, &w) == ERR_OK);
	EXPECT_INT(loop_on_signal(t.loop, SIGKILL, on_signal, &t, &none),
	    ERR_INVALID);
	EXPECT_NULL(none);
	EXPECT_INT(loop_on_fd(t.loop, -1, WATCH_READ, on_readable, &t, &none),
	    ERR_INVALID);
	EXPECT_NULL(none);
	raise(SIGUSR1);
	loop_run(t.loop);
	EXPECT_STR(t.text, "s");
	watch_destroy(w);
	watch_destroy(NULL);
	loop_destroy(t.loop);
}

static void
hold_loop(void *ctx)
{
	(void)ctx;
	usleep(8000);
}

TEST(loop_longest_is_measured)
{
	struct loop *loop = NULL;
	uint64_t us;

	ASSERT(loop_create(&loop) == ERR_OK);
	loop_defer(loop, hold_loop, NULL);
	loop_run(loop);
	us = loop_longest_us(loop);
	EXPECT(us >= 8000 && us < 2000000);
	/* whoever reads leaves it to the next reader */
	EXPECT(loop_longest_us(loop) >= us);
	loop_longest_forget(loop);
	EXPECT_INT(loop_longest_us(loop), 0);
	loop_destroy(loop);
}
