#include "tui/reply.h"

#include <string.h>

void
reply_init(struct reply *r)
{
	memset(r, 0, sizeof *r);
	buf_init_secret(&r->head, REPLY_HEAD_MAX);
	buf_init_secret(&r->body, REPLY_BODY_MAX);
}

void
reply_finish(struct reply *r)
{
	buf_finish(&r->head);
	buf_finish(&r->body);
}

static bool
begins_with(struct span text, const char *want)
{
	const size_t n = strlen(want);

	return text.n >= n && http_is((struct span){ text.p, n }, want);
}

static bool
take_field(struct reply *r, struct span line)
{
	struct span name, value;

	if (!http_field(line, &name, &value) ||
	    !http_frame_note(&r->frame, name, value) ||
	    r->frame.length > REPLY_BODY_MAX)
		return false;
	if (http_is(name, "content-type"))
		r->is_events = begins_with(value, "text/event-stream");
	return true;
}

static void
end_head(struct reply *r)
{
	r->has_head = true;
	if (r->status == 204 || r->status == 304)
		r->done = true;
	else if (r->frame.framing != HTTP_UNFRAMED)
		http_body_init(&r->decoder, r->frame.framing,
		    r->frame.length);
	r->done = r->done || (r->frame.framing == HTTP_LENGTH &&
	    r->frame.length == 0);
}

/* ERR_OK: the head is whole and ends at r->at. */
static enum err
take_head(struct reply *r)
{
	struct span line;
	enum err err;

	while (!r->has_head) {
		if ((err = http_line(r->head.data, r->head.len, &r->at,
		    &line)) != ERR_OK)
			return err;
		if (!r->has_line) {
			if (!http_status(line, &r->status))
				return ERR_MALFORMED;
			r->has_line = true;
		} else if (line.n > 0) {
			if (!take_field(r, line))
				return ERR_MALFORMED;
		} else if (r->status == 100) {
			r->has_line = false;    /* the answer follows */
		} else {
			end_head(r);
		}
	}
	return ERR_OK;
}

static enum err
take_body(struct reply *r, const void *p, size_t n)
{
	enum err err;

	if (n == 0)
		return ERR_OK;
	if (r->done)
		return ERR_MALFORMED;
	if (r->frame.framing == HTTP_UNFRAMED)
		return buf_append(&r->body, p, n);
	err = http_body_feed(&r->decoder, p, n, &r->body);
	r->done = r->decoder.done;
	return err;
}

enum err
reply_feed(struct reply *r, const void *p, size_t n)
{
	const size_t before = r->head.len, room = REPLY_HEAD_MAX - before;
	enum err err;

	if (r->has_head)
		return take_body(r, p, n);
	if ((err = buf_append(&r->head, p, n < room ? n : room)) != ERR_OK)
		return err;
	err = take_head(r);
	if (err == ERR_TRUNCATED)
		return r->head.len == REPLY_HEAD_MAX ? ERR_TOO_LARGE : ERR_OK;
	if (err != ERR_OK)
		return err;
	return take_body(r, (const char *)p + (r->at - before),
	    n - (r->at - before));
}

enum err
reply_end(struct reply *r)
{
	if (r->has_head && r->frame.framing == HTTP_UNFRAMED)
		r->done = true;
	return r->done ? ERR_OK : ERR_TRUNCATED;
}
