/*
 * A pairing code in letters four rows high, to be read from the phone in the
 * hand; on terminals without blocks, or with less room, spaced and in a
 * frame.
 */
#ifndef PAIRDESK_TUI_CONSOLE_BIGCODE_H
#define PAIRDESK_TUI_CONSOLE_BIGCODE_H

#include "tui/console/canvas.h"

enum bigcode_form {
	BIGCODE_BLOCKS,         /* letters of half blocks */
	BIGCODE_FRAME,          /* "A B C D - E F G H" in a frame */
	BIGCODE_LINE,           /* the same without one */
	BIGCODE_PLAIN           /* "ABCD-EFGH" */
};

/* The largest form for so much room. */
enum bigcode_form bigcode_form(const char *code, bool utf8, int rows,
    int columns);
int bigcode_rows(enum bigcode_form form);
int bigcode_columns(enum bigcode_form form, const char *code);

/* From the area's upper left corner on. Digits, capital letters and "-";
 * anything else is left blank in blocks. */
void bigcode_draw(struct area a, enum bigcode_form form, unsigned style,
    const char *code);

#endif
