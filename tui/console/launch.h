/*
 * A core for the console: the one that runs, or one that is forked before
 * this process has a loop or a key. The fork leaves the terminal's session,
 * so that a lost line ends the console and nothing else.
 */
#ifndef PAIRDESK_TUI_CONSOLE_LAUNCH_H
#define PAIRDESK_TUI_CONSOLE_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "tui/cmd.h"

/*
 * Makes sure that a core that serves answers at the control socket. *child:
 * the process that was started, 0: one ran already. Two that are called at the
 * same moment end up with one core. On failure says why on standard error as a
 * command does, and returns the exit code; EX_OK else. A core that only serves
 * another command's length counts as none and is named (EX_TEMPFAIL) unless it
 * ends soon. Without a loop, and leaves none.
 */
int launch_core(const struct cmd_args *args, pid_t *child);

/* Tells a core that we started to end, and waits until it has; false: it did
 * not within ten seconds. */
bool launch_end(pid_t child);

/* Whether a core that we started has ended by itself, and how: wait's status.
 * True once; then it is no child any more. */
bool launch_has_ended(pid_t child, int *status);

#endif
