/* Sealing anew, under the newest data key, what a former one sealed. */
#ifndef PAIRDESK_STORE_RESEAL_H
#define PAIRDESK_STORE_RESEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/store/keys.h"
#include "core/store/sql.h"

struct seal_place;

/* *former false: p[n] is under the newest already; else out has it anew.
 * ERR_CORRUPT: no key opens it. */
MUST_CHECK enum err reseal_value(const struct key_set *keys,
    const struct rnd *rnd, const struct seal_place *place, const void *p,
    size_t n, struct buf *out, bool *former);

/* A table of sealed values: name, the key; value BLOB, sealed for ("", place,
 * name). before: text that is less than any name, "" or, of numbers from 1,
 * "0". */
struct reseal_table {
	const char *table, *name, *value, *place, *before;
	size_t value_max;               /* sealed */
};
/* All of it in one transaction of db, or none. */
MUST_CHECK enum err reseal_table(struct sql *db, const struct key_set *keys,
    const struct rnd *rnd, const struct reseal_table *t);

/* Freed parts of pages are overwritten from now on: they held what the
 * former key opens. */
MUST_CHECK enum err reseal_begin(struct sql *db);

#endif
