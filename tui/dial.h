/* The control socket of a core that runs already. */
#ifndef PAIRDESK_TUI_DIAL_H
#define PAIRDESK_TUI_DIAL_H

#include "core/base/err.h"

/*
 * Connects; the path may be of any length. Waits two seconds at most, for a
 * core that has no time. ERR_NOT_FOUND: nobody is there. ERR_PERMISSION: we
 * may not, or who answers is neither root, nor this user, nor the owner of
 * the socket's directory. ERR_TIMEOUT, ERR_IO.
 */
MUST_CHECK enum err dial_control(const char *path, int *fd);

#endif
