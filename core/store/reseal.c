#include "core/store/reseal.h"

#include "core/base/str.h"
#include "core/store/seal.h"

#define NAME_SIZE 256
#define TEXT_SIZE 256

enum err
reseal_value(const struct key_set *keys, const struct rnd *rnd,
    const struct seal_place *place, const void *p, size_t n, struct buf *out,
    bool *former)
{
	struct buf plain;
	enum err err;

	buf_init_secret(&plain, n);
	err = key_set_open(keys, place, p, n, &plain, former);
	if (err == ERR_OK && *former)
		err = key_set_seal(keys, rnd, place, plain.data, plain.len,
		    out);
	buf_finish(&plain);
	return err == ERR_AUTH || err == ERR_TRUNCATED ||
	    err == ERR_UNSUPPORTED ? ERR_CORRUPT : err;
}

enum err
reseal_begin(struct sql *db)
{
	enum err err;

	if ((err = sql_exec(db, "PRAGMA secure_delete=ON")) != ERR_OK)
		return err;
	return sql_begin(db);
}

static enum err
reseal_one(struct sql_stmt *select, struct sql_stmt *update,
    const struct key_set *keys, const struct rnd *rnd,
    const struct reseal_table *t, const char *name)
{
	const struct seal_place place = { "", t->place, name };
	struct buf sealed;
	const uint8_t *p;
	bool former = false;
	size_t n;
	enum err err;

	buf_init(&sealed, t->value_max);
	p = sql_blob(select, 1, &n);
	if ((err = reseal_value(keys, rnd, &place, p, n, &sealed,
	    &former)) == ERR_OK && former) {
		sql_bind_text(update, 1, name);
		sql_bind_blob(update, 2, sealed.data, sealed.len);
		err = sql_run(update);
	}
	buf_finish(&sealed);
	return err;
}

/* One by one in order of name, each looked for behind the last: a row may not
 * be changed under a statement that walks over it. */
static enum err
reseal_all(struct sql_stmt *select, struct sql_stmt *update,
    const struct key_set *keys, const struct rnd *rnd,
    const struct reseal_table *t)
{
	char name[NAME_SIZE], last[NAME_SIZE];
	bool has_row;
	enum err err;

	str_copy(name, sizeof name, t->before);
	for (;;) {
		str_copy(last, sizeof last, name);
		sql_bind_text(select, 1, last);
		if ((err = sql_step(select, &has_row)) == ERR_OK && has_row &&
		    !str_copy(name, sizeof name, sql_text(select, 0)))
			err = ERR_CORRUPT;
		if (err == ERR_OK && has_row)
			err = reseal_one(select, update, keys, rnd, t, name);
		sql_reset(select);
		if (err != ERR_OK || !has_row)
			return err;
	}
}

enum err
reseal_table(struct sql *db, const struct key_set *keys,
    const struct rnd *rnd, const struct reseal_table *t)
{
	char select_text[TEXT_SIZE], update_text[TEXT_SIZE];
	struct sql_stmt *select = NULL, *update = NULL;
	enum err err;

	if (!str_format(select_text, sizeof select_text, "SELECT %s, %s FROM "
	    "%s WHERE %s > ?1 ORDER BY %s LIMIT 1", t->name, t->value,
	    t->table, t->name, t->name) ||
	    !str_format(update_text, sizeof update_text, "UPDATE %s SET %s = "
	    "?2 WHERE %s = ?1", t->table, t->value, t->name))
		return ERR_INTERNAL;
	if ((err = reseal_begin(db)) != ERR_OK)
		return err;
	if ((err = sql_prepare(db, select_text, &select)) == ERR_OK &&
	    (err = sql_prepare(db, update_text, &update)) == ERR_OK)
		err = reseal_all(select, update, keys, rnd, t);
	sql_finish(select);
	sql_finish(update);
	if (err == ERR_OK)
		return sql_commit(db);
	sql_rollback(db);
	return err;
}
