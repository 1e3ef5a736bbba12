/*
 * tokens.db, schema 1 (application_id "PDtk"):
 *
 *	token(id TEXT primary key, record BLOB)	sealed for ("", "token", id)
 *
 * The file is made with the first token, under another name and renamed, so
 * whatever is called tokens.db has been whole once. No file is no token: a
 * lost one lets nobody in. What is in it and cannot be read condemns the
 * whole table, for the record that says "revoked" may be the one.
 *
 * Sealing happens on the loop, SQLite on the pool: `running` and `writer`
 * belong to the worker while `busy`. Changes that waited together become one
 * transaction.
 */
#include "core/store/tokens.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/dir.h"
#include "core/store/rekey.h"
#include "core/store/reseal.h"
#include "core/store/seal.h"
#include "core/store/sql.h"
#include "core/store/vault.h"

#define FILE_NAME "tokens.db"
#define SEALED_MAX (TOKEN_RECORD_MAX + SEAL_OVERHEAD)

static const char *const steps[] = {
	"CREATE TABLE token (id TEXT NOT NULL PRIMARY KEY,"
	" record BLOB NOT NULL) STRICT, WITHOUT ROWID",
};

static const struct sql_schema schema = {
	.application_id = 0x5044746b,
	.steps = steps,
	.version = ARRAY_LEN(steps),
};

struct change {
	struct list link;
	bool reseal;                    /* of all, instead */
	char id[TOKEN_ID_LEN + 1];
	struct buf sealed;              /* empty: delete */
	store_fn fn;
	void *ctx;
	enum err err;
};

struct token_table {
	struct store *store;
	const struct vault *vault;
	struct loop *loop;
	struct rekey_part part;
	char path[DIR_PATH_MAX];
	struct key_set seal_keys;
	struct secret hash_key;
	enum err broken;                /* takes nothing, for this reason */
	struct list waiting, running;
	bool busy;
	struct sql *writer;
};

/* --- reading -------------------------------------------------------------- */

static enum err
open_record(const struct token_table *t, struct sql_stmt *s,
    struct token_record *out)
{
	const char *id = sql_text(s, 0);
	const struct seal_place place = { "", "token", id };
	struct buf plain;
	const uint8_t *p;
	size_t n;
	bool good;

	buf_init_secret(&plain, SEALED_MAX);
	p = sql_blob(s, 1, &n);
	good = token_id_is_valid(id) &&
	    key_set_open(&t->seal_keys, &place, p, n, &plain, NULL) == ERR_OK &&
	    token_record_decode(plain.data, plain.len, out) == ERR_OK &&
	    strcmp(out->info.id, id) == 0;
	buf_finish(&plain);
	return good ? ERR_OK : ERR_CORRUPT;
}

static enum err
read_records(const struct token_table *t, struct sql *db, token_record_fn fn,
    void *ctx)
{
	struct token_record record;
	struct sql_stmt *s;
	bool has_row;
	enum err err;

	if ((err = sql_prepare(db, "SELECT id, record FROM token", &s)) !=
	    ERR_OK)
		return err;
	while ((err = sql_step(s, &has_row)) == ERR_OK && has_row &&
	    (err = open_record(t, s, &record)) == ERR_OK)
		fn(ctx, &record);
	sql_finish(s);
	secret_wipe(&record, sizeof record);
	return err;
}

/* What a crash left in the WAL counts, above all a revocation, and is moved
 * into the file: damage at a WAL's end cannot be told from none. */
static enum err
read_file(const struct token_table *t, token_record_fn fn, void *ctx,
    struct store_problem *problem)
{
	const bool has_wal = sql_has_wal(t->path);
	struct stat st;
	struct sql *db;
	enum err err;

	if (lstat(t->path, &st) != 0)
		return errno == ENOENT ? ERR_OK : err_from_errno(errno);
	if ((err = dir_is_ours(t->path, &st, problem)) != ERR_OK ||
	    (err = sql_open(t->path, &schema, has_wal ? SQL_WRITE
	    : SQL_READ_ALONE, &db)) != ERR_OK)
		return err;
	if (has_wal || (err = sql_check_pages(db)) == ERR_OK)
		err = read_records(t, db, fn, ctx);
	sql_close(db);
	return err;
}

/* Damage moves away, so that new tokens can be made; trouble stays. */
static enum err
put_aside(struct token_table *t, struct store_problem *problem)
{
	char to[DIR_PATH_MAX];
	enum err err;

	err = vault_put_aside(t->vault, FILE_NAME, "the table of access "
	    "tokens is damaged, or sealed with another master key", to);
	if (err != ERR_OK)
		return err;
	problem_say(problem, "the table of access tokens was damaged, or "
	    "sealed with another master key: no token made so far is "
	    "accepted. It is kept as %s/" FILE_NAME ". Make new tokens", to);
	return ERR_CORRUPT;
}

/* --- changing: on the pool ------------------------------------------------ */

/* Of a file half made, or one whose move aside was cut short. */
static enum err
delete_leftovers(const char *path)
{
	static const char *const endings[] = { ".new", ".new-wal", ".new-shm",
	    "-wal", "-shm" };
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

static enum err
make_file(const struct token_table *t)
{
	char fresh[DIR_PATH_MAX];
	struct sql *db;
	enum err err;

	if ((err = dir_path(fresh, "%s.new", t->path)) != ERR_OK ||
	    (err = delete_leftovers(t->path)) != ERR_OK ||
	    (err = sql_create(fresh, &schema, &db)) != ERR_OK ||
	    (err = sql_close_synced(db, fresh)) != ERR_OK)
		return err;
	return dir_move(fresh, t->path);
}

static enum err
open_writer(struct token_table *t)
{
	enum err err;

	if (t->writer != NULL)
		return ERR_OK;
	if (!dir_exists(t->path) && (err = make_file(t)) != ERR_OK)
		return err;
	return sql_open(t->path, &schema, SQL_WRITE, &t->writer);
}

static enum err
apply_one(struct sql *db, const struct change *c)
{
	const bool is_delete = c->sealed.len == 0;
	struct sql_stmt *s;
	enum err err;

	if ((err = sql_prepare(db, is_delete
	    ? "DELETE FROM token WHERE id = ?1"
	    : "INSERT OR REPLACE INTO token (id, record) VALUES (?1, ?2)",
	    &s)) != ERR_OK)
		return err;
	sql_bind_text(s, 1, c->id);
	if (!is_delete)
		sql_bind_blob(s, 2, c->sealed.data, c->sealed.len);
	err = sql_run(s);
	sql_finish(s);
	return err;
}

static enum err
reseal(struct token_table *t)
{
	static const struct reseal_table table = { "token", "id", "record",
	    "token", "", SEALED_MAX };
	struct key_set keys;
	enum err err;

	if (!dir_exists(t->path))
		return ERR_OK;          /* it is made with the first token */
	keys_of(t->vault->keys, "", &keys);
	if ((err = open_writer(t)) == ERR_OK)
		err = reseal_table(t->writer, &keys, t->vault->rnd, &table);
	key_set_finish(&keys);
	return err;
}

static enum err
apply_all(struct token_table *t)
{
	enum err err;

	if ((err = open_writer(t)) != ERR_OK ||
	    (err = sql_begin(t->writer)) != ERR_OK)
		return err;
	LIST_EACH(at, &t->running) {
		if ((err = apply_one(t->writer, CONTAINER_OF(at,
		    struct change, link))) != ERR_OK) {
			sql_rollback(t->writer);
			return err;
		}
	}
	return sql_commit(t->writer);
}

static void
work(void *ctx)
{
	struct token_table *t = ctx;
	const struct change *first = CONTAINER_OF(t->running.next,
	    struct change, link);
	enum err err = t->broken;

	if (err == ERR_OK)
		err = first->reseal ? reseal(t) : apply_all(t);
	LIST_EACH(at, &t->running)
		CONTAINER_OF(at, struct change, link)->err = err;
	if (err != ERR_OK) {
		sql_close(t->writer);   /* the cause may lie in it */
		t->writer = NULL;
	}
}

/* --- changing: on the loop ------------------------------------------------ */

static void kick(struct token_table *t);

static void
on_done(void *ctx)
{
	struct token_table *t = ctx;

	/* busy meanwhile: what callbacks queue waits behind */
	LIST_EACH_SAFE(at, &t->running) {
		struct change *c = CONTAINER_OF(at, struct change, link);

		list_remove(at);
		if (c->fn != NULL)
			c->fn(c->ctx, c->err);
		buf_finish(&c->sealed);
		free(c);
	}
	t->busy = false;
	kick(t);
}

static void
kick(struct token_table *t)
{
	if (t->busy || list_is_empty(&t->waiting))
		return;
	LIST_EACH_SAFE(at, &t->waiting) {
		const bool is_reseal = CONTAINER_OF(at, struct change,
		    link)->reseal;

		/* by itself */
		if (is_reseal && !list_is_empty(&t->running))
			break;
		list_remove(at);
		list_append(&t->running, at);
		if (is_reseal)
			break;
	}
	t->busy = true;
	loop_work(t->loop, LANE_DISK, work, on_done, t);
}

static struct change *
make_change(const char *id, store_fn fn, void *ctx)
{
	struct change *c = xcalloc(1, sizeof *c);

	str_copy(c->id, sizeof c->id, id);
	c->fn = fn;
	c->ctx = ctx;
	buf_init(&c->sealed, SEALED_MAX);
	return c;
}

static void
add(struct token_table *t, struct change *c)
{
	assert(t->loop != NULL);
	list_append(&t->waiting, &c->link);
	kick(t);
}

void
token_table_put(struct token_table *t, const struct token_record *r,
    store_fn fn, void *ctx)
{
	const struct seal_place place = { "", "token", r->info.id };
	struct change *c = make_change(r->info.id, fn, ctx);
	struct buf plain;

	buf_init_secret(&plain, TOKEN_RECORD_MAX);
	/* whoever fills a record has checked it */
	if (token_record_encode(r, &plain) != ERR_OK ||
	    key_set_seal(&t->seal_keys, t->vault->rnd, &place, plain.data,
	    plain.len, &c->sealed) != ERR_OK)
		abort();
	buf_finish(&plain);
	add(t, c);
}

void
token_table_delete(struct token_table *t, const char *id, store_fn fn,
    void *ctx)
{
	add(t, make_change(id, fn, ctx));
}

/* --- new keys ----------------------------------------------------------------- */

static void
on_switched(void *ctx)
{
	struct token_table *t = ctx;

	keys_of(t->vault->keys, "", &t->seal_keys);
}

static void
on_reseal(void *ctx, store_fn fn, void *fn_ctx)
{
	struct change *c = make_change("", fn, fn_ctx);

	c->reseal = true;
	add(ctx, c);
}

/* --- life ----------------------------------------------------------------------- */

static struct token_table *
create(struct store *s)
{
	struct token_table *t = xcalloc(1, sizeof *t);

	t->store = s;
	t->vault = store_vault(s);
	t->loop = store_loop(s);
	list_init(&t->waiting);
	list_init(&t->running);
	keys_of(t->vault->keys, "", &t->seal_keys);
	keys_token(t->vault->keys, &t->hash_key);
	t->part = (struct rekey_part){ .file = FILE_NAME,
	    .switched = on_switched, .reseal = on_reseal, .ctx = t };
	store_rekey_add(s, &t->part);
	return t;
}

enum err
token_table_open(struct store *s, token_record_fn fn, void *ctx,
    struct token_table **out, struct store_problem *problem)
{
	struct token_table *t = create(s);
	enum err err;

	problem_say(problem, "%s", "");
	if ((err = dir_path(t->path, "%s/" FILE_NAME, t->vault->dir)) ==
	    ERR_OK)
		err = read_file(t, fn, ctx, problem);
	if (err == ERR_CORRUPT)
		err = put_aside(t, problem);
	if (err != ERR_OK && problem->text[0] == '\0')
		problem_say(problem, "%s cannot be read, and no token is "
		    "accepted: %s", t->path, err_text(err));
	t->broken = err == ERR_CORRUPT ? ERR_OK : err;
	*out = t;
	return err;
}

void
token_table_close(struct token_table *t)
{
	if (t == NULL)
		return;
	while (t->busy)
		loop_turn(t->loop, true);
	store_rekey_remove(t->store, &t->part);
	sql_close(t->writer);
	key_set_finish(&t->seal_keys);
	secret_finish(&t->hash_key);
	free(t);
}

void
token_table_hash(const struct token_table *t, const void *p, size_t n,
    uint8_t out[TOKEN_HASH_LEN])
{
	crypto_generichash(out, TOKEN_HASH_LEN, p, n, t->hash_key.b,
	    sizeof t->hash_key.b);
}
