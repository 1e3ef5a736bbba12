#include "core/io/race.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/loop_uv.h"

/* One address. sock is NULL before it is tried and once it has failed. */
struct runner {
	struct race *race;
	struct address to;
	struct sock *sock;
	int64_t until_ms;
};

struct race {
	struct loop *loop;
	race_fn fn;
	void *ctx;
	const struct stage_limits *limits;
	struct timer *timer;
	struct runner runners[RESOLVE_ADDRESSES_MAX];
	size_t count, started;
	int64_t next_ms;        /* the next one starts then */
	int64_t until_ms;       /* all together */
	bool over;
	enum err last_err;
	char detail[160];
};

static void
on_sock_closed(uv_handle_t *handle)
{
	/* the handle is the first member */
	struct sock *s = (struct sock *)handle;

	free(s->early);
	free(s);
}

void
sock_close(struct sock *s)
{
	if (s != NULL)
		uv_close((uv_handle_t *)&s->tcp, on_sock_closed);
}

/* --- the order ------------------------------------------------------------- */

static bool
is_same(const struct address *a, const struct address *b)
{
	if (a->sa.any.sa_family != b->sa.any.sa_family)
		return false;
	if (a->sa.any.sa_family == AF_INET)
		return memcmp(&a->sa.v4.sin_addr, &b->sa.v4.sin_addr,
		    sizeof a->sa.v4.sin_addr) == 0;
	return memcmp(&a->sa.v6.sin6_addr, &b->sa.v6.sin6_addr,
	    sizeof a->sa.v6.sin6_addr) == 0;
}

/* The first of this family from i on; count: none. */
static size_t
find_family(const struct address *at, size_t i, size_t count, int family)
{
	while (i < count && at[i].sa.any.sa_family != family)
		i++;
	return i;
}

/* Moves at[from] to the earlier place to, what is between one further. */
static void
pull_forward(struct address *at, size_t from, size_t to)
{
	const struct address moved = at[from];

	memmove(at + to + 1, at + to, (from - to) * sizeof *at);
	at[to] = moved;
}

void
race_order(struct address *at, size_t count, const struct address *good)
{
	int family = AF_INET6;
	size_t to = 0;

	for (size_t i = 0; good != NULL && i < count; i++) {
		if (!is_same(&at[i], good))
			continue;
		pull_forward(at, i, to++);
		family = good->sa.any.sa_family == AF_INET ? AF_INET6 :
		    AF_INET;
		break;
	}
	for (; to < count; to++) {
		const size_t from = find_family(at, to, count, family);

		/* of one family alone are left: as they are */
		if (from < count)
			pull_forward(at, from, to);
		family = at[to].sa.any.sa_family == AF_INET ? AF_INET6 :
		    AF_INET;
	}
}

/* --- the race -------------------------------------------------------------- */

static int64_t
now_ms(void)
{
	return clock_mono_ms(clock_system());
}

static void
free_race(void *ctx)
{
	free(ctx);
}

static void
give_up(struct runner *r)
{
	if (r->sock == NULL)
		return;
	r->sock->connect.data = NULL;
	sock_close(r->sock);
	r->sock = NULL;
}

/* The memory stays for the functions of this turn that are under way. */
static void
end(struct race *r)
{
	r->over = true;
	for (size_t i = 0; i < r->started; i++)
		give_up(&r->runners[i]);
	timer_destroy(r->timer);
	r->timer = NULL;
	loop_defer(r->loop, free_race, r);
}

void
race_cancel(struct race *r)
{
	if (r != NULL && !r->over)
		end(r);
}

static void
note(struct runner *r, enum err err, const char *why)
{
	struct race *race = r->race;
	char text[64] = "";

	uv_ip_name(&r->to.sa.any, text, sizeof text);
	race->last_err = err;
	str_format(race->detail, sizeof race->detail, "%s: %s", text, why);
}

static void
win(struct runner *r)
{
	struct race *race = r->race;
	struct sock *sock = r->sock;

	r->sock = NULL;
	end(race);
	race->fn(race->ctx, ERR_OK, sock, &r->to, "");
}

static void go_on(struct race *r);

static void
on_connect(uv_connect_t *req, int status)
{
	struct runner *r = req->data;
	const uint64_t since = loop_enter();
	struct loop *loop;

	if (r == NULL)
		return;         /* given up; the socket is closing */
	loop = r->race->loop;
	if (status == 0) {
		win(r);
	} else {
		note(r, ERR_CONNECT, uv_strerror(status));
		give_up(r);
		r->race->next_ms = 0;
		go_on(r->race);
	}
	loop_leave(loop, since);
}

/* False: it cannot even begin. */
static bool
start_runner(struct runner *r)
{
	struct sock *s = xcalloc(1, sizeof *s);
	int status;

	uv_tcp_init(&r->race->loop->uv, &s->tcp);
	s->connect.data = r;
	status = uv_tcp_connect(&s->connect, &s->tcp, &r->to.sa.any,
	    on_connect);
	if (status != 0) {
		note(r, ERR_CONNECT, uv_strerror(status));
		sock_close(s);
		return false;
	}
	r->sock = s;
	r->until_ms = now_ms() + r->race->limits->address_ms;
	return true;
}

static void
start_next(struct race *r)
{
	while (r->started < r->count && now_ms() >= r->next_ms) {
		if (start_runner(&r->runners[r->started++]))
			r->next_ms = now_ms() + RACE_DELAY_MS;
	}
}

static void
drop_late(struct race *r)
{
	const int64_t now = now_ms();

	for (size_t i = 0; i < r->started; i++) {
		struct runner *at = &r->runners[i];

		if (at->sock == NULL ||
		    (now < at->until_ms && now < r->until_ms))
			continue;
		note(at, ERR_TIMEOUT, "no answer");
		give_up(at);
		r->next_ms = 0;
	}
}

/* When something is due next; 0: nobody runs any more. */
static int64_t
next_due_ms(const struct race *r)
{
	int64_t due = 0;

	for (size_t i = 0; i < r->started; i++) {
		const struct runner *at = &r->runners[i];

		if (at->sock != NULL && (due == 0 || at->until_ms < due))
			due = at->until_ms;
	}
	if (due != 0 && r->started < r->count && r->next_ms < due)
		due = r->next_ms;
	return due > r->until_ms ? r->until_ms : due;
}

static void
go_on(struct race *r)
{
	int64_t due;

	drop_late(r);
	if (now_ms() < r->until_ms)
		start_next(r);
	if ((due = next_due_ms(r)) != 0) {
		timer_start(r->timer, due > now_ms() ? due - now_ms() : 0);
		return;
	}
	end(r);
	r->fn(r->ctx, r->last_err, NULL, NULL, r->detail);
}

static void
on_timer(void *ctx)
{
	go_on(ctx);
}

struct race *
race_start(struct loop *loop, const struct address *at, size_t count,
    uint16_t port, const struct stage_limits *limits, race_fn fn, void *ctx)
{
	struct race *r = xcalloc(1, sizeof *r);

	r->loop = loop;
	r->fn = fn;
	r->ctx = ctx;
	r->limits = limits;
	r->count = count < RESOLVE_ADDRESSES_MAX ? count :
	    RESOLVE_ADDRESSES_MAX;
	r->last_err = ERR_CONNECT;
	str_copy(r->detail, sizeof r->detail, "there is no address");
	for (size_t i = 0; i < r->count; i++) {
		r->runners[i].race = r;
		r->runners[i].to = at[i];
		if (at[i].sa.any.sa_family == AF_INET6)
			r->runners[i].to.sa.v6.sin6_port = htons(port);
		else
			r->runners[i].to.sa.v4.sin_port = htons(port);
	}
	r->until_ms = now_ms() + limits->tcp_ms;
	r->timer = timer_create_on(loop, on_timer, r);
	timer_start(r->timer, 0);
	return r;
}
