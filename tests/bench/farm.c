/*
 * bench farm COUNT CONTROL OPTION...: links so many companies by QR in one
 * process, a few at a time, and leaves a state directory in which all are
 * linked and have uploaded their pre-keys. The phones are wasim's.
 */
#include "tests/bench/bench.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

#define AT_ONCE 8
#define COMPANY_FORMAT "bench-%05u"
#define LIMIT_S 170
#define LINKS_S 20              /* and so many a second at least */

struct farm {
	struct app *app;
	struct phones *phones;
	unsigned wanted, asked, online;
};

static void
ask_next(struct farm *f)
{
	char company[COMPANY_ID_MAX + 1];
	enum err err;

	if (f->asked == f->wanted)
		return;
	str_format(company, sizeof company, COMPANY_FORMAT, f->asked++);
	if ((err = app_link(f->app, company, NULL)) != ERR_OK)
		bench_die(company, err_text(err));
}

static void
on_event(void *ctx, const char *company, const struct session_event *event)
{
	struct farm *f = ctx;
	struct session_view view;

	if (event->type == SESSION_ERROR)
		bench_die(company, event->verdict->detail);
	if (event->type == SESSION_QR && event->qr_attempt == 1)
		phones_scan(f->phones, event->qr);
	if (event->type != SESSION_CHANGED ||
	    !app_view(f->app, company, &view) ||
	    view.status != WA_STATUS_CONNECTED)
		return;
	if (++f->online == f->wanted)
		loop_stop(app_loop(f->app));
	else
		ask_next(f);
}

static void
link_all(struct farm *f)
{
	struct app_listener *listener = app_listen(f->app, on_event, f);
	const int64_t cpu = bench_process_ns(), wall = bench_mono_ns();

	for (int i = 0; i < AT_ONCE; i++)
		ask_next(f);
	loop_run(app_loop(f->app));
	bench_say("farm_link_cpu_ms",
	    (double)(bench_process_ns() - cpu) / 1e6 / f->wanted);
	bench_say("farm_link_wall_ms",
	    (double)(bench_mono_ns() - wall) / 1e6 / f->wanted);
	app_unlisten(listener);
}

int
bench_farm(int argc, char **argv)
{
	struct config *config;
	struct farm f = { .app = NULL };
	uint64_t count;

	if (argc < 3 || !str_to_u64(argv[0], 100000, &count) || count == 0)
		bench_die("farm", "needs COUNT CONTROL OPTION...");
	bench_limit(LIMIT_S + (unsigned)count / LINKS_S);
	config = bench_config(argc - 2, argv + 2);
	f.wanted = (unsigned)count;
	f.app = bench_app(config);
	f.phones = phones_open(app_loop(f.app), argv[1]);
	link_all(&f);
	phones_close(f.phones);
	bench_app_end(f.app);
	config_destroy(config);
	return 0;
}
