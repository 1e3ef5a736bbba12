/*
 * Foreign text at odd places of a canvas, frame after frame: cells stay whole,
 * what they hold is UTF-8, and curses believes that the terminal shows just
 * that. An instruction is a byte of place, one of width, and text up to a
 * 0; an empty one ends the frame.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tui/console/canvas_cells.h"
#include "tui/console/screen.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define ROWS 4
#define COLUMNS 14
#define TEXT_MAX 64

struct input {
	const uint8_t *p;
	size_t n;
	struct canvas *canvas;
};

static int
next(struct input *in)
{
	if (in->n == 0)
		return 0;
	in->n--;
	return *in->p++;
}

static bool
draw_one(struct input *in, struct area all)
{
	const int place = next(in), how = next(in);
	const int row = place % ROWS, column = place / ROWS % 16 - 1;
	const int width = how % 16 - 1;
	char text[TEXT_MAX];
	size_t len = 0;
	int c, took;

	while ((c = next(in)) != 0) {
		if (len + 1 < sizeof text)
			text[len++] = (char)c;
	}
	text[len] = '\0';
	if (how & 0x40)
		all = area_part(all, 1, 3, 2, 7);
	if (how & 0x80) {
		(void)area_wrap(all, row, ROLE_OK, text);
	} else {
		took = area_text(all, row, column, width, ROLE_TEXT, text);
		if (took < 0 || (width >= 0 && took > width) ||
		    took > area_cells(all, text))
			abort();
	}
	if (area_wrap_rows(5, text) > TEXT_MAX)
		abort();
	return len > 0;
}

static void
on_draw(void *ctx, struct area all)
{
	struct input *in = ctx;

	in->canvas = all.canvas;
	while (in->n > 0 && draw_one(in, all))
		;
}

/* Wide ones have their right halves, and nothing else has one. */
static void
check_row(const struct canvas *c, int row)
{
	const struct cell *cells = canvas_row(c, row);

	for (int i = 0; i < COLUMNS; i++) {
		const bool follows = i > 0 && cells[i - 1].width == 2;

		if (cells[i].width > 2 || follows != (cells[i].width == 0) ||
		    (cells[i].width == 2 && i + 1 == COLUMNS) ||
		    (cells[i].width > 0 && cells[i].text[0] < ' '))
			abort();
	}
}

static void
check(struct screen *s, struct canvas *c)
{
	char drawn[1024], shown[1024];

	for (int row = 0; row < ROWS; row++) {
		check_row(c, row);
		canvas_read(c, row, drawn, sizeof drawn);
		screen_read(s, row, shown, sizeof shown);
		if (strcmp(drawn, shown) != 0 ||
		    !str_is_utf8(drawn, strlen(drawn)))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct input in;
	static struct screen *s;
	static int kept = -1;
	const struct screen_params params = { .in_fd = -1, .out_fd = -1,
	    .handlers = { .on_draw = on_draw, .ctx = &in } };
	uint64_t sent;

	if (n == 0)
		return 0;
	in = (struct input){ p + 1, n - 1, NULL };
	/* opening one takes most of the time */
	if (kept != (*p & 1)) {
		screen_close(s);
		s = NULL;
		kept = *p & 1;
		if (screen_open_memory(&params, "xterm-256color", kept == 0,
		    ROWS, COLUMNS, &s) != ERR_OK)
			abort();
	}
	while (in.n > 0) {
		screen_now(s);
		check(s, in.canvas);
	}
	/* a blank frame, and the same once more */
	screen_now(s);
	sent = screen_sent_bytes(s);
	screen_now(s);
	if (screen_sent_bytes(s) != sent)
		abort();
	return 0;
}
