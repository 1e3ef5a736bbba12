/* Where the master key comes from, and who may read it. */
#ifndef PAIRDESK_STORE_MASTERKEY_H
#define PAIRDESK_STORE_MASTERKEY_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/base/secret.h"

struct store_problem;

#define MASTERKEY_CREDENTIAL "pairdesk.master_key"

/*
 * The systemd credential when there is one, else the key file: 32 raw bytes,
 * or 64 hex digits with or without a newline. A missing file is made (0600)
 * only if may_create, that is while nothing is sealed yet. ERR_NOT_FOUND,
 * ERR_PERMISSION (with the chmod or chown line), ERR_INVALID (content),
 * ERR_IO, ERR_NO_SPACE; problem says it in words.
 */
MUST_CHECK enum err masterkey_load(const char *file, bool may_create,
    const struct rnd *rnd, struct secret *out, struct store_problem *problem);

#endif
