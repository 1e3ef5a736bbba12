/*
 * The client version that an admin has set while a core runs: one line in a
 * file of its own, so that it is kept over restarts. Unlike the cache of what
 * was learned it is synced: somebody has decided it.
 */
#ifndef PAIRDESK_SESSION_VERSION_HAND_H
#define PAIRDESK_SESSION_VERSION_HAND_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/wire/payload.h"

/* False, *out untouched: none is set, or what is there is no version. */
bool version_hand_read(const char *path, struct wa_version *out);
/* Replaces it; NULL: none is set any more. Blocks for one small file, which is
 * written when a person asks. On failure what was set before stays. */
MUST_CHECK enum err version_hand_write(const char *path,
    const struct wa_version *version);

#endif
