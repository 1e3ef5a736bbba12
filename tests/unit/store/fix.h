/* A store in a fresh directory with a loop, for the tests of this one. */
#ifndef PAIRDESK_TESTS_STORE_FIX_H
#define PAIRDESK_TESTS_STORE_FIX_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "core/store/store.h"

struct fix {
	char *dir;
	struct loop *loop;
	struct store *store;            /* NULL while closed */
	struct store_problem problem;
};

void fix_init(struct fix *f);           /* opened */
void fix_init_in(struct fix *f, const char *dir);       /* not opened */
void fix_finish(struct fix *f);         /* deletes the directory */
enum err fix_open(struct fix *f);
void fix_close(struct fix *f);
void fix_reopen(struct fix *f);         /* must succeed */

/* The path of something in the directory; static, overwritten by the next. */
const char *fix_path(const struct fix *f, const char *name);

/* Each turns the loop until called back. */
enum err fix_commit(struct fix *f, const char *company,
    struct store_batch *b);
enum err fix_put(struct fix *f, const char *company, const char *table,
    const char *key, const char *value);
/* A row with this name and state_version_limit; puts creds "k" = name. */
enum err fix_link(struct fix *f, const char *company, const char *name);
enum err fix_quarantine(struct fix *f, const char *company);
enum err fix_remove(struct fix *f, const char *company, bool purge);
enum err fix_drop(struct fix *f, const char *company);

/* want NULL: the get must fail with err. */
void fix_expect(struct fix *f, const char *company, const char *table,
    const char *key, enum err err, const char *want);
#define EXPECT_VALUE(f, company, table, key, want) \
	fix_expect(f, company, table, key, ERR_OK, want)
#define EXPECT_NO_VALUE(f, company, table, key, err) \
	fix_expect(f, company, table, key, err, NULL)

/* Files, whole. */
void fix_read(const char *path, uint8_t **p, size_t *n);        /* free() */
void fix_write(const char *path, const void *p, size_t n);
size_t fix_count_names(const char *dir);
/* A statement on a closed database, through our VFS. */
void fix_sql(const char *path, const char *text);

#endif
