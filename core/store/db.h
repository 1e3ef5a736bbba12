/*
 * One company's database: records, each sealed, and the company's own copy
 * of its row, from which the index can always be made again. Format: db.c.
 * Used by one thread at a time.
 */
#ifndef PAIRDESK_STORE_DB_H
#define PAIRDESK_STORE_DB_H

#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/store/keys.h"
#include "core/store/sql.h"

struct company_row;
struct db;
struct store_batch;

/* path is the file. Errors as sql_create and sql_open. A created one is not
 * synced before db_close_synced. */
MUST_CHECK enum err db_create(const char *path, const char *company,
    struct keys *keys, struct db **out);
MUST_CHECK enum err db_open(const char *path, const char *company,
    struct keys *keys, enum sql_use use, struct db **out);
void db_close(struct db *db);           /* wipes its keys; NULL ok */
/* Closes in any case; ERR_OK: all of it is in the one file, on disk. */
MUST_CHECK enum err db_close_synced(struct db *db, const char *path);

/* Appends to out. ERR_NOT_FOUND, ERR_CORRUPT, ERR_AUTH (sealed with another
 * key or for another place; the page itself is sound). */
MUST_CHECK enum err db_get(struct db *db, const char *table, const char *key,
    struct buf *out);
MUST_CHECK enum err db_count(struct db *db, const char *table, size_t *out);
MUST_CHECK enum err db_row(struct db *db, struct company_row *out);

/* A copy of all that is committed, as a new file, synced, without a WAL. On
 * failure a part of it may be left. */
MUST_CHECK enum err db_copy(struct db *db, const char *path);

/* All changes of all batches in one transaction, in order; on error none. */
MUST_CHECK enum err db_apply(struct db *db, const struct rnd *rnd,
    struct store_batch *const *batches, size_t count);

/* Seals anew what a former data key sealed, in one transaction. ERR_CORRUPT:
 * a value that no key opens; then all is as it was. */
MUST_CHECK enum err db_reseal(struct db *db, const struct rnd *rnd);

/* Every page, used or not; as sql_check_pages. */
MUST_CHECK enum err db_check_pages(struct db *db);
/* Opens every value. */
MUST_CHECK enum err db_check(struct db *db);

#endif
