/*
 * The state directory: where each company lies, how one is made, changed,
 * moved away. Everything here may block on the disk; the functions are
 * called for one company by one thread at a time, for different ones at
 * once.
 */
#ifndef PAIRDESK_STORE_VAULT_H
#define PAIRDESK_STORE_VAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/store/db.h"
#include "core/store/dir.h"
#include "core/store/index.h"
#include "core/store/keys.h"
#include "core/store/store.h"

#define VAULT_DIR_MAX 512

enum removal {
	REMOVAL_ASIDE,          /* moved to removed/ */
	REMOVAL_DROP,           /* deleted */
	REMOVAL_PURGE           /* with all that was moved aside before */
};

/* Set up by store.c, not changed while other threads use it. */
struct vault {
	char dir[VAULT_DIR_MAX];        /* absolute, without links */
	struct keys *keys;
	const struct rnd *rnd;
	struct index *index;
};

/* Makes and checks the directories below v->dir. */
MUST_CHECK enum err vault_make_dirs(const struct vault *v,
    struct store_problem *problem);
MUST_CHECK enum err vault_has_companies(const struct vault *v, bool *out);
/* fn gets the id of every company directory. */
MUST_CHECK enum err vault_each(const struct vault *v, dir_name_fn fn,
    void *ctx);
/* Removes what a crash left half made or half deleted. */
MUST_CHECK enum err vault_clean(const struct vault *v);
bool vault_has(const struct vault *v, const char *company);
MUST_CHECK enum err vault_index_path(const struct vault *v, char *out);

/* ERR_NOT_FOUND if there is no such directory; ERR_CORRUPT if there is one
 * without a sound database; ERR_PERMISSION if it is not ours alone. */
MUST_CHECK enum err vault_open(const struct vault *v, const char *company,
    enum sql_use use, struct db **out);
/* The line to run if that was ERR_PERMISSION; else out is left as it was. */
void vault_why_refused(const struct vault *v, const char *company,
    struct store_problem *out);
/* A crash, or a reader at the wrong moment, has left commits in the WAL. */
bool vault_has_wal(const struct vault *v, const char *company);

/*
 * Applies the batches as one transaction, through *writer, which is opened
 * if NULL and may be left open for the next call (also after an error). A
 * company that is not there is made.
 */
MUST_CHECK enum err vault_commit(const struct vault *v, const char *company,
    struct db **writer, struct store_batch *const *batches, size_t count);

/* The company's database must be closed for these two. row is what the index
 * has (NULL: nothing). ERR_NOT_FOUND if there is neither directory nor row. */
MUST_CHECK enum err vault_quarantine(const struct vault *v,
    const char *company, const struct company_row *row, const char *reason);
MUST_CHECK enum err vault_remove(const struct vault *v, const char *company,
    const struct company_row *row, enum removal how);

/* Moves a closed database of the state directory itself into a directory of
 * its own in quarantine/, whose path goes to out[DIR_PATH_MAX]. */
MUST_CHECK enum err vault_put_aside(const struct vault *v, const char *name,
    const char *reason, char *out);

/* Puts sessions/new_<id>, whole and synced, in the company's place; what was
 * there goes to quarantine/ with that reason. row is the new one's. */
MUST_CHECK enum err vault_put_in_place(const struct vault *v,
    const char *company, const struct company_row *row, const char *reason);

/*
 * Seals anew what the databases in one directory below v->dir have under a
 * former data key: a company's, or a copy's of one. ERR_OK also if it is not
 * there. Else the first error, the rest is done all the same; fn hears of
 * each file that was left. Nobody else may have them open for writing.
 */
typedef void (*vault_left_fn)(void *ctx, const char *path, enum err err);
MUST_CHECK enum err vault_reseal(const struct vault *v, const char *dir,
    vault_left_fn fn, void *ctx);
/* fn gets every such directory. */
MUST_CHECK enum err vault_each_sealed(const struct vault *v, dir_name_fn fn,
    void *ctx);
#define VAULT_SEALED_MAX 160    /* of such a name, with its NUL */
/* Whose it is; false: no such name. */
bool vault_sealed_company(const char *dir, char out[COMPANY_ID_MAX + 1]);
/* The company's own. */
void vault_sealed_own(const char *company, char out[VAULT_SEALED_MAX]);

/* Second half of a quarantine: an empty company with the same settings. */
MUST_CHECK enum err vault_make_empty(const struct vault *v,
    const char *company, const struct company_row *row);

#endif
