/*
 * What a canvas is made of, for the module that shows one (screen) and the
 * one that turns text into cells. Views see areas alone.
 */
#ifndef PAIRDESK_TUI_CONSOLE_CANVAS_CELLS_H
#define PAIRDESK_TUI_CONSOLE_CANVAS_CELLS_H

#include <stdbool.h>
#include <stdint.h>

struct canvas;

/* A character and marks upon it; more of them are somebody's joke. */
#define CELL_MARKS 3

struct cell {
	uint32_t text[1 + CELL_MARKS];  /* 0 ends it early */
	uint16_t style;
	uint8_t width;          /* 1, 2; 0: the right half of its neighbour */
	uint8_t unused;         /* 0: cells are compared as bytes */
};

/* The next thing that takes cells; *s moves behind it. False at the end. What
 * has no width and no use on a terminal is left out. */
bool cell_next(const char **s, bool utf8, struct cell *out);
/* A single character; false: nothing to see. */
bool cell_from(uint32_t code_point, bool utf8, struct cell *out);
/* How many cells text takes, counted no further than past limit. */
int cell_count(const char *text, bool utf8, int limit);

const struct cell *canvas_row(const struct canvas *c, int row);
/* True: visible. The place is the canvas's, (0, 0) when nobody set one. */
bool canvas_cursor(const struct canvas *c, int *row, int *column);

#endif
