#include "core/io/dial.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/loop_uv.h"
#include "core/io/resolve.h"

/* Middleboxes forget silent connections after a minute or so. */
#define KEEPALIVE_S 60

struct dial {
	struct loop *loop;
	const struct dial_events *events;
	void *ctx;
	const struct stage_limits *limits;
	char *host;
	uint16_t port;
	enum stage stage;
	bool begun, over;

	struct timer *timer;
	struct lookup *lookup;
	struct address found[RESOLVE_ADDRESSES_MAX];
	size_t count, at;
	struct sock *sock;      /* the attempt under way */
	int64_t tcp_until_ms;
	enum err last_err;
	char detail[160];
};

static void
on_sock_closed(uv_handle_t *handle)
{
	/* the handle is the first member */
	free(handle);
}

void
sock_close(struct sock *s)
{
	if (s != NULL)
		uv_close((uv_handle_t *)&s->tcp, on_sock_closed);
}

static int64_t
now_ms(void)
{
	return clock_mono_ms(clock_system());
}

static void
free_dial(void *ctx)
{
	struct dial *d = ctx;

	free(d->host);
	free(d);
}

static void
give_up_attempt(struct dial *d)
{
	if (d->sock == NULL)
		return;
	d->sock->connect.data = NULL;
	sock_close(d->sock);
	d->sock = NULL;
}

/* The memory stays for the functions of this turn that are under way. */
static void
end(struct dial *d)
{
	d->over = true;
	lookup_cancel(d->lookup);
	d->lookup = NULL;
	give_up_attempt(d);
	timer_destroy(d->timer);
	d->timer = NULL;
	loop_defer(d->loop, free_dial, d);
}

void
dial_cancel(struct dial *d)
{
	if (d != NULL && !d->over)
		end(d);
}

static void
fail(struct dial *d, enum err err, const char *detail)
{
	end(d);
	d->events->on_done(d->ctx, err, d->stage, NULL, detail);
}

static void
enter(struct dial *d, enum stage stage)
{
	d->stage = stage;
	d->events->on_stage(d->ctx, stage);
}

static void
note(struct dial *d, enum err err, const char *why)
{
	char text[64] = "";

	if (d->at > 0)
		uv_ip_name(&d->found[d->at - 1].sa.any, text, sizeof text);
	d->last_err = err;
	str_format(d->detail, sizeof d->detail, "%s: %s", text, why);
}

static void try_next(struct dial *d);

static void
succeed(struct dial *d)
{
	struct sock *sock = d->sock;

	d->sock = NULL;
	uv_tcp_nodelay(&sock->tcp, 1);
	uv_tcp_keepalive(&sock->tcp, 1, KEEPALIVE_S);
	end(d);
	d->events->on_done(d->ctx, ERR_OK, d->stage, sock, "");
}

static void
on_connect(uv_connect_t *req, int status)
{
	struct dial *d = req->data;
	const uint64_t since = loop_enter();
	struct loop *loop;

	if (d == NULL)
		return;         /* given up; the socket is closing */
	loop = d->loop;
	if (status == 0) {
		succeed(d);
	} else {
		note(d, ERR_CONNECT, uv_strerror(status));
		give_up_attempt(d);
		try_next(d);
	}
	loop_leave(loop, since);
}

static bool
attempt(struct dial *d, struct address *to)
{
	struct sock *s = xcalloc(1, sizeof *s);
	int status;

	if (to->sa.any.sa_family == AF_INET6)
		to->sa.v6.sin6_port = htons(d->port);
	else
		to->sa.v4.sin_port = htons(d->port);
	uv_tcp_init(&d->loop->uv, &s->tcp);
	s->connect.data = d;
	status = uv_tcp_connect(&s->connect, &s->tcp, &to->sa.any,
	    on_connect);
	if (status != 0) {
		note(d, ERR_CONNECT, uv_strerror(status));
		sock_close(s);
		return false;
	}
	d->sock = s;
	return true;
}

static void
try_next(struct dial *d)
{
	int64_t left = d->tcp_until_ms - now_ms();

	while (d->at < d->count && left > 0) {
		if (attempt(d, &d->found[d->at++])) {
			timer_start(d->timer, left < d->limits->address_ms
			    ? left : d->limits->address_ms);
			return;
		}
	}
	fail(d, d->last_err, d->detail);
}

static void
on_found(void *ctx, enum err err, const struct address *at, size_t count,
    const char *detail)
{
	struct dial *d = ctx;

	d->lookup = NULL;
	if (err != ERR_OK) {
		fail(d, err, detail);
		return;
	}
	memcpy(d->found, at, count * sizeof *at);
	d->count = count;
	timer_stop(d->timer);
	d->tcp_until_ms = now_ms() + d->limits->tcp_ms;
	enter(d, STAGE_TCP);
	if (!d->over)
		try_next(d);
}

static void
begin(struct dial *d)
{
	d->begun = true;
	enter(d, STAGE_LOOKUP);
	if (d->over)
		return;
	timer_start(d->timer, d->limits->lookup_ms);
	d->lookup = lookup_start(d->loop, d->host, on_found, d);
}

static void
on_timer(void *ctx)
{
	struct dial *d = ctx;

	if (!d->begun) {
		begin(d);
	} else if (d->stage == STAGE_LOOKUP) {
		fail(d, ERR_TIMEOUT, "the resolver does not answer");
	} else {
		note(d, ERR_TIMEOUT, "no answer");
		give_up_attempt(d);
		try_next(d);
	}
}

struct dial *
dial_start(struct loop *loop, const char *host, uint16_t port,
    const struct stage_limits *limits, const struct dial_events *events,
    void *ctx)
{
	struct dial *d = xcalloc(1, sizeof *d);

	d->loop = loop;
	d->events = events;
	d->ctx = ctx;
	d->limits = limits;
	d->host = xstrdup(host);
	d->port = port;
	d->timer = timer_create_on(loop, on_timer, d);
	timer_start(d->timer, 0);
	return d;
}
