/* Streams of all companies, and the snapshot that each begins with. */
#include "core/base/clock.h"
#include "httpd/event.h"
#include "httpd/live_impl.h"

#define FEED_BATCH 24           /* companies told of snapshots in one turn */
#define READY_MAX 128

void
live_fleet_stream(struct exchange *x)
{
	struct live *l = x->httpd->live;
	struct stream *s = stream_create(x, STREAM_FLEET, "", &l->fleet);
	uint64_t since = 0;

	if (!chunk_parse_id(x->req.last_event_id, l->h->boot, &since))
		since = 0;
	s->snapshot = snapshot_create(l->h->app, since);
	stream_answer(s, x);
}

static void
end_snapshot(struct stream *s)
{
	snapshot_destroy(s->snapshot);
	s->snapshot = NULL;
}

/*
 * No more: the reader knows everything now. An id means that all up to it was
 * told, which is so again with this one.
 */
static void
tell_ready(struct stream *s)
{
	struct live *l = s->live;
	struct chunk *c = NULL;
	struct buf json;

	buf_init(&json, READY_MAX);
	if (event_ready(!snapshot_is_part(s->snapshot),
	    app_count(l->h->app), clock_wall_ms(clock_system()),
	    &json) == ERR_OK)
		c = chunk_event(l->h->boot, app_last_seq(l->h->app), "ready",
		    json.data, json.len);
	buf_finish(&json);
	end_snapshot(s);
	if (c != NULL)
		(void)stream_push(s, c, false);
	chunk_unref(c);
}

/* The next company of its snapshot. */
static void
feed(struct stream *s)
{
	struct live *l = s->live;
	struct telling t = { .httpd = l->h, .type = SESSION_CHANGED };
	struct session_view view;
	struct chunk *c;
	bool exists;

	if (!snapshot_next(s->snapshot, &view, &exists)) {
		tell_ready(s);
		return;
	}
	if (!exists)
		t.type = SESSION_REMOVED;
	t.company = view.company;
	t.view = &view;
	t.seq = snapshot_base(s->snapshot);
	if ((c = telling_chunk(&t, s->lang, s->audience)) != NULL)
		(void)stream_push(s, c, false);
	telling_finish(&t);
}

/* Some companies for those whose turn it is; the rest in later turns, so
 * that no snapshot holds up the loop. */
void
live_on_feed(void *ctx)
{
	struct live *l = ctx;

	for (int i = 0; i < FEED_BATCH && !list_is_empty(&l->feeding); i++) {
		struct stream *s = CONTAINER_OF(l->feeding.next,
		    struct stream, feeding);

		list_remove(&s->feeding);
		if (s->queue.count >= FEED_AHEAD)
			continue;
		feed(s);
		if (s->snapshot != NULL)
			list_append(&l->feeding, &s->feeding);
	}
	if (!list_is_empty(&l->feeding))
		timer_start(l->feed, 0);
}
