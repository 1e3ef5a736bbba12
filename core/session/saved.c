/* What a session stores and reads back. */
#include "core/session/impl.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "session"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"

struct commit {
	struct session *s;
	store_fn fn;
	void *ctx;
};

static void
on_committed(void *ctx, enum err err)
{
	struct commit *c = ctx;
	struct session *s = c->s;
	const store_fn fn = c->fn;
	void *const fn_ctx = c->ctx;

	free(c);
	s->commits--;
	if (err != ERR_OK)
		log_error("session=%s commit failed: %s", s->row.company,
		    err_text(err));
	if (fn != NULL)
		fn(fn_ctx, err);
	if (s->commits > 0)
		return;
	if (s->creds_idle)
		session_drop_creds(s);
	replace_look_soon(s);
}

static struct commit *
commit_create(struct session *s, store_fn fn, void *ctx)
{
	struct commit *c = xcalloc(1, sizeof *c);

	c->s = s;
	c->fn = fn;
	c->ctx = ctx;
	s->commits++;
	return c;
}

static void
commit_as(struct session *s, enum wa_status status, enum wa_reason reason,
    struct store_batch *batch, store_fn fn, void *ctx)
{
	struct session *own = session_company_of(s);

	if (own != s) {
		status = own->status;
		reason = own->reason;
	}
	own->row_is_newer = false;
	own->row.state_version_limit = own->state_version + 1;
	own->row.since_ms = own->since_ms;
	str_copy(own->row.status, sizeof own->row.status,
	    wa_status_name(status));
	str_copy(own->row.reason, sizeof own->row.reason,
	    wa_reason_name(reason));
	store_batch_index(batch, &own->row);
	store_commit(s->env->store, s->row.company, batch, on_committed,
	    commit_create(s, fn, ctx));
}

void
session_commit_for(struct session *s, struct store_batch *batch, store_fn fn,
    void *ctx)
{
	commit_as(s, s->status, s->reason, batch, fn, ctx);
}

void
session_commit_verdict(struct session *s, store_fn fn)
{
	enum wa_status status = WA_STATUS_ERROR;

	(void)wa_reason_status(s->verdict.reason, &status);
	commit_as(s, status, s->verdict.reason, store_batch_create(), fn, s);
}

void
session_commit(struct session *s, struct store_batch *batch, store_fn fn)
{
	session_commit_for(s, batch, fn, s);
}

void
session_persist(struct session *s)
{
	session_commit(s, store_batch_create(), NULL);
}

/* --- phones linked so far ----------------------------------------------------- */

bool
session_links(struct session *s, struct links *out)
{
	struct buf in;
	bool good;

	buf_init(&in, STORE_VALUE_MAX);
	good = store_get(s->env->store, s->row.company, LINKS_TABLE,
	    LINKS_KEY, &in) == ERR_OK &&
	    links_decode(in.data, in.len, out) == ERR_OK;
	buf_finish(&in);
	return good;
}

static void
batch_links(struct store_batch *batch, const struct links *l)
{
	struct buf out;

	buf_init(&out, STORE_VALUE_MAX);
	if (links_encode(l, &out) != ERR_OK)
		abort();        /* our own small struct */
	store_batch_put(batch, LINKS_TABLE, LINKS_KEY, out.data, out.len);
	buf_finish(&out);
}

void
session_batch_link(struct session *s, struct store_batch *batch)
{
	struct link_record record = { .at_ms = session_wall_ms(s) };
	struct links l = { 0 };

	/* one that cannot be read is no reason to refuse the link */
	(void)session_links(s, &l);
	str_copy(record.phone, sizeof record.phone, s->row.phone);
	str_copy(record.platform, sizeof record.platform, s->row.platform);
	links_add(&l, &record);
	batch_links(batch, &l);
}

/* Damaged data is left as it is, this record of it too. */
static void
keep_links(struct session *s)
{
	struct links *l;

	if (s->row.damaged || s->reason == WA_REASON_STORE_DAMAGED ||
	    s->kept_links != NULL)
		return;
	l = xcalloc(1, sizeof *l);
	if (session_links(s, l))
		s->kept_links = l;
	else
		free(l);
}

void
session_batch_kept_links(struct session *s, struct store_batch *batch)
{
	if (s->kept_links == NULL)
		return;
	batch_links(batch, s->kept_links);
	free(s->kept_links);
	s->kept_links = NULL;
}

/* --- a copy --------------------------------------------------------------------- */

/* Not before the link has proven itself: then the pre-keys are in it. */
static void
on_backed_up(void *ctx, enum err err)
{
	struct session *s = ctx;

	if (err != ERR_OK) {
		log_error("session=%s no backup of the new link: %s",
		    s->row.company, err_text(err));
		return;
	}
	log_debug("session=%s backup of the new link made", s->row.company);
	s->row.no_backup = false;
	session_persist(s);
}

void
session_back_up(struct session *s)
{
	store_backup(s->env->store, s->row.company, BACKUP_LINK,
	    on_committed, commit_create(s, on_backed_up, s));
}

/* --- keys ----------------------------------------------------------------------- */

void
session_quarantine(struct session *s, store_fn fn)
{
	keep_links(s);
	store_quarantine(s->env->store, s->row.company,
	    wa_reason_name(s->verdict.reason), on_committed,
	    commit_create(s, fn, s));
}

const struct session_tables *
session_tables(const struct session *s)
{
	static const struct session_tables tables[] = {
		[ROLE_OWN] = { "creds", "prekey" },
		[ROLE_CANDIDATE] = { "next_creds", "next_prekey" },
		[ROLE_FORMER] = { "former_creds", "former_prekey" },
	};

	return &tables[s->role];
}

void
session_batch_creds(struct session *s, struct store_batch *batch)
{
	struct buf out;

	buf_init_secret(&out, STORE_VALUE_MAX);
	if (creds_encode(s->creds, &out) != ERR_OK)
		abort();        /* our own small struct */
	store_batch_put(batch, session_tables(s)->creds, CREDS_KEY, out.data,
	    out.len);
	buf_finish(&out);
}

enum err
session_load_creds(struct session *s)
{
	struct creds *c;
	struct buf in;
	enum err err;

	s->creds_idle = false;
	if (s->creds != NULL)
		return ERR_OK;
	c = xcalloc(1, sizeof *c);
	buf_init_secret(&in, STORE_VALUE_MAX);
	if ((err = store_get(s->env->store, s->row.company,
	    session_tables(s)->creds, CREDS_KEY, &in)) == ERR_OK)
		err = creds_decode(in.data, in.len, c);
	buf_finish(&in);
	/* linked by the list but not by the record: never a new identity */
	if (err == ERR_OK && !c->linked)
		err = ERR_CORRUPT;
	if (err != ERR_OK) {
		creds_finish(c);
		free(c);
		return err;
	}
	s->creds = c;
	return ERR_OK;
}

void
session_release_creds(struct session *s)
{
	if (s->commits > 0)
		s->creds_idle = true;
	else
		session_drop_creds(s);
}

void
session_drop_creds(struct session *s)
{
	s->creds_idle = false;
	if (s->creds == NULL)
		return;
	creds_finish(s->creds);
	free(s->creds);
	s->creds = NULL;
}
