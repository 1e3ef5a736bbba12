/* Where the master key comes from, and who may read it. */
#ifndef PAIRDESK_STORE_MASTERKEY_H
#define PAIRDESK_STORE_MASTERKEY_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/base/secret.h"

struct store_problem;

#define MASTERKEY_CREDENTIAL "pairdesk.master_key"
#define PASSPHRASE_CREDENTIAL "pairdesk.master_passphrase"

bool masterkey_has_credential(void);

/*
 * The systemd credential when there is one, else the key file: 32 raw bytes,
 * or 64 hex digits with or without a newline. A missing file is made (0600)
 * only if may_create, that is while nothing is sealed yet. ERR_NOT_FOUND,
 * ERR_PERMISSION (with the chmod or chown line), ERR_INVALID (content),
 * ERR_IO, ERR_NO_SPACE; problem says it in words.
 */
MUST_CHECK enum err masterkey_load(const char *file, bool may_create,
    const struct rnd *rnd, struct secret *out, struct store_problem *problem);

/* The key of this very file. Errors as above. */
MUST_CHECK enum err masterkey_load_file(const char *path, struct secret *out,
    struct store_problem *problem);
/* A new file, synced: 64 hex digits, so that an admin can keep it on paper.
 * One that is there is replaced. */
MUST_CHECK enum err masterkey_write(const char *path, const struct secret *key);

/*
 * The passphrase of the systemd credential "pairdesk.master_passphrase" when
 * there is one, else of file (NULL or "": none): its first line, appended to
 * out, a secret buf. Checked like a key. ERR_NOT_FOUND without problem when
 * neither is set.
 */
MUST_CHECK enum err passphrase_load(const char *file, struct buf *out,
    struct store_problem *problem);
/* Of this very file. */
MUST_CHECK enum err passphrase_load_file(const char *path, struct buf *out,
    struct store_problem *problem);

#endif
