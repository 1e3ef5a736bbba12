/* One reader of events: its queue, from its first byte to its end. */
#include <stdlib.h>

#define LOG_MODULE "httpd"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "httpd/live_impl.h"

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

void
stream_drop(struct stream *s)
{
	s->dropped = true;
	retire(s);
	queue_clear(&s->queue);
	server_drop(s->link);
}

void
stream_drop_slow(struct stream *s)
{
	s->live->counts.dropped++;
	log_info("event-reader=too-slow queue=%u", s->queue.count);
	stream_drop(s);
}

void
stream_end(struct stream *s)
{
	s->ending = true;
	retire(s);
	server_wake(s->link);
}

void
stream_feed(struct stream *s)
{
	if (s->snapshot == NULL || !list_is_empty(&s->feeding))
		return;
	list_append(&s->live->feeding, &s->feeding);
	if (!timer_is_running(s->live->feed))
		timer_start(s->live->feed, 0);
}

bool
stream_push(struct stream *s, struct chunk *c, bool bare)
{
	if (!queue_push(&s->queue, c, bare))
		return false;
	s->live->counts.events++;
	server_wake(s->link);
	return true;
}

static ssize_t
on_read(void *ctx, char *to, size_t max)
{
	struct stream *s = ctx;
	size_t n;

	if (s->kind == STREAM_LOG && !s->ending && !s->dropped)
		live_log_fill(s);
	n = queue_read(&s->queue, to, max);
	if (n == 0 && (s->dropped || s->ending))
		return -1;
	if (n > 0) {
		s->live->counts.bytes += n;
		s->moved = true;
	}
	if (s->queue.count < FEED_AHEAD)
		stream_feed(s);
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

struct stream *
stream_create(struct exchange *x, enum stream_kind kind, const char *company,
    struct list *list)
{
	struct live *l = x->httpd->live;
	struct stream *s = xcalloc(1, sizeof *s);
	struct token_info token;

	list_init(&s->feeding);
	s->live = l;
	s->link = x->link;
	s->kind = kind;
	s->lang = x->lang;
	s->audience = answer_audience(x);
	s->may_replace = x->who.role >= ROLE_COMPANY;
	s->moved = true;
	str_copy(s->company, sizeof s->company, company);
	str_copy(s->token, sizeof s->token, x->who.token);
	if (s->token[0] != '\0' && tokens_get(app_tokens(l->h->app),
	    s->token, &token))
		s->expires_ms = token.expires_ms;
	list_append(list, &s->at);
	l->counts.streams++;
	l->counts.opened++;
	(void)queue_push(&s->queue, l->hello, false);
	if (!timer_is_running(l->ping))
		timer_start(l->ping, PING_MS);
	return s;
}

void
stream_answer(struct stream *s, struct exchange *x)
{
	struct response *response = response_create_stream(TYPE_EVENTS,
	    &stream_ops, s);

	response_field(response, "Cache-Control", "no-store");
	response_field(response, "X-Accel-Buffering", "no");
	exchange_answer(x, response);
}
