/*
 * A plain terminal for the command line, without curses: what it can do, and
 * drawing in place on its alternate screen so that no code stays in the
 * scrollback.
 */
#ifndef PAIRDESK_TUI_TERM_H
#define PAIRDESK_TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "core/app/qr_text.h"
#include "tui/restore.h"

struct term {
	int fd;
	bool is_tty;
	bool is_plain;          /* no terminal, or one that cannot place text */
	bool wants_colour;      /* for emphasis; codes keep theirs always */
	struct qr_terminal can; /* size and glyphs */
	bool is_entered;
	struct restore restore; /* of the terminal before term_enter */
};

/* After charset_init. Reads TERM, COLORTERM, NO_COLOR, COLUMNS and
 * LINES. */
void term_init(struct term *t, int fd);

/* Whether a terminal of that name draws sextants; of the unknown, yes. */
bool term_has_sextants(const char *name);

/* Asks for the size again; true when it changed. */
bool term_update_size(struct term *t);

/*
 * Alternate screen, cleared, cursor hidden, keys not echoed (Ctrl-C still
 * interrupts). From here to term_leave every way out of the process restores
 * the terminal: exit, and signals that end it. One terminal at a time.
 * No-op when is_plain.
 */
void term_enter(struct term *t);

/* Wipes the screen and puts everything back; harmless when not entered. */
void term_leave(struct term *t);

/* All of it, waiting while the terminal is slow; false when it is gone. */
bool term_write(const struct term *t, const void *p, size_t n);

#endif
