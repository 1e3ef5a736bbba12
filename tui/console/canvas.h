/*
 * A rectangle of cells to draw on, which nobody sees until the screen shows
 * it. Everything is clipped; wide and combining characters keep columns;
 * control characters become '?'; without UTF-8 so does what is not ASCII; what
 * terminals do not agree about (joiners, direction marks) is left out. Views
 * and widgets draw through areas and know no curses.
 */
#ifndef PAIRDESK_TUI_CONSOLE_CANVAS_H
#define PAIRDESK_TUI_CONSOLE_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/console/theme.h"

struct canvas;

/* A part of a canvas, by value. May be empty. Coordinates inside begin at 0,
 * and drawing never leaves it. */
struct area {
	struct canvas *canvas;
	int row, column, rows, columns;
};

/* Blank. UTF-8 or not is the locale's, which a screen in memory sets while it
 * is open. */
struct canvas *canvas_create(int rows, int columns);
void canvas_destroy(struct canvas *c);          /* NULL ok */
struct area canvas_area(struct canvas *c);
void canvas_clear(struct canvas *c);            /* and hides the cursor */
/* One row as UTF-8 without the blanks at its end, for tests. */
void canvas_read(struct canvas *c, int row, char *out, size_t size);
/* The style a cell was drawn with, for tests. */
unsigned canvas_style(struct canvas *c, int row, int column);
bool canvas_is_utf8(const struct canvas *c);

/* What of it lies in a; rows or columns below 0: all that is left. */
struct area area_part(struct area a, int row, int column, int rows,
    int columns);
void area_fill(struct area a, unsigned style);  /* blanks in that style */
/* A row of it, and what is left and right of it on the canvas. */
void area_fill_line(struct area a, int row, unsigned style);

/*
 * Text in at most width cells (below 0: to the edge), the last of them a
 * sign (SYM_CUT) where it had to be cut. Returns the cells it took. Line
 * breaks and other controls count as '?'.
 */
int area_text(struct area a, int row, int column, int width, unsigned style,
    const char *text);
/* The same with the right edge at column + width. */
void area_text_right(struct area a, int row, int column, int width,
    unsigned style, const char *text);
/* How many cells text would take; not str_width_cells for what is drawn. */
int area_cells(struct area a, const char *text);
int area_format(struct area a, int row, int column, int width,
    unsigned style, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
int area_symbol(struct area a, int row, int column, unsigned style,
    enum symbol symbol);
/* One character; nothing if it does not fit. */
void area_glyph(struct area a, int row, int column, unsigned style,
    uint32_t code_point);

/* Text broken at blanks, from that row on; "\n" begins a line. Returns the
 * rows it takes, also those that did not fit. */
int area_wrap(struct area a, int row, unsigned style, const char *text);
/* How many rows that would be. */
int area_wrap_rows(int columns, const char *text);

/* Where the hardware cursor stands after showing: on the selected row, in a
 * field. The last call counts. */
void area_cursor(struct area a, int row, int column, bool visible);

#endif
