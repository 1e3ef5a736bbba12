#include "tui/console/screen.h"

#include <stdlib.h>
#include <string.h>

#include "tests/t.h"

/* A screen in memory whose view is a few lines of text. */
struct shown {
	struct screen *screen;
	const char *text[8];
	unsigned style[8];
	int cursor_row;
	bool has_cursor;
	int frames;
};

static void
on_draw(void *ctx, struct area all)
{
	struct shown *s = ctx;

	s->frames++;
	for (int i = 0; i < 8; i++) {
		if (s->text[i] != NULL)
			(void)area_text(all, i, 0, -1, s->style[i],
			    s->text[i]);
	}
	area_cursor(all, s->cursor_row, 0, s->has_cursor);
}

static bool
open_as(struct shown *s, const char *term, bool utf8, int rows, int columns)
{
	const struct screen_params params = { .in_fd = -1, .out_fd = -1,
	    .handlers = { .on_draw = on_draw, .ctx = s } };
	const enum err err = screen_open_memory(&params, term, utf8, rows,
	    columns, &s->screen);

	EXPECT_INT(err, ERR_OK);
	return err == ERR_OK;
}

static void
expect_row(struct shown *s, int row, const char *want)
{
	char got[1024];

	screen_read(s->screen, row, got, sizeof got);
	EXPECT_STR(got, want);
}

static uint64_t
cost_of_frame(struct shown *s)
{
	const uint64_t before = screen_sent_bytes(s->screen);

	screen_now(s->screen);
	return screen_sent_bytes(s->screen) - before;
}

TEST(screen_shows_what_is_drawn)
{
	struct shown s = { .text = { "first", "", "third" } };

	ASSERT(open_as(&s, "xterm-256color", true, 24, 80));
	screen_now(s.screen);
	expect_row(&s, 0, "first");
	expect_row(&s, 1, "");
	expect_row(&s, 2, "third");
	s.text[0] = "1";
	screen_now(s.screen);
	expect_row(&s, 0, "1");
	screen_close(s.screen);
}

TEST(screen_sends_nothing_for_an_unchanged_frame)
{
	static const char *const terms[] = { "xterm-256color", "xterm",
	    "xterm-16color", "linux", "vt100", "tmux-256color", "screen" };

	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		struct shown s = { .text = { "one", "two", "three" },
		    .style = { ROLE_BAR, ROLE_OK, ROLE_BAD },
		    .cursor_row = 2 };

		ASSERT(open_as(&s, terms[i], true, 24, 80));
		EXPECT(cost_of_frame(&s) > 10);
		EXPECT_INT(cost_of_frame(&s), 0);
		EXPECT_INT(cost_of_frame(&s), 0);
		s.has_cursor = true;
		(void)cost_of_frame(&s);
		EXPECT_INT(cost_of_frame(&s), 0);
		screen_close(s.screen);
	}
}

TEST(screen_sends_little_for_a_little)
{
	struct shown s = { .text = { "one", "two", "three" } };

	ASSERT(open_as(&s, "xterm-256color", true, 24, 80));
	screen_now(s.screen);
	s.text[1] = "twp";
	EXPECT(cost_of_frame(&s) < 24);
	expect_row(&s, 1, "twp");
	/* only the cursor */
	s.cursor_row = 1;
	EXPECT(cost_of_frame(&s) < 12);
	screen_close(s.screen);
}
