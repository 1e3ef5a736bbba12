/*
 * bench codes COUNT OPTION...: so many pairing codes asked for at once, while
 * a timer of one millisecond watches the loop. The same timer runs before
 * that with nothing to do, for what the machine itself adds; and as time on
 * the wall counts whatever else runs, the processor time of the longest turn
 * of the loop is told too.
 */
#include "tests/bench/bench.h"

#include <string.h>

#include "core/base/str.h"

#define COMPANY_FORMAT "code-%03u"
#define PHONE_FORMAT "79005550%03u"
#define MS 1000000              /* nanoseconds */
#define LIMIT_S 60
#define QUIET_MS 1000

struct codes {
	struct app *app;
	struct timer *tick;
	int64_t due_ns, latest_ns;      /* of the timer; its worst lateness */
	int64_t longest_ns;     /* processor time of one turn */
	unsigned wanted, shown;
};

static void
start_tick(struct codes *c)
{
	c->due_ns = bench_mono_ns() + MS;
	timer_start(c->tick, 1);
}

static void
on_tick(void *ctx)
{
	struct codes *c = ctx;
	const int64_t late = bench_mono_ns() - c->due_ns;

	if (late > c->latest_ns)
		c->latest_ns = late;
	start_tick(c);
}

static void
on_event(void *ctx, const char *company, const struct session_event *event)
{
	struct codes *c = ctx;

	if (event->type == SESSION_ERROR)
		bench_die(company, event->verdict->detail);
	if (event->type == SESSION_CODE)
		c->shown++;
}

static void
turn(struct codes *c)
{
	const int64_t since = bench_thread_ns();
	int64_t took;

	loop_turn(app_loop(c->app), true);
	took = bench_thread_ns() - since;
	if (took > c->longest_ns)
		c->longest_ns = took;
}

static void
ask_all(struct codes *c)
{
	char company[COMPANY_ID_MAX + 1], phone[PHONE_DIGITS_MAX + 1];
	enum err err;

	for (unsigned i = 0; i < c->wanted; i++) {
		str_format(company, sizeof company, COMPANY_FORMAT, i);
		str_format(phone, sizeof phone, PHONE_FORMAT, i);
		if ((err = app_link(c->app, company, phone)) != ERR_OK)
			bench_die(company, err_text(err));
	}
}

static void
measure_quiet(struct codes *c)
{
	const int64_t since = bench_mono_ns();

	while (bench_mono_ns() - since < (int64_t)QUIET_MS * MS)
		turn(c);
	bench_say("quiet_late_ms", (double)c->latest_ns / MS);
	c->latest_ns = c->longest_ns = 0;
	loop_longest_forget(app_loop(c->app));
}

static void
measure_codes(struct codes *c)
{
	const int64_t since = bench_mono_ns();

	ask_all(c);
	while (c->shown < c->wanted)
		turn(c);
	bench_say("codes_callback_ms",
	    (double)loop_longest_us(app_loop(c->app)) / 1e3);
	bench_say("codes_turn_cpu_ms", (double)c->longest_ns / MS);
	bench_say("codes_late_ms", (double)c->latest_ns / MS);
	bench_say("codes_wall_ms", (double)(bench_mono_ns() - since) / MS);
}

static void
measure(struct codes *c)
{
	struct app_listener *listener = app_listen(c->app, on_event, c);

	c->tick = timer_create_on(app_loop(c->app), on_tick, c);
	start_tick(c);
	measure_quiet(c);
	measure_codes(c);
	timer_destroy(c->tick);
	app_unlisten(listener);
}

int
bench_codes(int argc, char **argv)
{
	struct config *config;
	struct codes c = { .app = NULL };
	uint64_t count;

	if (argc < 2 || !str_to_u64(argv[0], 999, &count) || count == 0)
		bench_die("codes", "needs COUNT OPTION...");
	bench_limit(LIMIT_S);
	config = bench_config(argc - 1, argv + 1);
	c.wanted = (unsigned)count;
	c.app = bench_app(config);
	measure(&c);
	bench_app_end(c.app);
	config_destroy(config);
	return 0;
}
