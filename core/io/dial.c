#include "core/io/dial.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/io/loop_uv.h"
#include "core/io/resolve.h"
#include "core/io/tunnel.h"

/* Middleboxes forget silent connections after a minute or so. */
#define KEEPALIVE_S 60

struct dial {
	struct loop *loop;
	const struct dial_events *events;
	void *ctx;
	struct dial_target target;
	enum stage stage;
	bool begun, over;

	struct timer *timer;            /* of the look-up */
	struct lookup *lookup;
	struct race *race;
	struct tunnel *tunnel;
};

static bool
is_by_proxy(const struct dial *d)
{
	return d->target.proxy->kind != PROXY_DIRECT;
}

/* Whom this machine connects to. */
static const char *
first_host(const struct dial *d)
{
	return is_by_proxy(d) ? d->target.proxy->host : d->target.host;
}

static uint16_t
first_port(const struct dial *d)
{
	return is_by_proxy(d) ? d->target.proxy->port : d->target.port;
}

/* The memory stays for the functions of this turn that are under way. */
static void
end(struct dial *d)
{
	d->over = true;
	lookup_cancel(d->lookup);
	race_cancel(d->race);
	tunnel_cancel(d->tunnel);
	d->lookup = NULL;
	d->race = NULL;
	d->tunnel = NULL;
	timer_destroy(d->timer);
	d->timer = NULL;
	loop_defer(d->loop, free, d);
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
succeed(struct dial *d, struct sock *sock)
{
	end(d);
	d->events->on_done(d->ctx, ERR_OK, d->stage, sock, "");
}

/* False: the owner has ended it. */
static bool
enter(struct dial *d, enum stage stage)
{
	d->stage = stage;
	d->events->on_stage(d->ctx, stage);
	return !d->over;
}

static void
on_tunnel(void *ctx, enum err err, struct sock *sock, const char *detail)
{
	struct dial *d = ctx;

	d->tunnel = NULL;
	if (err != ERR_OK)
		fail(d, err, detail);
	else
		succeed(d, sock);
}

static void
on_connected(void *ctx, enum err err, struct sock *sock,
    const struct address *winner, const char *detail)
{
	struct dial *d = ctx;

	d->race = NULL;
	if (err != ERR_OK) {
		fail(d, err, detail);
		return;
	}
	resolver_note_good(d->loop, first_host(d), winner);
	uv_tcp_nodelay(&sock->tcp, 1);
	uv_tcp_keepalive(&sock->tcp, 1, KEEPALIVE_S);
	if (!is_by_proxy(d)) {
		succeed(d, sock);
		return;
	}
	if (!enter(d, STAGE_PROXY)) {
		sock_close(sock);
		return;
	}
	d->tunnel = tunnel_start(d->loop, sock, d->target.proxy,
	    d->target.host, d->target.port, d->target.limits->proxy_ms,
	    on_tunnel, d);
}

static void
on_found(void *ctx, enum err err, const struct address *at, size_t count,
    const char *detail)
{
	struct dial *d = ctx;
	struct address found[RESOLVE_ADDRESSES_MAX];
	struct address good;

	d->lookup = NULL;
	if (err != ERR_OK) {
		fail(d, err, detail);
		return;
	}
	timer_stop(d->timer);
	memcpy(found, at, count * sizeof *at);
	race_order(found, count, resolver_good(d->loop, first_host(d),
	    &good) ? &good : NULL);
	if (enter(d, is_by_proxy(d) ? STAGE_PROXY_TCP : STAGE_TCP))
		d->race = race_start(d->loop, found, count, first_port(d),
		    d->target.limits, on_connected, d);
}

static void
begin(struct dial *d)
{
	const struct proxy *proxy = d->target.proxy;

	d->begun = true;
	if (proxy == NULL || proxy->kind == PROXY_UNSET) {
		fail(d, ERR_INVALID, "nobody said whether by a proxy");
		return;
	}
	if (!enter(d, is_by_proxy(d) ? STAGE_PROXY_LOOKUP : STAGE_LOOKUP))
		return;
	timer_start(d->timer, d->target.limits->lookup_ms);
	d->lookup = lookup_start(d->loop, first_host(d), on_found, d);
}

static void
on_timer(void *ctx)
{
	struct dial *d = ctx;

	if (!d->begun)
		begin(d);
	else
		fail(d, ERR_TIMEOUT, "the resolver does not answer");
}

struct dial *
dial_start(struct loop *loop, const struct dial_target *target,
    const struct dial_events *events, void *ctx)
{
	struct dial *d = xcalloc(1, sizeof *d);

	d->loop = loop;
	d->events = events;
	d->ctx = ctx;
	d->target = *target;
	d->stage = STAGE_LOOKUP;
	d->timer = timer_create_on(loop, on_timer, d);
	timer_start(d->timer, 0);
	return d;
}
