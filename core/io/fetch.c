#include "core/io/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/conn.h"
#include "core/io/http.h"

/* Big sites send several KiB of policy headers. */
#define HEAD_MAX 65536
#define LINES_MAX 256
#define REQUEST_MAX 16384

struct fetch {
	struct loop *loop;
	struct conn *conn;
	struct timer *deadline;
	struct url url;
	struct proxy proxy;
	char *headers;
	fetch_fn fn;
	void *ctx;

	struct buf head, body;
	size_t at;              /* lines of head before this are judged */
	unsigned lines;
	struct http_frame frame;
	struct http_body decoder;
	bool has_head, over;
	int status;
};

static void
free_fetch(void *ctx)
{
	struct fetch *f = ctx;

	proxy_finish(&f->proxy);
	buf_finish(&f->head);
	buf_finish(&f->body);
	free(f->headers);
	free(f);
}

/* The memory stays for the functions of this turn that are under way. */
static void
end(struct fetch *f)
{
	f->over = true;
	conn_close(f->conn, 0);
	timer_destroy(f->deadline);
	loop_defer(f->loop, free_fetch, f);
}

void
fetch_cancel(struct fetch *f)
{
	if (f != NULL && !f->over)
		end(f);
}

static void
fail(struct fetch *f, enum err err, const char *detail)
{
	if (f->over)
		return;
	end(f);
	f->fn(f->ctx, err, f->status, NULL, 0, detail);
}

static void
succeed(struct fetch *f)
{
	const char *text = "";

	if (buf_cstr(&f->body, &text) != ERR_OK) {
		fail(f, ERR_NO_MEMORY, "out of memory");
		return;
	}
	end(f);
	f->fn(f->ctx, ERR_OK, f->status, text, f->body.len, "");
}

static enum err
judge_status(struct fetch *f, struct span line)
{
	if (!http_status(line, &f->status))
		return ERR_MALFORMED;
	return f->status == 200 ? ERR_OK : ERR_UNSUPPORTED;
}

static enum err
judge_field(struct fetch *f, struct span line)
{
	struct span name, value;

	if (!http_field(line, &name, &value) ||
	    !http_frame_note(&f->frame, name, value))
		return ERR_MALFORMED;
	return !http_is(name, "content-encoding") ||
	    http_is(value, "identity") ? ERR_OK : ERR_MALFORMED;
}

static enum err
end_head(struct fetch *f)
{
	const struct http_frame *fr = &f->frame;

	/* a body that ends with the connection may have been cut by anybody */
	if (fr->framing == HTTP_UNFRAMED)
		return ERR_MALFORMED;
	if (fr->length > f->body.max)
		return ERR_TOO_LARGE;
	http_body_init(&f->decoder, fr->framing, fr->length);
	f->has_head = true;
	return ERR_OK;
}

/* ERR_OK: the head is whole, f->at is behind it. */
static enum err
parse_head(struct fetch *f)
{
	struct span line;
	enum err err;

	while (!f->has_head) {
		err = http_line(f->head.data, f->head.len, &f->at, &line);
		if (err != ERR_OK)
			return err;
		if (f->lines++ == 0)
			err = judge_status(f, line);
		else if (f->lines > LINES_MAX)
			err = ERR_TOO_LARGE;
		else if (line.n > 0)
			err = judge_field(f, line);
		else
			err = end_head(f);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static void
fail_head(struct fetch *f, enum err err)
{
	char detail[48];

	if (err == ERR_UNSUPPORTED)
		str_format(detail, sizeof detail, "HTTP status %d", f->status);
	else
		str_copy(detail, sizeof detail, err_text(err));
	fail(f, err, detail);
}

static void
take_body(struct fetch *f, const void *p, size_t n)
{
	const enum err err = http_body_feed(&f->decoder, p, n, &f->body);

	if (err != ERR_OK)
		fail(f, err, err_text(err));
	else if (f->decoder.done)
		succeed(f);
}

static void
take_head(struct fetch *f, const uint8_t *p, size_t n)
{
	const size_t before = f->head.len, room = HEAD_MAX - before;
	enum err err;

	err = buf_append(&f->head, p, n < room ? n : room);
	if (err == ERR_OK)
		err = parse_head(f);
	if (err == ERR_TRUNCATED && f->head.len == HEAD_MAX)
		err = ERR_TOO_LARGE;
	if (err == ERR_TRUNCATED)
		return;
	if (err != ERR_OK) {
		fail_head(f, err);
		return;
	}
	take_body(f, p + (f->at - before), n - (f->at - before));
}

static void
on_data(void *ctx, const uint8_t *p, size_t n)
{
	struct fetch *f = ctx;

	if (f->over)
		return;
	if (f->has_head)
		take_body(f, p, n);
	else
		take_head(f, p, n);
}

static void
on_ready(void *ctx)
{
	struct fetch *f = ctx;
	char host[URL_AUTHORITY_SIZE];
	struct buf request;
	enum err err;

	url_authority(&f->url, host);
	buf_init(&request, REQUEST_MAX);
	err = buf_printf(&request,
	    "GET %s HTTP/1.1\r\n"
	    "Host: %s\r\n"
	    "Accept-Encoding: identity\r\n"
	    "Connection: close\r\n"
	    "%s\r\n", f->url.path, host, f->headers);
	if (err == ERR_OK)
		err = conn_write(f->conn, request.data, request.len);
	buf_finish(&request);
	if (err != ERR_OK)
		fail(f, err, err_text(err));
}

static void
on_stage(void *ctx, enum stage stage)
{
	(void)ctx;
	(void)stage;
}

static void
on_lost(void *ctx, enum err err, enum stage stage, const char *detail)
{
	(void)stage;
	fail(ctx, err, detail);
}

static void
on_deadline(void *ctx)
{
	fail(ctx, ERR_TIMEOUT, "the server does not answer");
}

struct fetch *
fetch_start(struct loop *loop, const struct tls_config *tls,
    const struct url *url, const struct proxy *proxy, const char *headers,
    size_t max, int64_t deadline_ms, fetch_fn fn, void *ctx)
{
	static const struct conn_events events = {
		.on_stage = on_stage,
		.on_ready = on_ready,
		.on_data = on_data,
		.on_lost = on_lost,
	};
	struct fetch *f = xcalloc(1, sizeof *f);
	const struct conn_params to = { .url = &f->url, .proxy = &f->proxy,
	    .tls = tls, .limits = stage_limits_usual(), .events = &events, .ctx = f };

	f->loop = loop;
	f->url = *url;
	f->proxy = *proxy;
	f->headers = xstrdup(headers);
	f->fn = fn;
	f->ctx = ctx;
	buf_init(&f->head, HEAD_MAX);
	buf_init(&f->body, max);
	f->deadline = timer_create_on(loop, on_deadline, f);
	timer_start(f->deadline, deadline_ms);
	f->conn = conn_open(loop, &to);
	return f;
}
