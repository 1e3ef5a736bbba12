/*
 * Streams of the log. The lines stay in the app's ring: a stream only knows
 * which one it told last, and who falls behind misses what the ring forgets.
 */
#include "httpd/event.h"
#include "httpd/live_impl.h"

#define LINES_FIRST 20          /* that were there already */
#define GATHER_MS 50            /* for lines that come together */

static struct log_filter
filter_of(const struct stream *s)
{
	return (struct log_filter){
	    .company = s->company[0] != '\0' ? s->company : NULL,
	    .least = s->least };
}

/* --- filling ------------------------------------------------------------------ */

static void
push_line(struct stream *s, const struct log_line *line)
{
	struct chunk *c;
	struct buf json;

	buf_init(&json, EVENT_MAX);
	if (event_log(line, &json) == ERR_OK) {
		c = chunk_event(s->live->h->boot, line->seq, "log", json.data,
		    json.len);
		(void)stream_push(s, c, false);
		chunk_unref(c);
	}
	buf_finish(&json);
}

void
live_log_fill(struct stream *s)
{
	const struct log_ring *ring = app_log(s->live->h->app);
	const struct log_filter filter = filter_of(s);
	struct log_line line;

	while (s->queue.count < FEED_AHEAD &&
	    log_ring_after(ring, s->line, &filter, &line)) {
		s->line = line.seq;
		push_line(s, &line);
	}
}

/* --- when there are more -------------------------------------------------------- */

void
live_on_lines(void *live)
{
	struct live *l = live;

	LIST_EACH(at, &l->logs)
		server_wake(CONTAINER_OF(at, struct stream, at)->link);
	if (list_is_empty(&l->logs))
		live_log_leave(l);
}

/* Lines are written anywhere, also while a stream is being read. */
static void
on_line(void *ctx, const struct log_line *line)
{
	struct live *l = ctx;

	(void)line;
	if (!timer_is_running(l->lines))
		timer_start(l->lines, GATHER_MS);
}

void
live_log_leave(struct live *l)
{
	log_ring_unlisten(l->log);
	l->log = NULL;
}

/* --- beginning -------------------------------------------------------------------- */

/* Behind which line it begins: the one that it saw last, or some back. */
static uint64_t
first_line(const struct stream *s, const char *last_id)
{
	const struct log_ring *ring = app_log(s->live->h->app);
	const struct log_filter filter = filter_of(s);
	uint64_t before = UINT64_MAX;
	struct log_line line;

	if (chunk_parse_id(last_id, s->live->h->boot, &before))
		return before;
	for (int i = 0; i < LINES_FIRST &&
	    log_ring_before(ring, before, &filter, &line); i++)
		before = line.seq;
	return before == UINT64_MAX ? 0 : before - 1;
}

void
live_log_stream(struct exchange *x, const char *company,
    enum log_level least)
{
	struct live *l = x->httpd->live;
	struct stream *s = stream_create(x, STREAM_LOG,
	    company != NULL ? company : "", &l->logs);

	s->least = least;
	s->line = first_line(s, x->req.last_event_id);
	if (l->log == NULL)
		l->log = log_ring_listen(app_log(l->h->app), on_line, l);
	stream_answer(s, x);
}
