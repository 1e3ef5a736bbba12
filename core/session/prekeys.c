/*
 * Pre-keys from making to uploaded. Private halves are on disk before the
 * upload leaves; what an upload may have brought to the server is sent again
 * with the same ids and keys, never replaced (protocol notes 9.3, trap 20).
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

/* Outlives its session's interest: the worker may still be at it. */
struct prekey_job {
	struct session *s;              /* NULL once cancelled */
	prekeys_fn fn;
	struct loop *loop;
	const struct rnd *rnd;
	struct timer *pause;
	struct prekey *keys;
	size_t count, old;              /* of them, made earlier */
	uint32_t first_new_id;
	unsigned tries;
	bool working;                   /* on the pool now */
	bool storing;                   /* its commit is under way */
};

static void
job_free(struct prekey_job *job)
{
	timer_destroy(job->pause);
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
key_name(char out[STORE_KEY_MAX], uint32_t id)
{
	str_format(out, STORE_KEY_MAX, "%08u", id);
}

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
mark_uploaded(struct prekey_job *job)
{
	struct session *s = job->s;
	struct store_batch *batch;

	if (session_load_creds(s) != ERR_OK)
		return;
	s->creds->first_unuploaded_prekey_id = s->creds->next_prekey_id;
	batch = store_batch_create();
	session_batch_creds(batch, s->creds);
	session_commit(s, batch, on_marked);
	if (s->state == ST_ONLINE)
		session_drop_creds(s);
}

static void send_upload(void *ctx);

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
		mark_uploaded(job);
		finish(job, ERR_OK);
		return;
	}
	log_warn("session=%s pre-key upload refused code=%u err=%s",
	    s->row.company, iq_error_code(answer), err_name(err));
	if (++job->tries >= UPLOAD_TRIES)
		finish(job, err == ERR_OK ? ERR_PEER_PROTOCOL : err);
	else
		timer_start(job->pause,
		    (int64_t)UPLOAD_PAUSE_MS << (job->tries - 1));
}

static void
send_upload(void *ctx)
{
	struct prekey_job *job = ctx;
	struct session *s = job->s;
	const bool had_creds = s->creds != NULL;
	char id[IQ_ID_MAX];
	enum err err;

	if ((err = session_load_creds(s)) != ERR_OK) {
		finish(job, err);
		return;
	}
	iq_next_id(s->iqs, id);
	session_ask(s, prekey_upload_iq(id, &s->creds->id, job->keys,
	    job->count), IQ_TIMEOUT_MS, on_answer);
	if (!had_creds)
		session_drop_creds(s);
}

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
		store_batch_put(batch, "prekey", name,
		    job->keys[i].key.priv.b, KEY_LEN);
	}
	s->creds->next_prekey_id =
	    prekey_next_id(job->keys[job->count - 1].id);
	session_batch_creds(batch, s->creds);
	job->storing = true;
	s->prekey_commits++;
	session_commit(s, batch, on_stored);
	if (s->state == ST_ONLINE)
		session_drop_creds(s);
}

static void
make_keys(void *ctx)
{
	struct prekey_job *job = ctx;

	prekey_make(job->rnd, job->first_new_id, job->count - job->old,
	    job->keys + job->old);
}

static void
on_made(void *ctx)
{
	struct prekey_job *job = ctx;

	job->working = false;
	if (job->s == NULL)
		job_free(job);
	else
		store_keys(job);
}

/* Keys that were stored, and perhaps sent, but never marked as uploaded. */
static size_t
read_old(struct session *s, struct prekey *out, size_t max)
{
	uint32_t id = s->creds->first_unuploaded_prekey_id;
	size_t n = 0;

	for (; n < max && id != s->creds->next_prekey_id;
	    id = prekey_next_id(id)) {
		char name[STORE_KEY_MAX];
		struct buf value;

		key_name(name, id);
		buf_init_secret(&value, KEY_LEN);
		if (store_get(s->env->store, s->row.company, "prekey", name,
		    &value) == ERR_OK && value.len == KEY_LEN) {
			out[n].id = id;
			curve_keypair_from(value.data, &out[n].key);
			n++;
		}
		buf_finish(&value);
	}
	return n;
}

void
prekeys_upload(struct session *s, size_t count, prekeys_fn fn)
{
	const bool had_creds = s->creds != NULL;
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
	job->pause = timer_create_on(job->loop, send_upload, job);
	job->keys = xcalloc(count, sizeof *job->keys);
	job->count = count;
	job->old = read_old(s, job->keys, count);
	job->first_new_id = s->creds->next_prekey_id;
	s->prekey_job = job;
	if (!had_creds)
		session_drop_creds(s);
	if (job->old == count) {
		send_upload(job);
		return;
	}
	job->working = true;
	loop_work(job->loop, LANE_CPU, make_keys, on_made, job);
}
