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

/* Makes the file (0600, must not exist) with the newest schema. */
MUST_CHECK enum err sql_create(const char *path,
    const struct sql_schema *schema, struct sql **out);
/*
 * Opens what sql_create made, brings an older schema up in one transaction.
 * ERR_NOT_FOUND, ERR_NEWER_SCHEMA, ERR_CORRUPT (also: not a database of this
 * kind), ERR_PERMISSION, ERR_NO_SPACE, ERR_IO.
 */
MUST_CHECK enum err sql_open(const char *path, const struct sql_schema *schema,
    struct sql **out);
/*
 * For reading a file that nobody changes until sql_close: no locks, and not
 * the two files beside it that SQLite otherwise makes and deletes each time.
 * As sql_open; ERR_BUSY: it has a WAL or an older schema, sql_open is needed.
 */
MUST_CHECK enum err sql_open_still(const char *path,
    const struct sql_schema *schema, struct sql **out);
/* The last one to close moves the WAL into the database. NULL ok. */
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
