/*
 * SQLite as the store uses it: one way to open, one way to ask, errors as
 * enum err. A connection is used by one thread at a time.
 */
#ifndef PAIRDESK_STORE_SQL_H
#define PAIRDESK_STORE_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

struct sql;
struct sql_stmt;

/* What a database must look like. */
struct sql_schema {
	int32_t application_id;
	const char *const *steps;       /* steps[v] leads from version v on */
	int version;                    /* count of steps */
};

/* First of all, before other threads: settings of the whole process. Again
 * is harmless. */
MUST_CHECK enum err sql_start(void);

/*
 * Makes the file (0600, must not exist) with the newest schema. It syncs
 * nothing until sql_sync_from_now, so until then it must be something that
 * a crash may spoil.
 */
MUST_CHECK enum err sql_create(const char *path,
    const struct sql_schema *schema, struct sql **out);
MUST_CHECK enum err sql_sync_from_now(struct sql *db);
/* Closes, and sees to it that all of it is in the file, synced, and that
 * there is no WAL. */
MUST_CHECK enum err sql_close_synced(struct sql *db, const char *path);
enum sql_use {
	SQL_WRITE,
	SQL_READ,               /* while another connection may write */
	SQL_READ_ALONE          /* nobody writes before this is closed: a third
				 * of the cost, no file is made or locked */
};

/*
 * Opens what sql_create made, brings an older schema up in one transaction,
 * after a copy of the file as it was, <path>.schema-<version>.
 * ERR_NOT_FOUND, ERR_NEWER_SCHEMA, ERR_CORRUPT (also: not a database of this
 * kind), ERR_PERMISSION, ERR_NO_SPACE, ERR_IO.
 */
MUST_CHECK enum err sql_open(const char *path, const struct sql_schema *schema,
    enum sql_use use, struct sql **out);
/* Copies what is committed, page by page, to a new file, 0600, synced. ERR_BUSY
 * if it is being written to; on failure a part of it may be left. */
MUST_CHECK enum err sql_copy(struct sql *from, const char *path);
/* Has commits that are not in the file yet; a writer's close moves them. */
bool sql_has_wal(const char *path);
/* Every page of the file, used or not, as it was written: page_check_all.
 * Of SQL_READ_ALONE without a WAL only. ERR_CORRUPT, ERR_IO. */
MUST_CHECK enum err sql_check_pages(struct sql *db);
/* A writer that is the last to close moves the WAL into the file; readers
 * never do, since that waits for the disk. NULL ok. */
void sql_close(struct sql *db);

/* Statements without parameters or results. */
MUST_CHECK enum err sql_exec(struct sql *db, const char *text);
/* The write lock at once, so that a transaction cannot fail half-way. */
MUST_CHECK enum err sql_begin(struct sql *db);
MUST_CHECK enum err sql_commit(struct sql *db);         /* or rolls back */
void sql_rollback(struct sql *db);

MUST_CHECK enum err sql_prepare(struct sql *db, const char *text,
    struct sql_stmt **out);
void sql_finish(struct sql_stmt *s);    /* NULL ok; before sql_close */

/* Parameters count from 1; what is bound must live until sql_reset. */
void sql_bind_text(struct sql_stmt *s, int at, const char *text);
void sql_bind_blob(struct sql_stmt *s, int at, const void *p, size_t n);
void sql_bind_int(struct sql_stmt *s, int at, int64_t v);

/* *has_row false: done. Results count from 0 and live until the next call. */
MUST_CHECK enum err sql_step(struct sql_stmt *s, bool *has_row);
/* For statements without result: steps and resets. */
MUST_CHECK enum err sql_run(struct sql_stmt *s);
const char *sql_text(struct sql_stmt *s, int at);       /* "" for NULL */
const uint8_t *sql_blob(struct sql_stmt *s, int at, size_t *n);
int64_t sql_int(struct sql_stmt *s, int at);
void sql_reset(struct sql_stmt *s);

#endif
