#include "tui/console/screen.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/io/loop.h"
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

TEST(screen_repaints_all_of_it)
{
	struct shown s = { .text = { "one", "two", "three" } };
	uint64_t whole;

	ASSERT(open_as(&s, "xterm-256color", true, 24, 80));
	whole = cost_of_frame(&s);
	EXPECT_INT(cost_of_frame(&s), 0);
	screen_repaint(s.screen);
	EXPECT(cost_of_frame(&s) >= whole);
	EXPECT_INT(cost_of_frame(&s), 0);
	expect_row(&s, 2, "three");
	screen_close(s.screen);
}

TEST(screen_resizes)
{
	static const int sizes[][2] = { { 24, 80 }, { 5, 20 }, { 100, 300 },
	    { 1, 1 }, { 24, 80 }, { 3, 10 } };
	struct shown s = { .text = { "0123456789abcdefghijkl", "\u4e2d\u6587" },
	    .cursor_row = 1, .has_cursor = true };

	ASSERT(open_as(&s, "xterm-256color", true, 5, 20));
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		screen_resize_memory(s.screen, sizes[i][0], sizes[i][1]);
		EXPECT(cost_of_frame(&s) > 0);
		EXPECT_INT(cost_of_frame(&s), 0);
		EXPECT_INT(screen_rows(s.screen), sizes[i][0]);
		EXPECT_INT(screen_columns(s.screen), sizes[i][1]);
		if (sizes[i][1] > 22) {
			expect_row(&s, 0, "0123456789abcdefghijkl");
			expect_row(&s, 1, "\u4e2d\u6587");
		} else if (sizes[i][1] == 10) {
			expect_row(&s, 0, "012345678\u2026");
		}
	}
	screen_close(s.screen);
}

TEST(screen_keeps_columns_while_wide_characters_move)
{
	struct shown s = { .text = { "\u4e2d\u6587\u5b57|", "a\u4e2db|" } };

	ASSERT(open_as(&s, "xterm-256color", true, 4, 20));
	screen_now(s.screen);
	s.text[0] = "a\u4e2d\u6587b|";
	s.text[1] = "\u4e2dab|";
	screen_now(s.screen);
	expect_row(&s, 0, "a\u4e2d\u6587b|");
	expect_row(&s, 1, "\u4e2dab|");
	s.text[0] = "abcdef|";
	s.text[1] = "e\u0301\u4e2d|";
	screen_now(s.screen);
	expect_row(&s, 0, "abcdef|");
	expect_row(&s, 1, "e\u0301\u4e2d|");
	screen_close(s.screen);
}

TEST(screen_without_utf8_sends_ascii)
{
	struct shown s = { .text = { "\u041c\u4e2dx", "abcdefghijklmnop" } };
	const char *sent;
	size_t n;

	ASSERT(open_as(&s, "xterm-256color", false, 4, 10));
	EXPECT(!screen_is_utf8(s.screen));
	EXPECT(!screen_has_sextants(s.screen));
	screen_now(s.screen);
	expect_row(&s, 0, "??x");
	expect_row(&s, 1, "abcdefghi~");
	screen_title(s.screen, "\u041c");
	sent = screen_take_sent(s.screen, &n);
	for (size_t i = 0; i < n; i++)
		EXPECT((unsigned char)sent[i] < 0x80);
	screen_close(s.screen);
}

static bool
has_sent(struct shown *s, const char *text)
{
	size_t n;
	const char *sent = screen_take_sent(s->screen, &n);

	return strstr(sent, text) != NULL;
}

TEST(screen_has_the_colours_of_its_terminal)
{
	static const struct {
		const char *term;
		enum theme_colours colours;
		bool qr;
	} terms[] = {
		{ "xterm-256color", COLOURS_256, true },
		{ "xterm-16color", COLOURS_16, true },
		{ "xterm", COLOURS_8, true },
		{ "linux", COLOURS_8, true },
		{ "xterm-direct", COLOURS_8, true },
		{ "vt100", COLOURS_NONE, false },
		{ "xterm-mono", COLOURS_NONE, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		struct shown s = { .text = { "x" } };

		ASSERT(open_as(&s, terms[i].term, true, 4, 10));
		EXPECT_INT(screen_colours(s.screen), terms[i].colours);
		EXPECT_INT(screen_can_show_qr(s.screen), terms[i].qr);
		EXPECT_STR(screen_term(s.screen), terms[i].term);
		screen_close(s.screen);
	}
}

TEST(screen_keeps_a_code_white_on_black_without_colours)
{
	struct shown s = { .text = { "state", "code" },
	    .style = { ROLE_BAD, ROLE_QR } };
	const struct screen_params params = { .in_fd = -1, .out_fd = -1,
	    .no_colour = true, .handlers = { .on_draw = on_draw,
	    .ctx = &s } };
	const char *sent;
	size_t n;

	ASSERT(screen_open_memory(&params, "xterm-256color", true, 4, 10,
	    &s.screen) == ERR_OK);
	EXPECT_INT(screen_colours(s.screen), COLOURS_NONE);
	EXPECT(screen_can_show_qr(s.screen));
	screen_now(s.screen);
	sent = screen_take_sent(s.screen, &n);
	EXPECT(strstr(sent, "\033[38;5;231m") != NULL);
	EXPECT(strstr(sent, "\033[48;5;16m") != NULL);
	s.text[1] = NULL;
	screen_now(s.screen);
	s.style[0] = ROLE_OK;
	screen_now(s.screen);
	EXPECT(!has_sent(&s, "38;5"));
	screen_close(s.screen);
}

TEST(screen_sends_titles_bells_and_copies_where_they_are_known)
{
	static char large[SCREEN_COPY_MAX];
	struct shown s = { .text = { "x" } };

	ASSERT(open_as(&s, "xterm-256color", true, 4, 10));
	EXPECT(has_sent(&s, "\033[22;0t"));
	screen_title(s.screen, "3 need\a you");
	EXPECT(has_sent(&s, "\033]0;3 need? you\a"));
	screen_title(s.screen, "3 need\a you");
	EXPECT(!has_sent(&s, "need"));
	screen_bell(s.screen);
	EXPECT(has_sent(&s, "\a"));
	EXPECT(screen_copy(s.screen, "hello"));
	EXPECT(has_sent(&s, "\033]52;c;aGVsbG8=\a"));
	memset(large, 'x', sizeof large - 1);
	EXPECT(!screen_copy(s.screen, large));
	EXPECT(!has_sent(&s, "52"));
	screen_close(s.screen);
	ASSERT(open_as(&s, "linux", true, 4, 10));
	screen_title(s.screen, "3 need you");
	EXPECT(!screen_copy(s.screen, "hello"));
	EXPECT(!has_sent(&s, "\033]"));
	screen_close(s.screen);
}

/* --- with a loop: when frames come ---------------------------------------------- */

struct pace {
	struct shown shown;
	struct loop *loop;
	struct timer *news;
	char text[2000];
	int changes;
};

static void
on_news(void *ctx)
{
	struct pace *p = ctx;

	/* every cell of a large screen is another one */
	p->changes++;
	memset(p->text, 'a' + p->changes % 26, sizeof p->text - 1);
	for (int i = 0; i < 8; i++)
		p->shown.text[i] = p->text;
	screen_want(p->shown.screen, SCREEN_NEWS);
	timer_start(p->news, 1);
}

static bool
open_pace(struct pace *p, int rows, int columns)
{
	const struct screen_params params = { .in_fd = -1, .out_fd = -1,
	    .handlers = { .on_draw = on_draw, .ctx = &p->shown } };
	struct screen_params with = params;

	*p = (struct pace){ .changes = 0 };
	if (loop_create(&p->loop) != ERR_OK)
		return false;
	p->news = timer_create_on(p->loop, on_news, p);
	with.loop = p->loop;
	return screen_open_memory(&with, "xterm-256color", true, rows,
	    columns, &p->shown.screen) == ERR_OK;
}

static void
close_pace(struct pace *p)
{
	screen_close(p->shown.screen);
	timer_destroy(p->news);
	loop_destroy(p->loop);
}

/* Only upper bounds: a slow machine draws fewer. */
TEST(screen_paces_news_by_time_and_by_bytes)
{
	const struct clock *clock = clock_system();
	struct pace p;
	uint64_t sent;
	int64_t since, took;

	ASSERT(open_pace(&p, 8, 400));
	screen_now(p.shown.screen);
	sent = screen_sent_bytes(p.shown.screen);
	since = clock_mono_ms(clock);
	on_news(&p);
	while (p.shown.frames < 5)
		loop_turn(p.loop, true);
	took = clock_mono_ms(clock) - since;
	sent = screen_sent_bytes(p.shown.screen) - sent;
	/* 3200 cells a frame; the last one is paid for afterwards */
	EXPECT((int64_t)(sent - sent / 4) * 1000 <=
	    (took + 10) * SCREEN_NEWS_BYTES);
	EXPECT(p.changes > p.shown.frames);
	close_pace(&p);

	ASSERT(open_pace(&p, 1, 10));
	since = clock_mono_ms(clock);
	on_news(&p);
	while (p.shown.frames < 6)
		loop_turn(p.loop, true);
	EXPECT(clock_mono_ms(clock) - since >= 490);
	close_pace(&p);
}

TEST(screen_draws_at_once_for_a_key)
{
	struct pace p;
	int frames;

	ASSERT(open_pace(&p, 8, 400));
	on_news(&p);
	while (p.shown.frames < 1)
		loop_turn(p.loop, true);
	/* the news has to wait now; a key has not, and many are one frame */
	frames = p.shown.frames;
	timer_stop(p.news);
	screen_want(p.shown.screen, SCREEN_NEWS);
	for (int i = 0; i < 10; i++)
		screen_want(p.shown.screen, SCREEN_KEY);
	loop_turn(p.loop, true);
	EXPECT_INT(p.shown.frames, frames + 1);
	/* which has shown the news too */
	loop_turn(p.loop, false);
	EXPECT_INT(p.shown.frames, frames + 1);
	close_pace(&p);
}
