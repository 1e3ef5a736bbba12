/* Sockets to accept from: TCP, those that systemd hands over, and the
 * control socket. */
#ifndef PAIRDESK_HTTPD_LISTEN_H
#define PAIRDESK_HTTPD_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/app/app.h"
#include "core/app/listen_spec.h"
#include "core/base/err.h"

/* Binds one address; *bound has the port that it got. ERR_BUSY (in use),
 * ERR_PERMISSION, ERR_IO; problem says what to do. */
MUST_CHECK enum err listen_tcp(const struct listen_spec *spec, int *fd,
    struct listen_spec *bound, struct app_problem *problem);

/* The address of a TCP socket that listens; false when it is none. */
bool listen_address(int fd, struct listen_spec *out);

/* A Unix socket that listens. */
bool listen_is_control(int fd);

/*
 * What systemd passed (sd_listen_fds(3): LISTEN_PID, LISTEN_FDS); the
 * variables are gone afterwards, so that no child takes them. Returns how
 * many were put in fds; the caller owns them.
 */
size_t listen_inherited(int *fds, size_t max);

/* --- the control socket ------------------------------------------------------- */

#define CONTROL_NO_GROUP ((gid_t)-1)

/*
 * Binds path, 0600, or 0660 with that group. A dead socket of a former core
 * is replaced. ERR_LOCKED: somebody answers there.
 */
MUST_CHECK enum err control_listen(const char *path, gid_t group, int *fd,
    struct app_problem *problem);
/* Takes it away once closed, unless another core has come to answer there. */
void control_unlink(const char *path);

/* Whether the process at the other end may act as an admin: root, our own
 * user, a member of the group. */
bool control_admits(int fd, gid_t group);

#endif
