/*
 * Ending the core that runs, whoever started it: found by who answers at the
 * control socket, held by a descriptor so that another process which gets its
 * number is never meant.
 */
#ifndef PAIRDESK_TUI_STOP_H
#define PAIRDESK_TUI_STOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/err.h"

struct stop_target {
	pid_t pid;
	int fd;                 /* a pidfd */
};

/* ERR_NOT_FOUND: nobody is there. ERR_PERMISSION: we may not look, or who
 * answers is not to be trusted. ERR_INVALID: it is not of this pid namespace,
 * so it cannot be ended from here. */
MUST_CHECK enum err stop_find(const char *control_socket,
    struct stop_target *out);
void stop_release(struct stop_target *t);

/* Asks it to end (SIGTERM): what is being stored is stored first. Does not
 * wait. ERR_PERMISSION: another user's. ERR_NOT_FOUND: it has ended. */
MUST_CHECK enum err stop_ask(const struct stop_target *t);
/* False: it still runs after that time, on the wall. */
bool stop_wait(const struct stop_target *t, int64_t ms);

/* The first three in one, for who sees the end by itself. *pid: who was asked,
 * 0 if nobody. */
MUST_CHECK enum err stop_core(const char *control_socket, pid_t *pid);

#endif
