/*
 * Pre-keys from making to uploaded. Private halves are on disk before the
 * upload leaves; what an upload may have brought to the server is sent again
 * with the same ids and keys, never replaced (protocol notes 9.3, trap 20).
 *
 *	read	those of an earlier job that were never marked as uploaded
 *	make	on the pool: the new ones, and all public halves
 *	store	the new ones
 *	upload	all, up to three times
 *	mark	them as uploaded
 */
#include "core/session/impl.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "prekeys"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/prekey.h"
#include "core/wire/stanza.h"

#define UPLOAD_TRIES 3
#define UPLOAD_PAUSE_MS 1000    /* doubles: 1, 2 s between the tries */
#define READ_SLICE 8            /* reads a turn: each opens the database */

struct prekey_job;
typedef void (*step_fn)(struct prekey_job *job);

/* Outlives its session's interest: the worker may still be at it. */
struct prekey_job {
	struct session *s;              /* NULL once cancelled */
	prekeys_fn fn;
	struct loop *loop;
	const struct rnd *rnd;
	struct timer *timer;
	step_fn step;                   /* what the timer is for */
	struct prekey *keys;
	size_t count, old;              /* of them, read so far */
	uint32_t read_id, end_id;       /* stored ones: next to read, end */
	unsigned tries;
	bool working;                   /* on the pool now */
	bool storing;                   /* its commit is under way */
};

/* --- life ------------------------------------------------------------------ */

static void
job_free(struct prekey_job *job)
{
	timer_destroy(job->timer);
	secret_wipe(job->keys, job->count * sizeof *job->keys);
	free(job->keys);
	free(job);
}

static void
finish(struct prekey_job *job, enum err err)
{
	struct session *s = job->s;
	const prekeys_fn fn = job->fn;

	s->prekey_job = NULL;
	job_free(job);
	fn(s, err);
}

void
prekeys_cancel(struct session *s)
{
	struct prekey_job *job = s->prekey_job;

	if (job == NULL)
		return;
	s->prekey_job = NULL;
	job->s = NULL;
	if (!job->working)
		job_free(job);
}

static void
on_timer(void *ctx)
{
	struct prekey_job *job = ctx;

	job->step(job);
}

static void
later(struct prekey_job *job, step_fn step, int64_t ms)
{
	job->step = step;
	timer_start(job->timer, ms);
}

static void
key_name(char out[STORE_KEY_MAX], uint32_t id)
{
	str_format(out, STORE_KEY_MAX, "%08u", id);
}

/* Online, an idle session holds no keys. */
static void
release_creds(struct session *s)
{
	if (s->state == ST_ONLINE)
		session_release_creds(s);
}

/* --- marking --------------------------------------------------------------- */

static void
on_marked(void *ctx, enum err err)
{
	struct session *s = ctx;

	/* sent again next time: harmless, the ids and keys are the same */
	if (err != ERR_OK)
		log_warn("session=%s uploaded pre-keys not marked",
		    s->row.company);
}

static void
mark_uploaded(struct session *s, uint32_t next_id)
{
	struct store_batch *batch;

	if (session_load_creds(s) != ERR_OK)
		return;
	if (s->creds->first_unuploaded_prekey_id != next_id) {
		s->creds->first_unuploaded_prekey_id = next_id;
		batch = store_batch_create();
		session_batch_creds(s, batch);
		session_commit(s, batch, on_marked);
	}
	release_creds(s);
}

void
prekeys_confirm(struct session *s)
{
	if (session_load_creds(s) == ERR_OK)
		mark_uploaded(s, s->creds->next_prekey_id);
}

/* --- uploading --------------------------------------------------------------- */

static void send_upload(struct prekey_job *job);

static void
on_answer(void *ctx, enum err err, const struct node *answer)
{
	struct session *s = ctx;
	struct prekey_job *job = s->prekey_job;

	if (job == NULL || err == ERR_CANCELLED)
		return;
	if (err == ERR_OK && iq_error_code(answer) == 0) {
		log_info("session=%s pre-keys uploaded count=%zu",
		    s->row.company, job->count);
		s->prekeys_on_server = (int32_t)job->count +
		    (s->prekeys_on_server > 0 ? s->prekeys_on_server : 0);
		mark_uploaded(s,
		    prekey_next_id(job->keys[job->count - 1].id));
		finish(job, ERR_OK);
		return;
	}
	log_warn("session=%s pre-key upload refused code=%u err=%s",
	    s->row.company, iq_error_code(answer), err_name(err));
	if (++job->tries >= UPLOAD_TRIES)
		finish(job, err == ERR_OK ? ERR_PEER_PROTOCOL : err);
	else
		later(job, send_upload,
		    (int64_t)UPLOAD_PAUSE_MS << (job->tries - 1));
}

static void
send_upload(struct prekey_job *job)
{
	struct session *s = job->s;
	char id[IQ_ID_MAX];
	enum err err;

	if ((err = session_load_creds(s)) != ERR_OK) {
		finish(job, err);
		return;
	}
	iq_next_id(s->iqs, id);
	session_ask(s, prekey_upload_iq(id, &s->creds->id, job->keys,
	    job->count), IQ_TIMEOUT_MS, on_answer);
	release_creds(s);
}

/* --- storing ----------------------------------------------------------------- */

static void
on_stored(void *ctx, enum err err)
{
	struct session *s = ctx;
	struct prekey_job *job = s->prekey_job;

	/* commits keep their order, so the last one is this job's own; an
	 * earlier one belongs to a job that was cancelled */
	if (--s->prekey_commits > 0 || job == NULL || !job->storing)
		return;
	job->storing = false;
	if (err != ERR_OK)
		finish(job, err);
	else
		send_upload(job);
}

static void
store_keys(struct prekey_job *job)
{
	struct session *s = job->s;
	struct store_batch *batch;
	char name[STORE_KEY_MAX];
	enum err err;

	if ((err = session_load_creds(s)) != ERR_OK) {
		finish(job, err);
		return;
	}
	batch = store_batch_create();
	for (size_t i = job->old; i < job->count; i++) {
		key_name(name, job->keys[i].id);
		store_batch_put(batch, session_tables(s)->prekey, name,
		    job->keys[i].key.priv.b, KEY_LEN);
	}
	s->creds->next_prekey_id =
	    prekey_next_id(job->keys[job->count - 1].id);
	session_batch_creds(s, batch);
	job->storing = true;
	s->prekey_commits++;
	session_commit(s, batch, on_stored);
	release_creds(s);
}

/* --- making ------------------------------------------------------------------ */

static void
make_keys(void *ctx)
{
	struct prekey_job *job = ctx;
	struct secret priv;

	for (size_t i = 0; i < job->old; i++) {
		priv = job->keys[i].key.priv;
		curve_keypair_from(priv.b, &job->keys[i].key);
	}
	secret_finish(&priv);
	prekey_make(job->rnd, job->end_id, job->count - job->old,
	    job->keys + job->old);
}

static void
on_made(void *ctx)
{
	struct prekey_job *job = ctx;

	job->working = false;
	if (job->s == NULL)
		job_free(job);
	else if (job->old == job->count)
		send_upload(job);
	else
		store_keys(job);
}

/* --- reading ----------------------------------------------------------------- */

/* A key that is not there is passed over: its id is used up all the same. */
static enum err
read_one(struct prekey_job *job, uint32_t id)
{
	struct session *s = job->s;
	struct prekey *key = &job->keys[job->old];
	char name[STORE_KEY_MAX];
	struct buf value;
	enum err err;

	key_name(name, id);
	buf_init_secret(&value, KEY_LEN);
	err = store_get(s->env->store, s->row.company,
	    session_tables(s)->prekey, name, &value);
	if (err == ERR_OK && value.len == KEY_LEN) {
		key->id = id;
		memcpy(key->key.priv.b, value.data, KEY_LEN);
		job->old++;
	}
	buf_finish(&value);
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* Some now, the others on later turns: hundreds at once would hold up the
 * loop for as many milliseconds. */
static void
read_old(struct prekey_job *job)
{
	enum err err;

	for (int i = 0; i < READ_SLICE && job->old < job->count &&
	    job->read_id != job->end_id; i++) {
		if ((err = read_one(job, job->read_id)) != ERR_OK) {
			finish(job, err);
			return;
		}
		job->read_id = prekey_next_id(job->read_id);
	}
	if (job->old < job->count && job->read_id != job->end_id) {
		later(job, read_old, 0);
		return;
	}
	job->working = true;
	loop_work(job->loop, LANE_CPU, make_keys, on_made, job);
}

void
prekeys_upload(struct session *s, size_t count, prekeys_fn fn)
{
	struct prekey_job *job;
	enum err err;

	if (s->prekey_job != NULL)
		return;         /* two at once would collide */
	if ((err = session_load_creds(s)) != ERR_OK) {
		fn(s, err);
		return;
	}
	job = xcalloc(1, sizeof *job);
	job->s = s;
	job->fn = fn;
	job->loop = s->env->loop;
	job->rnd = s->env->rnd;
	job->timer = timer_create_on(job->loop, on_timer, job);
	job->keys = xcalloc(count, sizeof *job->keys);
	job->count = count;
	job->read_id = s->creds->first_unuploaded_prekey_id;
	job->end_id = s->creds->next_prekey_id;
	s->prekey_job = job;
	release_creds(s);
	read_old(job);
}
