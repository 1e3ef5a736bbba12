/*
 * Copies of one company's database: <dir>/backups/company_<id>/<backup>.db,
 * the last few, sealed as the original is. A copy is whole, synced and has
 * been read back before it has its name. All of it may block on the disk; for
 * one company by one thread at a time.
 */
#ifndef PAIRDESK_STORE_BACKUP_H
#define PAIRDESK_STORE_BACKUP_H

#include "core/store/store.h"
#include "core/store/vault.h"

/* A copy of what the company's database holds now; older ones than the last
 * STORE_BACKUPS_KEPT go. ERR_NOT_FOUND, ERR_CORRUPT (the original, or the
 * copy when read back), ERR_NO_SPACE, ERR_IO. */
MUST_CHECK enum err backup_make(const struct vault *v, const char *company,
    enum backup_why why);

/* At most max, newest first; one that cannot be read is told as damaged. No
 * copies are no error. */
MUST_CHECK enum err backup_list(const struct vault *v, const char *company,
    struct store_backup *out, size_t max, size_t *count);

/*
 * Reads the copy back, puts what is there now aside into quarantine/ and the
 * copy in its place. What an admin has set since, and row's
 * state_version_limit, stay; row NULL: the index knows no such company. The
 * company's database must be closed. ERR_NOT_FOUND: no such copy; ERR_CORRUPT:
 * the copy is damaged. Nothing is changed then.
 */
MUST_CHECK enum err backup_restore(const struct vault *v, const char *company,
    const struct company_row *row, const char *id);

/* All copies of the company. */
MUST_CHECK enum err backup_purge(const struct vault *v, const char *company);

#endif
