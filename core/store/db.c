/*
 * session.db, schema 3 (PRAGMA user_version; application_id "PDco"):
 *
 *	record(tbl TEXT, key BLOB, value BLOB), primary key (tbl, key)
 *
 * value is sealed (seal.c) for (company, tbl, key). The table "company" has
 * one key, "row": the company's row (row.c). It is written in the same
 * transaction as what it describes; the index only repeats it.
 *
 * Pages carry sums (page.c), so a record that is not found was not there.
 *
 * Schema 1 and 2 had the same table and rows of version 1 and 2. The number
 * alone rose, so that a program that would take a newer row for damage
 * refuses.
 */
#include "core/store/db.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/batch.h"
#include "core/store/reseal.h"
#include "core/store/row.h"
#include "core/store/seal.h"

#define SEALED_MAX (STORE_VALUE_MAX + SEAL_OVERHEAD)

static const char *const steps[] = {
	("CREATE TABLE record (tbl TEXT NOT NULL, key BLOB NOT NULL,"
	" value BLOB NOT NULL, PRIMARY KEY (tbl, key)) STRICT, WITHOUT ROWID"),
	"",
	"",
};

static const struct sql_schema schema = {
	.application_id = 0x5044636f,
	.steps = steps,
	.version = ARRAY_LEN(steps),
};

_Static_assert(ARRAY_LEN(steps) == STORE_SCHEMA, "one step a version");

struct db {
	struct sql *sql;
	struct sql_stmt *put, *get;     /* prepared when first used */
	char company[COMPANY_ID_MAX + 1];
	struct key_set keys;            /* of this company, as of the opening */
};

static struct db *
create(struct sql *sql, const char *company, struct keys *keys)
{
	struct db *db = xcalloc(1, sizeof *db);

	db->sql = sql;
	str_copy(db->company, sizeof db->company, company);
	keys_of(keys, company, &db->keys);
	return db;
}

enum err
db_create(const char *path, const char *company, struct keys *keys,
    struct db **out)
{
	struct sql *sql;
	enum err err;

	if ((err = sql_create(path, &schema, &sql)) == ERR_OK)
		*out = create(sql, company, keys);
	return err;
}

enum err
db_open(const char *path, const char *company, struct keys *keys,
    enum sql_use use, struct db **out)
{
	struct sql *sql;
	enum err err;

	if ((err = sql_open(path, &schema, use, &sql)) == ERR_OK)
		*out = create(sql, company, keys);
	return err;
}

/* Everything but the connection. */
static struct sql *
dissolve(struct db *db)
{
	struct sql *sql = db->sql;

	sql_finish(db->put);
	sql_finish(db->get);
	key_set_finish(&db->keys);
	free(db);
	return sql;
}

void
db_close(struct db *db)
{
	if (db != NULL)
		sql_close(dissolve(db));
}

enum err
db_close_synced(struct db *db, const char *path)
{
	return sql_close_synced(dissolve(db), path);
}

/* Seal errors other than a tag that does not match: it is no sealed value. */
static enum err
open_value(struct db *db, const char *table, const char *key, const void *p,
    size_t n, struct buf *out)
{
	const struct seal_place place = { db->company, table, key };
	const enum err err = key_set_open(&db->keys, &place, p, n, out,
	    NULL);

	return err == ERR_TRUNCATED || err == ERR_UNSUPPORTED ? ERR_CORRUPT :
	    err;
}

enum err
db_get(struct db *db, const char *table, const char *key, struct buf *out)
{
	const uint8_t *p;
	bool has_row;
	size_t n;
	enum err err;

	if (db->get == NULL && (err = sql_prepare(db->sql, "SELECT value "
	    "FROM record WHERE tbl = ?1 AND key = ?2", &db->get)) != ERR_OK)
		return err;
	sql_bind_text(db->get, 1, table);
	sql_bind_blob(db->get, 2, key, strlen(key));
	if ((err = sql_step(db->get, &has_row)) == ERR_OK) {
		if (has_row) {
			p = sql_blob(db->get, 0, &n);
			err = open_value(db, table, key, p, n, out);
		} else {
			err = ERR_NOT_FOUND;
		}
	}
	sql_reset(db->get);
	return err;
}

enum err
db_count(struct db *db, const char *table, size_t *out)
{
	struct sql_stmt *s;
	bool has_row;
	enum err err;

	if ((err = sql_prepare(db->sql,
	    "SELECT count(*) FROM record WHERE tbl = ?1", &s)) != ERR_OK)
		return err;
	sql_bind_text(s, 1, table);
	if ((err = sql_step(s, &has_row)) == ERR_OK)
		*out = (size_t)sql_int(s, 0);
	sql_finish(s);
	return err;
}

enum err
db_row(struct db *db, struct company_row *out)
{
	struct company_row row;
	struct buf plain;
	enum err err;

	buf_init_secret(&plain, ROW_MAX);
	err = db_get(db, ROW_TABLE, ROW_KEY, &plain);
	if (err == ERR_OK && (row_decode(plain.data, plain.len, &row) !=
	    ERR_OK || strcmp(row.company, db->company) != 0))
		err = ERR_CORRUPT;
	/* it is written when the database is made and never deleted */
	if (err == ERR_NOT_FOUND)
		err = ERR_CORRUPT;
	if (err == ERR_OK)
		*out = row;
	buf_finish(&plain);
	return err;
}

static enum err
put(struct db *db, const struct rnd *rnd, const char *table, const char *key,
    const void *p, size_t n)
{
	const struct seal_place place = { db->company, table, key };
	struct buf sealed;
	enum err err;

	if (db->put == NULL && (err = sql_prepare(db->sql, "INSERT OR REPLACE "
	    "INTO record (tbl, key, value) VALUES (?1, ?2, ?3)",
	    &db->put)) != ERR_OK)
		return err;
	buf_init(&sealed, SEALED_MAX);
	if ((err = key_set_seal(&db->keys, rnd, &place, p, n, &sealed)) ==
	    ERR_OK) {
		sql_bind_text(db->put, 1, table);
		sql_bind_blob(db->put, 2, key, strlen(key));
		sql_bind_blob(db->put, 3, sealed.data, sealed.len);
		err = sql_run(db->put);
	}
	buf_finish(&sealed);
	return err;
}

/* key NULL: the whole table */
static enum err
delete(struct db *db, const char *table, const char *key)
{
	struct sql_stmt *s;
	enum err err;

	if ((err = sql_prepare(db->sql, key == NULL ?
	    "DELETE FROM record WHERE tbl = ?1" :
	    "DELETE FROM record WHERE tbl = ?1 AND key = ?2", &s)) != ERR_OK)
		return err;
	sql_bind_text(s, 1, table);
	if (key != NULL)
		sql_bind_blob(s, 2, key, strlen(key));
	err = sql_run(s);
	sql_finish(s);
	return err;
}

/* A value is sealed for its place, so it is opened and sealed anew. */
static enum err
move_record(struct db *db, const struct rnd *rnd, struct sql_stmt *s,
    const char *from, const char *to)
{
	char key[STORE_KEY_MAX + 1];
	const uint8_t *p;
	struct buf plain;
	size_t n;
	enum err err;

	p = sql_blob(s, 0, &n);
	if (n >= sizeof key)
		return ERR_CORRUPT;
	memcpy(key, p, n);
	key[n] = '\0';
	p = sql_blob(s, 1, &n);
	buf_init_secret(&plain, STORE_VALUE_MAX);
	if ((err = open_value(db, from, key, p, n, &plain)) == ERR_OK)
		err = put(db, rnd, to, key, plain.data, plain.len);
	buf_finish(&plain);
	return err;
}

static enum err
move_all(struct db *db, const struct rnd *rnd, const char *from,
    const char *to)
{
	struct sql_stmt *s;
	bool has_row = true;
	enum err err;

	if ((err = delete(db, to, NULL)) != ERR_OK ||
	    (err = sql_prepare(db->sql,
	    "SELECT key, value FROM record WHERE tbl = ?1", &s)) != ERR_OK)
		return err;
	sql_bind_text(s, 1, from);
	while ((err = sql_step(s, &has_row)) == ERR_OK && has_row &&
	    (err = move_record(db, rnd, s, from, to)) == ERR_OK)
		;
	sql_finish(s);
	return err == ERR_OK ? delete(db, from, NULL) : err;
}

static enum err
put_row(struct db *db, const struct rnd *rnd, const struct company_row *row)
{
	struct buf plain;
	enum err err;

	buf_init_secret(&plain, ROW_MAX);
	if ((err = row_encode(row, &plain)) == ERR_OK)
		err = put(db, rnd, ROW_TABLE, ROW_KEY, plain.data, plain.len);
	buf_finish(&plain);
	return err;
}

static enum err
apply_change(struct db *db, const struct rnd *rnd, const struct change *c)
{
	switch (c->kind) {
	case CHANGE_PUT:
		return put(db, rnd, c->table, c->key, c->value.data,
		    c->value.len);
	case CHANGE_DELETE:
		return delete(db, c->table, c->key);
	case CHANGE_DELETE_ALL:
		return delete(db, c->table, NULL);
	case CHANGE_MOVE_ALL:
		return move_all(db, rnd, c->table, c->key);
	}
	return ERR_INTERNAL;
}

static enum err
apply_batch(struct db *db, const struct rnd *rnd, const struct store_batch *b)
{
	enum err err = b->err;

	for (size_t i = 0; err == ERR_OK && i < b->count; i++)
		err = apply_change(db, rnd, &b->changes[i]);
	if (err == ERR_OK && b->has_row)
		err = put_row(db, rnd, &b->row);
	return err;
}

enum err
db_apply(struct db *db, const struct rnd *rnd,
    struct store_batch *const *batches, size_t count)
{
	enum err err;

	if ((err = sql_begin(db->sql)) != ERR_OK)
		return err;
	for (size_t i = 0; err == ERR_OK && i < count; i++)
		err = apply_batch(db, rnd, batches[i]);
	if (err == ERR_OK)
		return sql_commit(db->sql);
	sql_rollback(db->sql);
	return err;
}

/* Where a walk over all records stands. */
struct place {
	char table[STORE_TABLE_MAX + 1], key[STORE_KEY_MAX + 1];
};

static enum err
read_place(struct sql_stmt *s, struct place *out)
{
	const uint8_t *p;
	size_t n;

	p = sql_blob(s, 1, &n);
	if (n >= sizeof out->key ||
	    !str_copy(out->table, sizeof out->table, sql_text(s, 0)))
		return ERR_CORRUPT;
	if (n > 0)
		memcpy(out->key, p, n);
	out->key[n] = '\0';
	return ERR_OK;
}

static enum err
check_record(struct db *db, struct sql_stmt *s)
{
	const uint8_t *p;
	struct place at;
	struct buf plain;
	size_t n;
	enum err err;

	if ((err = read_place(s, &at)) != ERR_OK)
		return err;
	p = sql_blob(s, 2, &n);
	buf_init_secret(&plain, STORE_VALUE_MAX);
	err = open_value(db, at.table, at.key, p, n, &plain);
	buf_finish(&plain);
	return err == ERR_AUTH || err == ERR_TOO_LARGE ? ERR_CORRUPT : err;
}

static enum err
reseal_record(struct db *db, const struct rnd *rnd, struct sql_stmt *s,
    struct sql_stmt *update, const struct place *at)
{
	const struct seal_place place = { db->company, at->table, at->key };
	struct buf sealed;
	const uint8_t *p;
	bool former = false;
	size_t n;
	enum err err;

	p = sql_blob(s, 2, &n);
	buf_init(&sealed, SEALED_MAX);
	if ((err = reseal_value(&db->keys, rnd, &place, p, n, &sealed,
	    &former)) == ERR_OK && former) {
		sql_bind_text(update, 1, at->table);
		sql_bind_blob(update, 2, at->key, strlen(at->key));
		sql_bind_blob(update, 3, sealed.data, sealed.len);
		err = sql_run(update);
	}
	buf_finish(&sealed);
	return err;
}

static enum err
reseal_records(struct db *db, const struct rnd *rnd, struct sql_stmt *select,
    struct sql_stmt *update)
{
	struct place at = { "", "" }, last;
	bool has_row;
	enum err err;

	for (;;) {
		last = at;
		sql_bind_text(select, 1, last.table);
		sql_bind_blob(select, 2, last.key, strlen(last.key));
		if ((err = sql_step(select, &has_row)) == ERR_OK && has_row &&
		    (err = read_place(select, &at)) == ERR_OK)
			err = reseal_record(db, rnd, select, update, &at);
		sql_reset(select);
		if (err != ERR_OK || !has_row)
			return err;
	}
}

enum err
db_reseal(struct db *db, const struct rnd *rnd)
{
	struct sql_stmt *select = NULL, *update = NULL;
	enum err err;

	if ((err = reseal_begin(db->sql)) != ERR_OK)
		return err;
	if ((err = sql_prepare(db->sql, "SELECT tbl, key, value FROM record "
	    "WHERE (tbl, key) > (?1, ?2) ORDER BY tbl, key LIMIT 1",
	    &select)) == ERR_OK &&
	    (err = sql_prepare(db->sql, "UPDATE record SET value = ?3 "
	    "WHERE tbl = ?1 AND key = ?2", &update)) == ERR_OK)
		err = reseal_records(db, rnd, select, update);
	sql_finish(select);
	sql_finish(update);
	if (err == ERR_OK)
		return sql_commit(db->sql);
	sql_rollback(db->sql);
	return err;
}

enum err
db_copy(struct db *db, const char *path)
{
	return sql_copy(db->sql, path);
}

enum err
db_check_pages(struct db *db)
{
	return sql_check_pages(db->sql);
}

enum err
db_check(struct db *db)
{
	struct company_row row;
	struct sql_stmt *s;
	bool has_row = true;
	enum err err;

	if ((err = db_row(db, &row)) != ERR_OK ||
	    (err = sql_prepare(db->sql, "SELECT tbl, key, value FROM record",
	    &s)) != ERR_OK)
		return err == ERR_AUTH ? ERR_CORRUPT : err;
	while ((err = sql_step(s, &has_row)) == ERR_OK && has_row &&
	    (err = check_record(db, s)) == ERR_OK)
		;
	sql_finish(s);
	return err;
}
