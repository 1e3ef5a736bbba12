#include "tui/console/feed.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/ask.h"
#include "tui/sse.h"
#include "tui/told.h"

#define EVENTS "/api/whatsapp/events"
#define SESSIONS "/api/whatsapp/sessions"
#define LISTS 2
#define LIST_MS 5000            /* of a core that starts with many */
#define RETRY_MS 1000
#define CALM_MS 3000            /* no more companies come */
#define PACE_MS 25              /* nobody sees that news are so late */
#define CLOCK_STEP_MS 5000      /* more than events come late */

struct feed {
	struct client *client;
	struct fleet *fleet;
	struct feed_handlers handlers;
	enum feed_state state;
	bool was_live;                  /* once; then the fleet is known */
	/* what stream tells now may be all: cleared by its ready */
	bool is_telling;
	struct call *lists[LISTS];      /* before the first stream */
	struct call *stream;
	struct timer *retry, *calm;
	char last_id[SSE_NAME_MAX];
	int64_t ahead_ms;               /* of our monotonic clock: the core's */
	bool has_time;
};

/* --- the core's clock ------------------------------------------------------------- */

static int64_t
mono_ms(void)
{
	return clock_mono_ms(clock_system());
}

/* The event that came with the least delay tells best, unless the clock was
 * set. */
static void
note_time(struct feed *f, const cJSON *o)
{
	int64_t wall_ms, ahead_ms;

	if (!str_from_time_utc(told_text(o, "serverTime"), &wall_ms))
		return;
	ahead_ms = wall_ms - mono_ms();
	if (!f->has_time || ahead_ms > f->ahead_ms ||
	    ahead_ms < f->ahead_ms - CLOCK_STEP_MS)
		f->ahead_ms = ahead_ms;
	f->has_time = true;
}

int64_t
feed_now_ms(const struct feed *f)
{
	return f->has_time ? mono_ms() + f->ahead_ms :
	    clock_wall_ms(clock_system());
}

/* --- what is told ---------------------------------------------------------------------- */

static void
tell(struct feed *f, const struct row *row, enum need before)
{
	if (f->handlers.on_change != NULL)
		f->handlers.on_change(f->handlers.ctx, row, before);
}

static void
set_state(struct feed *f, enum feed_state state)
{
	if (f->state == state)
		return;
	f->state = state;
	tell(f, NULL, NEED_COUNT);
}

static void
put(struct feed *f, const cJSON *status)
{
	enum need before;
	const struct row *row = fleet_put(f->fleet, status, &before);

	if (row != NULL)
		tell(f, row, f->was_live ? before : NEED_COUNT);
	if (f->is_telling)
		timer_start(f->calm, CALM_MS);
}

/* Of errors only one changes a row: the company is gone. */
static void
take_error(struct feed *f, const cJSON *error)
{
	if (strcmp(told_text(error, "errorCode"), "SESSION_NOT_FOUND") != 0)
		return;
	fleet_remove(f->fleet, told_text(error, "companyId"));
	tell(f, NULL, NEED_COUNT);
}

static void
begin_stream(struct feed *f);

static void
become_live(struct feed *f)
{
	timer_stop(f->calm);
	f->is_telling = false;
	call_pace(f->stream, PACE_MS);
	f->was_live = true;
	f->state = FEED_LIVE;
	tell(f, NULL, NEED_COUNT);
}

/* A core that is older tells no ready; nobody is gone for that. */
static void
on_calm(void *ctx)
{
	struct feed *f = ctx;

	fleet_keep_all(f->fleet);
	become_live(f);
}

static void
take_ready(struct feed *f, const cJSON *o)
{
	const bool is_full = told_true(o, "full");

	if (!f->is_telling && is_full) {
		/* It forgot where we were and told all anew, but not which are
		 * gone. */
		call_cancel(f->stream);
		f->last_id[0] = '\0';
		begin_stream(f);
		return;
	}
	if (is_full)
		fleet_end_all(f->fleet);
	else
		fleet_keep_all(f->fleet);
	become_live(f);
}

static void
on_event(void *ctx, const struct sse_event *e)
{
	struct feed *f = ctx;
	void (*take)(struct feed *f, const cJSON *o);
	cJSON *o;

	/* codes are not for lists, and not parsed */
	if (strcmp(e->name, "status") == 0)
		take = put;
	else if (strcmp(e->name, "error") == 0)
		take = take_error;
	else if (strcmp(e->name, "ready") == 0)
		take = take_ready;
	else
		take = NULL;
	(void)str_copy(f->last_id, sizeof f->last_id, e->id);
	if (take == NULL || (o = cJSON_Parse(e->data)) == NULL)
		return;
	note_time(f, o);
	take(f, o);
	cJSON_Delete(o);
}

/* --- the stream ---------------------------------------------------------------------------- */

static void
on_end(void *ctx, const struct client_answer *answer)
{
	struct feed *f = ctx;

	(void)answer;
	f->stream = NULL;
	timer_stop(f->calm);
	timer_start(f->retry, RETRY_MS);
	set_state(f, FEED_LOST);
}

static void
begin_stream(struct feed *f)
{
	char id[SSE_NAME_MAX];

	(void)str_copy(id, sizeof id, f->last_id);
	fleet_begin_all(f->fleet);
	f->is_telling = true;
	f->stream = client_events(f->client, EVENTS, id, on_event, on_end, f);
	call_expect(f->stream, CLIENT_SILENCE_MS);
}

static void
on_retry(void *ctx)
{
	begin_stream(ctx);
}

/* --- the first rows ------------------------------------------------------------------------ */

/*
 * The stream begins behind them: a company that goes in between is not told
 * by it, and goes with the others that are not.
 */
static void
end_list(struct feed *f, size_t i, const struct client_answer *answer)
{
	const cJSON *list, *at;

	f->lists[i] = NULL;
	list = cJSON_GetObjectItemCaseSensitive(ask_data(answer->json), "sessions");
	cJSON_ArrayForEach(at, list)
		put(f, at);
	if (f->lists[0] == NULL && f->lists[1] == NULL)
		begin_stream(f);
	tell(f, NULL, NEED_COUNT);
}

static void
on_problems(void *ctx, const struct client_answer *answer)
{
	end_list(ctx, 0, answer);
}

static void
on_page(void *ctx, const struct client_answer *answer)
{
	end_list(ctx, 1, answer);
}

static void
begin_lists(struct feed *f)
{
	f->lists[0] = client_request(f->client, "GET",
	    SESSIONS "?status=problems&limit=200", NULL, LIST_MS,
	    on_problems, f);
	f->lists[1] = client_request(f->client, "GET", SESSIONS "?limit=100",
	    NULL, LIST_MS, on_page, f);
}

static void
stop(struct feed *f)
{
	for (size_t i = 0; i < LISTS; i++) {
		call_cancel(f->lists[i]);
		f->lists[i] = NULL;
	}
	call_cancel(f->stream);
	f->stream = NULL;
	timer_stop(f->retry);
	timer_stop(f->calm);
}

struct feed *
feed_create(struct loop *loop, struct client *client, struct fleet *fleet,
    const struct feed_handlers *handlers)
{
	struct feed *f = xcalloc(1, sizeof *f);

	f->client = client;
	f->fleet = fleet;
	f->handlers = *handlers;
	f->retry = timer_create_on(loop, on_retry, f);
	f->calm = timer_create_on(loop, on_calm, f);
	begin_lists(f);
	return f;
}

void
feed_destroy(struct feed *f)
{
	if (f == NULL)
		return;
	stop(f);
	timer_destroy(f->retry);
	timer_destroy(f->calm);
	free(f);
}

enum feed_state
feed_state(const struct feed *f)
{
	return f->state;
}

/* Lost only once nobody answers: what comes first is what was missed. */
void
feed_freeze(struct feed *f, bool frozen)
{
	if (frozen == (f->state == FEED_FROZEN))
		return;
	stop(f);
	if (!frozen)
		begin_stream(f);
	set_state(f, frozen ? FEED_FROZEN :
	    f->was_live ? FEED_LIVE : FEED_LOADING);
}
