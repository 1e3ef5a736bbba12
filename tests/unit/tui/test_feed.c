/* A feed of a listener in this process, and of a core that says anything. */
#include "tui/console/feed.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/session/house.h"
#include "tests/unit/tui/fake_core.h"
#include "tests/unit/tui/real_core.h"

#define EVENTS "/api/whatsapp/events"
#define SESSIONS "/api/whatsapp/sessions"
#define TURNS 20000

struct watched {
	struct loop *loop;
	struct client *client;
	struct fleet *fleet;
	struct feed *feed;
	struct real_core *real;         /* one of both */
	struct fake_core *core;
	/* what was told */
	int rows, others, fresh;
	char company[COMPANY_ID_MAX + 1];
	enum need before;
};

static void
on_change(void *ctx, const struct row *row, enum need before)
{
	struct watched *f = ctx;

	if (row == NULL) {
		f->others++;
		return;
	}
	f->rows++;
	f->fresh += before == NEED_COUNT;
	f->before = before;
	(void)str_copy(f->company, sizeof f->company, row->company);
}

static void
begin(struct watched *f)
{
	f->fleet = fleet_create();
	f->feed = feed_create(f->loop, f->client, f->fleet,
	    &(struct feed_handlers){ .on_change = on_change, .ctx = f });
}

static void
open_real(struct watched *f, int companies)
{
	memset(f, 0, sizeof *f);
	f->real = real_core_create(companies);
	f->loop = real_core_loop(f->real);
	f->client = client_create(f->loop, real_core_dial, f->real);
	begin(f);
}

static void
close_real(struct watched *f)
{
	feed_destroy(f->feed);
	client_destroy(f->client);
	fleet_destroy(f->fleet);
	real_core_destroy(f->real);
}

static bool
until_state(struct watched *f, enum feed_state state)
{
	for (int i = 0; i < TURNS; i++) {
		if (feed_state(f->feed) == state)
			return true;
		loop_turn(f->loop, true);
	}
	return false;
}

static bool
until_rows(struct watched *f, int rows)
{
	for (int i = 0; i < TURNS; i++) {
		if (f->rows >= rows)
			return true;
		loop_turn(f->loop, true);
	}
	return false;
}

TEST(feed_loads_all)
{
	struct watched f;
	int64_t away;

	open_real(&f, 250);
	EXPECT_INT(feed_state(f.feed), FEED_LOADING);
	EXPECT_INT(f.rows + f.others, 0);
	ASSERT(until_state(&f, FEED_LIVE));
	EXPECT_INT(fleet_count(f.fleet), 250);
	EXPECT_INT(fleet_count_need(f.fleet, NEED_LINK), 250);
	EXPECT(f.rows >= 250);
	EXPECT_INT(f.fresh, f.rows);
	EXPECT(f.others > 0);
	away = feed_now_ms(f.feed) - clock_wall_ms(clock_system());
	EXPECT(away > -2000 && away < 2000);
	close_real(&f);
}

TEST(feed_follows)
{
	struct watched f;
	bool removed = false;

	open_real(&f, 3);
	ASSERT(until_state(&f, FEED_LIVE));
	f.rows = f.fresh = 0;
	real_core_name(f.real, "c0001", "second");
	ASSERT(until_rows(&f, 1));
	EXPECT_STR(f.company, "c0001");
	EXPECT_INT(f.before, NEED_LINK);
	EXPECT_STR(fleet_find(f.fleet, "c0001")->name, "second");
	real_core_name(f.real, "new", "x");
	ASSERT(until_rows(&f, 2));
	EXPECT_INT(f.before, NEED_COUNT);
	real_core_remove(f.real, "c0002");
	for (int i = 0; i < TURNS && !removed; i++) {
		loop_turn(f.loop, true);
		removed = fleet_find(f.fleet, "c0002") == NULL;
	}
	EXPECT(removed);
	EXPECT_INT(fleet_count(f.fleet), 3);
	close_real(&f);
}

TEST(feed_goes_on_after_a_loss)
{
	struct watched f;

	open_real(&f, 100);
	ASSERT(until_state(&f, FEED_LIVE));
	real_core_refuse(f.real, true);
	f.rows = f.fresh = 0;
	real_core_cut(f.real);
	ASSERT(until_state(&f, FEED_LOST));
	EXPECT_INT(fleet_count(f.fleet), 100);
	real_core_name(f.real, "c0005", "changed meanwhile");
	real_core_turn(f.real, 10);
	EXPECT_INT(f.rows, 0);
	real_core_refuse(f.real, false);
	ASSERT(until_state(&f, FEED_LIVE));
	/* that one alone, with the need it had */
	EXPECT_INT(f.rows, 1);
	EXPECT_INT(f.fresh, 0);
	EXPECT_STR(fleet_find(f.fleet, "c0005")->name, "changed meanwhile");
	EXPECT_INT(fleet_count(f.fleet), 100);
	close_real(&f);
}

TEST(feed_frozen_catches_up)
{
	struct watched f;

	open_real(&f, 40);
	ASSERT(until_state(&f, FEED_LIVE));
	feed_freeze(f.feed, true);
	feed_freeze(f.feed, true);
	EXPECT_INT(feed_state(f.feed), FEED_FROZEN);
	f.rows = 0;
	real_core_name(f.real, "c0005", "one");
	real_core_name(f.real, "c0005", "two");
	real_core_turn(f.real, 50);
	EXPECT_INT(f.rows, 0);
	feed_freeze(f.feed, false);
	EXPECT_INT(feed_state(f.feed), FEED_LIVE);
	ASSERT(until_rows(&f, 1));
	EXPECT_STR(fleet_find(f.fleet, "c0005")->name, "two");
	real_core_turn(f.real, 50);
	EXPECT_INT(f.rows, 1);
	close_real(&f);
	/* before anything was known */
	open_real(&f, 5);
	feed_freeze(f.feed, true);
	feed_freeze(f.feed, false);
	EXPECT_INT(feed_state(f.feed), FEED_LOADING);
	EXPECT(until_state(&f, FEED_LIVE));
	EXPECT_INT(fleet_count(f.fleet), 5);
	close_real(&f);
}

TEST(feed_of_nobody)
{
	struct watched f;

	open_real(&f, 1);
	feed_destroy(f.feed);
	fleet_destroy(f.fleet);
	real_core_refuse(f.real, true);
	begin(&f);
	EXPECT(until_state(&f, FEED_LOST));
	EXPECT_INT(fleet_count(f.fleet), 0);
	real_core_refuse(f.real, false);
	EXPECT(until_state(&f, FEED_LIVE));
	EXPECT_INT(f.fresh, f.rows);
	EXPECT_INT(fleet_count(f.fleet), 1);
	close_real(&f);
}

/* --- what a core may say ------------------------------------------------------------ */

static void
open_core(struct watched *f)
{
	memset(f, 0, sizeof *f);
	EXPECT_INT(loop_create(&f->loop), ERR_OK);
	f->core = fake_core_create(f->loop);
	f->client = client_create(f->loop, fake_core_dial, f->core);
	fake_core_stream(f->core, EVENTS);
	fake_core_data(f->core, "GET", SESSIONS, "{\"sessions\":["
	    "{\"companyId\":\"a\",\"status\":\"idle\","
	    "\"reason\":\"never_linked\",\"stateVersion\":5}]}");
	begin(f);
	fake_core_settle(f->core);
}

static void
close_core(struct watched *f)
{
	feed_destroy(f->feed);
	client_destroy(f->client);
	fleet_destroy(f->fleet);
	fake_core_destroy(f->core);
	loop_run(f->loop);
	loop_destroy(f->loop);
}

static void
say(struct watched *f, const char *name, const char *data)
{
	fake_core_tell(f->core, EVENTS, "b-1", name, data);
	fake_core_settle(f->core);
}

/* A ready, until the feed has told of it: it reads now and then. */
static void
say_ready(struct watched *f, const char *data)
{
	const int others = f->others;

	say(f, "ready", data);
	for (int i = 0; i < TURNS && f->others == others; i++)
		loop_turn(f->loop, true);
	EXPECT(f->others > others);
}

static const char full[] = "{\"full\":true,\"companies\":1,"
    "\"serverTime\":\"2026-11-22T12:00:00.000Z\"}";
static const char part[] = "{\"full\":false,\"companies\":1}";
static const char b_is_fine[] = "{\"companyId\":\"b\",\"status\":"
    "\"connected\",\"reason\":\"ok\",\"connected\":true,"
    "\"stateVersion\":3}";

TEST(feed_first_rows_come_from_lists)
{
	struct watched f;

	open_core(&f);
	EXPECT_INT(fleet_count(f.fleet), 1);
	EXPECT_INT(feed_state(f.feed), FEED_LOADING);
	EXPECT_INT(fake_core_asked(f.core, "GET", SESSIONS), 2);
	EXPECT_INT(fake_core_streams(f.core, EVENTS), 1);
	say(&f, "status", b_is_fine);
	EXPECT_INT(fleet_count(f.fleet), 2);
	/* a has gone since */
	say_ready(&f, full);
	EXPECT_INT(feed_state(f.feed), FEED_LIVE);
	EXPECT_INT(fleet_count(f.fleet), 1);
	EXPECT(fleet_find(f.fleet, "b") != NULL);
	close_core(&f);
}

TEST(feed_time_is_the_cores)
{
	const int64_t noon = 1795348800000;     /* 2026-11-22T12:00:00Z */
	struct watched f;
	int64_t now;

	open_core(&f);
	say_ready(&f, full);
	now = feed_now_ms(f.feed);
	EXPECT(now >= noon && now < noon + 60000);
	/* late news do not turn it back, a clock that was set does */
	say_ready(&f, "{\"serverTime\":\"2026-11-22T11:59:59.000Z\"}");
	EXPECT(feed_now_ms(f.feed) >= now);
	say_ready(&f, "{\"serverTime\":\"2026-11-22T11:00:00.000Z\"}");
	EXPECT(feed_now_ms(f.feed) < noon);
	say_ready(&f, "{\"serverTime\":7}");
	EXPECT(feed_now_ms(f.feed) < noon);
	close_core(&f);
}

TEST(feed_a_part_takes_nothing_away)
{
	struct watched f;

	open_core(&f);
	say(&f, "status", b_is_fine);
	say_ready(&f, full);
	fake_core_end_streams(f.core, EVENTS);
	ASSERT(until_state(&f, FEED_LOST));
	for (int i = 0; i < TURNS &&
	    fake_core_streams(f.core, EVENTS) == 0; i++)
		loop_turn(f.loop, true);
	EXPECT_INT(feed_state(f.feed), FEED_LOST);
	say_ready(&f, part);
	EXPECT_INT(feed_state(f.feed), FEED_LIVE);
	EXPECT_INT(fleet_count(f.fleet), 1);
	close_core(&f);
}

/* A core that forgot where a slow reader was tells all of it anew, but not
 * who is gone. */
TEST(feed_asks_again_when_all_comes_unasked)
{
	struct watched f;

	open_core(&f);
	say(&f, "status", b_is_fine);
	say_ready(&f, full);
	EXPECT_INT(fake_core_asked(f.core, "GET", EVENTS), 1);
	say(&f, "ready", full);
	for (int i = 0; i < TURNS &&
	    fake_core_asked(f.core, "GET", EVENTS) == 1; i++)
		loop_turn(f.loop, true);
	EXPECT_INT(fake_core_asked(f.core, "GET", EVENTS), 2);
	say_ready(&f, full);
	EXPECT_INT(feed_state(f.feed), FEED_LIVE);
	EXPECT_INT(fleet_count(f.fleet), 0);
	close_core(&f);
}

/* How long, by the core's clock, until the feed is lost; a comment each so
 * many ms. */
static int64_t
until_lost(struct watched *f, int64_t beat_ms, int64_t most_ms)
{
	const int64_t begun = clock_mono_ms(clock_system());
	int64_t now = begun, beaten = begun;

	while (feed_state(f->feed) != FEED_LOST && now - begun < most_ms) {
		loop_turn(f->loop, false);
		now = clock_mono_ms(clock_system());
		if (now - beaten < beat_ms)
			continue;
		beaten = now;
		fake_core_beat(f->core, EVENTS);
	}
	return now - begun;
}

/* It closes nothing, and it says nothing. */
TEST(feed_notices_a_core_that_hangs)
{
	struct watched f;

	if (!house_hurry("feed_notices_a_core_that_hangs", "100"))
		return;
	open_core(&f);
	say(&f, "status", b_is_fine);
	say_ready(&f, full);
	/* comments are life */
	(void)until_lost(&f, 5000, 100000);
	EXPECT_INT(feed_state(f.feed), FEED_LIVE);
	fake_core_mute(f.core, "GET", EVENTS);
	EXPECT(until_lost(&f, INT64_MAX, 100000) > 40000);
	EXPECT_INT(feed_state(f.feed), FEED_LOST);
	EXPECT_INT(fleet_count(f.fleet), 1);
	/* it is asked again and again, and one day it goes on */
	for (int i = 0; i < TURNS &&
	    fake_core_asked(f.core, "GET", EVENTS) < 2; i++)
		loop_turn(f.loop, true);
	EXPECT_INT(feed_state(f.feed), FEED_LOST);
	fake_core_stream(f.core, EVENTS);
	for (int i = 0; i < TURNS &&
	    fake_core_asked(f.core, "GET", EVENTS) < 3; i++)
		loop_turn(f.loop, true);
	say_ready(&f, part);
	EXPECT_INT(feed_state(f.feed), FEED_LIVE);
	close_core(&f);
}

/* An older core tells no ready, and nobody is gone for that. */
TEST(feed_needs_no_ready)
{
	struct watched f;

	if (!house_hurry("feed_needs_no_ready", "10"))
		return;
	open_core(&f);
	say(&f, "status", b_is_fine);
	EXPECT_INT(feed_state(f.feed), FEED_LOADING);
	ASSERT(until_state(&f, FEED_LIVE));
	EXPECT_INT(fleet_count(f.fleet), 2);
	fake_core_end_streams(f.core, EVENTS);
	ASSERT(until_state(&f, FEED_LOST));
	for (int i = 0; i < TURNS &&
	    fake_core_streams(f.core, EVENTS) == 0; i++)
		loop_turn(f.loop, true);
	say(&f, "status", b_is_fine);
	EXPECT_INT(feed_state(f.feed), FEED_LOST);
	ASSERT(until_state(&f, FEED_LIVE));
	EXPECT_INT(fleet_count(f.fleet), 2);
	close_core(&f);
}

TEST(feed_garbage_changes_nothing)
{
	struct watched f;

	open_core(&f);
	say(&f, "status", b_is_fine);
	say_ready(&f, full);
	f.rows = 0;
	say(&f, "status", "{\"companyId\":\"b\"");
	say(&f, "status", "[1]");
	say(&f, "status", "{\"companyId\":7}");
	say(&f, "error", "{\"companyId\":\"b\",\"errorCode\":\"TIMEOUT\"}");
	say(&f, "error", "{\"errorCode\":\"SESSION_NOT_FOUND\"}");
	say(&f, "code", "{\"companyId\":\"b\",\"code\":\"ABCD-EFGH\"}");
	say_ready(&f, "7");
	EXPECT_INT(f.rows, 0);
	EXPECT_INT(feed_state(f.feed), FEED_LIVE);
	EXPECT_INT(fleet_count_status(f.fleet, WA_STATUS_CONNECTED), 1);
	close_core(&f);
}
