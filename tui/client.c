#include "tui/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/list.h"
#include "core/base/mem.h"
#include "tui/reply.h"
#include "tui/told.h"

#define REQUEST_MAX ((size_t)64 * 1024)
#define READ_SIZE 8192
#define PACE_READS 64           /* at once, before a stream is held to its pace */
#define DIALLING_MS 10000       /* a stream must have begun by then */

struct client {
	struct loop *loop;
	client_dial_fn dial;
	void *ctx;
	const char *lang;
	struct list calls;
};

struct call {
	struct list link;
	struct client *client;          /* NULL: over */
	struct loop *loop;
	int fd;
	struct watch *watch;
	struct timer *timer;
	int64_t pace_ms;                /* of a stream; 0: as it comes */
	int64_t ahead_ms;               /* monotonic: pace has been used up to */
	struct buf out;                 /* of the request, still to be sent */
	struct reply reply;
	struct sse sse;
	sse_fn on_event;                /* NULL: a single answer */
	const char *last_id;            /* while it begins; of a stream */
	client_fn fn;
	void *ctx;
	bool failed;                    /* before it began */
	bool has_begun;                 /* a stream */
	loop_fn on_begin;               /* NULL: nobody asks */
	void *begin_ctx;
	struct timer *silence;          /* by call_expect; NULL: none is long */
	int64_t silence_ms;
	void *owned;                    /* by call_own */
};

struct client *
client_create(struct loop *loop, client_dial_fn dial, void *ctx)
{
	struct client *c = xcalloc(1, sizeof *c);

	c->loop = loop;
	c->dial = dial;
	c->ctx = ctx;
	c->lang = "en";
	list_init(&c->calls);
	return c;
}

void
client_speak(struct client *c, const char *lang)
{
	c->lang = lang;
}

void
client_destroy(struct client *c)
{
	if (c == NULL)
		return;
	LIST_EACH_SAFE(at, &c->calls)
		call_cancel(CONTAINER_OF(at, struct call, link));
	free(c);
}

/* --- the end of a call ------------------------------------------------------- */

static void
free_call(void *ctx)
{
	struct call *call = ctx;

	buf_finish(&call->out);
	reply_finish(&call->reply);
	sse_finish(&call->sse);
	free(call->owned);
	free(call);
}

void
call_own(struct call *call, void *p)
{
	call->owned = p;
}

/* The memory stays for the functions of this turn that are under way. */
void
call_cancel(struct call *call)
{
	if (call == NULL || call->client == NULL)
		return;
	list_remove(&call->link);
	call->client = NULL;
	watch_destroy(call->watch);
	timer_destroy(call->timer);
	timer_destroy(call->silence);
	if (call->fd != -1)
		close(call->fd);
	loop_defer(call->loop, free_call, call);
}

static void
fail(struct call *call, enum err err)
{
	if (call->client == NULL)
		return;
	call_cancel(call);
	call->fn(call->ctx, &(struct client_answer){ .err = err });
}

static void
succeed(struct call *call)
{
	struct client_answer answer = { .status = call->reply.status };
	const char *text;
	cJSON *json = NULL;

	if (buf_cstr(&call->reply.body, &text) == ERR_OK)
		json = cJSON_ParseWithLength(text, call->reply.body.len);
	if (cJSON_IsObject(json))
		answer.json = json;
	call_cancel(call);
	call->fn(call->ctx, &answer);
	told_wipe(json);
}

/* --- bytes ------------------------------------------------------------------- */

/* The answer's bytes so far: events are told as they come. */
static enum err
look(struct call *call)
{
	struct reply *r = &call->reply;
	enum err err;

	if (call->on_event == NULL || !r->has_head || !r->is_events ||
	    r->status != 200)
		return ERR_OK;
	if (!call->has_begun) {
		call->has_begun = true;
		timer_stop(call->timer);
		if (call->on_begin != NULL)
			call->on_begin(call->begin_ctx);
	}
	err = sse_feed(&call->sse, r->body.data, r->body.len);
	buf_clear(&r->body);
	return err;
}

static void
take(struct call *call, const void *p, size_t n)
{
	enum err err;

	if ((err = reply_feed(&call->reply, p, n)) != ERR_OK ||
	    (err = look(call)) != ERR_OK)
		fail(call, err);
	else if (call->client != NULL && call->reply.done)
		succeed(call);
}

static void
watch(struct call *call, int events, watch_fn fn)
{
	watch_destroy(call->watch);
	call->watch = NULL;
	if (loop_on_fd(call->loop, call->fd, events, fn, call,
	    &call->watch) != ERR_OK)
		fail(call, ERR_IO);
}

/* Each read takes its share of time; who is too far ahead rests until the
 * timer. */
static void
keep_pace(struct call *call)
{
	const int64_t now = clock_mono_ms(clock_system());

	if (call->ahead_ms < now)
		call->ahead_ms = now;
	call->ahead_ms += call->pace_ms;
	if (call->ahead_ms - now <= PACE_READS * call->pace_ms)
		return;
	watch_destroy(call->watch);
	call->watch = NULL;
	timer_start(call->timer, call->pace_ms * clock_speed());
}

static void
on_readable(void *ctx, int events)
{
	struct call *call = ctx;
	uint8_t chunk[READ_SIZE];
	ssize_t n;

	(void)events;
	n = recv(call->fd, chunk, sizeof chunk, 0);
	if (n > 0) {
		if (call->silence != NULL)
			timer_start(call->silence, call->silence_ms);
		take(call, chunk, (size_t)n);
		explicit_bzero(chunk, (size_t)n);
		if (call->client != NULL && call->pace_ms > 0 &&
		    (size_t)n < sizeof chunk)
			keep_pace(call);
	} else if (n == 0) {
		if (reply_end(&call->reply) == ERR_OK)
			succeed(call);
		else
			fail(call, ERR_CLOSED);
	} else if (errno != EAGAIN && errno != EINTR) {
		fail(call, ERR_IO);
	}
}

static void
on_writable(void *ctx, int events)
{
	struct call *call = ctx;
	ssize_t n;

	(void)events;
	n = send(call->fd, call->out.data, call->out.len, MSG_NOSIGNAL);
	if (n > 0)
		buf_consume(&call->out, (size_t)n);
	else if (errno != EAGAIN && errno != EINTR)
		buf_clear(&call->out);  /* an answer may stand there already */
	if (call->out.len == 0)
		watch(call, WATCH_READ, on_readable);
}

/* --- requests ----------------------------------------------------------------- */

static void
on_timer(void *ctx)
{
	struct call *call = ctx;

	if (call->watch == NULL && !call->failed)
		watch(call, WATCH_READ, on_readable);
	else
		fail(call, call->failed ? ERR_IO : ERR_TIMEOUT);
}

static enum err
write_request(struct call *call, const char *method, const char *path,
    const char *body)
{
	struct buf *out = &call->out;
	enum err err;

	err = buf_printf(out, "%s %s%clang=%s HTTP/1.1\r\nHost: pairdesk\r\n",
	    method, path, strchr(path, '?') == NULL ? '?' : '&',
	    call->client->lang);
	if (err == ERR_OK && body != NULL)
		err = buf_printf(out, "Content-Type: application/json\r\n"
		    "Content-Length: %zu\r\n", strlen(body));
	else if (err == ERR_OK && strcmp(method, "GET") != 0)
		err = buf_str(out, "Content-Length: 0\r\n");
	if (err == ERR_OK && call->last_id != NULL && call->last_id[0] != '\0')
		err = buf_printf(out, "Last-Event-ID: %s\r\n", call->last_id);
	if (err == ERR_OK)
		err = buf_printf(out, "Connection: %s\r\n\r\n%s",
		    call->on_event != NULL ? "keep-alive" : "close",
		    body != NULL ? body : "");
	return err;
}

/* What goes wrong here is told by the timer, later. */
static void
begin(struct call *call, const char *method, const char *path,
    const char *body)
{
	struct client *c = call->client;

	if (write_request(call, method, path, body) != ERR_OK ||
	    (call->fd = c->dial(c->ctx)) == -1 ||
	    fcntl(call->fd, F_SETFL, O_NONBLOCK) == -1 ||
	    loop_on_fd(c->loop, call->fd, WATCH_WRITE, on_writable, call,
	    &call->watch) != ERR_OK) {
		call->failed = true;
		timer_start(call->timer, 0);
	}
}

static struct call *
create(struct client *c, client_fn fn, void *ctx, int64_t timeout_ms)
{
	struct call *call = xcalloc(1, sizeof *call);

	call->client = c;
	call->loop = c->loop;
	call->fd = -1;
	call->fn = fn;
	call->ctx = ctx;
	buf_init_secret(&call->out, REQUEST_MAX);
	reply_init(&call->reply);
	call->timer = timer_create_on(c->loop, on_timer, call);
	/* this machine's time: no test hurries its own processes */
	timer_start(call->timer, timeout_ms * clock_speed());
	list_append(&c->calls, &call->link);
	return call;
}

struct call *
client_request(struct client *c, const char *method, const char *path,
    const char *body, int64_t timeout_ms, client_fn fn, void *ctx)
{
	struct call *call = create(c, fn, ctx, timeout_ms);

	sse_init(&call->sse, NULL, NULL);
	begin(call, method, path, body);
	return call;
}

void
call_pace(struct call *call, int64_t ms)
{
	call->pace_ms = ms;
}

/* What waits to be read is life: it is we who rest, or were stopped. */
static void
on_silence(void *ctx)
{
	struct call *call = ctx;
	uint8_t byte;

	if (recv(call->fd, &byte, 1, MSG_PEEK) > 0)
		timer_start(call->silence, call->silence_ms);
	else
		fail(call, ERR_TIMEOUT);
}

void
call_expect(struct call *call, int64_t ms)
{
	if (call->silence == NULL)
		call->silence = timer_create_on(call->loop, on_silence, call);
	call->silence_ms = ms;
	timer_start(call->silence, ms);
}

void
call_on_begin(struct call *call, loop_fn fn, void *ctx)
{
	call->on_begin = fn;
	call->begin_ctx = ctx;
}

/* What comes after the one who listens has gone is told to nobody. */
static void
tell(void *ctx, const struct sse_event *event)
{
	struct call *call = ctx;

	if (call->client != NULL)
		call->on_event(call->ctx, event);
}

struct call *
client_events(struct client *c, const char *path, const char *last_id,
    sse_fn on_event, client_fn on_end, void *ctx)
{
	struct call *call = create(c, on_end, ctx, DIALLING_MS);

	call->on_event = on_event;
	call->last_id = last_id;
	sse_init(&call->sse, tell, call);
	begin(call, "GET", path, NULL);
	call->last_id = NULL;
	return call;
}
