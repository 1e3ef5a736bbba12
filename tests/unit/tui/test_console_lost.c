/* What the screen says once no core answers. */
#include "tests/t.h"
#include "tests/unit/tui/desk.h"
#include "tests/unit/tui/stage.h"

static void
open_and_lose(struct desk *s, int rows, int columns)
{
	desk_open(s, &(struct desk_params){ .rows = rows,
	    .columns = columns });
	desk_put(s, "acme", "Acme Ltd", "+7*****0001", "");
	EXPECT(desk_until(s, "all connected"));
	fake_core_go(s->fake, true);
	EXPECT(desk_until(s, "no core: :start as of"));
}

TEST(console_lost_core_leaves_old_rows_and_a_way_on)
{
	struct desk s;

	open_and_lose(&s, 0, 0);
	EXPECT(desk_shows(&s, "? connected? acme"));
	EXPECT(desk_shows(&s, ":start starts one, q leaves"));
	desk_keys(&s, "j");
	desk_settle(&s);
	EXPECT(desk_shows(&s, ":start starts one, q leaves"));
	desk_keys(&s, "P");
	EXPECT(desk_until(&s, "so nothing was done. :start starts one"));
	desk_keys(&s, ":start\r");
	desk_settle(&s);
	EXPECT_INT(s.started, 1);
	desk_close(&s);
}

/* What was said before may not be so any more. */
TEST(console_lost_core_takes_what_was_said_along)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	desk_put(&s, "acme", "Acme Ltd", "+7*****0001", "");
	EXPECT(desk_until(&s, "all connected"));
	console_say_text(s.console, ROLE_NOTICE, "A code is ready.");
	fake_core_go(s.fake, true);
	EXPECT(desk_until(&s, "no core: :start as of"));
	EXPECT(!desk_shows(&s, "A code is ready."));
	desk_close(&s);
}

TEST(console_lost_core_on_a_small_screen)
{
	struct desk s;

	open_and_lose(&s, 10, 40);
	EXPECT(desk_shows(&s, "? connected? acme") ||
	    desk_shows(&s, "? acme"));
	desk_close(&s);
}

/* A phone was being linked: that does not "go on". */
TEST(console_leaving_a_lost_core_says_what_is_so)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	desk_put(&s, "acme", "Acme", "", "\"status\":\"code\","
	    "\"windowEndsAt\":\"2026-11-25T09:49:40.000Z\"");
	fake_core_go(s.fake, true);
	EXPECT(desk_until(&s, "no core: :start"));
	EXPECT(!desk_shows(&s, "type the code: "));
	desk_keys(&s, "q");
	EXPECT(desk_until(&s, "companies may not be connected"));
	EXPECT(!desk_shows(&s, "goes on without the console"));
	EXPECT(!desk_shows(&s, "everything goes on"));
	desk_keys(&s, "b");
	desk_settle(&s);
	EXPECT_INT(s.left, 0);
	desk_keys(&s, "qr");
	desk_settle(&s);
	EXPECT_INT(s.started, 1);
	desk_close(&s);
}

TEST(console_tells_a_core_that_was_stopped)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	desk_put(&s, "acme", "Acme", "+7*****0001",
	    "\"x\":0");
	fake_core_tell(s.fake, DESK_EVENTS, "", "status",
	    "{\"companyId\":\"acme\",\"status\":\"idle\","
	    "\"reason\":\"not_running\",\"phoneNumber\":\"+7*****0001\","
	    "\"stateVersion\":900}");
	desk_settle(&s);
	fake_core_go(s.fake, true);
	EXPECT(desk_until(&s, "The core was stopped at"));
	desk_close(&s);
}

/* The reason that is known stays until a core is there again. */
TEST(console_keeps_how_its_core_ended)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	console_core_ended(s.console, "The core was killed by signal 9.");
	fake_core_go(s.fake, true);
	EXPECT(desk_until(&s, "killed by signal 9"));
	desk_keys(&s, "j");
	desk_settle(&s);
	EXPECT(desk_shows(&s, "killed by signal 9"));
	fake_core_go(s.fake, false);
	while (fake_core_streams(s.fake, DESK_EVENTS) == 0)
		loop_turn(s.loop, true);
	fake_core_tell(s.fake, DESK_EVENTS, "2", "ready", "{\"full\":true,"
	    "\"serverTime\":\"2026-11-25T09:46:45.000Z\"}");
	EXPECT(desk_until(&s, "No companies yet"));
	EXPECT(!desk_shows(&s, "killed by signal 9"));
	desk_close(&s);
}

TEST(console_lost_core_takes_the_listener_along)
{
	struct stage s;

	stage_init(&s);
	stage_start(&s, 24, 80, LANG_EN);
	stage_show(&s, &view_listener, "");
	EXPECT(stage_has(&s, "s switches them on"));
	fake_core_go(s.core, true);
	stage_settle(&s);
	EXPECT(stage_has(&s, "? off? (as of"));
	EXPECT(!stage_has(&s, "s switches them on"));
	stage_finish(&s);
}

TEST(console_tells_that_the_listener_did_not_come_back)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	desk_settle(&s);
	console_prefs(s.console)->listened = true;
	console_ask_listener(s.console);
	EXPECT(desk_until(&s, "Pages and API were on and are off now"));
	EXPECT(!console_prefs(s.console)->listened);
	fake_core_data(s.fake, "GET", "/api/whatsapp/listener",
	    "{\"addresses\":[\"http://127.0.0.1:3000\"],\"running\":true}");
	console_ask_listener(s.console);
	EXPECT(desk_until(&s, "127.0.0.1:3000"));
	fake_core_go(s.fake, true);
	EXPECT(desk_until(&s, "no core: :start"));
	desk_keys(&s, ":start\r");
	desk_settle(&s);
	EXPECT(console_prefs(s.console)->listened);
	desk_close(&s);
}
