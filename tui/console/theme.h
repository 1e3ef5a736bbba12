/*
 * What things look like. Views name roles; the theme turns a role into
 * colours and attributes for 256, 16, 8 or no colours, readable on dark and
 * on light paper. A state is never told by colour alone.
 */
#ifndef PAIRDESK_TUI_CONSOLE_THEME_H
#define PAIRDESK_TUI_CONSOLE_THEME_H

#include <stdbool.h>

enum role {
	ROLE_TEXT,              /* the terminal's own colours */
	ROLE_DIM,               /* less important */
	ROLE_STRONG,            /* titles, the pairing code */
	ROLE_BAR,               /* header and key line: a coloured ground */
	ROLE_BAR_STRONG,        /* keys and numbers in it */
	ROLE_BAR_WAITING,       /* ROLE_WAITING and ROLE_BAD in a bar */
	ROLE_BAR_BAD,
	ROLE_COLUMN,            /* heads of columns */
	ROLE_OK,                /* connected */
	ROLE_WORKING,           /* connecting, linking: goes on by itself */
	ROLE_WAITING,           /* retries, waits: somebody may look */
	ROLE_BAD,               /* needs the admin */
	ROLE_IDLE,              /* not linked, paused */
	ROLE_TAG,               /* a tagged row's mark */
	ROLE_INPUT,             /* a field to type in */
	ROLE_ERROR,             /* why something was refused */
	ROLE_NOTICE,            /* what was done */
	ROLE_QR,                /* glyph white, ground black; kept with NO_COLOR */
	ROLE_COUNT
};

/* Added to a role: the row under the cursor. */
#define STYLE_SELECTED 0x100u

/* Signs with a form for terminals without UTF-8, one cell each. */
enum symbol {
	SYM_OK, SYM_WORKING, SYM_WAITING, SYM_BAD, SYM_IDLE, SYM_PAUSED,
	SYM_TAG, SYM_SORT_UP, SYM_SORT_DOWN, SYM_MORE_LEFT, SYM_MORE_RIGHT,
	SYM_CUT, SYM_BULLET, SYM_LINE, SYM_COUNT
};

/* UTF-8, or ASCII; static. */
const char *theme_symbol(enum symbol symbol, bool utf8);

/* How many colours the terminal has for us, in the steps of the theme. */
enum theme_colours { COLOURS_NONE, COLOURS_8, COLOURS_16, COLOURS_256 };

/* What a role is, as numbers a terminal knows; -1: its own colour. */
struct theme_look {
	short foreground, background;
	bool bold, dim, underline, reverse;
};
struct theme_look theme_look(enum role role, enum theme_colours colours);
/* The same in the row under the cursor. */
struct theme_look theme_look_selected(enum role role,
    enum theme_colours colours);

#endif
