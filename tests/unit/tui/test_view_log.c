/* The log view, by keys and screens, before a fake core. */
#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/tui/stage.h"

#define LOG "/api/whatsapp/log"
#define BACK_TURNS 20000
#define PAGE_ITEM(seq, text) "{\"seq\":" seq ",\"at\":\"2026-11-22T18:00:0" \
	seq ".000Z\",\"level\":\"info\",\"companyId\":\"beta\",\"text\":\"" \
	text "\"}"

static void
begin(struct stage *s, int rows, int columns)
{
	stage_init(s);
	fake_core_stream(s->core, LOG "?follow");
	fake_core_data(s->core, "GET", LOG, "{\"items\":["
	    PAGE_ITEM("2", "second") "," PAGE_ITEM("1", "first")
	    "],\"nextCursor\":null}");
	stage_start(s, rows, columns, LANG_EN);
	stage_show(s, &view_log, "");
}

static void
tell(struct stage *s, int seq, const char *level, const char *text)
{
	char id[32], data[2048];

	(void)str_format(id, sizeof id, "boot-%d", seq);
	(void)str_format(data, sizeof data, "{\"seq\":%d,"
	    "\"at\":\"2026-11-22T18:40:%02d.000Z\",\"level\":\"%s\","
	    "\"companyId\":\"acme\",\"text\":\"%s\"}", seq, seq % 60, level,
	    text);
	fake_core_tell(s->core, LOG "?follow", id, "log", data);
	stage_settle(s);
}

TEST(view_log_has_all_lines_once_in_order)
{
	struct stage s;

	begin(&s, 24, 80);
	EXPECT(stage_has(&s, "Nothing has been logged"));
	tell(&s, 3, "warn", "third");
	EXPECT(strstr(fake_core_query(s.core, "GET", LOG), "cursor=3&") !=
	    NULL);
	EXPECT_INT(stage_find(&s, "first"), 2);
	EXPECT_INT(stage_find(&s, "second"), 3);
	EXPECT_INT(stage_find(&s, "third"), 4);
	EXPECT(strstr(stage_row(&s, 4), "18:40:03") != NULL);
	EXPECT(strstr(stage_row(&s, 4), "warn") != NULL);
	EXPECT(strstr(stage_row(&s, 4), "acme") != NULL);
	/* told again by a stream that was lost */
	tell(&s, 3, "warn", "third");
	EXPECT(stage_has(&s, "3 of 3"));
	stage_finish(&s);
}

TEST(view_log_filters_as_typed)
{
	struct stage s;

	begin(&s, 24, 80);
	tell(&s, 3, "warn", "third");
	stage_keys(&s, "/!se");
	EXPECT(!stage_has(&s, "second"));
	EXPECT(stage_has(&s, "2 of 3"));
	/* letters that are commands elsewhere are letters */
	stage_keys(&s, "q\r");
	EXPECT(stage_has(&s, "3 of 3"));
	EXPECT(stage_has(&s, "Filter: !seq"));
	EXPECT_STR(console_prefs(s.console)->log_filter, "");
	console_back(s.console);
	EXPECT_STR(console_prefs(s.console)->log_filter, "!seq");
	stage_show(&s, &view_log, "");
	EXPECT(stage_has(&s, "Filter: !seq"));
	stage_finish(&s);
}

TEST(view_log_escape_clears_before_it_leaves)
{
	struct stage s;

	begin(&s, 24, 80);
	tell(&s, 3, "warn", "third");
	stage_keys(&s, "/nothing\r");
	EXPECT(stage_has(&s, "No line matches"));
	console_act(s.console, ACTION_BACK);
	stage_settle(&s);
	EXPECT(stage_has(&s, "third"));
	console_act(s.console, ACTION_BACK);
	stage_settle(&s);
	EXPECT(!stage_has(&s, "third"));
	stage_finish(&s);
}

TEST(view_log_levels_and_companies)
{
	struct stage s;

	begin(&s, 24, 80);
	tell(&s, 3, "warn", "third");
	tell(&s, 4, "error", "fourth");
	EXPECT(stage_has(&s, "all levels"));
	stage_keys(&s, "ll");
	EXPECT(stage_has(&s, "from warn on"));
	EXPECT(stage_has(&s, "2 of 4"));
	stage_keys(&s, "l");
	EXPECT(!stage_has(&s, "third"));
	EXPECT(stage_has(&s, "fourth"));
	stage_keys(&s, "l");
	/* that of the selected line stands there already */
	stage_keys(&s, "c");
	EXPECT(stage_has(&s, "Lines of which company"));
	stage_keys(&s, "\r");
	EXPECT(stage_has(&s, "of acme"));
	EXPECT(stage_has(&s, "2 of 4"));
	stage_keys(&s, "c\025bad id\r");
	EXPECT(stage_has(&s, "Latin letters"));
	stage_keys(&s, "\025\r");
	EXPECT(stage_has(&s, "4 of 4"));
	stage_finish(&s);
}

TEST(view_log_stands_still_when_told_to)
{
	struct stage s;
	char text[32];
	int row;

	begin(&s, 24, 80);
	for (int i = 3; i < 60; i++) {
		(void)str_format(text, sizeof text, "number %d.", i);
		tell(&s, i, "info", text);
	}
	EXPECT(stage_has(&s, "following"));
	EXPECT(stage_has(&s, "number 59."));
	stage_keys(&s, "k");
	EXPECT(stage_has(&s, "standing still"));
	row = stage_find(&s, "number 58.");
	tell(&s, 60, "info", "number 60.");
	EXPECT(!stage_has(&s, "number 60."));
	EXPECT_INT(stage_find(&s, "number 58."), row);
	stage_keys(&s, "G");
	EXPECT(stage_has(&s, "following"));
	EXPECT(stage_has(&s, "number 60."));
	stage_keys(&s, "F");
	EXPECT(stage_has(&s, "standing still"));
	stage_finish(&s);
}

TEST(view_log_shows_long_lines)
{
	struct stage s;
	char text[301];

	begin(&s, 24, 80);
	memset(text, 'x', 280);
	(void)str_copy(text + 280, sizeof text - 280, " the end.");
	tell(&s, 3, "info", text);
	EXPECT(!stage_has(&s, "the end."));
	stage_keys(&s, "\r");
	EXPECT(stage_has(&s, "the end."));
	stage_keys(&s, "\r");
	EXPECT(!stage_has(&s, "the end."));
	for (int i = 0; i < 13; i++)
		stage_keys(&s, "\033[C");
	EXPECT(stage_has(&s, "the end."));
	for (int i = 0; i < 13; i++)
		stage_keys(&s, "\033[D");
	EXPECT(!stage_has(&s, "the end."));
	stage_finish(&s);
}

TEST(view_log_of_a_core_that_is_gone)
{
	struct stage s;

	begin(&s, 24, 80);
	tell(&s, 3, "info", "third");
	fake_core_go(s.core, true);
	stage_settle(&s);
	EXPECT(stage_has(&s, "does not answer"));
	EXPECT(stage_has(&s, "third"));
	stage_resize(&s, 10, 40);
	EXPECT(stage_has(&s, "third"));
	stage_resize(&s, 1, 1);
	stage_resize(&s, 60, 200);
	EXPECT(stage_has(&s, "third"));
	/* it comes back, and has nothing new to tell */
	fake_core_go(s.core, false);
	for (int i = 0; i < BACK_TURNS &&
	    fake_core_streams(s.core, LOG "?follow") == 0; i++)
		loop_turn(s.loop, true);
	stage_settle(&s);
	EXPECT(!stage_has(&s, "What is shown is old"));
	EXPECT(stage_has(&s, "third"));
	stage_finish(&s);
}

/* A company that is not there does not stay as a filter. */
TEST(view_log_of_nobody_is_refused_and_forgotten)
{
	struct stage s;

	begin(&s, 24, 80);
	tell(&s, 3, "warn", "third");
	stage_keys(&s, ":logs nosuch\r");
	EXPECT(stage_has(&s, "There is no company nosuch"));
	EXPECT(!stage_has(&s, "of nosuch"));
	stage_keys(&s, ":logs acme\r");
	EXPECT(stage_has(&s, "of acme"));
	stage_keys(&s, ":logs\r");
	EXPECT(stage_has(&s, "Log"));
	EXPECT(!stage_has(&s, "of acme"));
	stage_keys(&s, "q");
	(void)str_copy(console_prefs(s.console)->log_company,
	    sizeof console_prefs(s.console)->log_company, "nosuch");
	stage_keys(&s, "L");
	EXPECT(!stage_has(&s, "nosuch"));
	stage_finish(&s);
}

TEST(view_log_escape_takes_filters_off_first)
{
	struct stage s;

	begin(&s, 24, 80);
	tell(&s, 3, "warn", "third");
	stage_keys(&s, ":logs acme\r/zzz\r");
	stage_keys(&s, "\033");
	EXPECT(stage_has(&s, "of acme"));
	EXPECT(!stage_has(&s, "zzz"));
	stage_keys(&s, "\033");
	EXPECT(stage_has(&s, "Log"));
	EXPECT(!stage_has(&s, "of acme"));
	stage_keys(&s, "\033");
	EXPECT(stage_has(&s, "STATE"));
	stage_finish(&s);
}
