/*
 * QR codes as lines of terminal text. Light modules are glyphs in white,
 * dark ones the black background: gaps that a terminal leaves between rows
 * then read as dark, which more scanners survive than the opposite, and
 * nothing depends on the theme. Never inverted; both colours on every cell.
 *
 *   half      one column, half a row a module: U+2580, U+2584, U+2588
 *   sextant   half a column, a third of a row: U+1FB00.. and U+258C, U+2590
 *   full      two columns, one row; without UTF-8 spaces on white or black
 */
#ifndef PAIRDESK_APP_QR_TEXT_H
#define PAIRDESK_APP_QR_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/app/qr.h"
#include "core/base/buf.h"

/* In the order of the option qr.style. */
enum qr_style { QR_AUTO, QR_HALF, QR_SEXTANT, QR_FULL, QR_STYLE_COUNT };

#define QR_QUIET 2              /* modules around the matrix */
#define QR_QUIET_LEAST 1        /* scanners still read it */

/* What the terminal can do. */
struct qr_terminal {
	unsigned rows, columns;
	bool utf8;
	bool sextants;          /* its font has them (the Linux console: no) */
	bool colours256;        /* else the sixteen */
};

/* How a code is drawn, and how large it comes out. */
struct qr_shape {
	enum qr_style style;    /* not QR_AUTO */
	unsigned quiet;
	unsigned rows, columns;
};

/* size: qr_size(). */
struct qr_shape qr_shape(unsigned size, enum qr_style style, unsigned quiet);

/* Room kept free for words: so many columns beside (with the gap), or rows
 * under. */
struct qr_words {
	unsigned columns, rows;
};

/*
 * The best shape for a terminal: half blocks if words still fit beside or
 * under, else sextants, with quiet zone 2 and then 1, on the whole screen if
 * need be; without UTF-8 full spaces. A style that was asked for is kept,
 * whatever the locale says: only its quiet zone gives way.
 * false: none fits, and *out is the least that would.
 */
bool qr_choose(unsigned size, enum qr_style wanted,
    const struct qr_terminal *terminal, const struct qr_words *words,
    struct qr_shape *out);

/* The character of one cell, for those who draw in cells: a light module is
 * the glyph, a dark one its ground. */
uint32_t qr_glyph(const struct qr *qr, const struct qr_shape *shape,
    unsigned row, unsigned column);

/* Appends one of shape->rows lines: its colours, exactly shape->columns
 * cells, and the reset; no line end. */
MUST_CHECK enum err qr_line(const struct qr *qr, const struct qr_shape *shape,
    const struct qr_terminal *terminal, unsigned row, struct buf *out);

#endif
