/* Who holds a state directory: flock and a note of the holder. */
#ifndef PAIRDESK_STORE_LOCK_H
#define PAIRDESK_STORE_LOCK_H

#include <stddef.h>

#include "core/base/err.h"

struct lock;

/* ERR_LOCKED: holder gets "pid 4711 on host web1 (pairdesk serve, since ...)";
 * returns at once. The lock file stays; its flock is what counts, so one left
 * by a crash or another boot is simply taken. */
MUST_CHECK enum err lock_take(const char *dir, const char *what,
    struct lock **out, char *holder, size_t holder_size);
void lock_release(struct lock *l);      /* NULL ok */

#endif
