/*
 * The store put together. What lies where: vault.c. Bytes: seal.c (values),
 * db.c (a company), index.c (the list), row.c, page.c (sums). Order on disk:
 * queue.c, index.c. What a start repairs: repair.c.
 *
 * What a crash or a power cut leaves, by moment:
 *   in a commit		SQLite's WAL: the whole batch or nothing of it
 *   before the callback	possibly the whole batch, not yet reported
 *   making a company		sessions/new_<id>, deleted at the next start
 *   after a commit, before
 *   the index has its row	a mark in the index; the row is read again
 *   in a quarantine		the data here or there, whole; mark, finished
 *   in a removal		the same; with purge also sessions/purge_<id>
 *   making the master key	master.key.new, overwritten at the next start
 *
 * What a wrong master key looks like: the index's check value does not open
 * (ERR_WRONG_KEY from store_open, nothing is touched). Without an index, no
 * company's row opens although its pages are sound; if one does open, the
 * key is right and the others are damaged.
 *
 * What damage looks like: a page sum, SQLite's own checks, or a value that
 * does not open: ERR_CORRUPT and a damaged row, never "not found". The one
 * exception is the end of a WAL left by a crash: its sums are how SQLite
 * tells a torn commit, so damage there reads as a commit that did not
 * happen. A clean stop, and two seconds without commits, leave no WAL.
 */
#include "core/store/store.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/backup.h"
#include "core/store/batch.h"
#include "core/store/dir.h"
#include "core/store/lock.h"
#include "core/store/names.h"
#include "core/store/queue.h"
#include "core/store/repair.h"
#include "core/store/rekey.h"
#include "core/store/sql.h"
#include "core/store/unlock.h"
#include "core/store/vault.h"

struct store {
	struct vault vault;
	char key_file[DIR_PATH_MAX];
	struct unlock_place place;
	struct unlocked unlocked;       /* while opening */
	struct rekey *rekey;
	struct lock *lock;
	struct queue *queue;
	struct loop *loop;
	/* The database read last stays open until the loop's next turn: those
	 * who read one value often read many. */
	struct db *reader;
	char reader_company[COMPANY_ID_MAX + 1];
	bool reader_due;                /* on_reader_due is to come */
	/* Whose pages have all been read once: what was flipped where no
	 * record is read would go on into copies. Ours alone changes them
	 * from then on. */
	struct names checked;
};

bool
company_id_is_valid(const char *id)
{
	const size_t n = strlen(id);

	return n >= 1 && n <= COMPANY_ID_MAX &&
	    strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789_-") == n;
}

/* --- opening -------------------------------------------------------------- */

/* SQLite refuses links anywhere in a name, systemd makes some of them. */
static enum err
resolve_dir(struct store *s, const char *dir, struct store_problem *problem)
{
	char *real;
	enum err err;

	if ((err = dir_make_all(dir, problem)) != ERR_OK)
		return err;
	if ((real = realpath(dir, NULL)) == NULL ||
	    !str_copy(s->vault.dir, sizeof s->vault.dir, real)) {
		problem_say(problem, "%s: the name is too long", dir);
		err = ERR_INVALID;
	}
	free(real);
	return err;
}

/* What to look at when it is not one file: err_text blames the owner. */
static const char *
why_failed(const struct store *s, enum err err)
{
	struct statvfs fs;

	if (err == ERR_NO_SPACE)
		return "the disk is full; make room and start again";
	if (err == ERR_PERMISSION && statvfs(s->vault.dir, &fs) == 0 &&
	    (fs.f_flag & ST_RDONLY) != 0)
		return "the file system is read-only";
	return err_text(err);
}

static enum err
take_lock(struct store *s, const char *what, struct store_problem *problem)
{
	char holder[256] = "";
	enum err err;

	err = lock_take(s->vault.dir, what == NULL ? "pairdesk" : what,
	    &s->lock, holder, sizeof holder);
	if (err == ERR_LOCKED)
		problem_say(problem, "%s is in use by %s", s->vault.dir,
		    holder);
	else if (err != ERR_OK)
		problem_say(problem, "%s/lock: %s", s->vault.dir,
		    why_failed(s, err));
	return err;
}

static enum err
load_key(struct store *s, const struct store_params *params,
    struct store_problem *problem)
{
	bool has_companies;
	enum err err;

	if ((err = vault_has_companies(&s->vault, &has_companies)) != ERR_OK ||
	    (err = dir_path(s->key_file, "%s/master.key", s->vault.dir)) !=
	    ERR_OK) {
		problem_say(problem, "%s/sessions: %s", s->vault.dir,
		    why_failed(s, err));
		return err;
	}
	if (params->key_file != NULL)
		str_copy(s->key_file, sizeof s->key_file, params->key_file);
	s->place = (struct unlock_place){ .dir = s->vault.dir,
	    .key_file = s->key_file,
	    .passphrase_file = params->passphrase_file,
	    .ask = params->ask, .ask_ctx = params->ask_ctx,
	    .rnd = s->vault.rnd };
	if ((err = unlock(&s->place, !has_companies, &s->unlocked, problem)) ==
	    ERR_OK)
		keys_set(s->vault.keys, &s->unlocked.data,
		    &s->unlocked.token);
	return err;
}

static void
on_open_row(void *ctx, const struct company_row *row)
{
	struct store *s = ctx;

	if (row->damaged)
		queue_know_damaged(s->queue, row->company);
}

static enum err
open_data(struct store *s, struct loop *loop, struct store_problem *problem)
{
	enum err err;

	problem_say(problem, "%s", "");
	if ((err = sql_start()) == ERR_OK &&
	    (err = vault_clean(&s->vault)) == ERR_OK &&
	    (err = repair_open_index(&s->vault, problem)) == ERR_OK) {
		s->queue = queue_create(&s->vault, loop);
		err = index_each(s->vault.index, on_open_row, s);
	}
	if (err != ERR_OK && (problem == NULL || problem->text[0] == '\0'))
		problem_say(problem, "%s cannot be used: %s", s->vault.dir,
		    why_failed(s, err));
	return err;
}

enum err
store_open(const struct store_params *params, struct store **out,
    struct store_problem *problem)
{
	struct store *s = xcalloc(1, sizeof *s);
	enum err err;

	s->vault.rnd = params->rnd;
	s->vault.keys = keys_create();
	s->loop = params->loop;
	if ((err = resolve_dir(s, params->dir, problem)) != ERR_OK ||
	    (err = take_lock(s, params->what, problem)) != ERR_OK ||
	    (err = vault_make_dirs(&s->vault, problem)) != ERR_OK ||
	    (err = load_key(s, params, problem)) != ERR_OK ||
	    (err = open_data(s, params->loop, problem)) != ERR_OK) {
		store_close(s);
		return err;
	}
	s->rekey = rekey_create(s, &s->vault, s->queue, &s->place,
	    &s->unlocked, s->loop);
	unlocked_finish(&s->unlocked);
	*out = s;
	return ERR_OK;
}

/* A clean stop needs no marks; if that cannot be written, the next start
 * reads a few companies more. */
static void
settle(struct store *s)
{
	if (index_settle(s->vault.index) != ERR_OK)
		return;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->rekey != NULL)
		rekey_stop(s->rekey);
	if (s->queue != NULL) {
		while (s->reader_due)
			loop_turn(s->loop, true);
		queue_drain(s->queue);
		settle(s);
	}
	rekey_destroy(s->rekey);
	unlocked_finish(&s->unlocked);
	names_finish(&s->checked);
	queue_destroy(s->queue);
	index_close(s->vault.index);
	keys_destroy(s->vault.keys);
	lock_release(s->lock);
	free(s);
}

/* --- reading -------------------------------------------------------------- */

static void
drop_reader(struct store *s)
{
	db_close(s->reader);
	s->reader = NULL;
}

static void
on_reader_due(void *ctx)
{
	struct store *s = ctx;

	s->reader_due = false;
	drop_reader(s);
}

/* A database that is about to be moved is closed at once: closing it later
 * would touch the files of its successor. Changes in the same turn close it
 * before they are queued. */
static void
release_reader(struct store *s)
{
	if (s->reader == NULL)
		return;
	if (s->loop == NULL || queue_will_move(s->queue, s->reader_company)) {
		drop_reader(s);
	} else if (!s->reader_due) {
		s->reader_due = true;
		loop_defer(s->loop, on_reader_due, s);
	}
}

/* While somebody may write, the file's pages are not all as they will be: the
 * next read that is alone does it. */
static enum err
check_once(struct store *s, const char *company)
{
	enum err err;

	if (names_has(&s->checked, company) ||
	    queue_has(s->queue, company) ||
	    vault_has_wal(&s->vault, company))
		return ERR_OK;
	if ((err = db_check_pages(s->reader)) == ERR_OK)
		names_add(&s->checked, company);
	return err;
}

static enum err
acquire_reader(struct store *s, const char *company)
{
	enum err err;

	if (!company_id_is_valid(company))
		return ERR_INVALID;
	if (queue_is_moving(s->queue, company))
		return ERR_NOT_FOUND;
	if (s->reader != NULL && strcmp(s->reader_company, company) == 0)
		return ERR_OK;
	drop_reader(s);
	if (!queue_has(s->queue, company) &&
	    vault_has_wal(&s->vault, company))
		queue_fold(s->queue, company);
	err = vault_open(&s->vault, company, queue_has(s->queue, company) ?
	    SQL_READ : SQL_READ_ALONE, &s->reader);
	if (err == ERR_NOT_FOUND && queue_is_damaged(s->queue, company))
		return ERR_CORRUPT;     /* its directory is lost */
	if (err != ERR_OK)
		return err;
	str_copy(s->reader_company, sizeof s->reader_company, company);
	return check_once(s, company);
}

/* Every way in which a company turns out to be damaged ends here. */
static enum err
judge(struct store *s, const char *company, enum err err)
{
	if (err == ERR_AUTH)
		err = ERR_CORRUPT;
	if (err == ERR_CORRUPT)
		queue_found_damaged(s->queue, company);
	if (err != ERR_OK && err != ERR_NOT_FOUND)
		drop_reader(s);
	else
		release_reader(s);
	return err;
}

enum err
store_get(struct store *s, const char *company, const char *table,
    const char *key, struct buf *out)
{
	enum err err;

	if (!store_name_is_valid(table, key))
		return ERR_INVALID;
	if ((err = acquire_reader(s, company)) == ERR_OK)
		err = db_get(s->reader, table, key, out);
	return judge(s, company, err);
}

const char *
store_why(const struct store *s, const char *company, enum err err,
    struct store_problem *out)
{
	problem_say(out, "%s", err_text(err));
	if (err == ERR_PERMISSION)
		vault_why_refused(&s->vault, company, out);
	return out->text;
}

enum err
store_count(struct store *s, const char *company, const char *table,
    size_t *out)
{
	enum err err;

	if (!store_name_is_valid(table, "*"))
		return ERR_INVALID;
	if ((err = acquire_reader(s, company)) == ERR_OK)
		err = db_count(s->reader, table, out);
	else if (err == ERR_NOT_FOUND) {
		*out = 0;
		err = ERR_OK;
	}
	return judge(s, company, err);
}

/* --- changing ------------------------------------------------------------- */

void
store_commit(struct store *s, const char *company, struct store_batch *b,
    store_fn fn, void *ctx)
{
	drop_reader(s);         /* it may count on nobody writing */
	queue_commit(s->queue, company, b, fn, ctx);
}

void
store_quarantine(struct store *s, const char *company, const char *reason,
    store_fn fn, void *ctx)
{
	drop_reader(s);
	queue_quarantine(s->queue, company, reason, fn, ctx);
}

void
store_remove(struct store *s, const char *company, bool purge, store_fn fn,
    void *ctx)
{
	drop_reader(s);
	queue_remove(s->queue, company, purge ? REMOVAL_PURGE : REMOVAL_ASIDE,
	    fn, ctx);
}

void
store_drop(struct store *s, const char *company, store_fn fn, void *ctx)
{
	drop_reader(s);
	queue_remove(s->queue, company, REMOVAL_DROP, fn, ctx);
}

/* --- copies ----------------------------------------------------------------- */

void
store_backup(struct store *s, const char *company, enum backup_why why,
    store_fn fn, void *ctx)
{
	queue_backup(s->queue, company, why, fn, ctx);
}

enum err
store_backups(struct store *s, const char *company, struct store_backup *out,
    size_t max, size_t *count)
{
	return backup_list(&s->vault, company, out, max, count);
}

void
store_restore(struct store *s, const char *company, const char *id,
    store_fn fn, void *ctx)
{
	drop_reader(s);
	names_remove(&s->checked, company);
	queue_restore(s->queue, company, id, fn, ctx);
}

/* --- the index ------------------------------------------------------------ */

struct each {
	struct store *s;
	store_row_fn fn;
	void *ctx;
};

/* Damage just found may not be in the index yet. */
static void
on_each_row(void *ctx, const struct company_row *row)
{
	const struct each *each = ctx;
	struct company_row copy = *row;

	copy.damaged |= queue_is_damaged(each->s->queue, row->company);
	each->fn(each->ctx, &copy);
}

enum err
store_each(struct store *s, store_row_fn fn, void *ctx)
{
	struct each each = { .s = s, .fn = fn, .ctx = ctx };

	return index_each(s->vault.index, on_each_row, &each);
}

enum err
store_row(struct store *s, const char *company, struct company_row *out)
{
	struct company_row row;
	enum err err;

	if (!company_id_is_valid(company))
		return ERR_INVALID;
	if ((err = index_get(s->vault.index, company, &row)) != ERR_OK)
		return err;
	row.damaged |= queue_is_damaged(s->queue, company);
	*out = row;
	return ERR_OK;
}

size_t
store_company_count(struct store *s)
{
	size_t count = 0;

	return index_count(s->vault.index, &count) == ERR_OK ? count : 0;
}

struct rekey *
store_rekey_of(const struct store *s)
{
	return s->rekey;
}

void
store_let_go(struct store *s)
{
	drop_reader(s);
}

const struct vault *
store_vault(const struct store *s)
{
	return &s->vault;
}

struct loop *
store_loop(const struct store *s)
{
	return s->loop;
}
