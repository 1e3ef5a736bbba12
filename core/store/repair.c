/*
 * At a start, company by company:
 *
 *	directory  row  mark          what is done
 *	yes        no   any           row read from the database
 *	yes        yes  commit, ...   row read again
 *	yes        yes  none          row believed, unless damaged: all checked
 *	of a newer pairdesk, or open  row believed, or made up to list it
 *	to others
 *	no         yes  quarantine    an empty company, the move is finished
 *	no         yes  remove        row dropped, the removal is finished
 *	no         yes  other         lost: row damaged
 *	no         no   any           nothing (a company that was never whole)
 *
 * A company that cannot be read becomes a damaged row; its name is kept if
 * the index had it. One that is sealed with another key counts as damaged
 * only if this key opens some other one.
 */
#include "core/store/repair.h"

#include <string.h>

#include "core/base/str.h"
#include "core/store/names.h"

struct repair {
	struct vault *v;
	struct names gone;              /* rows without directory */
	struct names damaged;           /* rows that say so */
	size_t opened, sealed;          /* for trying the key */
};

static void
repair_finish(struct repair *r)
{
	names_finish(&r->gone);
	names_finish(&r->damaged);
}

/* --- one company ---------------------------------------------------------- */

static enum err
read_row(const struct vault *v, const char *company, bool all,
    struct company_row *out)
{
	struct db *db;
	enum err err;

	if ((err = vault_open(v, company, SQL_READ_ALONE, &db)) != ERR_OK)
		return err;
	err = db_row(db, out);
	if (err == ERR_OK && all && !vault_has_wal(v, company))
		err = db_check_pages(db);
	if (err == ERR_OK && all)
		err = db_check(db);
	db_close(db);
	return err;
}

/*
 * What says "these bytes are bad" makes a damaged company; what says "this
 * machine is in trouble" ends the start, or a full disk would condemn all.
 */
static bool
is_damage(enum err err)
{
	return err == ERR_CORRUPT || err == ERR_AUTH || err == ERR_IO;
}

/*
 * A company of a newer pairdesk, or with wrong modes, is neither read nor
 * called damaged, which would move it away; it is listed, so that its session
 * says what is wrong.
 */
static enum err
put_unread(struct repair *r, const char *company)
{
	struct company_row row;
	enum err err;

	if ((err = index_get(r->v->index, company, &row)) == ERR_NOT_FOUND) {
		row = (struct company_row){ .linked = true };
		str_copy(row.company, sizeof row.company, company);
	} else if (err != ERR_OK) {
		return err;
	}
	row.damaged = false;
	return index_put(r->v->index, &row);
}

/* So that it is read at a start that can: a linked one has a number. */
static bool
is_unread(const struct company_row *row)
{
	return row->linked && row->phone[0] == '\0';
}

static enum err
refresh(struct repair *r, const char *company)
{
	const bool all = names_has(&r->damaged, company);
	struct company_row row;
	enum err err;

	err = read_row(r->v, company, all, &row);
	if (err == ERR_OK)
		return index_put(r->v->index, &row);
	if (err == ERR_NEWER_SCHEMA || err == ERR_PERMISSION)
		return put_unread(r, company);
	return is_damage(err) ? index_put_damaged(r->v->index, company) : err;
}

/* --- the key -------------------------------------------------------------- */

static enum err
try_key(void *ctx, const char *company)
{
	struct repair *r = ctx;
	struct company_row row;
	enum err err;

	if (r->opened > 0)
		return ERR_OK;
	err = read_row(r->v, company, false, &row);
	if (err == ERR_OK)
		r->opened++;
	else if (err == ERR_AUTH)
		r->sealed++;
	return ERR_OK;
}

/* Without an index to ask: does this key open any company? */
static enum err
prove_key(struct repair *r, struct store_problem *problem)
{
	enum err err;

	if ((err = vault_each(r->v, try_key, r)) != ERR_OK)
		return err;
	if (r->opened > 0 || r->sealed == 0)
		return ERR_OK;
	problem_say(problem, "the sessions in %s were sealed with another "
	    "master key. Put the former key back; nothing was changed",
	    r->v->dir);
	return ERR_WRONG_KEY;
}

static enum err
open_index(struct repair *r, struct store_problem *problem)
{
	char path[DIR_PATH_MAX];
	enum err err;

	if ((err = vault_index_path(r->v, path)) != ERR_OK)
		return err;
	err = index_open(path, r->v->keys, r->v->rnd, &r->v->index);
	if (err != ERR_NOT_FOUND && err != ERR_CORRUPT &&
	    err != ERR_WRONG_KEY)
		return err;
	if ((err = prove_key(r, problem)) != ERR_OK)
		return err;
	return index_create(path, r->v->keys, r->v->rnd, &r->v->index);
}

/* --- all companies -------------------------------------------------------- */

static void
on_row(void *ctx, const struct company_row *row)
{
	struct repair *r = ctx;

	if (!vault_has(r->v, row->company))
		names_add(&r->gone, row->company);
	else if (row->damaged)
		names_add(&r->damaged, row->company);
}

static enum err
on_directory(void *ctx, const char *company)
{
	struct repair *r = ctx;
	enum index_mark mark = MARK_NONE;
	struct company_row row;
	enum err err;

	err = index_get(r->v->index, company, &row);
	if (err == ERR_OK)
		err = index_get_mark(r->v->index, company, &mark);
	if (err == ERR_OK && !row.damaged && !is_unread(&row) &&
	    mark == MARK_NONE)
		return ERR_OK;
	return err == ERR_OK || err == ERR_NOT_FOUND ? refresh(r, company) :
	    err;
}

static enum err
settle_gone(struct repair *r, const char *company)
{
	struct company_row row;
	enum index_mark mark;
	enum err err;

	if ((err = index_get_mark(r->v->index, company, &mark)) != ERR_OK ||
	    (err = index_get(r->v->index, company, &row)) != ERR_OK)
		return err;
	if (mark == MARK_REMOVE)
		return index_delete(r->v->index, company);
	if (mark == MARK_QUARANTINE)
		return vault_make_empty(r->v, company, &row);
	return row.damaged ? ERR_OK :
	    index_put_damaged(r->v->index, company);
}

static enum err
bring_in_line(struct repair *r)
{
	enum err err;

	if ((err = index_each(r->v->index, on_row, r)) != ERR_OK ||
	    (err = vault_each(r->v, on_directory, r)) != ERR_OK)
		return err;
	for (size_t i = 0; i < r->gone.count; i++) {
		if ((err = settle_gone(r, r->gone.at[i])) != ERR_OK)
			return err;
	}
	return index_settle(r->v->index);
}

/* A second time from nothing, if the first finds the index unreadable. */
static enum err
start_over(struct repair *r, struct store_problem *problem)
{
	char path[DIR_PATH_MAX];
	struct vault *v = r->v;
	enum err err;

	repair_finish(r);
	*r = (struct repair){ .v = v };
	index_close(v->index);
	v->index = NULL;
	if ((err = vault_index_path(v, path)) != ERR_OK ||
	    (err = prove_key(r, problem)) != ERR_OK ||
	    (err = index_create(path, v->keys, v->rnd, &v->index)) !=
	    ERR_OK)
		return err;
	return bring_in_line(r);
}

enum err
repair_open_index(struct vault *v, struct store_problem *problem)
{
	struct repair r = { .v = v };
	enum err err;

	if ((err = open_index(&r, problem)) == ERR_OK &&
	    (err = bring_in_line(&r)) == ERR_CORRUPT)
		err = start_over(&r, problem);
	if (err == ERR_NEWER_SCHEMA)
		problem_say(problem, "%s was written by a newer pairdesk, and "
		    "this version does not read it. Use the newer one",
		    v->dir);
	repair_finish(&r);
	return err;
}
