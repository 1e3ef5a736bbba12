#include "tests/monkey/vt.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define PARTS 6                 /* a character and what combines with it */
#define HELD_MAX 512
#define ARGS 8

struct glyph {
	uint32_t parts[PARTS];          /* 0: blank; or behind a wide one */
	bool is_behind;
};

struct vt {
	int rows, columns;
	struct glyph *cells;
	int row, column;
	bool wraps;                     /* the next character goes below */
	int saved_row, saved_column;
	int top, bottom;                /* of what scrolls */
	uint32_t last;                  /* printed, for REP */
	char held[HELD_MAX];            /* of a sequence or a character */
	size_t n;
	unsigned unknown;
	char strange[64];
};

static struct glyph *
cell(const struct vt *v, int row, int column)
{
	return &v->cells[(size_t)row * (size_t)v->columns + (size_t)column];
}

static int
clamp(int n, int low, int high)
{
	return n < low ? low : n > high ? high : n;
}

static void
go(struct vt *v, int row, int column)
{
	v->row = clamp(row, 0, v->rows - 1);
	v->column = clamp(column, 0, v->columns - 1);
	v->wraps = false;
}

static void
blank(struct vt *v, int row, int from, int to)
{
	for (int i = from < 0 ? 0 : from; i < to && i < v->columns; i++)
		*cell(v, row, i) = (struct glyph){ .is_behind = false };
}

/* Half of a wide character is none. */
static void
split(struct vt *v, int row, int column)
{
	if (column < v->columns && cell(v, row, column)->is_behind) {
		blank(v, row, column, column + 1);
		if (column > 0)
			blank(v, row, column - 1, column);
	}
}

struct vt *
vt_create(int rows, int columns)
{
	struct vt *v = xcalloc(1, sizeof *v);

	v->rows = rows;
	v->columns = columns;
	v->bottom = rows;
	v->cells = xcalloc((size_t)rows * (size_t)columns, sizeof *v->cells);
	return v;
}

void
vt_destroy(struct vt *v)
{
	if (v == NULL)
		return;
	free(v->cells);
	free(v);
}

void
vt_resize(struct vt *v, int rows, int columns)
{
	struct vt *to = vt_create(rows, columns);
	struct glyph *cells = to->cells;

	for (int r = 0; r < rows && r < v->rows; r++) {
		for (int c = 0; c < columns && c < v->columns; c++)
			*cell(to, r, c) = *cell(v, r, c);
	}
	to->cells = v->cells;
	vt_destroy(to);
	v->cells = cells;
	v->rows = rows;
	v->columns = columns;
	v->top = 0;
	v->bottom = rows;
	go(v, v->row, v->column);
}

/* --- scrolling --------------------------------------------------------------- */

/* n > 0: up, blank rows come in below. */
static void
scroll(struct vt *v, int top, int bottom, int n)
{
	const int count = bottom - top, by = clamp(abs(n), 0, count);
	const size_t row = (size_t)v->columns * sizeof *v->cells;

	if (n > 0) {
		memmove(cell(v, top, 0), cell(v, top + by, 0),
		    (size_t)(count - by) * row);
		for (int i = bottom - by; i < bottom; i++)
			blank(v, i, 0, v->columns);
	} else if (n < 0) {
		memmove(cell(v, top + by, 0), cell(v, top, 0),
		    (size_t)(count - by) * row);
		for (int i = top; i < top + by; i++)
			blank(v, i, 0, v->columns);
	}
}

static void
line_down(struct vt *v)
{
	if (v->row == v->bottom - 1)
		scroll(v, v->top, v->bottom, 1);
	else
		go(v, v->row + 1, v->column);
}

static void
line_up(struct vt *v)
{
	if (v->row == v->top)
		scroll(v, v->top, v->bottom, -1);
	else
		go(v, v->row - 1, v->column);
}

/* n > 0: cells come in at the cursor, n < 0: they go. */
static void
shift(struct vt *v, int n)
{
	const int left = v->columns - v->column, by = clamp(abs(n), 0, left);
	struct glyph *at = cell(v, v->row, v->column);
	const size_t rest = (size_t)(left - by) * sizeof *at;

	split(v, v->row, v->column);
	if (n > 0) {
		memmove(at + by, at, rest);
		blank(v, v->row, v->column, v->column + by);
	} else {
		memmove(at, at + by, rest);
		blank(v, v->row, v->columns - by, v->columns);
	}
}

/* --- characters ----------------------------------------------------------------- */

static void
combine(struct vt *v, uint32_t c)
{
	int column = v->column - (v->wraps ? 0 : 1);
	struct glyph *at;

	if (column < 0)
		return;
	at = cell(v, v->row, column);
	if (at->is_behind && column > 0)
		at--;
	if (at->parts[0] == 0)
		at->parts[0] = ' ';
	for (int i = 1; i < PARTS; i++) {
		if (at->parts[i] == 0) {
			at->parts[i] = c;
			return;
		}
	}
}

static void
print(struct vt *v, uint32_t c)
{
	const int width = c < 0x80 ? 1 : wcwidth((wchar_t)c);

	if (width <= 0) {
		combine(v, c);
		return;
	}
	if (v->wraps || v->column + width > v->columns) {
		v->column = 0;
		v->wraps = false;
		line_down(v);
	}
	split(v, v->row, v->column);
	split(v, v->row, v->column + width);
	blank(v, v->row, v->column, v->column + width);
	cell(v, v->row, v->column)->parts[0] = c == ' ' ? 0 : c;
	if (width == 2 && v->column + 1 < v->columns)
		cell(v, v->row, v->column + 1)->is_behind = true;
	v->last = c;
	if (v->column + width >= v->columns) {
		v->column = v->columns - 1;
		v->wraps = true;
	} else {
		v->column += width;
	}
}

static void
control(struct vt *v, char c)
{
	switch (c) {
	case '\r':
		go(v, v->row, 0);
		break;
	case '\n':
		line_down(v);
		break;
	case '\b':
		go(v, v->row, v->column - 1);
		break;
	case '\t':
		go(v, v->row, (v->column / 8 + 1) * 8);
		break;
	default:
		break;
	}
}

/* --- sequences ---------------------------------------------------------------------- */

static void
strange(struct vt *v)
{
	v->unknown++;
	(void)str_copy(v->strange, sizeof v->strange, v->held);
}

static void
erase_display(struct vt *v, int how)
{
	const int from = how == 0 ? v->row + 1 : 0;
	const int to = how == 1 ? v->row : v->rows;

	if (how == 0)
		blank(v, v->row, v->column, v->columns);
	if (how == 1)
		blank(v, v->row, 0, v->column + 1);
	for (int i = from; i < to; i++)
		blank(v, i, 0, v->columns);
}

static void
erase_line(struct vt *v, int how)
{
	blank(v, v->row, how == 0 ? v->column : 0,
	    how == 1 ? v->column + 1 : v->columns);
}

/* a: 0 where nothing was said. */
static void
csi(struct vt *v, char end, const int *a)
{
	const int n = a[0] == 0 ? 1 : a[0];

	switch (end) {
	case 'H':
	case 'f':
		go(v, n - 1, (a[1] == 0 ? 1 : a[1]) - 1);
		break;
	case 'A':
		go(v, v->row - n, v->column);
		break;
	case 'B':
		go(v, v->row + n, v->column);
		break;
	case 'C':
		go(v, v->row, v->column + n);
		break;
	case 'D':
		go(v, v->row, v->column - n);
		break;
	case 'G':
		go(v, v->row, n - 1);
		break;
	case 'd':
		go(v, n - 1, v->column);
		break;
	case 'Z':
		go(v, v->row, (v->column - 1) / 8 * 8);
		break;
	case 'J':
		erase_display(v, a[0]);
		break;
	case 'K':
		erase_line(v, a[0]);
		break;
	case 'X':
		blank(v, v->row, v->column, v->column + n);
		break;
	case '@':
		shift(v, n);
		break;
	case 'P':
		shift(v, -n);
		break;
	case 'L':
		scroll(v, v->row, v->bottom, -n);
		break;
	case 'M':
		scroll(v, v->row, v->bottom, n);
		break;
	case 'S':
		scroll(v, v->top, v->bottom, n);
		break;
	case 'T':
		scroll(v, v->top, v->bottom, -n);
		break;
	case 'b':
		for (int i = 0; i < n; i++)
			print(v, v->last);
		break;
	case 'r':
		v->top = n - 1;
		v->bottom = a[1] == 0 ? v->rows : clamp(a[1], 1, v->rows);
		go(v, 0, 0);
		break;
	case 'm':       /* colours */
	case 'h':       /* modes */
	case 'l':
	case 't':       /* titles */
	case 'c':       /* the shape of the cursor, on Linux */
		break;
	default:
		strange(v);
	}
}

/* True: the sequence is whole. */
static bool
take_csi(struct vt *v)
{
	const char end = v->held[v->n - 1];
	int a[ARGS] = { 0 };
	size_t k = 0;

	if (v->n < 3 || end < 0x40)
		return false;
	for (size_t i = 2; i + 1 < v->n; i++) {
		const char c = v->held[i];

		if (c == ';' && k + 1 < ARGS)
			k++;
		else if (c >= '0' && c <= '9')
			a[k] = a[k] * 10 + c - '0';
		else if (c != '?' && c != '>')
			strange(v);
	}
	csi(v, end, a);
	return true;
}

static bool
take_escape(struct vt *v)
{
	const char last = v->held[v->n - 1];

	if (v->n == 1)
		return false;
	switch (v->held[1]) {
	case '[':
		return take_csi(v);
	case ']':
		return last == '\a' || (v->n > 3 && last == '\\' &&
		    v->held[v->n - 2] == '\033');
	case '(':
	case ')':
		return v->n == 3;
	case 'M':
		line_up(v);
		return true;
	case '7':
		v->saved_row = v->row;
		v->saved_column = v->column;
		return true;
	case '8':
		go(v, v->saved_row, v->saved_column);
		return true;
	case '=':
	case '>':
	case '\\':
		return true;
	default:
		strange(v);
		return true;
	}
}

static bool
take_text(struct vt *v)
{
	const uint8_t first = (uint8_t)v->held[0];
	const size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 :
	    first >= 0xc0 ? 1 : 0;
	uint32_t c = first & (more == 0 ? 0x7f : 0x3fu >> more);

	if (v->n <= more)
		return false;
	for (size_t i = 1; i <= more; i++)
		c = c << 6 | ((uint8_t)v->held[i] & 0x3fu);
	print(v, c);
	return true;
}

void
vt_feed(struct vt *v, const void *p, size_t n)
{
	const char *at = p;

	for (size_t i = 0; i < n; i++) {
		const char c = at[i];
		bool is_whole;

		if (c == 030) {         /* CAN ends what was begun */
			v->n = 0;
			continue;
		}
		v->held[v->n++] = c;
		v->held[v->n] = '\0';
		if (v->held[0] == '\033') {
			is_whole = take_escape(v);
		} else if ((uint8_t)v->held[0] < 0x20) {
			control(v, c);
			is_whole = true;
		} else {
			is_whole = take_text(v);
		}
		if (is_whole || v->n + 1 == HELD_MAX)
			v->n = 0;
	}
}

/* --- looking -------------------------------------------------------------------------- */

static size_t
put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

void
vt_read(const struct vt *v, int row, char *out, size_t size)
{
	size_t n = 0, end = 0;

	for (int i = 0; i < v->columns && n + 4 * PARTS < size; i++) {
		const struct glyph *at = cell(v, row, i);

		if (at->is_behind)
			continue;
		if (at->parts[0] == 0) {
			out[n++] = ' ';
			continue;
		}
		for (int k = 0; k < PARTS && at->parts[k] != 0; k++)
			n += put_utf8(out + n, at->parts[k]);
		end = n;
	}
	out[end] = '\0';
}

unsigned
vt_unknown(const struct vt *v, const char **last)
{
	*last = v->strange;
	return v->unknown;
}
