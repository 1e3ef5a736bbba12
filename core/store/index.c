/*
 * index.db, schema 3 (application_id "PDix"):
 *
 *	company(id TEXT primary key, row BLOB)	sealed for (id, "index", "row")
 *	mark(id TEXT primary key, mark INTEGER)	enum index_mark
 *	meta(name TEXT primary key, value BLOB)	"check": sealed for ("",
 *						"index", "check")
 *
 * The check value tells a wrong master key from damage before any company is
 * looked at: page sums (page.c) rule out accidents, so a check value that
 * does not open was sealed with another key.
 *
 * Order of a commit that changes a row: mark here (synced), company database
 * (synced), row here (not synced). A crash after the first step leaves a
 * mark that was not needed; after the second an old row with a mark; after
 * the third perhaps the same. store_open reads marked companies again. Once
 * marked, a company costs no further sync until the next clean stop.
 */
#include "core/store/index.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/store/dir.h"
#include "core/store/reseal.h"
#include "core/store/row.h"
#include "core/store/seal.h"
#include "core/store/sql.h"

#define CHECK_TEXT "pairdesk"
#define SEALED_MAX (ROW_MAX + SEAL_OVERHEAD)

static const char *const steps[] = {
	"CREATE TABLE company (id TEXT NOT NULL PRIMARY KEY,"
	" row BLOB NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE mark (id TEXT NOT NULL PRIMARY KEY,"
	" mark INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY,"
	" value BLOB NOT NULL) STRICT, WITHOUT ROWID",
	"",                     /* rows of version 2, see db.c */
	"",                     /* of version 3 */
};

static const struct sql_schema schema = {
	.application_id = 0x50446978,
	.steps = steps,
	.version = ARRAY_LEN(steps),
};

/* Two connections, so that a question never waits for a sync. */
struct index {
	struct keys *keys;
	const struct rnd *rnd;
	pthread_mutex_t lock;   /* over writer and what hangs on it */
	struct sql *writer;
	struct sql_stmt *old_mark;
	struct sql *reader;
	struct sql_stmt *get, *get_mark;        /* on reader */
};

static const struct seal_place check_place = { "", "index", "check" };

/* --- sealing rows --------------------------------------------------------- */

static enum err
seal_row(struct index *ix, const struct company_row *row, struct buf *out)
{
	const struct seal_place place = { row->company, "index", "row" };
	struct key_set keys;
	struct buf plain;
	enum err err;

	buf_init_secret(&plain, ROW_MAX);
	keys_of(ix->keys, row->company, &keys);
	if ((err = row_encode(row, &plain)) == ERR_OK)
		err = key_set_seal(&keys, ix->rnd, &place, plain.data, plain.len,
		    out);
	key_set_finish(&keys);
	buf_finish(&plain);
	return err;
}

/* Of the id and sealed row in columns 0 and 1. */
static enum err
open_row(struct index *ix, struct sql_stmt *s, struct company_row *out)
{
	const char *id = sql_text(s, 0);
	const struct seal_place place = { id, "index", "row" };
	struct company_row row;
	struct key_set keys;
	struct buf plain;
	const uint8_t *p;
	size_t n;
	bool good;

	if (!company_id_is_valid(id))
		return ERR_CORRUPT;
	buf_init_secret(&plain, ROW_MAX);
	keys_of(ix->keys, id, &keys);
	p = sql_blob(s, 1, &n);
	good = key_set_open(&keys, &place, p, n, &plain, NULL) == ERR_OK &&
	    row_decode(plain.data, plain.len, &row) == ERR_OK &&
	    strcmp(row.company, id) == 0;
	key_set_finish(&keys);
	buf_finish(&plain);
	if (!good)
		return ERR_CORRUPT;
	*out = row;
	return ERR_OK;
}

/* --- opening -------------------------------------------------------------- */

static enum err
write_check(struct index *ix)
{
	struct sql_stmt *s = NULL;
	struct key_set keys;
	struct buf sealed;
	enum err err;

	buf_init(&sealed, SEALED_MAX);
	keys_of(ix->keys, "", &keys);
	if ((err = key_set_seal(&keys, ix->rnd, &check_place, CHECK_TEXT,
	    sizeof CHECK_TEXT - 1, &sealed)) == ERR_OK &&
	    (err = sql_prepare(ix->writer, "INSERT OR REPLACE INTO meta (name, value) "
	    "VALUES ('check', ?1)", &s)) == ERR_OK) {
		sql_bind_blob(s, 1, sealed.data, sealed.len);
		err = sql_run(s);
	}
	sql_finish(s);
	key_set_finish(&keys);
	buf_finish(&sealed);
	return err;
}

static enum err
open_check(struct index *ix, struct sql_stmt *s)
{
	struct key_set keys;
	struct buf plain;
	const uint8_t *p;
	size_t n;
	enum err err;

	p = sql_blob(s, 0, &n);
	buf_init_secret(&plain, SEALED_MAX);
	keys_of(ix->keys, "", &keys);
	err = key_set_open(&keys, &check_place, p, n, &plain, NULL);
	key_set_finish(&keys);
	buf_finish(&plain);
	if (err == ERR_AUTH)
		return ERR_WRONG_KEY;
	return err == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

static enum err
verify_check(struct index *ix)
{
	struct sql_stmt *s;
	bool has_row;
	enum err err;

	if ((err = sql_prepare(ix->reader,
	    "SELECT value FROM meta WHERE name = 'check'", &s)) != ERR_OK)
		return err;
	if ((err = sql_step(s, &has_row)) == ERR_OK)
		err = has_row ? open_check(ix, s) : ERR_CORRUPT;
	sql_finish(s);
	return err;
}

static struct index *
create(struct keys *keys, const struct rnd *rnd)
{
	struct index *ix = xcalloc(1, sizeof *ix);

	ix->keys = keys;
	ix->rnd = rnd;
	pthread_mutex_init(&ix->lock, NULL);
	return ix;
}

/* With a writer open: the reader and the statements that stay. */
static enum err
open_reader(struct index *ix, const char *path)
{
	static const char row[] = "SELECT id, row FROM company WHERE id = ?1";
	static const char mark[] = "SELECT mark FROM mark WHERE id = ?1";
	enum err err;

	if ((err = sql_prepare(ix->writer, mark, &ix->old_mark)) != ERR_OK ||
	    (err = sql_open(path, &schema, SQL_READ, &ix->reader)) != ERR_OK ||
	    (err = sql_prepare(ix->reader, row, &ix->get)) != ERR_OK)
		return err;
	return sql_prepare(ix->reader, mark, &ix->get_mark);
}

enum err
index_open(const char *path, struct keys *keys,
    const struct rnd *rnd, struct index **out)
{
	struct index *ix = create(keys, rnd);
	enum err err;

	if ((err = sql_open(path, &schema, SQL_WRITE, &ix->writer)) != ERR_OK ||
	    (err = open_reader(ix, path)) != ERR_OK ||
	    (err = verify_check(ix)) != ERR_OK) {
		index_close(ix);
		return err;
	}
	*out = ix;
	return ERR_OK;
}

static enum err
delete_files(const char *path)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	char name[DIR_PATH_MAX];
	enum err err;

	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		if ((err = dir_path(name, "%s%s", path, endings[i])) != ERR_OK)
			return err;
		if (unlink(name) != 0 && errno != ENOENT)
			return err_from_errno(errno);
	}
	return ERR_OK;
}

enum err
index_create(const char *path, struct keys *keys,
    const struct rnd *rnd, struct index **out)
{
	struct index *ix = create(keys, rnd);
	enum err err;

	if ((err = delete_files(path)) != ERR_OK ||
	    (err = sql_create(path, &schema, &ix->writer)) != ERR_OK ||
	    (err = sql_sync_from_now(ix->writer)) != ERR_OK ||
	    (err = write_check(ix)) != ERR_OK ||
	    (err = open_reader(ix, path)) != ERR_OK ||
	    (err = dir_sync_parent(path)) != ERR_OK) {
		index_close(ix);
		return err;
	}
	*out = ix;
	return ERR_OK;
}

void
index_close(struct index *ix)
{
	if (ix == NULL)
		return;
	sql_finish(ix->old_mark);
	sql_finish(ix->get);
	sql_finish(ix->get_mark);
	sql_close(ix->reader);
	sql_close(ix->writer);
	pthread_mutex_destroy(&ix->lock);
	free(ix);
}

/* --- changes: any thread -------------------------------------------------- */

static enum err
read_mark(struct sql_stmt *s, const char *company, enum index_mark *out)
{
	bool has_row;
	int64_t mark = MARK_NONE;
	enum err err;

	sql_bind_text(s, 1, company);
	if ((err = sql_step(s, &has_row)) == ERR_OK && has_row)
		mark = sql_int(s, 0);
	sql_reset(s);
	if (err != ERR_OK)
		return err;
	if (mark < MARK_NONE || mark > MARK_REMOVE)
		return ERR_CORRUPT;
	*out = (enum index_mark)mark;
	return ERR_OK;
}

static enum err
write_mark(struct index *ix, const char *company, enum index_mark mark)
{
	struct sql_stmt *s;
	enum err err;

	if ((err = sql_prepare(ix->writer, "INSERT OR REPLACE INTO mark "
	    "(id, mark) VALUES (?1, ?2)", &s)) != ERR_OK)
		return err;
	sql_bind_text(s, 1, company);
	sql_bind_int(s, 2, mark);
	err = sql_run(s);
	sql_finish(s);
	return err;
}

enum err
index_set_mark(struct index *ix, const char *company, enum index_mark mark)
{
	enum index_mark now;
	enum err err;

	pthread_mutex_lock(&ix->lock);
	if ((err = read_mark(ix->old_mark, company, &now)) == ERR_OK &&
	    now != mark)
		err = write_mark(ix, company, mark);
	pthread_mutex_unlock(&ix->lock);
	return err;
}

/* Between the two, a commit does not wait for the disk. */
static enum err
begin_unsynced(struct index *ix)
{
	return sql_exec(ix->writer, "PRAGMA synchronous=NORMAL");
}

static enum err
end_unsynced(struct index *ix, enum err err)
{
	const enum err back = sql_sync_from_now(ix->writer);

	return err != ERR_OK ? err : back;
}

static enum err
put_row(struct index *ix, const struct company_row *row)
{
	struct sql_stmt *s = NULL;
	struct buf sealed;
	enum err err;

	buf_init(&sealed, SEALED_MAX);
	if ((err = seal_row(ix, row, &sealed)) == ERR_OK &&
	    (err = sql_prepare(ix->writer, "INSERT OR REPLACE INTO company "
	    "(id, row) VALUES (?1, ?2)", &s)) == ERR_OK) {
		sql_bind_text(s, 1, row->company);
		sql_bind_blob(s, 2, sealed.data, sealed.len);
		err = sql_run(s);
	}
	sql_finish(s);
	buf_finish(&sealed);
	return err;
}

enum err
index_put(struct index *ix, const struct company_row *row)
{
	enum err err;

	pthread_mutex_lock(&ix->lock);
	if ((err = begin_unsynced(ix)) == ERR_OK)
		err = end_unsynced(ix, put_row(ix, row));
	pthread_mutex_unlock(&ix->lock);
	return err;
}

static enum err
read_row(struct index *ix, struct sql_stmt *s, const char *company,
    struct company_row *out)
{
	bool has_row;
	enum err err;

	sql_bind_text(s, 1, company);
	if ((err = sql_step(s, &has_row)) == ERR_OK)
		err = has_row ? open_row(ix, s, out) : ERR_NOT_FOUND;
	sql_reset(s);
	return err;
}

enum err
index_put_damaged(struct index *ix, const char *company)
{
	struct company_row row = { .name = "" };
	struct sql_stmt *s;
	enum err err;

	pthread_mutex_lock(&ix->lock);
	if ((err = sql_prepare(ix->writer,
	    "SELECT id, row FROM company WHERE id = ?1", &s)) == ERR_OK) {
		err = read_row(ix, s, company, &row);
		sql_finish(s);
	}
	if (err == ERR_OK || err == ERR_NOT_FOUND) {
		memcpy(row.company, company, strlen(company) + 1);
		row.damaged = true;
		err = put_row(ix, &row);
	}
	pthread_mutex_unlock(&ix->lock);
	return err;
}

static enum err
delete_in(struct index *ix, const char *text, const char *company)
{
	struct sql_stmt *s;
	enum err err;

	if ((err = sql_prepare(ix->writer, text, &s)) != ERR_OK)
		return err;
	sql_bind_text(s, 1, company);
	err = sql_run(s);
	sql_finish(s);
	return err;
}

enum err
index_delete(struct index *ix, const char *company)
{
	enum err err;

	pthread_mutex_lock(&ix->lock);
	if ((err = sql_begin(ix->writer)) == ERR_OK) {
		if ((err = delete_in(ix, "DELETE FROM company WHERE id = ?1",
		    company)) == ERR_OK &&
		    (err = delete_in(ix, "DELETE FROM mark WHERE id = ?1",
		    company)) == ERR_OK)
			err = sql_commit(ix->writer);
		else
			sql_rollback(ix->writer);
	}
	pthread_mutex_unlock(&ix->lock);
	return err;
}

enum err
index_settle(struct index *ix)
{
	enum err err;

	/* rows went into the same WAL before this, so they are synced by it */
	pthread_mutex_lock(&ix->lock);
	err = sql_exec(ix->writer, "DELETE FROM mark");
	pthread_mutex_unlock(&ix->lock);
	return err;
}

/* Each row sealed anew, whatever sealed it: opening tells no more than that.
 * One by one, each looked for behind the last. */
static enum err
reseal_rows(struct index *ix, struct sql_stmt *s)
{
	char last[COMPANY_ID_MAX + 1] = "";
	struct company_row row;
	bool has_row;
	enum err err;

	for (;;) {
		sql_bind_text(s, 1, last);
		if ((err = sql_step(s, &has_row)) == ERR_OK && has_row)
			err = open_row(ix, s, &row);
		sql_reset(s);
		if (err != ERR_OK || !has_row)
			return err;
		memcpy(last, row.company, sizeof last);
		if ((err = put_row(ix, &row)) != ERR_OK)
			return err;
	}
}

static enum err
reseal_all(struct index *ix)
{
	struct sql_stmt *s;
	enum err err;

	if ((err = reseal_begin(ix->writer)) != ERR_OK)
		return err;
	if ((err = sql_prepare(ix->writer, "SELECT id, row FROM company "
	    "WHERE id > ?1 ORDER BY id LIMIT 1", &s)) == ERR_OK) {
		err = reseal_rows(ix, s);
		sql_finish(s);
	}
	if (err == ERR_OK)
		err = write_check(ix);
	if (err == ERR_OK)
		return sql_commit(ix->writer);
	sql_rollback(ix->writer);
	return err;
}

enum err
index_reseal(struct index *ix)
{
	enum err err;

	pthread_mutex_lock(&ix->lock);
	err = reseal_all(ix);
	pthread_mutex_unlock(&ix->lock);
	return err;
}

/* --- questions: the loop's thread ----------------------------------------- */

enum err
index_get(struct index *ix, const char *company, struct company_row *out)
{
	return read_row(ix, ix->get, company, out);
}

enum err
index_each(struct index *ix, store_row_fn fn, void *ctx)
{
	struct company_row row;
	struct sql_stmt *s;
	bool has_row;
	enum err err;

	if ((err = sql_prepare(ix->reader,
	    "SELECT id, row FROM company ORDER BY id", &s)) != ERR_OK)
		return err;
	while ((err = sql_step(s, &has_row)) == ERR_OK && has_row &&
	    (err = open_row(ix, s, &row)) == ERR_OK)
		fn(ctx, &row);
	sql_finish(s);
	return err;
}

enum err
index_get_mark(struct index *ix, const char *company, enum index_mark *out)
{
	return read_mark(ix->get_mark, company, out);
}

enum err
index_count(struct index *ix, size_t *out)
{
	struct sql_stmt *s;
	bool has_row;
	enum err err;

	if ((err = sql_prepare(ix->reader, "SELECT count(*) FROM company",
	    &s)) != ERR_OK)
		return err;
	if ((err = sql_step(s, &has_row)) == ERR_OK)
		*out = (size_t)sql_int(s, 0);
	sql_finish(s);
	return err;
}
