/*
 * The state directory:
 *
 *	lock			lock.c
 *	master.key		masterkey.c, unless it is kept elsewhere
 *	index.db		index.c
 *	tokens.db		tokens.c
 *	fleet.db		ledger.c
 *	sessions/company_<id>/session.db	db.c
 *	sessions/new_<id>/	being made, not yet a company
 *	sessions/purge_<id>/	no longer a company, being deleted
 *	sessions/swap_<id>/	takes a company's place, or had it (backup.c)
 *	backups/company_<id>/	copies of session.db, backup.c
 *	quarantine/company_<id>.<time>/		with reason.txt
 *	quarantine/tokens.db.<time>/		the same
 *	removed/company_<id>.<time>/
 *
 * Directories 0700, files 0600. A company comes and goes by rename: it is
 * made under new_ with its first batch committed and moved into the
 * database file, so whatever is called company_ has been whole once, and if
 * it is not now, it is damaged and never taken for new.
 */
#include "core/store/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/backup.h"
#include "core/store/batch.h"

#define COMPANY_PREFIX "company_"
#define NEW_PREFIX "new_"
#define PURGE_PREFIX "purge_"
#define SWAP_PREFIX "swap_"
#define DB_NAME "session.db"
#define ASIDE_TRIES 100

static bool
has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static enum err
session_path(const struct vault *v, const char *prefix, const char *company,
    char *out)
{
	return dir_path(out, "%s/sessions/%s%s", v->dir, prefix, company);
}

static enum err
db_path(const char *dir, char *out)
{
	return dir_path(out, "%s/" DB_NAME, dir);
}

enum err
vault_index_path(const struct vault *v, char *out)
{
	return dir_path(out, "%s/index.db", v->dir);
}

enum err
vault_make_dirs(const struct vault *v, struct store_problem *problem)
{
	static const char *const names[] = { "sessions", "quarantine",
	    "removed", "backups" };
	char path[DIR_PATH_MAX];
	enum err err;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if ((err = dir_path(path, "%s/%s", v->dir, names[i])) !=
		    ERR_OK || (err = dir_make(path, problem)) != ERR_OK)
			return err;
	}
	return ERR_OK;
}

struct walk {
	const struct vault *v;
	dir_name_fn fn;
	void *ctx;
	bool found;
};

static enum err
on_session_name(void *ctx, const char *name)
{
	struct walk *w = ctx;
	const char *id = name + sizeof COMPANY_PREFIX - 1;

	if (!has_prefix(name, COMPANY_PREFIX) || !company_id_is_valid(id))
		return ERR_OK;
	w->found = true;
	return w->fn == NULL ? ERR_OK : w->fn(w->ctx, id);
}

static enum err
walk(struct walk *w)
{
	char path[DIR_PATH_MAX];
	enum err err;

	if ((err = dir_path(path, "%s/sessions", w->v->dir)) != ERR_OK)
		return err;
	return dir_each(path, on_session_name, w);
}

enum err
vault_each(const struct vault *v, dir_name_fn fn, void *ctx)
{
	struct walk w = { .v = v, .fn = fn, .ctx = ctx };

	return walk(&w);
}

enum err
vault_has_companies(const struct vault *v, bool *out)
{
	struct walk w = { .v = v };
	const enum err err = walk(&w);

	if (err == ERR_OK)
		*out = w.found;
	return err;
}

static enum err aside_path(const struct vault *v, const char *below,
    const char *prefix, const char *id, char *out);

/* Half a restore: none of the two is deleted. */
static enum err
put_swap_aside(const struct vault *v, const char *name, const char *path)
{
	const char *id = name + sizeof SWAP_PREFIX - 1;
	char to[DIR_PATH_MAX];
	enum err err;

	if (!company_id_is_valid(id))
		return ERR_OK;
	if ((err = aside_path(v, "quarantine", COMPANY_PREFIX, id, to)) !=
	    ERR_OK)
		return err;
	return dir_move(path, to);
}

static enum err
clean_one(void *ctx, const char *name)
{
	const struct walk *w = ctx;
	char path[DIR_PATH_MAX];
	enum err err;

	if (has_prefix(name, SWAP_PREFIX) &&
	    session_path(w->v, "", name, path) == ERR_OK)
		return put_swap_aside(w->v, name, path);
	if (!has_prefix(name, NEW_PREFIX) && !has_prefix(name, PURGE_PREFIX))
		return ERR_OK;
	if ((err = session_path(w->v, "", name, path)) != ERR_OK)
		return err;
	return dir_delete(path);
}

enum err
vault_clean(const struct vault *v)
{
	char path[DIR_PATH_MAX];
	struct walk w = { .v = v };
	enum err err;

	if ((err = dir_path(path, "%s/sessions", v->dir)) != ERR_OK)
		return err;
	return dir_each(path, clean_one, &w);
}

bool
vault_has(const struct vault *v, const char *company)
{
	char path[DIR_PATH_MAX];

	return session_path(v, COMPANY_PREFIX, company, path) == ERR_OK &&
	    dir_exists(path);
}

/* Directory and database must be ours alone: keys that others could have
 * read, or data they could have put there, are not used in silence. */
static enum err
check_owner(const char *dir, const char *file, struct store_problem *problem)
{
	struct stat st;

	if (lstat(dir, &st) != 0)
		return err_from_errno(errno);
	if (!S_ISDIR(st.st_mode) || dir_is_ours(dir, &st, problem) != ERR_OK)
		return ERR_PERMISSION;
	if (lstat(file, &st) != 0)
		return errno == ENOENT ? ERR_CORRUPT : err_from_errno(errno);
	if (!S_ISREG(st.st_mode) || dir_is_ours(file, &st, problem) != ERR_OK)
		return ERR_PERMISSION;
	return ERR_OK;
}

static enum err
company_paths(const struct vault *v, const char *company, char *dir,
    char *file)
{
	enum err err;

	if ((err = session_path(v, COMPANY_PREFIX, company, dir)) != ERR_OK)
		return err;
	return db_path(dir, file);
}

enum err
vault_open(const struct vault *v, const char *company, enum sql_use use,
    struct db **out)
{
	char dir[DIR_PATH_MAX], file[DIR_PATH_MAX];
	enum err err;

	if ((err = company_paths(v, company, dir, file)) != ERR_OK ||
	    (err = check_owner(dir, file, NULL)) != ERR_OK)
		return err;
	return db_open(file, company, v->keys, use, out);
}

void
vault_why_refused(const struct vault *v, const char *company,
    struct store_problem *out)
{
	char dir[DIR_PATH_MAX], file[DIR_PATH_MAX];

	if (company_paths(v, company, dir, file) != ERR_OK ||
	    check_owner(dir, file, out) != ERR_PERMISSION)
		return;
}

bool
vault_has_wal(const struct vault *v, const char *company)
{
	char dir[DIR_PATH_MAX], file[DIR_PATH_MAX];

	return company_paths(v, company, dir, file) == ERR_OK &&
	    sql_has_wal(file);
}

/* --- making and changing -------------------------------------------------- */

/* The index is a cache: its damage must not be blamed on the company. */
static enum err
index_error(enum err err)
{
	return err == ERR_CORRUPT ? ERR_IO : err;
}

static enum err
set_mark(const struct vault *v, const char *company, enum index_mark mark)
{
	return index_error(index_set_mark(v->index, company, mark));
}

/*
 * Repeats what is on disk already. If it fails, the row is old until the
 * next start, which sees the mark; no reason to call the commit failed.
 */
static void
repeat_row(const struct vault *v, const struct company_row *row)
{
	if (index_put(v->index, row) != ERR_OK)
		return;
}

/* A first batch, so that every company has a row from the beginning. */
static enum err
fill_new(const struct vault *v, const char *company, const char *dir,
    struct store_batch *const *batches, size_t count,
    const struct company_row *row)
{
	struct store_batch first = { .has_row = true, .row = *row };
	struct store_batch *all[1] = { &first };
	char file[DIR_PATH_MAX];
	struct db *db;
	enum err err;

	if ((err = db_path(dir, file)) != ERR_OK ||
	    (err = db_create(file, company, v->keys, &db)) != ERR_OK)
		return err;
	if ((err = db_apply(db, v->rnd, all, 1)) == ERR_OK && count > 0)
		err = db_apply(db, v->rnd, batches, count);
	if (err != ERR_OK) {
		db_close(db);
		return err;
	}
	if ((err = db_close_synced(db, file)) != ERR_OK)
		return err;
	return dir_sync(dir);
}

static enum err
make_company(const struct vault *v, const char *company,
    struct store_batch *const *batches, size_t count,
    const struct company_row *row)
{
	char draft[DIR_PATH_MAX], path[DIR_PATH_MAX];
	enum err err;

	if ((err = session_path(v, NEW_PREFIX, company, draft)) != ERR_OK ||
	    (err = session_path(v, COMPANY_PREFIX, company, path)) != ERR_OK)
		return err;
	if (dir_exists(draft) && (err = dir_delete(draft)) != ERR_OK)
		return err;
	if ((err = dir_make(draft, NULL)) != ERR_OK)
		return err;
	if ((err = fill_new(v, company, draft, batches, count, row)) ==
	    ERR_OK)
		err = dir_move(draft, path);
	if (err != ERR_OK && dir_exists(draft) &&
	    dir_delete(draft) != ERR_OK)
		return err;             /* vault_clean gets it later */
	return err;
}

/* The last row that the batches set; false when none does. */
static bool
last_row(struct store_batch *const *batches, size_t count,
    struct company_row *out)
{
	for (size_t i = count; i-- > 0;) {
		if (batches[i]->has_row) {
			*out = batches[i]->row;
			return true;
		}
	}
	return false;
}

static enum err
commit_new(const struct vault *v, const char *company,
    struct store_batch *const *batches, size_t count,
    struct company_row *row)
{
	enum err err;

	str_copy(row->company, sizeof row->company, company);
	if ((err = set_mark(v, company, MARK_COMMIT)) != ERR_OK ||
	    (err = make_company(v, company, batches, count, row)) != ERR_OK)
		return err;
	repeat_row(v, row);
	return ERR_OK;
}

enum err
vault_commit(const struct vault *v, const char *company, struct db **writer,
    struct store_batch *const *batches, size_t count)
{
	struct company_row row = { .name = "" };
	const bool has_row = last_row(batches, count, &row);
	enum err err = ERR_OK;

	if (has_row && strcmp(row.company, company) != 0)
		return ERR_INVALID;
	if (*writer == NULL)
		err = vault_open(v, company, SQL_WRITE, writer);
	if (err == ERR_NOT_FOUND)
		return commit_new(v, company, batches, count, &row);
	if (err == ERR_OK && has_row)
		err = set_mark(v, company, MARK_COMMIT);
	if (err == ERR_OK)
		err = db_apply(*writer, v->rnd, batches, count);
	if (err == ERR_OK && has_row)
		repeat_row(v, &row);
	return err;
}

enum err
vault_make_empty(const struct vault *v, const char *company,
    const struct company_row *row)
{
	struct company_row left = { .name = "" };
	enum err err;

	str_copy(left.company, sizeof left.company, company);
	if (row != NULL) {
		str_copy(left.name, sizeof left.name, row->name);
		str_copy(left.pinned_phone, sizeof left.pinned_phone,
		    row->pinned_phone);
		left.paused = row->paused;
		left.priority = row->priority;
		left.state_version_limit = row->state_version_limit;
	}
	err = make_company(v, company, NULL, 0, &left);
	if (err == ERR_OK)
		repeat_row(v, &left);
	return err;
}

/* --- moving away ---------------------------------------------------------- */

/* A name below `below` that is free: <prefix><id>.<time>, a count if twice in
 * one second. */
static enum err
aside_path(const struct vault *v, const char *below, const char *prefix,
    const char *id, char *out)
{
	const time_t now = (time_t)(clock_wall_ms(clock_system()) / 1000);
	char when[32] = "0", count[16] = "";
	struct tm tm;
	enum err err;

	if (gmtime_r(&now, &tm) != NULL)
		strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &tm);
	for (int i = 1; i < ASIDE_TRIES; i++) {
		if ((err = dir_path(out, "%s/%s/%s%s.%s%s", v->dir, below,
		    prefix, id, when, count)) != ERR_OK)
			return err;
		if (!dir_exists(out))
			return ERR_OK;
		str_format(count, sizeof count, ".%d", i + 1);
	}
	return ERR_EXISTS;
}

/* The note is a help; a full disk must not keep damaged data in place. */
static void
write_reason(const char *dir, const char *reason)
{
	char path[DIR_PATH_MAX], text[512];

	str_clean(text, sizeof text - 1, reason, strlen(reason));
	memcpy(text + strlen(text), "\n", 2);
	if (dir_path(path, "%s/reason.txt", dir) != ERR_OK ||
	    dir_write_file(path, text, strlen(text)) != ERR_OK)
		return;
}

enum err
vault_quarantine(const struct vault *v, const char *company,
    const struct company_row *row, const char *reason)
{
	char from[DIR_PATH_MAX], to[DIR_PATH_MAX];
	enum err err;

	if ((err = session_path(v, COMPANY_PREFIX, company, from)) !=
	    ERR_OK || (err = aside_path(v, "quarantine", COMPANY_PREFIX,
	    company, to)) != ERR_OK)
		return err;
	if (!dir_exists(from) && row == NULL)
		return ERR_NOT_FOUND;
	if ((err = set_mark(v, company, MARK_QUARANTINE)) != ERR_OK)
		return err;
	/* a directory that was lost still leaves a note of it */
	err = dir_exists(from) ? dir_move(from, to) : dir_make(to, NULL);
	if (err != ERR_OK)
		return err;
	write_reason(to, reason);
	if ((err = vault_make_empty(v, company, row)) != ERR_OK)
		return err;
	return set_mark(v, company, MARK_COMMIT);
}

/* One rename where the file system can: no moment without a company. */
static enum err
exchange(const char *swap, const char *path)
{
	if (!dir_exists(path))
		return dir_move(swap, path);
	if (renameat2(AT_FDCWD, swap, AT_FDCWD, path, RENAME_EXCHANGE) != 0)
		return err_from_errno(errno);
	return dir_sync_parent(path);
}

enum err
vault_put_in_place(const struct vault *v, const char *company,
    const struct company_row *row, const char *reason)
{
	char draft[DIR_PATH_MAX], swap[DIR_PATH_MAX], path[DIR_PATH_MAX];
	char to[DIR_PATH_MAX];
	enum err err;

	if ((err = session_path(v, NEW_PREFIX, company, draft)) != ERR_OK ||
	    (err = session_path(v, SWAP_PREFIX, company, swap)) != ERR_OK ||
	    (err = session_path(v, COMPANY_PREFIX, company, path)) !=
	    ERR_OK || (err = aside_path(v, "quarantine", COMPANY_PREFIX,
	    company, to)) != ERR_OK ||
	    (err = set_mark(v, company, MARK_COMMIT)) != ERR_OK ||
	    (err = dir_move(draft, swap)) != ERR_OK ||
	    (err = exchange(swap, path)) != ERR_OK)
		return err;
	repeat_row(v, row);
	if (!dir_exists(swap))
		return ERR_OK;
	/* it is done; if this fails, the next start moves it */
	if (dir_move(swap, to) == ERR_OK)
		write_reason(to, reason);
	return ERR_OK;
}

enum err
vault_put_aside(const struct vault *v, const char *name, const char *reason,
    char *out)
{
	/* the file first: without its WAL it could pass for sound */
	static const char *const endings[] = { "", "-wal", "-shm" };
	char from[DIR_PATH_MAX], to[DIR_PATH_MAX];
	enum err err;

	if ((err = aside_path(v, "quarantine", "", name, out)) != ERR_OK ||
	    (err = dir_make(out, NULL)) != ERR_OK)
		return err;
	write_reason(out, reason);
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		if ((err = dir_path(from, "%s/%s%s", v->dir, name,
		    endings[i])) != ERR_OK || (err = dir_path(to, "%s/%s%s",
		    out, name, endings[i])) != ERR_OK)
			return err;
		if ((err = dir_move(from, to)) != ERR_OK &&
		    err != ERR_NOT_FOUND)
			return err;
	}
	return ERR_OK;
}

struct aside {
	const char *below;              /* the directory with the copies */
	const char *company;
};

/* "company_<id>.<time>"; the time and its count have digits, T, Z and dots,
 * which no id has. */
static bool
is_aside_of(const char *name, const char *company)
{
	const size_t n = strlen(company);

	if (!has_prefix(name, COMPANY_PREFIX))
		return false;
	name += sizeof COMPANY_PREFIX - 1;
	return strncmp(name, company, n) == 0 && name[n] == '.' &&
	    name[n + 1] != '\0' &&
	    strspn(name + n, "0123456789TZ.") == strlen(name + n);
}

static enum err
purge_one(void *ctx, const char *name)
{
	const struct aside *a = ctx;
	char path[DIR_PATH_MAX];
	enum err err;

	if (!is_aside_of(name, a->company))
		return ERR_OK;
	if ((err = dir_path(path, "%s/%s", a->below, name)) != ERR_OK)
		return err;
	return dir_delete(path);
}

/* Keys that were moved aside earlier, such as by a log-out, go as well. */
static enum err
purge_aside(const struct vault *v, const char *company)
{
	static const char *const names[] = { "quarantine", "removed" };
	char below[DIR_PATH_MAX];
	struct aside a = { .below = below, .company = company };
	enum err err;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if ((err = dir_path(below, "%s/%s", v->dir, names[i])) !=
		    ERR_OK || (err = dir_each(below, purge_one, &a)) != ERR_OK)
			return err;
	}
	return ERR_OK;
}

enum err
vault_remove(const struct vault *v, const char *company,
    const struct company_row *row, enum removal how)
{
	const bool purge = how != REMOVAL_ASIDE;
	char from[DIR_PATH_MAX], to[DIR_PATH_MAX];
	enum err err;

	err = purge ? session_path(v, PURGE_PREFIX, company, to) :
	    aside_path(v, "removed", COMPANY_PREFIX, company, to);
	if (err != ERR_OK || (err = session_path(v, COMPANY_PREFIX, company,
	    from)) != ERR_OK)
		return err;
	if (!dir_exists(from) && row == NULL)
		return ERR_NOT_FOUND;
	/* of a purge that failed half-way */
	if (purge && dir_exists(to) && (err = dir_delete(to)) != ERR_OK)
		return err;
	if (how == REMOVAL_PURGE &&
	    ((err = purge_aside(v, company)) != ERR_OK ||
	    (err = backup_purge(v, company)) != ERR_OK))
		return err;
	if ((err = set_mark(v, company, MARK_REMOVE)) != ERR_OK ||
	    (dir_exists(from) && (err = dir_move(from, to)) != ERR_OK))
		return err;
	if ((err = index_error(index_delete(v->index, company))) != ERR_OK)
		return err;
	return purge && dir_exists(to) ? dir_delete(to) : ERR_OK;
}
