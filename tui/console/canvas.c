#include "tui/console/canvas.h"

#include <langinfo.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "tui/console/canvas_cells.h"

/* More than any screen is wide, so a longer text is cut anyway. */
#define FORMAT_MAX 4096

struct canvas {
	int rows, columns;
	bool utf8;
	int cursor_row, cursor_column;
	bool has_cursor;
	struct cell *cells;
};

static const struct cell blank = { .text = { ' ' }, .width = 1 };

static struct cell *
cell_at(const struct canvas *c, int row, int column)
{
	return &c->cells[(size_t)row * (size_t)c->columns + (size_t)column];
}

static size_t
cell_total(const struct canvas *c)
{
	return (size_t)c->rows * (size_t)c->columns;
}

struct canvas *
canvas_create(int rows, int columns)
{
	struct canvas *c = xcalloc(1, sizeof *c);

	c->rows = rows > 0 ? rows : 0;
	c->columns = columns > 0 ? columns : 0;
	c->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	c->cells = xcalloc(cell_total(c) + 1, sizeof *c->cells);
	canvas_clear(c);
	return c;
}

void
canvas_destroy(struct canvas *c)
{
	if (c == NULL)
		return;
	/* there may have been a code on it */
	secret_wipe(c->cells, cell_total(c) * sizeof *c->cells);
	free(c->cells);
	free(c);
}

struct area
canvas_area(struct canvas *c)
{
	return (struct area){ c, 0, 0, c->rows, c->columns };
}

void
canvas_clear(struct canvas *c)
{
	const size_t n = cell_total(c);

	for (size_t i = 0; i < n; i++)
		c->cells[i] = blank;
	c->cursor_row = c->cursor_column = 0;
	c->has_cursor = false;
}

bool
canvas_is_utf8(const struct canvas *c)
{
	return c->utf8;
}

const struct cell *
canvas_row(const struct canvas *c, int row)
{
	return cell_at(c, row, 0);
}

bool
canvas_cursor(const struct canvas *c, int *row, int *column)
{
	*row = c->cursor_row;
	*column = c->cursor_column;
	return c->has_cursor;
}

unsigned
canvas_style(struct canvas *c, int row, int column)
{
	if (row < 0 || row >= c->rows || column < 0 || column >= c->columns)
		return ROLE_TEXT;
	return cell_at(c, row, column)->style;
}

/* UTF-8 of one character; how many bytes. */
static size_t
encode(char out[4], uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	out[0] = (char)(lead[n] | c);
	return n;
}

void
canvas_read(struct canvas *c, int row, char *out, size_t size)
{
	size_t len = 0, end = 0;
	char utf8[4];

	if (size == 0)
		return;
	for (int i = 0; row >= 0 && row < c->rows && i < c->columns; i++) {
		const struct cell *cell = cell_at(c, row, i);

		for (int k = 0; k <= CELL_MARKS && cell->width > 0 &&
		    cell->text[k] != 0; k++) {
			const size_t n = encode(utf8, cell->text[k]);

			if (len + n >= size)
				break;
			memcpy(out + len, utf8, n);
			len += n;
		}
		if (len > 0 && out[len - 1] != ' ')
			end = len;
	}
	out[end] = '\0';
}

/* --- areas ------------------------------------------------------------------- */

static int
least(int a, int b)
{
	return a < b ? a : b;
}

/* The span of [from, from + n) inside [0, of), n below 0: to the end. */
static void
clip(int *from, int *n, int of)
{
	int end = *n < 0 || *n > INT_MAX / 2 ? of : *from + *n;

	if (*from < 0)
		*from = 0;
	end = least(end, of);
	*n = end > *from ? end - *from : 0;
}

struct area
area_part(struct area a, int row, int column, int rows, int columns)
{
	clip(&row, &rows, a.rows);
	clip(&column, &columns, a.columns);
	return (struct area){ a.canvas, a.row + row, a.column + column, rows,
	    columns };
}

/* What is left of a wide character once its other half is drawn over. */
static void
make_blank(struct canvas *c, int row, int column)
{
	struct cell *cell;

	if (column < 0 || column >= c->columns)
		return;
	cell = cell_at(c, row, column);
	*cell = (struct cell){ .text = { ' ' }, .width = 1,
	    .style = cell->style };
}

static void
cut_neighbours(struct canvas *c, int row, int column, int width)
{
	const int end = column + width;

	if (cell_at(c, row, column)->width == 0)
		make_blank(c, row, column - 1);
	if (end < c->columns && cell_at(c, row, end)->width == 0)
		make_blank(c, row, end);
}

/* row and column of the area; it has to lie in it with all its width. */
static void
put(const struct area *a, int row, int column, const struct cell *cell,
    unsigned style)
{
	struct canvas *c = a->canvas;
	struct cell *at;

	if (row < 0 || row >= a->rows || column < 0 ||
	    column + cell->width > a->columns)
		return;
	row += a->row;
	column += a->column;
	cut_neighbours(c, row, column, cell->width);
	at = cell_at(c, row, column);
	at[0] = *cell;
	at[0].style = (uint16_t)style;
	if (cell->width == 2)
		at[1] = (struct cell){ .style = (uint16_t)style };
}

void
area_fill(struct area a, unsigned style)
{
	for (int row = 0; row < a.rows; row++) {
		for (int column = 0; column < a.columns; column++)
			put(&a, row, column, &blank, style);
	}
}

void
area_fill_line(struct area a, int row, unsigned style)
{
	if (a.canvas != NULL && row >= 0 && row < a.rows)
		area_fill((struct area){ a.canvas, a.row + row, 0, 1,
		    a.canvas->columns }, style);
}

/* How much of width there is from that column on. */
static int
room_at(const struct area *a, int column, int width)
{
	const int room = column < a->columns ? a->columns - column : 0;

	return width < 0 ? room : least(width, room);
}

/* Draws while there is room; where the next cell would be. */
static int
put_text(const struct area *a, int row, int column, int end, unsigned style,
    const char *text)
{
	struct cell cell;

	while (cell_next(&text, a->canvas->utf8, &cell)) {
		if (column + cell.width > end)
			break;
		put(a, row, column, &cell, style);
		column += cell.width;
	}
	return column;
}

int
area_text(struct area a, int row, int column, int width, unsigned style,
    const char *text)
{
	const int room = room_at(&a, column, width);
	int count;

	if (room <= 0)
		return 0;
	count = cell_count(text, a.canvas->utf8, room);
	if (count <= room) {
		(void)put_text(&a, row, column, column + room, style, text);
		return count;
	}
	count = put_text(&a, row, column, column + room - 1, style, text);
	/* where a wide character did not fit any more */
	for (; count < column + room - 1; count++)
		put(&a, row, count, &blank, style);
	(void)area_symbol(a, row, count, style, SYM_CUT);
	return room;
}

void
area_text_right(struct area a, int row, int column, int width,
    unsigned style, const char *text)
{
	const int room = room_at(&a, column, width);
	int count;

	if (room <= 0)
		return;
	count = cell_count(text, a.canvas->utf8, room);
	(void)area_text(a, row, count < room ? column + room - count : column,
	    room, style, text);
}

int
area_cells(struct area a, const char *text)
{
	return a.canvas == NULL ? 0
	    : cell_count(text, a.canvas->utf8, INT_MAX / 4);
}

int
area_format(struct area a, int row, int column, int width, unsigned style,
    const char *fmt, ...)
{
	char text[FORMAT_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	n = n < 0 ? 0 : area_text(a, row, column, width, style, text);
	/* codes are formatted as well */
	secret_wipe(text, sizeof text);
	return n;
}

int
area_symbol(struct area a, int row, int column, unsigned style,
    enum symbol symbol)
{
	const char *text;
	struct cell cell;

	if (a.canvas == NULL)
		return 0;
	text = theme_symbol(symbol, a.canvas->utf8);
	if (cell_next(&text, a.canvas->utf8, &cell))
		put(&a, row, column, &cell, style);
	return 1;
}

void
area_glyph(struct area a, int row, int column, unsigned style,
    uint32_t code_point)
{
	struct cell cell;

	if (a.canvas != NULL &&
	    cell_from(code_point, a.canvas->utf8, &cell))
		put(&a, row, column, &cell, style);
}

void
area_cursor(struct area a, int row, int column, bool visible)
{
	if (a.rows == 0 || a.columns == 0)
		return;
	row = row < 0 ? 0 : least(row, a.rows - 1);
	column = column < 0 ? 0 : least(column, a.columns - 1);
	a.canvas->cursor_row = a.row + row;
	a.canvas->cursor_column = a.column + column;
	a.canvas->has_cursor = visible;
}

/* --- wrapping ---------------------------------------------------------------- */

/* The line that begins at text: how far it goes, and where the next begins.
 * NULL: there is none. */
static const char *
line_end(const char *text, bool utf8, int columns, const char **next)
{
	const char *at = text, *blank_at = NULL, *before;
	struct cell cell;
	int used = 0;

	for (;;) {
		before = at;
		if (*at == '\0' || *at == '\n') {
			*next = *at == '\n' ? at + 1 : NULL;
			return at;
		}
		if (!cell_next(&at, utf8, &cell)) {
			*next = NULL;
			return before;
		}
		if (cell.text[0] == ' ' && cell.text[1] == 0)
			blank_at = before;
		else if (used + cell.width > columns)
			break;
		used += cell.width;
	}
	if (blank_at != NULL && blank_at > text) {
		for (*next = blank_at; **next == ' '; (*next)++)
			;
		return blank_at;
	}
	/* one word that is too long; at least one character, or it never ends */
	before = before > text ? before : at;
	*next = *before == '\0' ? NULL : before;
	return before;
}

static int
wrap(struct area a, int row, unsigned style, const char *text, bool utf8,
    bool draws)
{
	int rows = 0, column;
	const char *next = *text == '\0' ? NULL : text, *end;
	struct cell cell;

	while (next != NULL && a.columns > 0) {
		text = next;
		end = line_end(text, utf8, a.columns, &next);
		for (column = 0; draws && text < end &&
		    cell_next(&text, utf8, &cell); column += cell.width)
			put(&a, row + rows, column, &cell, style);
		rows++;
	}
	return rows;
}

int
area_wrap(struct area a, int row, unsigned style, const char *text)
{
	return a.canvas == NULL ? 0
	    : wrap(a, row, style, text, a.canvas->utf8, true);
}

int
area_wrap_rows(int columns, const char *text)
{
	const struct area a = { .columns = columns };

	return wrap(a, 0, 0, text,
	    strcmp(nl_langinfo(CODESET), "UTF-8") == 0, false);
}
