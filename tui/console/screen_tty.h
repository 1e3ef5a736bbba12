/*
 * The terminal's device: raw while the screen has it, as it was before when it
 * has not. Opened anew for ourselves, so that our non-blocking reads and
 * writes are not those of the shell that shares the descriptor.
 */
#ifndef PAIRDESK_TUI_CONSOLE_SCREEN_TTY_H
#define PAIRDESK_TUI_CONSOLE_SCREEN_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "tui/restore.h"

struct tty {
	int in, out;                    /* ours, non-blocking; -1: none */
	bool is_raw;
	struct restore restore;
};

/* ERR_INVALID: not a terminal. ERR_IO: no descriptors. */
MUST_CHECK enum err tty_open(struct tty *t, int in, int out);
void tty_close(struct tty *t);          /* and restores */

/* What every way out of the process sends from tty_take on. */
void tty_set_leave(struct tty *t, const char *bytes);
/* Raw keys; what they were is what it goes back to. */
void tty_take(struct tty *t);
void tty_give_back(struct tty *t);
/* False: it does not tell. */
bool tty_size(const struct tty *t, int *rows, int *columns);

#endif
