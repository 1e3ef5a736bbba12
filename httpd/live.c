#include "httpd/live.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "httpd/attempt.h"
#include "httpd/live_impl.h"

/* --- telling one reader ----------------------------------------------------------- */

/*
 * Its queue is full. When the network ends for all companies at once, their
 * changes come in one turn, and no reader of the fleet could have taken
 * them: it goes on from the last event that it got, as if it had come back,
 * with each company once. One that takes nothing more goes at a ping.
 */
static void
overflow(struct stream *s)
{
	if (s->kind != STREAM_FLEET) {
		stream_drop_slow(s);
		return;
	}
	queue_shed(&s->queue);
	snapshot_destroy(s->snapshot);
	s->snapshot = snapshot_create(s->live->h->app, s->queue.seq);
	stream_feed(s);
}

static bool
is_expired(const struct stream *s)
{
	return s->expires_ms != 0 &&
	    clock_wall_ms(clock_system()) >= s->expires_ms;
}

static void
tell(struct stream *s, struct telling *t)
{
	struct chunk *c;

	if (is_expired(s)) {
		stream_end(s);
		return;
	}
	/* who may not ask for such a code is not told it either */
	if (t->of_candidate && t->type != SESSION_ERROR && !s->may_replace)
		return;
	if (t->type == SESSION_CHANGED && s->snapshot != NULL &&
	    snapshot_is_ahead(s->snapshot, t->company))
		return;
	if ((c = telling_chunk(t, s->lang, s->audience)) != NULL &&
	    !stream_push(s, c, s->snapshot != NULL))
		overflow(s);
}

/* --- one company ------------------------------------------------------------------ */

static struct list *
room_of(struct live *l, const char *company)
{
	uint32_t hash = 2166136261U;            /* FNV-1a */

	for (const char *p = company; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619U;
	return &l->rooms[hash % ROOMS];
}

void
live_session_stream(struct exchange *x)
{
	static const enum session_event_type state[] = { SESSION_CHANGED,
	    SESSION_QR, SESSION_CODE };
	struct live *l = x->httpd->live;
	struct stream *s = stream_create(x, STREAM_COMPANY,
	    x->company, room_of(l, x->company));
	struct session_view view;

	if (!app_view(l->h->app, x->company, &view))
		s->ending = true;
	for (size_t i = 0; i < ARRAY_LEN(state) && !s->ending; i++) {
		struct telling t = { .httpd = l->h, .company = x->company,
		    .type = state[i], .view = &view,
		    .of_candidate = state[i] != SESSION_CHANGED &&
		    attempt_replaces(&view),
		    .seq = app_last_seq(l->h->app) };

		tell(s, &t);
		telling_finish(&t);
	}
	stream_answer(s, x);
}

/* --- the hub ------------------------------------------------------------------------ */

static void
tell_room(struct list *room, struct telling *t)
{
	LIST_EACH_SAFE(at, room) {
		struct stream *s = CONTAINER_OF(at, struct stream, at);

		if (strcmp(s->company, t->company) != 0)
			continue;
		tell(s, t);
		if (t->type == SESSION_REMOVED && !s->dropped)
			stream_end(s);
	}
}

static void
on_event(void *ctx, const char *company, const struct session_event *event)
{
	struct live *l = ctx;
	struct list *room = room_of(l, company);
	struct session_view view = { .company = "" };
	struct telling t = { .httpd = l->h, .company = company,
	    .type = event->type, .verdict = event->verdict, .view = &view,
	    .of_candidate = event->of_candidate,
	    .seq = app_last_seq(l->h->app) };

	if ((list_is_empty(room) && list_is_empty(&l->fleet)) ||
	    !telling_has(event->type))
		return;
	if (!app_view(l->h->app, company, &view) &&
	    event->type != SESSION_REMOVED)
		return;
	tell_room(room, &t);
	LIST_EACH_SAFE(at, &l->fleet)
		tell(CONTAINER_OF(at, struct stream, at), &t);
	telling_finish(&t);
}

/* Calls fn with each that is told something; fn may end it. */
static void
each_stream(struct live *l, void (*fn)(struct stream *s, const void *ctx),
    const void *ctx)
{
	struct list *lists[ROOMS + 2] = { &l->fleet, &l->logs };

	for (size_t i = 0; i < ROOMS; i++)
		lists[i + 2] = &l->rooms[i];
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		LIST_EACH_SAFE(at, lists[i])
			fn(CONTAINER_OF(at, struct stream, at), ctx);
	}
}

/* A sign of life, for proxies and for us: who takes nothing is gone. */
static void
ping(struct stream *s, const void *ctx)
{
	(void)ctx;
	if (is_expired(s))
		stream_end(s);
	else if (s->queue.count == 0)
		(void)stream_push(s, s->live->beat, false);
	else if (!s->moved)
		stream_drop_slow(s);
	s->moved = false;
}

static void
on_ping(void *ctx)
{
	struct live *l = ctx;

	each_stream(l, ping, NULL);
	if (l->counts.streams > 0)
		timer_start(l->ping, PING_MS);
}

static void
end_if_of(struct stream *s, const void *token)
{
	if (strcmp(s->token, token) == 0)
		stream_end(s);
}

void
live_end_token(struct live *l, const char *token)
{
	each_stream(l, end_if_of, token);
}

struct live *
live_create(struct httpd *h)
{
	struct live *l = xcalloc(1, sizeof *l);
	struct loop *loop = app_loop(h->app);

	l->h = h;
	for (size_t i = 0; i < ROOMS; i++)
		list_init(&l->rooms[i]);
	list_init(&l->fleet);
	list_init(&l->logs);
	list_init(&l->gone);
	list_init(&l->feeding);
	l->feed = timer_create_on(loop, live_on_feed, l);
	l->ping = timer_create_on(loop, on_ping, l);
	l->lines = timer_create_on(loop, live_on_lines, l);
	l->hello = chunk_text("retry: 2000\n\n");
	l->beat = chunk_text(": ping\n\n");
	l->listener = app_listen(h->app, on_event, l);
	return l;
}

static void
drop(struct stream *s, const void *ctx)
{
	(void)ctx;
	stream_drop(s);
}

void
live_destroy(struct live *l)
{
	if (l == NULL)
		return;
	app_unlisten(l->listener);
	each_stream(l, drop, NULL);
	LIST_EACH_SAFE(at, &l->gone) {
		struct stream *s = CONTAINER_OF(at, struct stream, at);

		queue_clear(&s->queue);
		s->dropped = true;
		s->live = NULL;
		list_remove(at);
	}
	timer_destroy(l->feed);
	timer_destroy(l->ping);
	live_log_leave(l);
	timer_destroy(l->lines);
	chunk_unref(l->hello);
	chunk_unref(l->beat);
	free(l);
}

void
live_counts(const struct live *l, struct live_counts *out)
{
	*out = l->counts;
}
