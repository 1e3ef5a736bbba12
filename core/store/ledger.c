/*
 * fleet.db, schema 1 (application_id "PDfl"):
 *
 *	record(id INTEGER primary key, value BLOB)	sealed for
 *						("", "fleet", id in digits)
 *
 * What a record is about stands in the sealed value: who copies the file
 * learns no phone number. Made, read and changed as tokens.db is (tokens.c):
 * a file of this name has been whole once, what cannot be read condemns all
 * of it, and changes that waited together become one transaction.
 */
#include "core/store/ledger.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/dir.h"
#include "core/store/keys.h"
#include "core/store/rekey.h"
#include "core/store/reseal.h"
#include "core/store/seal.h"
#include "core/store/sql.h"
#include "core/store/vault.h"

#define FILE_NAME "fleet.db"
#define SEALED_MAX (LEDGER_VALUE_MAX + SEAL_OVERHEAD)
#define ID_SIZE 24

static const char *const steps[] = {
	"CREATE TABLE record (id INTEGER NOT NULL PRIMARY KEY,"
	" value BLOB NOT NULL) STRICT",
};

static const struct sql_schema schema = {
	.application_id = 0x5044666c,
	.steps = steps,
	.version = ARRAY_LEN(steps),
};

struct change {
	struct list link;
	uint64_t id;
	enum { PUT, DELETE, SYNC, RESEAL } kind;        /* RESEAL: of all */
	struct buf sealed;
	store_fn fn;
	void *ctx;
	enum err err;
};

struct ledger {
	struct store *store;
	const struct vault *vault;
	struct loop *loop;
	struct rekey_part part;
	char path[DIR_PATH_MAX];
	struct key_set keys;
	uint64_t last_id;
	enum err broken;                /* takes nothing, for this reason */
	struct list waiting, running;
	bool is_kicked;                 /* with the next turn of the loop */
	bool busy;                      /* running and writer are the worker's */
	struct sql *writer;
};

/* --- reading -------------------------------------------------------------- */

static void
id_text(uint64_t id, char out[ID_SIZE])
{
	str_format(out, ID_SIZE, "%" PRIu64, id);
}

static enum err
open_record(struct ledger *l, struct sql_stmt *s, ledger_fn fn, void *ctx)
{
	const uint64_t id = (uint64_t)sql_int(s, 0);
	char text[ID_SIZE];
	struct buf plain;
	const uint8_t *p;
	enum err err;
	size_t n;

	id_text(id, text);
	p = sql_blob(s, 1, &n);
	buf_init_secret(&plain, SEALED_MAX);
	err = key_set_open(&l->keys, &(struct seal_place){ "", "fleet", text },
	    p, n, &plain, NULL);
	if (err == ERR_OK) {
		if (id > l->last_id)
			l->last_id = id;
		fn(ctx, id, plain.data, plain.len);
	}
	buf_finish(&plain);
	return err == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

static enum err
read_records(struct ledger *l, struct sql *db, ledger_fn fn, void *ctx)
{
	struct sql_stmt *s;
	bool has_row;
	enum err err;

	if ((err = sql_prepare(db, "SELECT id, value FROM record ORDER BY id",
	    &s)) != ERR_OK)
		return err;
	while ((err = sql_step(s, &has_row)) == ERR_OK && has_row &&
	    (err = open_record(l, s, fn, ctx)) == ERR_OK)
		continue;
	sql_finish(s);
	return err;
}

static enum err
read_file(struct ledger *l, ledger_fn fn, void *ctx,
    struct store_problem *problem)
{
	const bool has_wal = sql_has_wal(l->path);
	struct stat st;
	struct sql *db;
	enum err err;

	if (lstat(l->path, &st) != 0)
		return errno == ENOENT ? ERR_OK : err_from_errno(errno);
	if ((err = dir_is_ours(l->path, &st, problem)) != ERR_OK ||
	    (err = sql_open(l->path, &schema, has_wal ? SQL_WRITE
	    : SQL_READ_ALONE, &db)) != ERR_OK)
		return err;
	if (has_wal || (err = sql_check_pages(db)) == ERR_OK)
		err = read_records(l, db, fn, ctx);
	sql_close(db);
	return err;
}

static enum err
put_aside(struct ledger *l, struct store_problem *problem)
{
	char to[DIR_PATH_MAX];
	enum err err;

	err = vault_put_aside(l->vault, FILE_NAME, "the record of attempts "
	    "at linking is damaged, or sealed with another master key", to);
	if (err != ERR_OK)
		return err;
	problem_say(problem, "the record of attempts at linking was damaged, "
	    "or sealed with another master key. It is kept as %s/" FILE_NAME,
	    to);
	return ERR_CORRUPT;
}

static void on_switched(void *ctx);
static void on_reseal(void *ctx, store_fn fn, void *fn_ctx);

enum err
ledger_open(struct store *s, ledger_fn fn, void *ctx, struct ledger **out,
    struct store_problem *problem)
{
	struct ledger *l = xcalloc(1, sizeof *l);
	enum err err;

	l->store = s;
	l->vault = store_vault(s);
	l->loop = store_loop(s);
	list_init(&l->waiting);
	list_init(&l->running);
	keys_of(l->vault->keys, "", &l->keys);
	l->part = (struct rekey_part){ .file = FILE_NAME,
	    .switched = on_switched, .reseal = on_reseal, .ctx = l };
	store_rekey_add(s, &l->part);
	problem_say(problem, "%s", "");
	if ((err = dir_path(l->path, "%s/" FILE_NAME, l->vault->dir)) ==
	    ERR_OK)
		err = read_file(l, fn, ctx, problem);
	if (err == ERR_CORRUPT)
		err = put_aside(l, problem);
	if (err != ERR_OK && problem->text[0] == '\0')
		problem_say(problem, "%s cannot be read: %s", l->path,
		    err_text(err));
	l->broken = err == ERR_CORRUPT ? ERR_OK : err;
	*out = l;
	return err;
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
make_file(const struct ledger *l)
{
	char fresh[DIR_PATH_MAX];
	struct sql *db;
	enum err err;

	if ((err = dir_path(fresh, "%s.new", l->path)) != ERR_OK ||
	    (err = delete_leftovers(l->path)) != ERR_OK ||
	    (err = sql_create(fresh, &schema, &db)) != ERR_OK ||
	    (err = sql_close_synced(db, fresh)) != ERR_OK)
		return err;
	return dir_move(fresh, l->path);
}

static enum err
open_writer(struct ledger *l)
{
	enum err err;

	if (l->writer != NULL)
		return ERR_OK;
	if (!dir_exists(l->path) && (err = make_file(l)) != ERR_OK)
		return err;
	return sql_open(l->path, &schema, SQL_WRITE, &l->writer);
}

static enum err
apply_one(struct sql *db, const struct change *c)
{
	const bool is_delete = c->kind == DELETE;
	struct sql_stmt *s;
	enum err err;

	if (c->kind == SYNC)
		return ERR_OK;
	if ((err = sql_prepare(db, is_delete
	    ? "DELETE FROM record WHERE id = ?1"
	    : "INSERT OR REPLACE INTO record (id, value) VALUES (?1, ?2)",
	    &s)) != ERR_OK)
		return err;
	sql_bind_int(s, 1, (int64_t)c->id);
	if (!is_delete)
		sql_bind_blob(s, 2, c->sealed.data, c->sealed.len);
	err = sql_run(s);
	sql_finish(s);
	return err;
}

static enum err
reseal(struct ledger *l)
{
	static const struct reseal_table table = { "record", "id", "value",
	    "fleet", "0", SEALED_MAX };
	struct key_set keys;
	enum err err;

	if (!dir_exists(l->path))
		return ERR_OK;          /* it is made with the first record */
	keys_of(l->vault->keys, "", &keys);
	if ((err = open_writer(l)) == ERR_OK)
		err = reseal_table(l->writer, &keys, l->vault->rnd, &table);
	key_set_finish(&keys);
	return err;
}

static enum err
apply_all(struct ledger *l)
{
	enum err err;

	if ((err = open_writer(l)) != ERR_OK ||
	    (err = sql_begin(l->writer)) != ERR_OK)
		return err;
	LIST_EACH(at, &l->running) {
		if ((err = apply_one(l->writer, CONTAINER_OF(at,
		    struct change, link))) != ERR_OK) {
			sql_rollback(l->writer);
			return err;
		}
	}
	return sql_commit(l->writer);
}

static void
work(void *ctx)
{
	struct ledger *l = ctx;
	const struct change *first = CONTAINER_OF(l->running.next,
	    struct change, link);
	enum err err = l->broken;

	if (err == ERR_OK)
		err = first->kind == RESEAL ? reseal(l) : apply_all(l);
	LIST_EACH(at, &l->running)
		CONTAINER_OF(at, struct change, link)->err = err;
	if (err != ERR_OK) {
		sql_close(l->writer);   /* the cause may lie in it */
		l->writer = NULL;
	}
}

/* --- changing: on the loop ------------------------------------------------ */

static void run(struct ledger *l);

static void
on_done(void *ctx)
{
	struct ledger *l = ctx;

	/* busy meanwhile: what callbacks queue waits behind */
	LIST_EACH_SAFE(at, &l->running) {
		struct change *c = CONTAINER_OF(at, struct change, link);

		list_remove(at);
		if (c->fn != NULL)
			c->fn(c->ctx, c->err);
		buf_finish(&c->sealed);
		free(c);
	}
	l->busy = false;
	run(l);
}

static void
run(struct ledger *l)
{
	if (l->busy || list_is_empty(&l->waiting))
		return;
	LIST_EACH_SAFE(at, &l->waiting) {
		const bool is_reseal = CONTAINER_OF(at, struct change,
		    link)->kind == RESEAL;

		/* by itself */
		if (is_reseal && !list_is_empty(&l->running))
			break;
		list_remove(at);
		list_append(&l->running, at);
		if (is_reseal)
			break;
	}
	l->busy = true;
	loop_work(l->loop, LANE_DISK, work, on_done, l);
}

static void
on_kick(void *ctx)
{
	struct ledger *l = ctx;

	l->is_kicked = false;
	run(l);
}

/* Not at once: what else this turn of the loop asks for goes with it. */
static void
add(struct ledger *l, struct change *c)
{
	assert(l->loop != NULL);
	list_append(&l->waiting, &c->link);
	if (!l->is_kicked)
		loop_defer(l->loop, on_kick, l);
	l->is_kicked = true;
}

void
ledger_put(struct ledger *l, uint64_t id, const void *p, size_t n,
    store_fn fn, void *ctx)
{
	struct change *c = xcalloc(1, sizeof *c);
	char text[ID_SIZE];

	assert(n > 0 && n <= LEDGER_VALUE_MAX);
	c->id = id;
	c->fn = fn;
	c->ctx = ctx;
	buf_init(&c->sealed, SEALED_MAX);
	id_text(id, text);
	if (key_set_seal(&l->keys, l->vault->rnd, &(struct seal_place){ "",
	    "fleet", text }, p, n, &c->sealed) != ERR_OK)
		abort();
	add(l, c);
}

void
ledger_delete(struct ledger *l, uint64_t id)
{
	struct change *c = xcalloc(1, sizeof *c);

	c->id = id;
	c->kind = DELETE;
	buf_init(&c->sealed, 1);
	add(l, c);
}

void
ledger_sync(struct ledger *l, store_fn fn, void *ctx)
{
	struct change *c = xcalloc(1, sizeof *c);

	c->kind = SYNC;
	c->fn = fn;
	c->ctx = ctx;
	buf_init(&c->sealed, 1);
	add(l, c);
}

static void
on_switched(void *ctx)
{
	struct ledger *l = ctx;

	keys_of(l->vault->keys, "", &l->keys);
}

static void
on_reseal(void *ctx, store_fn fn, void *fn_ctx)
{
	struct change *c = xcalloc(1, sizeof *c);

	c->kind = RESEAL;
	c->fn = fn;
	c->ctx = fn_ctx;
	buf_init(&c->sealed, 1);
	add(ctx, c);
}

uint64_t
ledger_new_id(struct ledger *l)
{
	return ++l->last_id;
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	while (l->busy || l->is_kicked)
		loop_turn(l->loop, true);
	store_rekey_remove(l->store, &l->part);
	sql_close(l->writer);
	key_set_finish(&l->keys);
	free(l);
}
