/*
 * A restore, by moment, as a crash leaves it:
 *
 *	sessions/new_<id> is made		deleted at the next start
 *	renamed to swap_<id>			moved to quarantine/ then
 *	that exchanged with company_<id>		the copy counts; the index has a
 *						mark and reads it again; what was
 *						there before lies in swap_<id>
 *	swap_<id> moved to quarantine/		done
 *
 * vault_clean moves a swap_<id> that was left to quarantine/ as well, so that
 * neither of the two is ever deleted by a start. The exchange is one rename:
 * there is no moment without a company.
 */
#include "core/store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/batch.h"
#include "core/store/dir.h"
#include "core/store/names.h"

#define BELOW "backups"
#define ENDING ".db"
#define DRAFT "new"
#define NAMES_TRIES 100         /* copies in one second */

static const char *const why_names[] = {
	[BACKUP_LINK] = "link",
	[BACKUP_ASKED] = "asked",
};

/* --- names -------------------------------------------------------------------- */

const char *
store_backup_why_name(enum backup_why why)
{
	return why_names[why];
}

/* "20261201T043000Z-002-link": in order of time as text. */
static bool
parse_id(const char *id, struct store_backup *out)
{
	struct tm tm = { 0 };
	const char *rest;
	int year, month, day, hour, minute, second, nth, n = 0;

	if (strlen(id) >= sizeof out->id || strspn(id,
	    "0123456789TZ-abcdefghijklmnopqrstuvwxyz") != strlen(id) ||
	    sscanf(id, "%4d%2d%2dT%2d%2d%2dZ-%3d-%n", &year, &month, &day,
	    &hour, &minute, &second, &nth, &n) != 7 || n != 21)
		return false;
	rest = id + n;
	for (size_t i = 0; i < ARRAY_LEN(why_names); i++) {
		if (strcmp(rest, why_names[i]) == 0) {
			tm.tm_year = year - 1900;
			tm.tm_mon = month - 1;
			tm.tm_mday = day;
			tm.tm_hour = hour;
			tm.tm_min = minute;
			tm.tm_sec = second;
			*out = (struct store_backup){ .why =
			    (enum backup_why)i,
			    .at_ms = (int64_t)timegm(&tm) * 1000 };
			return str_copy(out->id, sizeof out->id, id);
		}
	}
	return false;
}

static enum err
directory(const struct vault *v, const char *company, char *out)
{
	return dir_path(out, "%s/" BELOW "/company_%s", v->dir, company);
}

static enum err
file_of(const struct vault *v, const char *company, const char *id, char *out)
{
	struct store_backup ignored;

	if (!company_id_is_valid(company) || !parse_id(id, &ignored))
		return ERR_NOT_FOUND;
	return dir_path(out, "%s/" BELOW "/company_%s/%s" ENDING, v->dir,
	    company, id);
}

static enum err
on_name(void *ctx, const char *name)
{
	struct store_backup b;
	char id[sizeof b.id];
	const size_t n = strlen(name);

	if (n < sizeof ENDING || n - (sizeof ENDING - 1) >= sizeof id ||
	    strcmp(name + n - (sizeof ENDING - 1), ENDING) != 0)
		return ERR_OK;
	memcpy(id, name, n - (sizeof ENDING - 1));
	id[n - (sizeof ENDING - 1)] = '\0';
	if (parse_id(id, &b))
		names_add(ctx, id);
	return ERR_OK;
}

/* In order of time; to be finished by the caller in any case. */
static enum err
ids_of(const struct vault *v, const char *company, struct names *out)
{
	char path[DIR_PATH_MAX];
	enum err err;

	if ((err = directory(v, company, path)) != ERR_OK)
		return err;
	if (!dir_exists(path))
		return ERR_OK;
	return dir_each(path, on_name, out);
}

/* --- a copy ------------------------------------------------------------------------- */

/* Everything in it is as it was written and opens with our key. */
static enum err
read_back(const struct vault *v, const char *company, const char *path,
    struct company_row *row)
{
	struct db *db;
	enum err err;

	if ((err = db_open(path, company, v->keys, SQL_READ_ALONE, &db)) !=
	    ERR_OK)
		return err;
	if ((err = db_check_pages(db)) == ERR_OK &&
	    (err = db_check(db)) == ERR_OK)
		err = db_row(db, row);
	db_close(db);
	return err == ERR_AUTH ? ERR_CORRUPT : err;
}

static enum err
remove_file(const char *path)
{
	if (unlink(path) != 0 && errno != ENOENT)
		return err_from_errno(errno);
	return ERR_OK;
}

/* From an open database to a file that is whole and has been read back. */
static enum err
copy_to(const struct vault *v, const char *company, struct db *from,
    const char *path)
{
	struct company_row row;
	enum err err;

	if ((err = remove_file(path)) != ERR_OK)
		return err;
	if ((err = db_copy(from, path)) == ERR_OK)
		err = read_back(v, company, path, &row);
	if (err != ERR_OK && remove_file(path) != ERR_OK)
		return err;             /* overwritten by the next one */
	return err;
}

static enum err
free_path(const struct vault *v, const char *company, enum backup_why why,
    char *out)
{
	const time_t now = (time_t)(clock_wall_ms(clock_system()) / 1000);
	char when[32] = "";
	struct tm tm;
	enum err err;

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &tm) == 0)
		return ERR_INTERNAL;
	for (int i = 0; i < NAMES_TRIES; i++) {
		if ((err = dir_path(out, "%s/" BELOW "/company_%s/%s-%03d-%s"
		    ENDING, v->dir, company, when, i, why_names[why])) !=
		    ERR_OK)
			return err;
		if (!dir_exists(out))
			return ERR_OK;
	}
	return ERR_EXISTS;
}

static enum err
make_directory(const struct vault *v, const char *company, char *out)
{
	enum err err;

	if ((err = dir_path(out, "%s/" BELOW, v->dir)) != ERR_OK ||
	    (err = dir_make(out, NULL)) != ERR_OK ||
	    (err = directory(v, company, out)) != ERR_OK)
		return err;
	return dir_make(out, NULL);
}

/* Only once a newer one is safe. */
static enum err
prune(const struct vault *v, const char *company)
{
	struct names ids = { 0 };
	char path[DIR_PATH_MAX];
	enum err err = ids_of(v, company, &ids);

	for (size_t i = 0; err == ERR_OK && i + STORE_BACKUPS_KEPT < ids.count;
	    i++) {
		if ((err = file_of(v, company, ids.at[i], path)) == ERR_OK)
			err = remove_file(path);
	}
	names_finish(&ids);
	return err;
}

enum err
backup_make(const struct vault *v, const char *company, enum backup_why why)
{
	char dir[DIR_PATH_MAX], draft[DIR_PATH_MAX], path[DIR_PATH_MAX];
	struct db *db;
	enum err err;

	if ((err = vault_open(v, company, SQL_READ, &db)) != ERR_OK)
		return err;
	if ((err = make_directory(v, company, dir)) == ERR_OK &&
	    (err = dir_path(draft, "%s/" DRAFT, dir)) == ERR_OK)
		err = copy_to(v, company, db, draft);
	db_close(db);
	if (err != ERR_OK ||
	    (err = free_path(v, company, why, path)) != ERR_OK ||
	    (err = dir_move(draft, path)) != ERR_OK)
		return err;
	return prune(v, company);
}

/* --- the list -------------------------------------------------------------------------- */

static void
look_at(const struct vault *v, const char *company, struct store_backup *b)
{
	struct company_row row;
	char path[DIR_PATH_MAX];
	struct stat st;

	b->is_damaged = file_of(v, company, b->id, path) != ERR_OK ||
	    lstat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    read_back(v, company, path, &row) != ERR_OK;
	if (b->is_damaged)
		return;
	b->bytes = (uint64_t)st.st_size;
	str_copy(b->phone, sizeof b->phone, row.phone);
}

enum err
backup_list(const struct vault *v, const char *company,
    struct store_backup *out, size_t max, size_t *count)
{
	struct names ids = { 0 };
	const enum err err = company_id_is_valid(company) ?
	    ids_of(v, company, &ids) : ERR_INVALID;

	*count = 0;
	for (size_t i = ids.count; err == ERR_OK && i-- > 0 && *count < max;) {
		if (parse_id(ids.at[i], &out[*count]))
			look_at(v, company, &out[(*count)++]);
	}
	names_finish(&ids);
	return err;
}

/* --- back again ------------------------------------------------------------------------- */

/* What is told of the company from now on: the link is the copy's, what an
 * admin has set is today's. */
static void
renew_row(const struct company_row *now, struct company_row *row)
{
	row->status[0] = row->reason[0] = '\0';
	row->last_error[0] = row->last_reason[0] = '\0';
	row->last_error_ms = row->until_ms = row->cooldown_from_ms = 0;
	row->last_code = 0;
	row->damaged = row->draft = false;
	row->replacing = REPLACING_NOT;
	if (now == NULL)
		return;
	str_copy(row->name, sizeof row->name, now->name);
	str_copy(row->pinned_phone, sizeof row->pinned_phone,
	    now->pinned_phone);
	str_copy(row->proxy, sizeof row->proxy, now->proxy);
	row->paused = now->paused;
	row->priority = now->priority;
	row->until_ms = now->until_ms;
	row->cooldown_from_ms = now->cooldown_from_ms;
	if (now->state_version_limit > row->state_version_limit)
		row->state_version_limit = now->state_version_limit;
}

static enum err
put_row(const struct vault *v, const char *company, const char *path,
    const struct company_row *row)
{
	struct store_batch batch = { .has_row = true, .row = *row };
	struct store_batch *all[1] = { &batch };
	struct db *db;
	enum err err;

	if ((err = db_open(path, company, v->keys, SQL_WRITE, &db)) != ERR_OK)
		return err;
	/* it may be older than the newest data key, and a rekey that has done
	 * this company already does not look again */
	if ((err = db_reseal(db, v->rnd)) != ERR_OK ||
	    (err = db_apply(db, v->rnd, all, 1)) != ERR_OK) {
		db_close(db);
		return err;
	}
	return db_close_synced(db, path);
}

/* The copy, ready to be the company, under sessions/new_<id>. */
static enum err
make_ready(const struct vault *v, const char *company, const char *from,
    const struct company_row *row, const char *dir)
{
	char path[DIR_PATH_MAX];
	struct db *db;
	enum err err;

	if (dir_exists(dir) && (err = dir_delete(dir)) != ERR_OK)
		return err;
	if ((err = dir_make(dir, NULL)) != ERR_OK ||
	    (err = dir_path(path, "%s/session.db", dir)) != ERR_OK ||
	    (err = db_open(from, company, v->keys, SQL_READ_ALONE, &db)) !=
	    ERR_OK)
		return err;
	err = copy_to(v, company, db, path);
	db_close(db);
	if (err != ERR_OK || (err = put_row(v, company, path, row)) != ERR_OK)
		return err;
	return dir_sync(dir);
}

enum err
backup_restore(const struct vault *v, const char *company,
    const struct company_row *now, const char *id)
{
	char from[DIR_PATH_MAX], ready[DIR_PATH_MAX];
	struct company_row row;
	enum err err;

	if ((err = file_of(v, company, id, from)) != ERR_OK ||
	    (err = read_back(v, company, from, &row)) != ERR_OK)
		return err;
	renew_row(now, &row);
	if ((err = dir_path(ready, "%s/sessions/new_%s", v->dir, company)) !=
	    ERR_OK)
		return err;
	if ((err = make_ready(v, company, from, &row, ready)) == ERR_OK)
		return vault_put_in_place(v, company, &row, "restored");
	if (dir_exists(ready) && dir_delete(ready) != ERR_OK)
		return err;             /* the next start does it */
	return err;
}

enum err
backup_purge(const struct vault *v, const char *company)
{
	char path[DIR_PATH_MAX];
	enum err err;

	if ((err = directory(v, company, path)) != ERR_OK)
		return err;
	return dir_exists(path) ? dir_delete(path) : ERR_OK;
}
