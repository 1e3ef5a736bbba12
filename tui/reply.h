/*
 * One HTTP/1.1 answer of our own listener, taken in whatever pieces it comes.
 * Pure; everything is bounded.
 */
#ifndef PAIRDESK_TUI_REPLY_H
#define PAIRDESK_TUI_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/io/http.h"

#define REPLY_HEAD_MAX ((size_t)16 * 1024)
#define REPLY_BODY_MAX ((size_t)32 * 1024 * 1024)       /* a page of companies */

struct reply {
	int status;                     /* 0 until it is known */
	bool has_head, is_events;       /* text/event-stream */
	bool done;
	struct buf body;                /* so far; the caller may take from it */

	/* its own */
	struct buf head;
	size_t at;                      /* lines before this are judged */
	bool has_line;
	struct http_frame frame;
	struct http_body decoder;
};

void reply_init(struct reply *r);
void reply_finish(struct reply *r);

/* ERR_OK: look at done and body. ERR_MALFORMED, ERR_TOO_LARGE. */
MUST_CHECK enum err reply_feed(struct reply *r, const void *p, size_t n);
/* The connection has ended: ERR_TRUNCATED unless that is the body's end. */
MUST_CHECK enum err reply_end(struct reply *r);

#endif
