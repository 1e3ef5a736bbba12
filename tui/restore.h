/*
 * What a terminal gets back when the process leaves it, whichever way: by a
 * call, exit, or a signal that ends it. Only SIGKILL leaves it as it is. One
 * terminal at a time.
 */
#ifndef PAIRDESK_TUI_RESTORE_H
#define PAIRDESK_TUI_RESTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#define RESTORE_MAX 384

/* Plain data: a signal handler reads it. */
struct restore {
	int fd;                         /* to write bytes to */
	int mode_fd;                    /* whose saved modes these are */
	bool has_saved;
	struct termios saved;
	/* Descriptions that others share and were made non-blocking; -1 each. */
	int flags_fd[2], flags[2];
	char bytes[RESTORE_MAX];
	size_t n;
};

/* From here on *r is done at every end of the process. It must live until
 * restore_now. A loop that handles some of the signals its own way installs
 * itself later and calls restore_now; those it does not know come here. */
void restore_arm(const struct restore *r);
/* Does it now, and no more after; harmless when nothing is armed. */
void restore_now(void);

#endif
