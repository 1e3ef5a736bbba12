#include "httpd/live.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "httpd"

#include "core/base/clock.h"
#include "core/base/list.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "httpd/answer.h"
#include "httpd/chunk.h"
#include "httpd/event.h"
#include "httpd/impl.h"
#include "httpd/qr_cache.h"
#include "httpd/snapshot.h"
#include "httpd/status_cache.h"

#define ROOMS 256               /* lists of readers, by a hash of company */
#define PING_MS 15000           /* between comments: proxies end what rests */
#define FEED_BATCH 24           /* companies told of snapshots in one turn */
#define FEED_AHEAD 16           /* of them in one reader's queue */

struct live {
	struct httpd *h;
	struct app_listener *listener;
	struct list rooms[ROOMS];       /* readers of one company */
	struct list fleet;              /* readers of all */
	struct list gone;               /* told nothing, until they are closed */
	struct list feeding;            /* readers whose snapshot goes on */
	struct timer *feed, *ping;
	struct chunk *hello, *beat;
	struct live_counts counts;
};

/* One stream; lives until its connection lets go of it. */
struct stream {
	struct list at;                 /* in a room, the fleet, or gone */
	struct list feeding;
	struct live *live;              /* NULL: the hub has gone */
	struct link *link;
	enum lang lang;
	char company[COMPANY_ID_MAX + 1];       /* "" all */
	struct queue queue;
	struct snapshot *snapshot;      /* NULL: nothing left of it */
	bool moved;                     /* took something since the last ping */
	bool ending;                    /* after what is in the queue */
	bool dropped;
};

/* --- rendering ---------------------------------------------------------------- */

/* One event on its way to all its readers, rendered as it is asked for. */
struct telling {
	struct live *live;
	const char *company;
	enum session_event_type type;
	const struct verdict *verdict;
	const struct session_view *view;
	uint64_t seq;
	struct chunk *chunks[LANG_COUNT];
};

static const char *const names[] = {
	[SESSION_CHANGED] = "status",
	[SESSION_QR] = "qr",
	[SESSION_CODE] = "code",
	[SESSION_LINKED] = NULL,        /* a status follows at once */
	[SESSION_ERROR] = "error",
	[SESSION_REMOVED] = "error",
};

static int64_t
now_ms(void)
{
	return clock_wall_ms(clock_system());
}

/* As polls tell it, byte by byte. */
static enum err
put_status(const struct telling *t, enum lang lang, struct buf *out)
{
	const int64_t now = now_ms();
	size_t size = 0;
	const void *object = status_cache_object(t->live->h->statuses,
	    t->view, lang, now, &size);

	return object == NULL ? ERR_NO_MEMORY :
	    event_status(object, size, now, out);
}

static enum err
put_qr(const struct telling *t, struct buf *out)
{
	const struct qr_image *image;
	struct app_shown shown;
	enum err err = ERR_NOT_FOUND;

	if (app_shown(t->live->h->app, t->company, &shown) &&
	    shown.qr[0] != '\0' && (image = qr_cache_get(t->live->h->qrs,
	    t->company, shown.qr)) != NULL)
		err = event_qr(t->company, &shown, image->svg, now_ms(), out);
	secret_wipe(&shown, sizeof shown);
	return err;
}

static enum err
put_code(const struct telling *t, struct buf *out)
{
	struct app_shown shown;
	enum err err = ERR_NOT_FOUND;

	if (app_shown(t->live->h->app, t->company, &shown) &&
	    shown.code[0] != '\0')
		err = event_code(t->company, &shown, now_ms(), out);
	secret_wipe(&shown, sizeof shown);
	return err;
}

static cJSON *
error_of(const struct telling *t, enum lang lang)
{
	if (t->type == SESSION_REMOVED)
		return error_object(lang, API_SESSION_NOT_FOUND,
		    &(struct answer_why){ .sentence = NULL });
	return verdict_object(lang, t->view, t->verdict->reason, t->verdict);
}

static enum err
put(const struct telling *t, enum lang lang, struct buf *out)
{
	switch (t->type) {
	case SESSION_QR:
		return put_qr(t, out);
	case SESSION_CODE:
		return put_code(t, out);
	case SESSION_ERROR:
	case SESSION_REMOVED:
		return event_error(t->company, error_of(t, lang), now_ms(),
		    out);
	case SESSION_CHANGED:
	case SESSION_LINKED:
		break;
	}
	return put_status(t, lang, out);
}

/* Borrowed; NULL: there is nothing to tell, or it cannot be rendered. */
static struct chunk *
render(struct telling *t, enum lang lang)
{
	struct buf json;
	enum err err;

	/* codes are the same in all languages */
	if (t->type == SESSION_QR || t->type == SESSION_CODE)
		lang = LANG_EN;
	if (t->chunks[lang] != NULL)
		return t->chunks[lang];
	buf_init_secret(&json, EVENT_MAX);
	err = put(t, lang, &json);
	if (err == ERR_OK)
		t->chunks[lang] = chunk_event(t->live->h->boot, t->seq,
		    names[t->type], json.data, json.len);
	else if (err != ERR_NOT_FOUND)
		log_error("session=%s event=%s error=\"%s\"", t->company,
		    names[t->type], err_text(err));
	buf_finish(&json);
	return t->chunks[lang];
}

static void
finish_telling(struct telling *t)
{
	for (size_t i = 0; i < LANG_COUNT; i++)
		chunk_unref(t->chunks[i]);
}

/* --- readers -------------------------------------------------------------------- */

static bool
is_fleet(const struct stream *s)
{
	return s->company[0] == '\0';
}

/* It hears nothing more; its connection still has it. */
static void
retire(struct stream *s)
{
	list_remove(&s->at);
	list_append(&s->live->gone, &s->at);
	list_remove(&s->feeding);
	snapshot_destroy(s->snapshot);
	s->snapshot = NULL;
}

static void
drop(struct stream *s)
{
	s->dropped = true;
	retire(s);
	queue_clear(&s->queue);
	server_drop(s->link);
}

static void
drop_slow(struct stream *s)
{
	s->live->counts.dropped++;
	log_info("event-reader=too-slow queue=%u", s->queue.count);
	drop(s);
}

/* What is in its queue is still sent. */
static void
end(struct stream *s)
{
	s->ending = true;
	retire(s);
	server_wake(s->link);
}

static void
ask_for_more(struct stream *s)
{
	if (s->snapshot == NULL || !list_is_empty(&s->feeding))
		return;
	list_append(&s->live->feeding, &s->feeding);
	if (!timer_is_running(s->live->feed))
		timer_start(s->live->feed, 0);
}

/*
 * Its queue is full. A reader of the fleet that still takes bytes was only
 * overrun, as when the network ends for all at once: it goes on from the
 * last event that it got, as if it had come back, with each company once.
 */
static void
overflow(struct stream *s)
{
	if (!is_fleet(s) || !s->moved) {
		drop_slow(s);
		return;
	}
	s->moved = false;
	queue_shed(&s->queue);
	snapshot_destroy(s->snapshot);
	s->snapshot = snapshot_create(s->live->h->app, s->queue.seq);
	ask_for_more(s);
}

/* False: full. */
static bool
push(struct stream *s, struct chunk *c, bool bare)
{
	if (!queue_push(&s->queue, c, bare))
		return false;
	s->live->counts.events++;
	server_wake(s->link);
	return true;
}

static void
tell(struct stream *s, struct telling *t)
{
	struct chunk *c;

	if (t->type == SESSION_CHANGED && s->snapshot != NULL &&
	    snapshot_is_ahead(s->snapshot, t->company))
		return;
	if ((c = render(t, s->lang)) != NULL &&
	    !push(s, c, s->snapshot != NULL))
		overflow(s);
}

static ssize_t
on_read(void *ctx, char *to, size_t max)
{
	struct stream *s = ctx;
	const size_t n = queue_read(&s->queue, to, max);

	if (n == 0 && (s->dropped || s->ending))
		return -1;
	if (n > 0) {
		s->live->counts.bytes += n;
		s->moved = true;
	}
	if (s->queue.count < FEED_AHEAD)
		ask_for_more(s);
	return (ssize_t)n;
}

static void
on_closed(void *ctx)
{
	struct stream *s = ctx;

	if (s->live != NULL) {
		retire(s);
		s->live->counts.streams--;
	}
	list_remove(&s->at);
	queue_clear(&s->queue);
	free(s);
}

static const struct stream_ops stream_ops = {
	.read = on_read,
	.closed = on_closed,
};

/* Its stream begins with x's answer. */
static struct stream *
create_stream(struct exchange *x, const char *company, struct list *list)
{
	struct live *l = x->httpd->live;
	struct stream *s = xcalloc(1, sizeof *s);

	list_init(&s->feeding);
	s->live = l;
	s->link = x->link;
	s->lang = x->lang;
	s->moved = true;
	str_copy(s->company, sizeof s->company, company);
	list_append(list, &s->at);
	l->counts.streams++;
	l->counts.opened++;
	(void)queue_push(&s->queue, l->hello, false);
	if (!timer_is_running(l->ping))
		timer_start(l->ping, PING_MS);
	return s;
}

static void
answer(struct exchange *x, struct stream *s)
{
	struct response *response = response_create_stream(TYPE_EVENTS,
	    &stream_ops, s);

	response_field(response, "Cache-Control", "no-store");
	response_field(response, "X-Accel-Buffering", "no");
	exchange_answer(x, response);
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
	struct stream *s = create_stream(x, x->company,
	    room_of(l, x->company));
	struct session_view view;

	if (!app_view(l->h->app, x->company, &view))
		s->ending = true;
	for (size_t i = 0; i < ARRAY_LEN(state) && !s->ending; i++) {
		struct telling t = { .live = l, .company = x->company,
		    .type = state[i], .view = &view,
		    .seq = app_last_seq(l->h->app) };

		tell(s, &t);
		finish_telling(&t);
	}
	answer(x, s);
}

/* --- all companies ---------------------------------------------------------------- */

void
live_fleet_stream(struct exchange *x)
{
	struct live *l = x->httpd->live;
	struct stream *s = create_stream(x, "", &l->fleet);
	uint64_t since = 0;

	if (!chunk_parse_id(x->req.last_event_id, l->h->boot, &since))
		since = 0;
	s->snapshot = snapshot_create(l->h->app, since);
	answer(x, s);
}

static void
end_snapshot(struct stream *s)
{
	snapshot_destroy(s->snapshot);
	s->snapshot = NULL;
}

/* Nothing to tell, or no more: from here on its ids count again. */
static void
tell_id(struct stream *s)
{
	struct live *l = s->live;
	struct chunk *c = chunk_id(l->h->boot, app_last_seq(l->h->app));

	end_snapshot(s);
	(void)push(s, c, false);
	chunk_unref(c);
}

/*
 * The next company of its snapshot. An id means that everything up to it was
 * told: that is so again with the last one.
 */
static void
feed(struct stream *s)
{
	struct live *l = s->live;
	struct telling t = { .live = l, .type = SESSION_CHANGED };
	struct session_view view;
	struct chunk *c;
	bool exists;

	if (!snapshot_next(s->snapshot, &view, &exists)) {
		tell_id(s);
		return;
	}
	if (!exists)
		t.type = SESSION_REMOVED;
	t.company = view.company;
	t.view = &view;
	t.seq = snapshot_base(s->snapshot);
	if (snapshot_is_over(s->snapshot)) {
		t.seq = app_last_seq(l->h->app);
		end_snapshot(s);
	}
	if ((c = render(&t, s->lang)) != NULL)
		(void)push(s, c, false);
	finish_telling(&t);
}

/* Some companies for those whose turn it is; the rest in later turns, so
 * that no snapshot holds up the loop. */
static void
on_feed(void *ctx)
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
			end(s);
	}
}

static void
on_event(void *ctx, const char *company, const struct session_event *event)
{
	struct live *l = ctx;
	struct list *room = room_of(l, company);
	struct session_view view = { .company = "" };
	struct telling t = { .live = l, .company = company,
	    .type = event->type, .verdict = event->verdict, .view = &view,
	    .seq = app_last_seq(l->h->app) };

	if ((list_is_empty(room) && list_is_empty(&l->fleet)) ||
	    names[event->type] == NULL)
		return;
	if (!app_view(l->h->app, company, &view) &&
	    event->type != SESSION_REMOVED)
		return;
	tell_room(room, &t);
	LIST_EACH_SAFE(at, &l->fleet)
		tell(CONTAINER_OF(at, struct stream, at), &t);
	finish_telling(&t);
}

/* A sign of life, for proxies and for us: who takes nothing is gone. */
static void
ping_list(struct live *l, struct list *list)
{
	LIST_EACH_SAFE(at, list) {
		struct stream *s = CONTAINER_OF(at, struct stream, at);

		if (s->queue.count == 0)
			(void)push(s, l->beat, false);
		else if (!s->moved)
			drop_slow(s);
		s->moved = false;
	}
}

static void
on_ping(void *ctx)
{
	struct live *l = ctx;

	for (size_t i = 0; i < ROOMS; i++)
		ping_list(l, &l->rooms[i]);
	ping_list(l, &l->fleet);
	if (l->counts.streams > 0)
		timer_start(l->ping, PING_MS);
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
	list_init(&l->gone);
	list_init(&l->feeding);
	l->feed = timer_create_on(loop, on_feed, l);
	l->ping = timer_create_on(loop, on_ping, l);
	l->hello = chunk_text("retry: 2000\n\n");
	l->beat = chunk_text(": ping\n\n");
	l->listener = app_listen(h->app, on_event, l);
	return l;
}

static void
drop_list(struct list *list)
{
	LIST_EACH_SAFE(at, list)
		drop(CONTAINER_OF(at, struct stream, at));
}

void
live_destroy(struct live *l)
{
	if (l == NULL)
		return;
	app_unlisten(l->listener);
	for (size_t i = 0; i < ROOMS; i++)
		drop_list(&l->rooms[i]);
	drop_list(&l->fleet);
	LIST_EACH_SAFE(at, &l->gone) {
		struct stream *s = CONTAINER_OF(at, struct stream, at);

		queue_clear(&s->queue);
		s->dropped = true;
		s->live = NULL;
		list_remove(at);
	}
	timer_destroy(l->feed);
	timer_destroy(l->ping);
	chunk_unref(l->hello);
	chunk_unref(l->beat);
	free(l);
}

void
live_counts(const struct live *l, struct live_counts *out)
{
	*out = l->counts;
}
