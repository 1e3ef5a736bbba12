/*
 * What a service manager is told: the protocol of sd_notify(3), over the
 * datagram socket that $NOTIFY_SOCKET names, and the watchdog of
 * sd_watchdog_enabled(3). Without a manager every call does nothing.
 */
#ifndef PAIRDESK_IO_NOTIFY_H
#define PAIRDESK_IO_NOTIFY_H

#include "core/io/loop.h"

#define NOTIFY_STATUS_MAX 200           /* bytes of a status line */

struct notify;

/*
 * Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and takes them out of
 * the environment, since no child is to speak for us. A watchdog that is
 * meant for this process is fed from now on by a timer of the loop, three
 * times in its interval: it hears from us as long as the loop turns.
 */
struct notify *notify_create(struct loop *loop);
void notify_destroy(struct notify *n);          /* NULL ok */

/* All of it is open and listens. */
void notify_ready(struct notify *n);
/* One line for who asks the manager; what is longer is cut. */
void notify_status(struct notify *n, const char *text);
/* It ends. From here on the manager is asked every second for some more time,
 * for two minutes at most: what is being saved is worth it. */
void notify_stopping(struct notify *n);

#endif
