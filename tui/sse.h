/*
 * Server-sent events out of the bytes of an answer, in whatever pieces they
 * come. Pure. Comments and `retry` are skipped; an event without data is
 * none (WHATWG HTML 9.2.6).
 */
#ifndef PAIRDESK_TUI_SSE_H
#define PAIRDESK_TUI_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"

#define SSE_LINE_MAX ((size_t)256 * 1024)       /* a QR's picture is in one */
#define SSE_NAME_MAX 64

/* Borrowed for the call. */
struct sse_event {
	const char *id;                 /* the last one told, "" none */
	const char *name;               /* "message" if it has none */
	const char *data;               /* its lines, joined by LF */
};

typedef void (*sse_fn)(void *ctx, const struct sse_event *event);

/* Fields are its own. Codes pass through it: it wipes. */
struct sse {
	sse_fn fn;
	void *ctx;
	struct buf line, data;
	char id[SSE_NAME_MAX], name[SSE_NAME_MAX];
	bool has_data, after_cr;
};

void sse_init(struct sse *s, sse_fn fn, void *ctx);
void sse_finish(struct sse *s);

/* ERR_TOO_LARGE: a line or an event's data is over SSE_LINE_MAX. fn must not
 * finish s. */
MUST_CHECK enum err sse_feed(struct sse *s, const void *p, size_t n);

#endif
