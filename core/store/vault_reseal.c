/*
 * The copies of a company that are sealed like the company itself:
 *
 *	sessions/company_<id>/session.db
 *	quarantine/company_<id>.<time>/session.db
 *	removed/company_<id>.<time>/session.db
 *	backups/company_<id>/<anything>.db
 */
#include "core/store/vault.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define COMPANY_PREFIX "company_"
#define PREFIX_LEN (sizeof COMPANY_PREFIX - 1)

static const char *const below[] = { "sessions", "quarantine", "removed",
    "backups" };

struct work {
	const struct vault *v;
	const char *company, *dir;
	vault_left_fn fn;
	void *ctx;
	enum err err;
};

/* The id in "company_<id>" and "company_<id>.<time>"; no id has a dot. */
static bool
read_id(const char *name, char out[COMPANY_ID_MAX + 1])
{
	size_t n;

	if (strncmp(name, COMPANY_PREFIX, PREFIX_LEN) != 0)
		return false;
	name += PREFIX_LEN;
	n = strcspn(name, ".");
	if (n > COMPANY_ID_MAX)
		return false;
	memcpy(out, name, n);
	out[n] = '\0';
	return company_id_is_valid(out);
}

static bool
ends_with(const char *s, const char *end)
{
	const size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static enum err
reseal_file(const struct vault *v, const char *company, const char *path)
{
	struct db *db;
	enum err err, closed;

	if ((err = db_open(path, company, v->keys, SQL_WRITE, &db)) != ERR_OK)
		return err;
	err = db_reseal(db, v->rnd);
	closed = db_close_synced(db, path);
	return err == ERR_OK ? closed : err;
}

/* ctx: its directory is w->dir. */
static enum err
on_file(void *ctx, const char *name)
{
	struct work *w = ctx;
	char path[DIR_PATH_MAX];
	enum err err;

	if (!ends_with(name, ".db"))
		return ERR_OK;
	if ((err = dir_path(path, "%s/%s/%s", w->v->dir, w->dir, name)) ==
	    ERR_OK)
		err = reseal_file(w->v, w->company, path);
	/* moved or cleaned away meanwhile */
	if (err == ERR_OK || err == ERR_NOT_FOUND)
		return ERR_OK;
	w->fn(w->ctx, path + strlen(w->v->dir) + 1, err);
	if (w->err == ERR_OK)
		w->err = err;
	return ERR_OK;
}

bool
vault_sealed_company(const char *dir, char out[COMPANY_ID_MAX + 1])
{
	const char *slash = strrchr(dir, '/');

	return read_id(slash == NULL ? dir : slash + 1, out);
}

void
vault_sealed_own(const char *company, char out[VAULT_SEALED_MAX])
{
	str_format(out, VAULT_SEALED_MAX, "sessions/" COMPANY_PREFIX "%s",
	    company);
}

enum err
vault_reseal(const struct vault *v, const char *dir, vault_left_fn fn,
    void *ctx)
{
	char company[COMPANY_ID_MAX + 1], path[DIR_PATH_MAX];
	struct work w = { .v = v, .company = company, .dir = dir, .fn = fn,
	    .ctx = ctx };
	enum err err;

	if (!vault_sealed_company(dir, company))
		return ERR_INVALID;
	if ((err = dir_path(path, "%s/%s", v->dir, dir)) == ERR_OK)
		err = dir_each(path, on_file, &w);
	if (err == ERR_NOT_FOUND)
		err = ERR_OK;
	if (err != ERR_OK)
		fn(ctx, dir, err);
	return w.err == ERR_OK ? err : w.err;
}

struct walk {
	const char *below;
	dir_name_fn fn;
	void *ctx;
};

static enum err
on_dir(void *ctx, const char *name)
{
	const struct walk *w = ctx;
	char id[COMPANY_ID_MAX + 1], dir[VAULT_SEALED_MAX];

	if (!read_id(name, id) ||
	    !str_format(dir, sizeof dir, "%s/%s", w->below, name))
		return ERR_OK;
	return w->fn(w->ctx, dir);
}

enum err
vault_each_sealed(const struct vault *v, dir_name_fn fn, void *ctx)
{
	struct walk w = { .fn = fn, .ctx = ctx };
	char path[DIR_PATH_MAX];
	enum err err;

	for (size_t i = 0; i < ARRAY_LEN(below); i++) {
		w.below = below[i];
		if ((err = dir_path(path, "%s/%s", v->dir, below[i])) !=
		    ERR_OK || ((err = dir_each(path, on_dir, &w)) != ERR_OK &&
		    err != ERR_NOT_FOUND))
			return err;
	}
	return ERR_OK;
}
