#include "core/io/conn.h"

#include <assert.h>
#include <stdlib.h>

#include <uv.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/io/dial.h"
#include "core/io/gate.h"
#include "core/io/loop_uv.h"

/* After a failed write, what the server said before it went (often why) is
 * still to be read; its end or this ends the connection. */
#define LAST_WORDS_MS 1000

/* A whole handshake takes milliseconds; others get their turns between its
 * steps. */
#define STEPS_NS 500000

enum state {
	DIALING,
	SECURING,       /* TLS handshake */
	READY,
	LOST,           /* told; waits for conn_close */
	LINGERING,      /* closed by its owner; the last bytes go out */
	GONE            /* its memory is freed on a later turn */
};

struct conn {
	struct loop *loop;
	const struct conn_events *events;
	void *ctx;
	struct conn_params *params;     /* a copy, until ready */
	struct pass *pass;              /* until ready or lost */
	struct dial *dial;
	struct sock *sock;
	struct tls *tls;
	struct timer *timer;
	struct timer *again;    /* goes on securing; NULL before and after */
	struct buf out;         /* behind what is being written */
	struct flight *flight;
	const char *late_detail;        /* of a failure to tell on a later */
	enum err late_err;              /* turn */
	enum state state;
	enum stage stage;
	bool has_ended;         /* the server's side */
};

/* One write of libuv, with its bytes. */
struct flight {
	uv_write_t req;
	struct conn *conn;
	struct buf bytes;
};

/* --- the end --------------------------------------------------------------- */

static void
forget_params(struct conn *c)
{
	free(c->params);
	c->params = NULL;
}

static void
free_conn(void *ctx)
{
	struct conn *c = ctx;

	forget_params(c);
	tls_destroy(c->tls);
	buf_finish(&c->out);
	free(c);
}

static void
on_closed(uv_handle_t *handle)
{
	struct conn *c = handle->data;

	free(c->sock->early);
	free(c->sock);
	free_conn(c);
}

static void
stop_securing(struct conn *c)
{
	timer_destroy(c->again);
	c->again = NULL;
}

static void
leave_gate(struct conn *c)
{
	gate_leave(c->pass);
	c->pass = NULL;
}

/* Nothing that is on the stack now may find its memory gone, so all of it
 * goes on a later turn. */
static void
destroy(struct conn *c)
{
	c->state = GONE;
	leave_gate(c);
	dial_cancel(c->dial);
	c->dial = NULL;
	timer_destroy(c->timer);
	stop_securing(c);
	c->timer = NULL;
	if (c->sock == NULL)
		loop_defer(c->loop, free_conn, c);
	else
		uv_close((uv_handle_t *)&c->sock->tcp, on_closed);
}

static bool
is_alive(const struct conn *c)
{
	return c->state == DIALING || c->state == SECURING ||
	    c->state == READY;
}

static void
lost(struct conn *c, enum err err, const char *detail)
{
	if (!is_alive(c))
		return;
	c->state = LOST;
	leave_gate(c);
	timer_stop(c->timer);
	stop_securing(c);
	if (c->sock != NULL)
		uv_read_stop((uv_stream_t *)&c->sock->tcp);
	c->events->on_lost(c->ctx, err, c->stage, detail);
}

/* For failures that cannot be told right now. */
static void
lose_later(struct conn *c, enum err err, const char *detail, int64_t ms)
{
	if (!is_alive(c) || c->late_err != ERR_OK)
		return;
	c->late_err = err;
	c->late_detail = detail;
	timer_start(c->timer, ms);
}

/* --- writing --------------------------------------------------------------- */

static uv_stream_t *
stream_of(const struct conn *c)
{
	return (uv_stream_t *)&c->sock->tcp;
}

static void flush(struct conn *c);

static void
on_shutdown(uv_shutdown_t *req, int status)
{
	(void)status;           /* the server's end or the timer comes next */
	free(req);
}

/* All is written: our side ends, the server's is waited for. Closing with
 * its bytes unread would reset the connection and could take ours back. */
static void
end_writing(struct conn *c)
{
	uv_shutdown_t *req;

	if (c->has_ended) {
		destroy(c);
		return;
	}
	req = xcalloc(1, sizeof *req);
	if (uv_shutdown(req, stream_of(c), on_shutdown) != 0)
		free(req);
}

static void
on_written(uv_write_t *req, int status)
{
	struct flight *f = req->data;
	struct conn *c = f->conn;
	const uint64_t since = loop_enter();
	struct loop *loop = c->loop;

	buf_finish(&f->bytes);
	free(f);
	c->flight = NULL;
	if (status == 0 && c->state != GONE)
		flush(c);
	else if (c->state == LINGERING)
		destroy(c);
	else
		lose_later(c, ERR_CLOSED, uv_strerror(status), LAST_WORDS_MS);
	loop_leave(loop, since);
}

/* What the kernel did not take goes on its own. */
static void
start_flight(struct conn *c, size_t written)
{
	struct flight *f = xcalloc(1, sizeof *f);
	uv_buf_t b;

	f->conn = c;
	f->req.data = f;
	f->bytes = c->out;
	buf_init(&c->out, CONN_OUT_MAX);
	c->flight = f;
	b.base = (char *)f->bytes.data + written;
	b.len = f->bytes.len - written;
	if (uv_write(&f->req, stream_of(c), &b, 1, on_written) != 0) {
		c->flight = NULL;
		buf_finish(&f->bytes);
		free(f);
		lose_later(c, ERR_CLOSED, "cannot write", 0);
	}
}

/* Nearly always the kernel takes all of it, and nothing is kept. */
static void
flush(struct conn *c)
{
	uv_buf_t b;
	int n;

	if (c->sock == NULL || c->flight != NULL)
		return;
	if (c->out.len > 0) {
		b.base = (char *)c->out.data;
		b.len = c->out.len;
		/* an error will be met by the flight, which can tell it */
		if ((n = uv_try_write(stream_of(c), &b, 1)) < 0)
			n = 0;
		if ((size_t)n < c->out.len) {
			start_flight(c, (size_t)n);
			return;
		}
	}
	buf_release(&c->out);
	if (c->state == LINGERING)
		end_writing(c);
}

enum err
conn_write(struct conn *c, const void *p, size_t n)
{
	enum err err;

	if (c->state != READY || c->late_err != ERR_OK)
		return ERR_CLOSED;
	err = c->tls != NULL ? tls_write(c->tls, p, n, &c->out)
	    : buf_append(&c->out, p, n);
	if (err != ERR_OK) {
		lose_later(c, err, "the server does not take what is sent",
		    0);
		return err;
	}
	flush(c);
	return ERR_OK;
}

size_t
conn_queued(const struct conn *c)
{
	return c->out.len + (c->flight == NULL ? 0
	    : uv_stream_get_write_queue_size(stream_of(c)));
}

/* --- reading --------------------------------------------------------------- */

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct conn *c = handle->data;

	(void)suggested;
	out->base = (char *)c->loop->scratch;
	out->len = LOOP_SCRATCH;
}

/* The loop's scratch space is free again: tls_feed has its own copy. */
static void
read_plain(struct conn *c)
{
	enum err err;
	size_t n;

	while (c->state == READY) {
		err = tls_read(c->tls, c->loop->scratch, LOOP_SCRATCH, &n);
		if (err == ERR_TRUNCATED)
			return;
		if (err == ERR_OK)
			c->events->on_data(c->ctx, c->loop->scratch, n);
		else
			lost(c, err, err == ERR_CLOSED
			    ? "the server ended TLS" : tls_detail(c->tls));
	}
}

static void
become_ready(struct conn *c)
{
	c->state = READY;
	leave_gate(c);
	timer_stop(c->timer);
	stop_securing(c);
	forget_params(c);
	c->events->on_ready(c->ctx);
}

static void
secure_until(struct conn *c, uint64_t until_ns)
{
	enum err err;

	do
		err = tls_handshake(c->tls, &c->out);
	while (err == ERR_BUSY && uv_hrtime() < until_ns);
	flush(c);               /* the alert too, if it failed */
	if (err == ERR_BUSY) {
		timer_start(c->again, 0);
	} else if (err == ERR_OK) {
		become_ready(c);
		read_plain(c);  /* it may have come with the last of TLS */
	} else if (err != ERR_TRUNCATED) {
		lost(c, err, tls_detail(c->tls));
	}
}

static void
go_on_securing(void *ctx)
{
	secure_until(ctx, uv_hrtime() + STEPS_NS);
}

static void
take(struct conn *c, const uint8_t *p, size_t n)
{
	enum err err;

	if (!is_alive(c))
		return;         /* lingering: the server may talk on */
	if (c->tls == NULL) {
		c->events->on_data(c->ctx, p, n);
		return;
	}
	if ((err = tls_feed(c->tls, p, n)) != ERR_OK) {
		lost(c, err, "TLS cannot take more");
		return;
	}
	if (c->state == SECURING)
		go_on_securing(c);
	else
		read_plain(c);
}

static void
take_end(struct conn *c, int status)
{
	c->has_ended = true;
	if (c->state == LINGERING) {
		/* it reads on, perhaps, if only its own side has ended */
		if (status != UV_EOF || conn_queued(c) == 0)
			destroy(c);
		return;
	}
	/* an alert that says why may be among what is not looked at yet */
	if (c->state == SECURING && c->tls != NULL)
		secure_until(c, UINT64_MAX);
	lost(c, ERR_CLOSED, status == UV_EOF
	    ? "the server closed the connection" : uv_strerror(status));
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
	struct conn *c = stream->data;
	const uint64_t since = loop_enter();
	struct loop *loop = c->loop;

	if (n > 0) {
		take(c, (const uint8_t *)b->base, (size_t)n);
	} else if (n < 0) {
		uv_read_stop(stream);
		take_end(c, (int)n);
	}
	loop_leave(loop, since);
}

/* --- the beginning --------------------------------------------------------- */

static void
secure(struct conn *c)
{
	const struct conn_params *p = c->params;
	enum err err;

	c->state = SECURING;
	c->stage = STAGE_TLS;
	timer_start(c->timer, p->limits->tls_ms);
	c->events->on_stage(c->ctx, STAGE_TLS);
	if (c->state != SECURING)
		return;
	err = tls_create(p->tls, p->url->host, p->ticket, &c->tls);
	if (err != ERR_OK) {
		lost(c, err, "TLS cannot be set up");
		return;
	}
	c->again = timer_create_on(c->loop, go_on_securing, c);
	go_on_securing(c);
}

/* What a proxy passed on with its own answer. */
static void
take_early(struct conn *c)
{
	struct sock *sock = c->sock;
	uint8_t *early = sock->early;
	const size_t n = sock->early_len;

	if (early == NULL)
		return;
	sock->early = NULL;
	take(c, early, n);
	free(early);
}

static void
on_dialed(void *ctx, enum err err, enum stage stage, struct sock *sock,
    const char *detail)
{
	struct conn *c = ctx;

	c->dial = NULL;
	c->stage = stage;
	if (err != ERR_OK) {
		lost(c, err, detail);
		return;
	}
	c->sock = sock;
	sock->tcp.data = c;
	if (uv_read_start(stream_of(c), on_alloc, on_read) != 0)
		lost(c, ERR_CLOSED, "cannot read");
	else if (c->params->url->tls)
		secure(c);
	else
		become_ready(c);
	take_early(c);
}

static void
on_dial_stage(void *ctx, enum stage stage)
{
	struct conn *c = ctx;

	c->stage = stage;
	c->events->on_stage(c->ctx, stage);
}

static void
on_timer(void *ctx)
{
	struct conn *c = ctx;

	if (c->state == LINGERING)
		destroy(c);
	else if (c->late_err != ERR_OK)
		lost(c, c->late_err, c->late_detail);
	else
		lost(c, ERR_TIMEOUT, "the server does not answer");
}

static void
on_turn(void *ctx)
{
	static const struct dial_events dial_events = {
		.on_stage = on_dial_stage,
		.on_done = on_dialed,
	};
	struct conn *c = ctx;
	const struct conn_params *p = c->params;

	c->dial = dial_start(c->loop, &(struct dial_target){
	    .host = p->url->host, .port = p->url->port, .proxy = p->proxy,
	    .limits = p->limits }, &dial_events, c);
}

struct conn *
conn_open(struct loop *loop, const struct conn_params *params)
{
	struct conn *c = xcalloc(1, sizeof *c);
	struct conn_params *copy = xcalloc(1, sizeof *copy);

	assert(!params->url->tls || params->tls != NULL);
	*copy = *params;
	c->loop = loop;
	c->events = params->events;
	c->ctx = params->ctx;
	c->params = copy;
	c->stage = STAGE_LOOKUP;
	buf_init(&c->out, CONN_OUT_MAX);
	c->timer = timer_create_on(loop, on_timer, c);
	c->pass = gate_enter(loop, on_turn, c);
	return c;
}

void
conn_set_deadline(struct conn *c, int64_t ms)
{
	if (c->state != READY || c->late_err != ERR_OK)
		return;
	if (ms < 0)
		timer_stop(c->timer);
	else
		timer_start(c->timer, ms);
}

void
conn_close(struct conn *c, int64_t linger_ms)
{
	if (c == NULL)
		return;
	if (c->state != READY || c->late_err != ERR_OK || linger_ms <= 0) {
		destroy(c);
		return;
	}
	c->state = LINGERING;
	if (c->tls != NULL)
		tls_finish(c->tls, &c->out);
	timer_start(c->timer, linger_ms);
	flush(c);
}
