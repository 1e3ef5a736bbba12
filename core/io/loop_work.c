/* Slow work: three lanes in front of libuv's pool of four threads. */
#include "core/io/loop.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/io/loop_uv.h"

#define POOL_THREADS 4u         /* libuv's own number */
#define CPU_MAX 2u

struct job {
	struct list link;       /* in its lane, while it waits */
	uv_work_t req;
	struct loop *loop;
	enum lane lane;
	loop_fn work, done;
	void *ctx;
};

/* One processor is left to the loop; with a single one they share it. */
static unsigned
cpu_limit(void)
{
	const unsigned cores = uv_available_parallelism();

	if (cores <= 2)
		return 1;
	return cores - 1 < CPU_MAX ? cores - 1 : CPU_MAX;
}

void
loop_lanes_init(struct loop *loop)
{
	const unsigned cpu = cpu_limit(), lookup = 1;

	for (int i = 0; i < LANE_COUNT; i++)
		list_init(&loop->lanes[i].waiting);
	loop->lanes[LANE_CPU].limit = cpu;
	loop->lanes[LANE_LOOKUP].limit = lookup;
	/* the limits add up to the threads, so no lane waits for another */
	loop->lanes[LANE_DISK].limit = POOL_THREADS - cpu - lookup;
}

static void start_next(struct loop *loop, enum lane lane);

static void
on_work(uv_work_t *req)
{
	const struct job *job = req->data;

	job->work(job->ctx);
}

static void
on_done(uv_work_t *req, int status)
{
	struct job *job = req->data;
	struct loop *loop = job->loop;
	const uint64_t since = loop_enter();

	(void)status;           /* never cancelled */
	loop->lanes[job->lane].running--;
	loop->jobs_alive--;
	start_next(loop, job->lane);
	job->done(job->ctx);
	free(job);
	loop_leave(loop, since);
}

static void
start_next(struct loop *loop, enum lane lane)
{
	struct lane_queue *q = &loop->lanes[lane];

	while (q->running < q->limit && !list_is_empty(&q->waiting)) {
		struct job *job = CONTAINER_OF(q->waiting.next, struct job,
		    link);

		list_remove(&job->link);
		q->running++;
		uv_queue_work(&loop->uv, &job->req, on_work, on_done);
	}
}

void
loop_work(struct loop *loop, enum lane lane, loop_fn work, loop_fn done,
    void *ctx)
{
	struct job *job = xcalloc(1, sizeof *job);

	job->req.data = job;
	job->loop = loop;
	job->lane = lane;
	job->work = work;
	job->done = done;
	job->ctx = ctx;
	list_append(&loop->lanes[lane].waiting, &job->link);
	loop->jobs_alive++;
	start_next(loop, lane);
}
