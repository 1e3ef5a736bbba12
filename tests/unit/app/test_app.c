#include "core/app/app.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/token_text.h"
#include "core/app/tokens.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/store/fix.h"

#define PATIENCE 2000           /* turns of a loop that is never idle long */

/* An app whose WhatsApp is a port where nobody listens. */
struct flat {
	struct fix fix;                 /* only its directory */
	struct config *config;
	struct app *app;
	bool stopped;
};

static void
set(struct config *c, const char *name, const char *value)
{
	struct config_problem problem;

	EXPECT_INT(config_set(c, CONFIG_FLAG, "test", name, value, &problem),
	    ERR_OK);
}

static struct config *
make_config(const char *dir)
{
	static char *env[] = { NULL };
	struct config *c = config_create();
	struct config_problem problem;

	set(c, "state_dir", dir);
	set(c, "whatsapp.url", "ws://127.0.0.1:1/ws/chat");
	set(c, "limit.links_per_hour", "0");
	EXPECT_INT(config_finish(c, &(struct config_place){ .env = env },
	    &problem), ERR_OK);
	return c;
}

static void
flat_open(struct flat *f)
{
	struct app_problem problem = { "" };

	f->stopped = false;
	EXPECT_INT(app_open(&(struct app_params){ .config = f->config,
	    .what = "unit" }, &f->app, &problem), ERR_OK);
	EXPECT_STR(problem.text, "");
	if (f->app == NULL)
		abort();
}

static void
flat_init(struct flat *f)
{
	char *dir = t_dir();

	memset(f, 0, sizeof *f);
	fix_init_in(&f->fix, dir);
	f->config = make_config(dir);
	free(dir);
	flat_open(f);
}

static void
on_stopped(void *ctx)
{
	struct flat *f = ctx;

	f->stopped = true;
}

static void
flat_close(struct flat *f)
{
	app_stop(f->app, on_stopped, f);
	for (int i = 0; i < PATIENCE && !f->stopped; i++)
		loop_turn(app_loop(f->app), true);
	EXPECT(f->stopped);
	app_close(f->app);
	f->app = NULL;
}

static void
flat_finish(struct flat *f)
{
	flat_close(f);
	config_destroy(f->config);
	fix_finish(&f->fix);
}

/* A link attempt that ends at the closed port; some five events. */
static void
try_link(struct flat *f, const char *company)
{
	struct session_view view;

	EXPECT_INT(app_link(f->app, company, NULL), ERR_OK);
	for (int i = 0; i < PATIENCE; i++) {
		loop_turn(app_loop(f->app), true);
		if (app_view(f->app, company, &view) &&
		    view.status == WA_STATUS_IDLE)
			return;
	}
	EXPECT(false);
}

/* --- one company's state --------------------------------------------------- */

TEST(app_history_is_read_in_pages)
{
	struct app_change all[64], page[2];
	uint64_t before = 0;
	struct flat f;
	size_t n, seen = 0, got;

	flat_init(&f);
	EXPECT_INT(app_history(f.app, "acme", 0, all, 64), 0);
	try_link(&f, "acme");
	n = app_history(f.app, "acme", 0, all, 64);
	ASSERT(n >= 3);
	EXPECT_INT(all[0].status, WA_STATUS_IDLE);
	EXPECT_INT(all[n - 1].seq, 1);
	EXPECT_INT(all[n - 1].status, WA_STATUS_CONNECTING);
	for (size_t i = 1; i < n; i++) {
		EXPECT(all[i].seq + 1 == all[i - 1].seq);
		EXPECT(all[i].at_ms <= all[i - 1].at_ms);
		EXPECT(all[i].state_version < all[i - 1].state_version);
		EXPECT(all[i].status != all[i - 1].status ||
		    all[i].reason != all[i - 1].reason);
	}
	while ((got = app_history(f.app, "acme", before, page, 2)) > 0) {
		for (size_t i = 0; i < got; i++)
			EXPECT_INT(page[i].seq, all[seen++].seq);
		before = page[got - 1].seq;
	}
	EXPECT_INT(seen, n);
	flat_finish(&f);
}

TEST(app_state_of_an_unknown_company_is_none)
{
	struct app_shown shown;
	struct app_health health;
	struct flat f;

	flat_init(&f);
	EXPECT(!app_shown(f.app, "acme", &shown));
	EXPECT(!app_health(f.app, "acme", &health));
	try_link(&f, "acme");
	ASSERT(app_shown(f.app, "acme", &shown));
	EXPECT_STR(shown.qr, "");
	EXPECT_INT(shown.window_ends_ms, 0);
	ASSERT(app_health(f.app, "acme", &health));
	EXPECT_INT(health.uptime_ms, 0);
	EXPECT_INT(health.last_answer_ms, 0);
	EXPECT_INT(health.rtt_ms, -1);
	EXPECT_INT(health.prekeys, -1);
	EXPECT_INT(health.reconnects_24h, 0);
	flat_finish(&f);
}

TEST(app_keeps_the_newest_of_its_log)
{
	const struct log_filter about = { .company = "acme" }, all = { 0 };
	struct log_line line;
	struct flat f;

	flat_init(&f);
	ASSERT(log_ring_after(app_log(f.app), 0, &all, &line));
	EXPECT(strstr(line.text, "mod=app open what=\"unit\"") != NULL);
	EXPECT(!log_ring_after(app_log(f.app), 0, &about, &line));
	try_link(&f, "acme");
	ASSERT(log_ring_after(app_log(f.app), 0, &about, &line));
	EXPECT_STR(line.company, "acme");
	flat_finish(&f);
}

TEST(app_metrics_count_what_happened)
{
	struct app_metrics m;
	struct flat f;

	flat_init(&f);
	app_metrics(f.app, &m);
	EXPECT_INT(m.n[METRIC_COMPANIES], 0);
	EXPECT_INT(m.n[METRIC_ATTEMPTS], 0);
	try_link(&f, "acme");
	try_link(&f, "beta");
	app_metrics(f.app, &m);
	EXPECT_INT(m.n[METRIC_COMPANIES], 2);
	EXPECT_INT(m.n[METRIC_LINKED], 0);
	EXPECT_INT(m.sessions[WA_STATUS_IDLE], 2);
	EXPECT_INT(m.n[METRIC_ATTEMPTS], 2);
	EXPECT_INT(m.n[METRIC_DIALS], 2);
	EXPECT_INT(m.n[METRIC_LOGINS], 0);
	EXPECT_INT(m.n[METRIC_QR_CODES], 0);
	EXPECT_INT(m.errors[WA_REASON_NETWORK_BLOCKED] +
	    m.errors[WA_REASON_NOT_ANSWERING] +
	    m.errors[WA_REASON_CONNECTION_LOST] +
	    m.errors[WA_REASON_REFUSED], 2);
	EXPECT(m.n[METRIC_EVENTS] >= 6);
	EXPECT(m.n[METRIC_LOOP_LONGEST] > 0);
	EXPECT(m.n[METRIC_MEMORY] > 0);
	EXPECT(m.n[METRIC_DESCRIPTORS] > 3);
	EXPECT(m.n[METRIC_UPTIME] >= 0 && m.n[METRIC_UPTIME] < 60000);
	EXPECT(llabs(clock_wall_ms(clock_system()) - m.n[METRIC_START_TIME]) <
	    60000);
	flat_finish(&f);
}

/* --- the ring -------------------------------------------------------------- */

TEST(app_events_can_be_read_from_any_point)
{
	struct app_event events[64];
	struct flat f;
	bool missed = true;
	size_t n, rest;

	flat_init(&f);
	EXPECT_INT(app_events_since(f.app, 0, events, 64, &missed), 0);
	EXPECT(!missed);
	try_link(&f, "acme");
	n = app_events_since(f.app, 0, events, 64, &missed);
	EXPECT(!missed);
	ASSERT(n > 2 && n < 64);
	for (size_t i = 0; i < n; i++) {
		EXPECT_INT(events[i].seq, i + 1);
		EXPECT_STR(events[i].company, "acme");
		EXPECT(events[i].at_ms > 0);
		if (i > 0)
			EXPECT(events[i].state_version >=
			    events[i - 1].state_version);
	}
	EXPECT_INT(events[n - 1].type, SESSION_ERROR);
	rest = app_events_since(f.app, 2, events, 64, &missed);
	EXPECT_INT(rest, n - 2);
	EXPECT_INT(events[0].seq, 3);
	EXPECT_INT(app_events_since(f.app, 0, events, 1, &missed), 1);
	EXPECT_INT(events[0].seq, 1);
	EXPECT_INT(app_events_since(f.app, n, events, 64, &missed), 0);
	EXPECT(!missed);
	/* of another boot, it seems */
	EXPECT_INT(app_events_since(f.app, n + 100, events, 64, &missed), 0);
	flat_finish(&f);
}

TEST(app_ring_forgets_and_says_so)
{
	struct app_event *events = xcalloc(APP_RING_EVENTS + 1,
	    sizeof *events);
	struct flat f;
	bool missed;
	size_t n;
	uint64_t last;

	flat_init(&f);
	do {
		try_link(&f, "acme");
		n = app_events_since(f.app, 0, events, APP_RING_EVENTS + 1,
		    &missed);
	} while (!missed && n <= APP_RING_EVENTS);
	EXPECT(missed);
	EXPECT_INT(n, APP_RING_EVENTS);
	last = events[n - 1].seq;
	EXPECT(last > APP_RING_EVENTS);
	for (size_t i = 1; i < n; i++)
		EXPECT_INT(events[i].seq, events[i - 1].seq + 1);
	/* the oldest kept, and the one before it */
	EXPECT_INT(app_events_since(f.app, last - APP_RING_EVENTS, events,
	    APP_RING_EVENTS, &missed), APP_RING_EVENTS);
	EXPECT(!missed);
	EXPECT_INT(app_events_since(f.app, last - APP_RING_EVENTS - 1, events,
	    APP_RING_EVENTS, &missed), APP_RING_EVENTS);
	EXPECT(missed);
	free(events);
	flat_finish(&f);
}

/* --- listeners ------------------------------------------------------------- */

struct ear {
	struct flat *f;
	struct app_listener *listener;
	int heard;
	struct ear *leaves, *comes;     /* at the first event heard */
};

static void
on_heard(void *ctx, const char *company, const struct session_event *event)
{
	struct ear *e = ctx;
	struct ear *leaves = e->leaves, *comes = e->comes;

	EXPECT_STR(company, "acme");
	EXPECT(event != NULL);
	e->heard++;
	e->leaves = e->comes = NULL;
	if (leaves != NULL) {
		app_unlisten(leaves->listener);
		leaves->listener = NULL;
	}
	if (comes != NULL)
		comes->listener = app_listen(comes->f->app, on_heard, comes);
}

TEST(app_listeners_come_and_go_within_an_event)
{
	struct app_event events[64];
	struct flat f;
	struct ear first = { .f = &f }, second = { .f = &f },
	    third = { .f = &f }, late = { .f = &f };
	bool missed;
	int all;

	flat_init(&f);
	first.listener = app_listen(f.app, on_heard, &first);
	second.listener = app_listen(f.app, on_heard, &second);
	third.listener = app_listen(f.app, on_heard, &third);
	first.leaves = &second;         /* one behind it */
	first.comes = &late;
	third.leaves = &third;          /* itself */
	try_link(&f, "acme");
	all = (int)app_events_since(f.app, 0, events, 64, &missed);
	EXPECT_INT(first.heard, all);
	EXPECT_INT(second.heard, 0);
	EXPECT_INT(third.heard, 1);
	EXPECT_INT(late.heard, all - 1);        /* not the one it came in */
	/* leaving between events */
	app_unlisten(first.listener);
	app_unlisten(NULL);
	try_link(&f, "acme");
	EXPECT_INT(first.heard, all);
	EXPECT(late.heard > all);
	flat_finish(&f);                /* late never left */
}

static void
on_error_stop(void *ctx, const char *company,
    const struct session_event *event)
{
	struct flat *f = ctx;

	(void)company;
	if (event->type == SESSION_ERROR)
		app_stop(f->app, on_stopped, f);
}

TEST(app_may_be_stopped_from_within_an_event)
{
	struct flat f;

	flat_init(&f);
	app_listen(f.app, on_error_stop, &f);
	EXPECT_INT(app_link(f.app, "acme", NULL), ERR_OK);
	for (int i = 0; i < PATIENCE && !f.stopped; i++)
		loop_turn(app_loop(f.app), true);
	EXPECT(f.stopped);
	app_close(f.app);
	config_destroy(f.config);
	fix_finish(&f.fix);
}

/* --- companies ------------------------------------------------------------- */

TEST(app_refuses_what_is_not_there)
{
	struct session_view view;
	struct flat f;

	flat_init(&f);
	memset(&view, 0x5a, sizeof view);
	EXPECT(!app_view(f.app, "acme", &view));
	EXPECT_INT((uint8_t)view.company[0], 0x5a);
	EXPECT_INT(app_connect(f.app, "acme"), ERR_NOT_FOUND);
	EXPECT_INT(app_reconnect(f.app, "acme"), ERR_NOT_FOUND);
	EXPECT_INT(app_logout(f.app, "acme"), ERR_NOT_FOUND);
	EXPECT_INT(app_remove(f.app, "acme", true, true, NULL, NULL),
	    ERR_NOT_FOUND);
	EXPECT_INT(app_link(f.app, "no such id", NULL), ERR_INVALID);
	app_link_cancel(f.app, "acme");
	EXPECT(!app_view(f.app, "acme", &view));
	flat_finish(&f);
}

struct removed {
	int calls;
	enum err err;
};

static void
on_removed(void *ctx, enum err err)
{
	struct removed *r = ctx;

	r->calls++;
	r->err = err;
}

static void
until_removed(struct flat *f, const struct removed *r)
{
	for (int i = 0; i < PATIENCE && r->calls == 0; i++)
		loop_turn(app_loop(f->app), true);
	EXPECT_INT(r->calls, 1);
	EXPECT_INT(r->err, ERR_OK);
}

static enum err
remove_when_at_rest(struct flat *f, struct removed *r)
{
	enum err err = ERR_BUSY;

	for (int i = 0; i < PATIENCE && err == ERR_BUSY; i++) {
		err = app_remove(f->app, "acme", false, true, on_removed, r);
		loop_turn(app_loop(f->app), err == ERR_BUSY);
	}
	return err;
}

TEST(app_remembers_and_removes_companies)
{
	struct removed r = { 0 };
	struct session_view view;
	struct flat f;

	flat_init(&f);
	EXPECT_INT(app_link(f.app, "acme", NULL), ERR_OK);
	EXPECT_INT(app_remove(f.app, "acme", true, true, on_removed, &r),
	    ERR_BUSY);
	try_link(&f, "beta");
	flat_close(&f);
	flat_open(&f);
	EXPECT(app_view(f.app, "acme", &view));
	EXPECT_INT(view.reason, WA_REASON_NEVER_LINKED);
	EXPECT_INT(remove_when_at_rest(&f, &r), ERR_OK);
	EXPECT(!app_view(f.app, "acme", &view));
	until_removed(&f, &r);
	EXPECT(!app_view(f.app, "acme", &view));
	flat_close(&f);
	flat_open(&f);
	EXPECT(!app_view(f.app, "acme", &view));
	EXPECT(app_view(f.app, "beta", &view));
	flat_finish(&f);
}

struct made {
	bool called;
	char text[TOKEN_TEXT_LEN + 1];
};

static void
on_token(void *ctx, enum err err, const struct token_info *info,
    const char *text)
{
	struct made *m = ctx;

	(void)info;
	EXPECT_INT(err, ERR_OK);
	m->called = true;
	str_copy(m->text, sizeof m->text, err == ERR_OK ? text : "");
}

/* Whoever founds the company anew must not meet those of the old one. */
TEST(app_removes_a_company_with_its_tokens)
{
	const struct token_wish wish = { .name = "Till", .company = "acme",
	    .role = TOKEN_COMPANY };
	const int64_t now = clock_wall_ms(clock_system());
	struct made made = { .called = false };
	struct removed r = { 0 };
	struct token_info info;
	struct flat f;

	flat_init(&f);
	EXPECT_INT(app_link(f.app, "acme", NULL), ERR_OK);
	EXPECT_INT(tokens_make(app_tokens(f.app), &wish, on_token, &made),
	    ERR_OK);
	flat_close(&f);
	EXPECT(made.called);
	flat_open(&f);
	EXPECT(tokens_check(app_tokens(f.app), made.text, now, &info));
	EXPECT_INT(remove_when_at_rest(&f, &r), ERR_OK);
	EXPECT(!tokens_check(app_tokens(f.app), made.text, now, &info));
	until_removed(&f, &r);
	flat_close(&f);
	flat_open(&f);
	EXPECT(!tokens_check(app_tokens(f.app), made.text, now, &info));
	flat_finish(&f);
}

/* A company that is linked while its files are going is a new one. */
TEST(app_links_while_removing)
{
	struct removed r = { 0 };
	struct session_view view;
	struct flat f;

	flat_init(&f);
	try_link(&f, "acme");
	EXPECT_INT(remove_when_at_rest(&f, &r), ERR_OK);
	EXPECT_INT(app_link(f.app, "acme", NULL), ERR_OK);
	until_removed(&f, &r);
	EXPECT(app_view(f.app, "acme", &view));
	flat_close(&f);
	flat_open(&f);
	EXPECT(app_view(f.app, "acme", &view));
	flat_finish(&f);
}

/* Stopping waits for it: its callback needs the app. */
TEST(app_stops_after_a_removal)
{
	struct removed r = { 0 };
	struct flat f;

	flat_init(&f);
	try_link(&f, "acme");
	EXPECT_INT(remove_when_at_rest(&f, &r), ERR_OK);
	flat_close(&f);
	EXPECT_INT(r.calls, 1);
	flat_open(&f);
	flat_finish(&f);
}

/* --- opening --------------------------------------------------------------- */

TEST(app_says_who_holds_the_state)
{
	struct app_problem problem = { "" };
	struct app *other = NULL;
	struct flat f;

	flat_init(&f);
	EXPECT_INT(app_open(&(struct app_params){ .config = f.config,
	    .what = "other" }, &other, &problem), ERR_LOCKED);
	EXPECT_NULL(other);
	EXPECT(strstr(problem.text, "unit") != NULL);
	app_close(NULL);
	flat_finish(&f);
}

/* --- settings --------------------------------------------------------------- */

struct answer {
	bool is_here;
	enum err err;
};

static void
on_answer(void *ctx, enum err err)
{
	struct answer *a = ctx;

	a->is_here = true;
	a->err = err;
}

static enum err
patch(struct flat *f, const char *company, const struct app_patch *patch)
{
	struct answer a = { false, ERR_INTERNAL };

	app_patch(f->app, company, patch, on_answer, &a);
	EXPECT(!a.is_here);             /* never from within */
	for (int i = 0; i < PATIENCE && !a.is_here; i++)
		loop_turn(app_loop(f->app), true);
	EXPECT(a.is_here);
	return a.err;
}

TEST(app_patch_makes_a_company_and_lasts)
{
	static const struct app_patch settings = { .has_name = true,
	    .name = "Acme", .has_phone = true, .phone = "+7 (900) 123-45-67",
	    .has_priority = true, .priority = -100 };
	struct session_view view;
	struct flat f;

	flat_init(&f);
	EXPECT_INT(patch(&f, "acme", &settings), ERR_OK);
	EXPECT_INT(app_link(f.app, "acme", "79007654321"), ERR_MISMATCH);
	EXPECT_INT(app_reconnect(f.app, "acme"), ERR_NOT_FOUND);
	flat_close(&f);
	flat_open(&f);
	ASSERT(app_view(f.app, "acme", &view));
	EXPECT_STR(view.name, "Acme");
	EXPECT_STR(view.pinned_phone, "79001234567");
	EXPECT_INT(view.priority, -100);
	EXPECT_INT(view.reason, WA_REASON_NEVER_LINKED);
	EXPECT_INT(patch(&f, "acme", &(struct app_patch){ .has_phone = true }),
	    ERR_OK);
	ASSERT(app_view(f.app, "acme", &view));
	EXPECT_STR(view.pinned_phone, "");
	EXPECT_STR(view.name, "Acme");
	flat_finish(&f);
}

TEST(app_patch_refuses_what_is_none)
{
	static const struct app_patch bad[] = {
		{ .has_name = true, .name = "a\nb" },
		{ .has_name = true, .name = "a\x7f" },
		{ .has_name = true, .name = "a\xc2\x85" },
		{ .has_name = true, .name = "\xff" },
		{ .has_phone = true, .phone = "12" },
		{ .has_phone = true, .phone = "+7 900 CALL" },
		{ .has_priority = true, .priority = 101 },
		{ .has_priority = true, .priority = -101 },
	};
	struct session_view view;
	struct flat f;

	flat_init(&f);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT_INT(patch(&f, "acme", &bad[i]), ERR_INVALID);
	EXPECT_INT(patch(&f, "a b", &(struct app_patch){ .paused = true }),
	    ERR_INVALID);
	EXPECT(!app_view(f.app, "acme", &view));
	flat_finish(&f);
}

TEST(app_patch_counts_characters_of_a_name)
{
	struct app_patch p = { .has_name = true };

	for (size_t i = 0; i < 64; i++)
		str_copy(p.name + 2 * i, sizeof p.name - 2 * i, "я");
	EXPECT(patch_name_is_valid(p.name));
	str_copy(p.name + 128, sizeof p.name - 128, "x");
	EXPECT(!patch_name_is_valid(p.name));
	EXPECT(patch_name_is_valid(""));
}

TEST(app_reconnect_waits_for_the_end_of_pairing)
{
	struct session_view view;
	struct flat f;

	flat_init(&f);
	EXPECT_INT(app_reconnect(f.app, "acme"), ERR_NOT_FOUND);
	app_link_cancel(f.app, "acme");
	EXPECT(!app_view(f.app, "acme", &view));
	EXPECT_INT(app_link(f.app, "acme", NULL), ERR_OK);
	EXPECT_INT(app_reconnect(f.app, "acme"), ERR_BUSY);
	app_link_cancel(f.app, "acme");
	ASSERT(app_view(f.app, "acme", &view));
	EXPECT_INT(view.reason, WA_REASON_NEVER_LINKED);
	EXPECT_INT(app_reconnect(f.app, "acme"), ERR_NOT_FOUND);
	EXPECT_INT(app_links(f.app, "acme", NULL, 0), 0);
	flat_finish(&f);
}
