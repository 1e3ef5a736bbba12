/*
 * The list of companies, kept so that lists and start-up need not open every
 * database. A cache: what it says of a company is also in the company's own
 * database. Format: index.c.
 *
 * Changes may come from any thread, one is done at a time. Questions are for
 * one thread, the loop's.
 */
#ifndef PAIRDESK_STORE_INDEX_H
#define PAIRDESK_STORE_INDEX_H

#include <stddef.h>

#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/store/keys.h"
#include "core/store/store.h"

struct index;

/*
 * What was being done to a company. Written before its database or its
 * directory changes, and left there until a clean stop: after a crash the
 * marked companies are the ones whose rows may be old.
 */
enum index_mark {
	MARK_NONE,
	MARK_COMMIT,
	MARK_QUARANTINE,        /* no directory: make an empty company */
	MARK_REMOVE             /* no directory: drop the row */
};

/* ERR_NOT_FOUND without a file. ERR_WRONG_KEY when its check value does not
 * open. ERR_CORRUPT, ERR_NEWER_SCHEMA, ERR_IO and the like. */
MUST_CHECK enum err index_open(const char *path, struct keys *keys,
    const struct rnd *rnd, struct index **out);
/* Deletes what may be there, makes an empty one. */
MUST_CHECK enum err index_create(const char *path, struct keys *keys,
    const struct rnd *rnd, struct index **out);
void index_close(struct index *ix);     /* NULL ok */

/* On disk when it returns, unless the company has this mark already. */
MUST_CHECK enum err index_set_mark(struct index *ix, const char *company,
    enum index_mark mark);
/* Not synced: the mark stands for it until then. */
MUST_CHECK enum err index_put(struct index *ix, const struct company_row *row);
MUST_CHECK enum err index_put_damaged(struct index *ix, const char *company);
/* Row and mark. */
MUST_CHECK enum err index_delete(struct index *ix, const char *company);
/* Everything up to here is on disk and no mark is needed any more. */
MUST_CHECK enum err index_settle(struct index *ix);

/* All rows and the check value under the newest data key, in one
 * transaction. */
MUST_CHECK enum err index_reseal(struct index *ix);

/* ERR_NOT_FOUND, ERR_CORRUPT. */
MUST_CHECK enum err index_get(struct index *ix, const char *company,
    struct company_row *out);
MUST_CHECK enum err index_each(struct index *ix, store_row_fn fn, void *ctx);
/* MARK_NONE when there is none. */
MUST_CHECK enum err index_get_mark(struct index *ix, const char *company,
    enum index_mark *out);
MUST_CHECK enum err index_count(struct index *ix, size_t *out);

#endif
