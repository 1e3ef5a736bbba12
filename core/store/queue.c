/*
 * One entry a company, only while it has something to do or its database is
 * still warm. Jobs wait in the entry; a group of them goes to the pool and
 * nothing else of that company does until it is back, so order is kept
 * without locks: `running` and `writer` belong to the worker while `busy`,
 * the rest belongs to the loop always.
 *
 * Commits that waited together become one transaction with one sync. If it
 * fails, each is tried alone: a disk with room for a small one should take
 * it.
 *
 * A database stays open for a second or two after its last commit: opening
 * costs more than a commit, and closing moves the WAL into the database.
 */
#include "core/store/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/backup.h"
#include "core/store/batch.h"
#include "core/store/names.h"

#define BUCKETS 256
#define GROUP_MAX 64            /* jobs in one transaction */
#define WARM_MAX 32             /* databases open: about 60 KiB each */
#define TICK_MS 1000            /* open for one to two of these when idle */
#define REASON_MAX 256

enum job_kind {
	JOB_COMMIT,
	JOB_QUARANTINE,
	JOB_REMOVE,
	JOB_RESTORE,
	JOB_BACKUP,
	JOB_DAMAGED,            /* tell the index */
	JOB_RESEAL,             /* under the newest data key */
	JOB_FOLD,               /* open the writer, so that it will close */
	JOB_CLOSE               /* close the writer */
};

struct job {
	struct list link;
	enum job_kind kind;
	struct store_batch *batch;
	char reason[REASON_MAX];
	enum removal removal;
	enum backup_why why;
	const char *dir;
	vault_left_fn left;
	bool has_row;           /* the index's row, for the moves */
	struct company_row row;
	store_fn fn;
	void *ctx;
	enum err err;
};

struct entry {
	struct list link;       /* in its bucket */
	struct queue *queue;
	char company[COMPANY_ID_MAX + 1];
	struct list waiting;
	struct list running;
	struct db *writer;
	bool busy;
	bool moving;
	bool warm;              /* counted in queue->warm */
	bool used;              /* since the last tick */
};

struct queue {
	const struct vault *vault;
	struct loop *loop;
	struct timer *tick;
	struct list buckets[BUCKETS];
	size_t entries, warm;
	struct names damaged;
};

/* --- on the pool ---------------------------------------------------------- */

/* After an error whose cause may lie in the connection. */
static void
drop_writer(struct entry *e, enum err err)
{
	if (err == ERR_OK || err == ERR_INVALID)
		return;
	db_close(e->writer);
	e->writer = NULL;
}

static void
tell_damaged(struct entry *e)
{
	/* if the index cannot be written either, the next start finds out */
	if (index_put_damaged(e->queue->vault->index, e->company) != ERR_OK)
		return;
}

static void
run_alone(struct entry *e)
{
	LIST_EACH(at, &e->running) {
		struct job *job = CONTAINER_OF(at, struct job, link);

		if (job->err == ERR_OK) {
			job->err = vault_commit(e->queue->vault, e->company,
			    &e->writer, &job->batch, 1);
			drop_writer(e, job->err);
		}
	}
}

static void
run_commits(struct entry *e)
{
	struct store_batch *batches[GROUP_MAX];
	size_t count = 0;
	enum err err;

	LIST_EACH(at, &e->running) {
		struct job *job = CONTAINER_OF(at, struct job, link);

		if (job->err == ERR_OK)
			batches[count++] = job->batch;
	}
	if (count == 0)
		return;
	err = vault_commit(e->queue->vault, e->company, &e->writer, batches,
	    count);
	drop_writer(e, err);
	if (err != ERR_OK)
		run_alone(e);
}

static void
run_move(struct entry *e, struct job *job)
{
	const struct company_row *row = job->has_row ? &job->row : NULL;

	db_close(e->writer);
	e->writer = NULL;
	if (job->kind == JOB_RESTORE)
		job->err = backup_restore(e->queue->vault, e->company, row,
		    job->reason);
	else if (job->kind == JOB_REMOVE)
		job->err = vault_remove(e->queue->vault, e->company, row,
		    job->removal);
	else
		job->err = vault_quarantine(e->queue->vault, e->company, row,
		    job->reason);
}

static void
work(void *ctx)
{
	struct entry *e = ctx;
	struct job *first = CONTAINER_OF(e->running.next, struct job, link);

	switch (first->kind) {
	case JOB_COMMIT:
		run_commits(e);
		if (first->err == ERR_CORRUPT)
			tell_damaged(e);
		break;
	case JOB_QUARANTINE:
	case JOB_REMOVE:
	case JOB_RESTORE:
		run_move(e, first);
		break;
	case JOB_BACKUP:
		first->err = backup_make(e->queue->vault, e->company,
		    first->why);
		break;
	case JOB_DAMAGED:
		tell_damaged(e);
		break;
	case JOB_RESEAL:
		db_close(e->writer);    /* it has the former keys only */
		e->writer = NULL;
		first->err = vault_reseal(e->queue->vault, first->dir,
		    first->left, first->ctx);
		break;
	case JOB_FOLD:
		if (e->writer == NULL && vault_open(e->queue->vault,
		    e->company, SQL_WRITE, &e->writer) != ERR_OK)
			e->writer = NULL;
		break;
	case JOB_CLOSE:
		db_close(e->writer);
		e->writer = NULL;
		break;
	}
}

/* --- on the loop ---------------------------------------------------------- */

static bool
is_move(const struct job *job)
{
	return job->kind == JOB_QUARANTINE || job->kind == JOB_REMOVE ||
	    job->kind == JOB_RESTORE;
}

static void on_done(void *ctx);

/* FNV-1a; ids are chosen by the admin, not by an attacker. */
static size_t
bucket_of(const char *company)
{
	uint32_t h = 2166136261u;

	for (; *company != '\0'; company++)
		h = (h ^ (uint8_t)*company) * 16777619u;
	return h % BUCKETS;
}

static struct entry *
find(const struct queue *q, const char *company)
{
	const struct list *bucket = &q->buckets[bucket_of(company)];

	for (struct list *at = bucket->next; at != bucket; at = at->next) {
		struct entry *e = CONTAINER_OF(at, struct entry, link);

		if (strcmp(e->company, company) == 0)
			return e;
	}
	return NULL;
}

static struct entry *
find_or_make(struct queue *q, const char *company)
{
	struct entry *e = find(q, company);

	if (e != NULL)
		return e;
	e = xcalloc(1, sizeof *e);
	e->queue = q;
	str_copy(e->company, sizeof e->company, company);
	list_init(&e->waiting);
	list_init(&e->running);
	list_append(&q->buckets[bucket_of(company)], &e->link);
	q->entries++;
	return e;
}

/* Last words before a job goes to the pool: what is known only now. */
static void
prepare(struct entry *e, struct job *job)
{
	const struct queue *q = e->queue;

	if (job->kind == JOB_COMMIT && job->err == ERR_OK &&
	    names_has(&q->damaged, e->company))
		job->err = ERR_CORRUPT;
	/* moved away since it was found */
	if (job->kind == JOB_DAMAGED &&
	    !names_has(&q->damaged, e->company))
		job->kind = JOB_CLOSE;
	if (is_move(job))
		job->has_row = index_get(q->vault->index, e->company,
		    &job->row) == ERR_OK;
}

/* Sends what waits: commits together, anything else by itself. */
static void
kick(struct entry *e)
{
	struct job *job;
	size_t count = 0;

	if (e->busy || list_is_empty(&e->waiting))
		return;
	do {
		job = CONTAINER_OF(e->waiting.next, struct job, link);
		if (count > 0 && job->kind != JOB_COMMIT)
			break;
		list_remove(&job->link);
		prepare(e, job);
		list_append(&e->running, &job->link);
		e->moving = is_move(job);
		count++;
	} while (job->kind == JOB_COMMIT && count < GROUP_MAX &&
	    !list_is_empty(&e->waiting));
	e->busy = e->used = true;
	loop_work(e->queue->loop, LANE_DISK, work, on_done, e);
}

static void
add(struct queue *q, const char *company, struct job *job)
{
	struct entry *e;

	assert(q->loop != NULL);
	/* an invalid id still waits its turn, under a name nobody can have */
	if (!company_id_is_valid(company)) {
		job->err = ERR_INVALID;
		job->kind = JOB_COMMIT;
		company = "";
	}
	e = find_or_make(q, company);
	list_append(&e->waiting, &job->link);
	kick(e);
}

static struct job *
make_job(enum job_kind kind, store_fn fn, void *ctx)
{
	struct job *job = xcalloc(1, sizeof *job);

	job->kind = kind;
	job->fn = fn;
	job->ctx = ctx;
	return job;
}

static void
close_writer(struct entry *e)
{
	add(e->queue, e->company, make_job(JOB_CLOSE, NULL, NULL));
}

/* The entry goes when it has nothing left; ids cost nothing while idle. */
static void
settle(struct entry *e)
{
	struct queue *q = e->queue;

	if (e->warm != (e->writer != NULL)) {
		e->warm = !e->warm;
		q->warm += e->warm ? 1 : (size_t)-1;
	}
	if (e->busy)
		return;
	if (!list_is_empty(&e->waiting)) {
		kick(e);
	} else if (e->writer == NULL) {
		list_remove(&e->link);
		q->entries--;
		free(e);
	} else if (q->warm > WARM_MAX) {
		close_writer(e);
	} else if (!timer_is_running(q->tick)) {
		timer_start(q->tick, TICK_MS);
	}
}

static void
learn(struct entry *e, const struct job *job)
{
	if (job->kind == JOB_COMMIT && job->err == ERR_CORRUPT)
		names_add(&e->queue->damaged, e->company);
	if (is_move(job) && job->err == ERR_OK)
		names_remove(&e->queue->damaged, e->company);
}

static void
finish_job(struct job *job)
{
	if (job->fn != NULL)
		job->fn(job->ctx, job->err);
	store_batch_destroy(job->batch);
	free(job);
}

/*
 * The entry stays busy during the callbacks: what they queue waits behind,
 * and the entry cannot go away under us.
 */
static void
on_done(void *ctx)
{
	struct entry *e = ctx;

	e->moving = false;
	LIST_EACH(at, &e->running)
		learn(e, CONTAINER_OF(at, struct job, link));
	LIST_EACH_SAFE(at, &e->running)
		finish_job(CONTAINER_OF(at, struct job, link));
	list_init(&e->running);
	e->busy = false;
	settle(e);
}

static void
on_tick(void *ctx)
{
	struct queue *q = ctx;

	for (size_t i = 0; i < BUCKETS; i++) {
		LIST_EACH(at, &q->buckets[i]) {
			struct entry *e = CONTAINER_OF(at, struct entry, link);

			if (!e->busy && !e->used)
				close_writer(e);
			e->used = e->busy;
		}
	}
	if (q->entries > 0)
		timer_start(q->tick, TICK_MS);
}

/* --- for the store -------------------------------------------------------- */

struct queue *
queue_create(const struct vault *v, struct loop *loop)
{
	struct queue *q = xcalloc(1, sizeof *q);

	q->vault = v;
	q->loop = loop;
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&q->buckets[i]);
	if (loop != NULL)
		q->tick = timer_create_on(loop, on_tick, q);
	return q;
}

void
queue_drain(struct queue *q)
{
	while (q->entries > 0) {
		for (size_t i = 0; i < BUCKETS; i++) {
			LIST_EACH(at, &q->buckets[i]) {
				struct entry *e = CONTAINER_OF(at,
				    struct entry, link);

				if (!e->busy)
					close_writer(e);
			}
		}
		loop_turn(q->loop, true);
	}
}

void
queue_destroy(struct queue *q)
{
	if (q == NULL)
		return;
	assert(q->entries == 0);
	timer_destroy(q->tick);
	names_finish(&q->damaged);
	free(q);
}

void
queue_commit(struct queue *q, const char *company, struct store_batch *b,
    store_fn fn, void *ctx)
{
	struct job *job = make_job(JOB_COMMIT, fn, ctx);

	job->batch = b;
	job->err = b->err;
	add(q, company, job);
}

void
queue_quarantine(struct queue *q, const char *company, const char *reason,
    store_fn fn, void *ctx)
{
	struct job *job = make_job(JOB_QUARANTINE, fn, ctx);

	str_copy(job->reason, sizeof job->reason, reason);
	add(q, company, job);
}

void
queue_remove(struct queue *q, const char *company, enum removal how,
    store_fn fn, void *ctx)
{
	struct job *job = make_job(JOB_REMOVE, fn, ctx);

	job->removal = how;
	add(q, company, job);
}

void
queue_backup(struct queue *q, const char *company, enum backup_why why,
    store_fn fn, void *ctx)
{
	struct job *job = make_job(JOB_BACKUP, fn, ctx);

	job->why = why;
	add(q, company, job);
}

void
queue_restore(struct queue *q, const char *company, const char *id,
    store_fn fn, void *ctx)
{
	struct job *job = make_job(JOB_RESTORE, fn, ctx);

	str_copy(job->reason, sizeof job->reason, id);
	add(q, company, job);
}

void
queue_reseal(struct queue *q, const char *company, const char *dir,
    vault_left_fn left, store_fn fn, void *ctx)
{
	struct job *job = make_job(JOB_RESEAL, fn, ctx);

	job->dir = dir;
	job->left = left;
	add(q, company, job);
}

void
queue_each(const struct queue *q, void (*fn)(void *ctx, const char *company),
    void *ctx)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		const struct list *bucket = &q->buckets[i];

		for (struct list *at = bucket->next; at != bucket;
		    at = at->next)
			fn(ctx, CONTAINER_OF(at, struct entry, link)->company);
	}
}

void
queue_fold(struct queue *q, const char *company)
{
	if (q->loop != NULL)
		add(q, company, make_job(JOB_FOLD, NULL, NULL));
}

bool
queue_has(const struct queue *q, const char *company)
{
	return find(q, company) != NULL;
}

bool
queue_is_moving(const struct queue *q, const char *company)
{
	const struct entry *e = find(q, company);

	return e != NULL && e->moving;
}

bool
queue_will_move(const struct queue *q, const char *company)
{
	struct entry *e = find(q, company);

	if (e == NULL)
		return false;
	LIST_EACH(at, &e->waiting) {
		if (is_move(CONTAINER_OF(at, struct job, link)))
			return true;
	}
	return false;
}

bool
queue_is_damaged(const struct queue *q, const char *company)
{
	return names_has(&q->damaged, company);
}

void
queue_know_damaged(struct queue *q, const char *company)
{
	names_add(&q->damaged, company);
}

void
queue_found_damaged(struct queue *q, const char *company)
{
	if (names_has(&q->damaged, company))
		return;
	names_add(&q->damaged, company);
	if (q->loop != NULL)
		add(q, company, make_job(JOB_DAMAGED, NULL, NULL));
}
