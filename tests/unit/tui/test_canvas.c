#include "tui/console/canvas.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

/* A canvas in the locale that a test is about. */
struct page {
	char *locale;
	struct canvas *canvas;
	struct area all;
};

static void
page_open(struct page *p, bool utf8, int rows, int columns)
{
	p->locale = xstrdup(setlocale(LC_CTYPE, NULL));
	(void)setlocale(LC_CTYPE, utf8 ? "C.UTF-8" : "C");
	p->canvas = canvas_create(rows, columns);
	p->all = canvas_area(p->canvas);
}

static void
page_close(struct page *p)
{
	canvas_destroy(p->canvas);
	(void)setlocale(LC_CTYPE, p->locale);
	free(p->locale);
}

static void
expect_row(struct page *p, int row, const char *want)
{
	char got[512];

	canvas_read(p->canvas, row, got, sizeof got);
	EXPECT_STR(got, want);
}

TEST(canvas_clips_at_every_edge)
{
	struct page p;
	struct area part;

	page_open(&p, true, 4, 10);
	part = area_part(p.all, 1, 2, 2, 5);
	EXPECT_INT(area_text(part, 0, 0, -1, ROLE_TEXT, "abcde"), 5);
	EXPECT_INT(area_text(part, 1, 3, -1, ROLE_TEXT, "xyz"), 2);
	(void)area_text(part, -1, 0, -1, ROLE_TEXT, "no");
	(void)area_text(part, 2, 0, -1, ROLE_TEXT, "no");
	(void)area_text(part, 0, -2, -1, ROLE_TEXT, "12AB");
	EXPECT_INT(area_text(part, 0, 5, -1, ROLE_TEXT, "no"), 0);
	EXPECT_INT(area_text(part, 0, 0, 0, ROLE_TEXT, "no"), 0);
	area_glyph(part, 0, 5, ROLE_TEXT, 'n');
	area_glyph(part, 0, -1, ROLE_TEXT, 'n');
	expect_row(&p, 0, "");
	expect_row(&p, 1, "  ABcde");
	expect_row(&p, 2, "     x\u2026");
	expect_row(&p, 3, "");
	page_close(&p);
}

TEST(canvas_parts_stay_inside_their_whole)
{
	struct page p;
	struct area a;

	page_open(&p, true, 5, 20);
	a = area_part(p.all, -2, -3, 4, 8);
	EXPECT_INT(a.row, 0);
	EXPECT_INT(a.rows, 2);
	EXPECT_INT(a.column, 0);
	EXPECT_INT(a.columns, 5);
	a = area_part(p.all, 3, 15, -1, -1);
	EXPECT_INT(a.rows, 2);
	EXPECT_INT(a.columns, 5);
	a = area_part(p.all, 3, 15, 9, 9);
	EXPECT_INT(a.rows, 2);
	EXPECT_INT(a.columns, 5);
	a = area_part(p.all, 7, 30, -1, 2);
	EXPECT_INT(a.rows, 0);
	EXPECT_INT(a.columns, 0);
	area_fill(a, ROLE_BAR);
	area_cursor(a, 0, 0, true);
	EXPECT_INT(area_text(a, 0, 0, -1, ROLE_TEXT, "no"), 0);
	expect_row(&p, 4, "");
	page_close(&p);
}

TEST(canvas_cuts_with_a_sign)
{
	struct page p;

	page_open(&p, true, 3, 12);
	EXPECT_INT(area_text(p.all, 0, 0, 6, ROLE_TEXT, "connected"), 6);
	expect_row(&p, 0, "conne\u2026");
	EXPECT_INT(area_text(p.all, 1, 0, 9, ROLE_TEXT, "connected"), 9);
	expect_row(&p, 1, "connected");
	/* half of a wide character is none */
	EXPECT_INT(area_text(p.all, 2, 0, 6, ROLE_TEXT, "\u4e2d\u6587\u5b57"),
	    6);
	expect_row(&p, 2, "\u4e2d\u6587\u5b57");
	EXPECT_INT(area_text(p.all, 2, 0, 5, ROLE_TEXT, "\u4e2d\u6587\u5b57"),
	    5);
	expect_row(&p, 2, "\u4e2d\u6587\u2026");
	canvas_clear(p.canvas);
	EXPECT_INT(area_text(p.all, 2, 0, 4, ROLE_TEXT, "\u4e2d\u6587\u5b57"),
	    4);
	expect_row(&p, 2, "\u4e2d \u2026");
	page_close(&p);
}

TEST(canvas_aligns_to_the_right)
{
	struct page p;

	page_open(&p, true, 2, 12);
	area_text_right(p.all, 0, 2, 6, ROLE_TEXT, "12");
	expect_row(&p, 0, "      12");
	area_text_right(p.all, 1, 2, 6, ROLE_TEXT, "12345678");
	expect_row(&p, 1, "  12345\u2026");
	EXPECT_INT(area_cells(p.all, "\u4e2d a"), 4);
	page_close(&p);
}

TEST(canvas_leaves_no_half_of_a_wide_character)
{
	struct page p;

	page_open(&p, true, 1, 8);
	(void)area_text(p.all, 0, 0, -1, ROLE_TEXT, "\u4e2d\u6587\u5b57");
	area_glyph(p.all, 0, 1, ROLE_OK, 'x');
	expect_row(&p, 0, " x\u6587\u5b57");
	area_glyph(p.all, 0, 2, ROLE_OK, 'y');
	expect_row(&p, 0, " xy \u5b57");
	area_glyph(p.all, 0, 3, ROLE_OK, 0x6587);
	expect_row(&p, 0, " xy\u6587");
	/* the last column takes no wide one */
	area_glyph(p.all, 0, 7, ROLE_OK, 0x6587);
	expect_row(&p, 0, " xy\u6587");
	page_close(&p);
}

/* Whatever a company is called, what follows stands where it should. */
TEST(canvas_keeps_columns_with_hostile_names)
{
	static const struct {
		const char *name, *shown;
		int cells;
	} names[] = {
		{ "e\u0301te\u0301", "e\u0301te\u0301", 3 },
		{ "\u0301x", "x", 1 },
		{ "a\u0301\u0302\u0303\u0304\u0305\u0306", "a\u0301\u0302\u0303",
		    1 },
		{ "\u202eevil\u202c", "evil", 4 },
		{ "\u2066a\u2069\u200b\u200d\u200fb\ufeff", "ab", 2 },
		{ "\u2764\ufe0f", "\u2764", 1 },
		/* a family is three people */
		{ "\U0001f468\u200d\U0001f469\u200d\U0001f466",
		    "\U0001f468\U0001f469\U0001f466", 6 },
		{ "\U0001f44d\U0001f3ff", "\U0001f44d", 2 },
		{ "\U0001f1e7\U0001f1f7", "BR", 2 },
		{ "a\033[31mb\a\r\n\t", "a?[31mb?" "?" "?" "?", 11 },
		{ "\x80\xff\xc3(\xe2\x82", "?" "?" "?" "(" "?" "?", 6 },
		{ "\xed\xa0\x80", "?" "?" "?", 3 },
		{ "\xc2\x9b" "31m", "?31m", 4 },
		{ "\ue0b0", "?", 1 },
		{ "\u041c\u043e\u0441\u043a\u0432\u0430",
		    "\u041c\u043e\u0441\u043a\u0432\u0430", 6 },
		{ "\U000e0041\u00adz", "z", 1 },
	};
	struct page p;
	char want[128];

	page_open(&p, true, 1, 40);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		canvas_clear(p.canvas);
		EXPECT_INT(area_text(p.all, 0, 0, 20, ROLE_TEXT,
		    names[i].name), names[i].cells);
		(void)area_text(p.all, 0, names[i].cells, -1, ROLE_TEXT, "|");
		(void)str_format(want, sizeof want, "%s|", names[i].shown);
		expect_row(&p, 0, want);
	}
	page_close(&p);
}

TEST(canvas_without_utf8_is_ascii)
{
	struct page p;

	page_open(&p, false, 3, 20);
	EXPECT(!canvas_is_utf8(p.canvas));
	EXPECT_INT(area_text(p.all, 0, 0, -1, ROLE_TEXT,
	    "a\u041c\u4e2de\u0301z\u200b"), 5);
	expect_row(&p, 0, "a??ez");
	EXPECT_INT(area_text(p.all, 1, 0, 4, ROLE_TEXT, "abcdef"), 4);
	expect_row(&p, 1, "abc~");
	for (int i = 0; i < SYM_COUNT; i++)
		EXPECT_INT(area_symbol(p.all, 2, i, ROLE_OK, (enum symbol)i),
		    1);
	expect_row(&p, 2, "*~!xo=+^v<>~--");
	page_close(&p);
}

TEST(canvas_symbols_take_one_cell)
{
	struct page p;

	page_open(&p, true, 1, 20);
	for (int i = 0; i < SYM_COUNT; i++) {
		EXPECT_INT(area_cells(p.all, theme_symbol((enum symbol)i,
		    true)), 1);
		for (int k = 0; k < i; k++)
			EXPECT(strcmp(theme_symbol((enum symbol)i, true),
			    theme_symbol((enum symbol)k, true)) != 0);
	}
	page_close(&p);
}

TEST(canvas_keeps_styles)
{
	struct page p;

	page_open(&p, true, 3, 10);
	area_fill(area_part(p.all, 1, 0, 1, -1), ROLE_OK | STYLE_SELECTED);
	(void)area_text(p.all, 1, 2, -1, ROLE_BAD, "\u4e2d");
	EXPECT_INT(canvas_style(p.canvas, 0, 0), ROLE_TEXT);
	EXPECT_INT(canvas_style(p.canvas, 1, 1), ROLE_OK | STYLE_SELECTED);
	EXPECT_INT(canvas_style(p.canvas, 1, 2), ROLE_BAD);
	EXPECT_INT(canvas_style(p.canvas, 1, 3), ROLE_BAD);
	EXPECT_INT(canvas_style(p.canvas, 1, 4), ROLE_OK | STYLE_SELECTED);
	EXPECT_INT(canvas_style(p.canvas, 9, 0), ROLE_TEXT);
	canvas_clear(p.canvas);
	EXPECT_INT(canvas_style(p.canvas, 1, 1), ROLE_TEXT);
	page_close(&p);
}

TEST(canvas_formats)
{
	struct page p;

	page_open(&p, true, 1, 20);
	EXPECT_INT(area_format(p.all, 0, 1, -1, ROLE_TEXT, "%d of %s", 12,
	    "300"), 9);
	expect_row(&p, 0, " 12 of 300");
	EXPECT_INT(area_format(p.all, 0, 0, 5, ROLE_TEXT, "%9000d", 1), 5);
	page_close(&p);
}

TEST(canvas_wraps_at_blanks)
{
	static const struct {
		const char *text, *rows[4];
		int count;
	} texts[] = {
		{ "", { "" }, 0 },
		{ "one", { "one" }, 1 },
		{ "one two three", { "one two", "three" }, 2 },
		{ "exact fit", { "exact", "fit" }, 2 },
		{ "12345678 x", { "12345678", "x" }, 2 },
		{ "123456789", { "12345678", "9" }, 2 },
		{ "a  b\nc", { "a  b", "c" }, 2 },
		{ "a\n\nb\n", { "a", "", "b", "" }, 4 },
		{ "\u4e2d\u6587\u5b57\u4e2d\u6587", {
		    "\u4e2d\u6587\u5b57\u4e2d", "\u6587" }, 2 },
		{ "a \u4e2d\u6587\u5b57\u4e2d", { "a",
		    "\u4e2d\u6587\u5b57\u4e2d" }, 2 },
	};
	struct page p;

	page_open(&p, true, 4, 8);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		canvas_clear(p.canvas);
		EXPECT_INT(area_wrap(p.all, 0, ROLE_TEXT, texts[i].text),
		    texts[i].count);
		EXPECT_INT(area_wrap_rows(8, texts[i].text), texts[i].count);
		for (int row = 0; row < texts[i].count; row++)
			expect_row(&p, row, texts[i].rows[row]);
	}
	/* rows that do not fit are counted, and no width is no reason to
	 * hang */
	EXPECT_INT(area_wrap(p.all, 3, ROLE_TEXT, "one two three four"), 3);
	EXPECT_INT(area_wrap_rows(1, "\u4e2d\u6587"), 2);
	EXPECT_INT(area_wrap_rows(0, "one"), 0);
	page_close(&p);
}
