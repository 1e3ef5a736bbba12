#include "tui/console/bigcode.h"

#include <string.h>

#include "core/base/secret.h"

#define DOTS_WIDE 5
#define DOTS_HIGH 7
#define DASH_WIDE 3
#define DASH_ROW 3              /* counted in dots */
#define GAP 1
#define BLOCK_ROWS 4            /* two dots a row */
#define SPACED_MAX 64
#define UPPER_HALF 0x2580
#define LOWER_HALF 0x2584
#define FULL_BLOCK 0x2588

/* Rows of dots from the top, the leftmost in the highest of five bits. What
 * is alike on small screens is kept apart: 0 has a stroke, 1 a foot. */
static const uint8_t letters[36][DOTS_HIGH] = {
	{ 0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e }, /* 0 */
	{ 0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e }, /* 1 */
	{ 0x0e, 0x11, 0x01, 0x06, 0x08, 0x10, 0x1f }, /* 2 */
	{ 0x1e, 0x01, 0x01, 0x0e, 0x01, 0x01, 0x1e }, /* 3 */
	{ 0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02 }, /* 4 */
	{ 0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e }, /* 5 */
	{ 0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e }, /* 6 */
	{ 0x1f, 0x01, 0x02, 0x04, 0x04, 0x04, 0x04 }, /* 7 */
	{ 0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e }, /* 8 */
	{ 0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c }, /* 9 */
	{ 0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11 }, /* A */
	{ 0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e }, /* B */
	{ 0x0f, 0x10, 0x10, 0x10, 0x10, 0x10, 0x0f }, /* C */
	{ 0x1c, 0x12, 0x11, 0x11, 0x11, 0x12, 0x1c }, /* D */
	{ 0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f }, /* E */
	{ 0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10 }, /* F */
	{ 0x0f, 0x10, 0x10, 0x13, 0x11, 0x11, 0x0f }, /* G */
	{ 0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11 }, /* H */
	{ 0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e }, /* I */
	{ 0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0c }, /* J */
	{ 0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11 }, /* K */
	{ 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f }, /* L */
	{ 0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11 }, /* M */
	{ 0x11, 0x19, 0x19, 0x15, 0x13, 0x13, 0x11 }, /* N */
	{ 0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e }, /* O */
	{ 0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10 }, /* P */
	{ 0x0e, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0d }, /* Q */
	{ 0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11 }, /* R */
	{ 0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e }, /* S */
	{ 0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04 }, /* T */
	{ 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e }, /* U */
	{ 0x11, 0x11, 0x11, 0x11, 0x0a, 0x0a, 0x04 }, /* V */
	{ 0x11, 0x11, 0x11, 0x15, 0x15, 0x1b, 0x11 }, /* W */
	{ 0x11, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x11 }, /* X */
	{ 0x11, 0x11, 0x0a, 0x04, 0x04, 0x04, 0x04 }, /* Y */
	{ 0x1f, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1f }, /* Z */
};

static const uint8_t *
dots_of(char c)
{
	if (c >= '0' && c <= '9')
		return letters[c - '0'];
	if (c >= 'A' && c <= 'Z')
		return letters[10 + c - 'A'];
	return NULL;
}

static int
width_of(char c)
{
	return c == '-' ? DASH_WIDE : DOTS_WIDE;
}

static bool
is_dot(char c, int row, int column)
{
	const uint8_t *rows = dots_of(c);

	if (row >= DOTS_HIGH)
		return false;
	if (c == '-')
		return row == DASH_ROW;
	return rows != NULL &&
	    (rows[row] >> (DOTS_WIDE - 1 - column) & 1) != 0;
}

static void
draw_letter(struct area a, int column, unsigned style, char c)
{
	for (int row = 0; row < BLOCK_ROWS; row++) {
		for (int i = 0; i < width_of(c); i++) {
			const bool upper = is_dot(c, 2 * row, i);
			const bool lower = is_dot(c, 2 * row + 1, i);

			if (upper || lower)
				area_glyph(a, row, column + i, style,
				    upper && lower ? FULL_BLOCK :
				    upper ? UPPER_HALF : LOWER_HALF);
		}
	}
}

/* "A B C D - E F G H" */
static void
space_out(const char *code, char out[SPACED_MAX])
{
	size_t n = 0;

	for (; *code != '\0' && n + 2 < SPACED_MAX; code++) {
		if (n > 0)
			out[n++] = ' ';
		out[n++] = *code;
	}
	out[n] = '\0';
}

static void
draw_edge(struct area a, int row, int width, unsigned style)
{
	const char *line = theme_symbol(SYM_LINE, canvas_is_utf8(a.canvas));

	for (int i = 0; i < width; i++)
		(void)area_text(a, row, i, -1, style, line);
}

static void
draw_spaced(struct area a, enum bigcode_form form, unsigned style,
    const char *code)
{
	char spaced[SPACED_MAX];

	space_out(code, spaced);
	if (form == BIGCODE_FRAME) {
		const int width = bigcode_columns(form, code);

		draw_edge(a, 0, width, style);
		(void)area_text(a, 1, 2, -1, style, spaced);
		draw_edge(a, 2, width, style);
	} else {
		(void)area_text(a, 0, 0, -1, style, spaced);
	}
	secret_wipe(spaced, sizeof spaced);
}

enum bigcode_form
bigcode_form(const char *code, bool utf8, int rows, int columns)
{
	for (enum bigcode_form form = utf8 ? BIGCODE_BLOCKS : BIGCODE_FRAME;
	    form < BIGCODE_PLAIN; form++) {
		if (bigcode_rows(form) <= rows &&
		    bigcode_columns(form, code) <= columns)
			return form;
	}
	return BIGCODE_PLAIN;
}

int
bigcode_rows(enum bigcode_form form)
{
	return form == BIGCODE_BLOCKS ? BLOCK_ROWS :
	    form == BIGCODE_FRAME ? 3 : 1;
}

int
bigcode_columns(enum bigcode_form form, const char *code)
{
	const int n = (int)strlen(code);
	int width = 0;

	if (form == BIGCODE_PLAIN)
		return n;
	if (form != BIGCODE_BLOCKS)
		return 2 * n - 1 + (form == BIGCODE_FRAME ? 4 : 0);
	for (; *code != '\0'; code++)
		width += width_of(*code) + GAP;
	return width > 0 ? width - GAP : 0;
}

void
bigcode_draw(struct area a, enum bigcode_form form, unsigned style,
    const char *code)
{
	int column = 0;

	if (form == BIGCODE_PLAIN) {
		(void)area_text(a, 0, 0, -1, style, code);
		return;
	}
	if (form != BIGCODE_BLOCKS) {
		draw_spaced(a, form, style, code);
		return;
	}
	for (; *code != '\0'; code++) {
		draw_letter(a, column, style, *code);
		column += width_of(*code) + GAP;
	}
}
