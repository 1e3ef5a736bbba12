/*
 * A cursor in rows that scroll: what a list of companies, lines of a log and
 * a page of help have in common. Knows only numbers.
 */
#ifndef PAIRDESK_TUI_CONSOLE_LIST_H
#define PAIRDESK_TUI_CONSOLE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/console/binding.h"

struct scroll {
	size_t count;           /* rows there are */
	size_t at;              /* the selected one */
	size_t top;             /* the first that is shown */
	size_t shown;           /* rows that fit */
};

/* After any of the numbers changed: at and top come into range, and the
 * selected row into sight. */
void scroll_fit(struct scroll *s, size_t count, size_t shown);
/* UP ... BOTTOM; false: another action. */
bool scroll_act(struct scroll *s, enum action action);

#endif
