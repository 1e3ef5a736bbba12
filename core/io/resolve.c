#include "core/io/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/loop_uv.h"

#define FOUND_MS 60000
#define FAILED_MS 5000
#define GOOD_MS (10 * 60000)    /* a network may change under us */
/* Configured hosts and proxies; a cache, so fewer is only slower. */
#define HOSTS_MAX 256

struct resolver {
	struct loop *loop;
	struct list hosts;      /* oldest first */
	size_t host_count;
	resolve_query_fn query;
};

struct answer {
	int gai;                /* 0 or an EAI_ number */
	struct address at[RESOLVE_ADDRESSES_MAX];
	size_t count;
};

struct host {
	struct list link;
	struct resolver *resolver;
	char *name;
	bool in_flight;
	struct answer answer;
	int64_t expires_ms;
	struct address good;    /* worked last, until good_until_ms */
	int64_t good_until_ms;
	struct list waiting;
};

struct lookup {
	struct list link;       /* of host->waiting, or alone */
	struct host *host;      /* NULL for literals */
	struct address literal;
	struct timer *ready;    /* when the answer is there already */
	lookup_fn fn;
	void *ctx;
};

/* What goes to the other thread: copies, nothing of the loop's. */
struct question {
	char *name;
	struct answer answer;
	resolve_query_fn query;
	struct host *host;      /* only for done */
};

static int64_t
now_ms(void)
{
	return clock_mono_ms(clock_system());
}

static int
query_system(const char *name, struct address *out, size_t *count)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *all = NULL;
	const int gai = getaddrinfo(name, NULL, &hints, &all);
	size_t n = 0;

	if (gai != 0)
		return gai;
	for (const struct addrinfo *ai = all; ai != NULL &&
	    n < RESOLVE_ADDRESSES_MAX; ai = ai->ai_next) {
		if (ai->ai_family == AF_INET)
			memcpy(&out[n++].sa.v4, ai->ai_addr,
			    sizeof out->sa.v4);
		else if (ai->ai_family == AF_INET6)
			memcpy(&out[n++].sa.v6, ai->ai_addr,
			    sizeof out->sa.v6);
	}
	freeaddrinfo(all);
	*count = n;
	return n == 0 ? EAI_NONAME : 0;
}

static bool
parse_literal(const char *host, struct address *out)
{
	*out = (struct address){ .sa.v4 = { .sin_family = AF_INET } };
	if (inet_pton(AF_INET, host, &out->sa.v4.sin_addr) == 1)
		return true;
	*out = (struct address){ .sa.v6 = { .sin6_family = AF_INET6 } };
	return inet_pton(AF_INET6, host, &out->sa.v6.sin6_addr) == 1;
}

static struct resolver *
resolver_of(struct loop *loop)
{
	struct resolver *r = loop->resolver;

	if (r != NULL)
		return r;
	r = loop->resolver = xcalloc(1, sizeof *r);
	r->loop = loop;
	r->query = query_system;
	list_init(&r->hosts);
	return r;
}

void
resolver_set_query(struct loop *loop, resolve_query_fn fn)
{
	resolver_of(loop)->query = fn;
}

static void
forget(struct host *h)
{
	list_remove(&h->link);
	h->resolver->host_count--;
	free(h->name);
	free(h);
}

void
resolver_destroy(struct resolver *r)
{
	if (r == NULL)
		return;
	LIST_EACH_SAFE(at, &r->hosts)
		forget(CONTAINER_OF(at, struct host, link));
	free(r);
}

static void
make_room(struct resolver *r)
{
	if (r->host_count < HOSTS_MAX)
		return;
	LIST_EACH_SAFE(at, &r->hosts) {
		struct host *h = CONTAINER_OF(at, struct host, link);

		if (!h->in_flight && list_is_empty(&h->waiting)) {
			forget(h);
			return;
		}
	}
}

static struct host *
find_host(struct resolver *r, const char *name)
{
	LIST_EACH(at, &r->hosts) {
		struct host *h = CONTAINER_OF(at, struct host, link);

		if (strcmp(h->name, name) == 0)
			return h;
	}
	return NULL;
}

static struct host *
host_of(struct resolver *r, const char *name)
{
	struct host *h = find_host(r, name);

	if (h != NULL)
		return h;
	make_room(r);
	h = xcalloc(1, sizeof *h);
	h->resolver = r;
	h->name = xstrdup(name);
	h->expires_ms = h->good_until_ms = INT64_MIN;
	list_init(&h->waiting);
	list_append(&r->hosts, &h->link);
	r->host_count++;
	return h;
}

void
resolver_note_good(struct loop *loop, const char *host,
    const struct address *at)
{
	struct host *h = find_host(resolver_of(loop), host);

	if (h == NULL)
		return;         /* a literal, or pushed out of the cache */
	h->good = *at;
	h->good_until_ms = now_ms() + GOOD_MS;
}

bool
resolver_good(struct loop *loop, const char *host, struct address *out)
{
	const struct host *h = find_host(resolver_of(loop), host);

	if (h == NULL || now_ms() >= h->good_until_ms)
		return false;
	*out = h->good;
	return true;
}

static void
release(struct lookup *l)
{
	list_remove(&l->link);
	timer_destroy(l->ready);
	free(l);
}

static void
deliver(struct lookup *l, const struct answer *found)
{
	/* a copy: the callback may ask again and so change the cache */
	const struct answer answer = *found;
	const lookup_fn fn = l->fn;
	void *ctx = l->ctx;

	release(l);
	if (answer.gai == 0)
		fn(ctx, ERR_OK, answer.at, answer.count, "");
	else
		fn(ctx, ERR_RESOLVE, NULL, 0, gai_strerror(answer.gai));
}

static void
on_ready(void *ctx)
{
	struct lookup *l = ctx;
	const struct answer literal = { .at = { l->literal }, .count = 1 };

	deliver(l, l->host == NULL ? &literal : &l->host->answer);
}

static void
on_work(void *ctx)
{
	struct question *q = ctx;

	q->answer.gai = q->query(q->name, q->answer.at, &q->answer.count);
}

static void
on_answer(void *ctx)
{
	struct question *q = ctx;
	struct host *h = q->host;
	struct list waiting;

	h->in_flight = false;
	h->answer = q->answer;
	h->expires_ms = now_ms() + (q->answer.gai == 0 ? FOUND_MS : FAILED_MS);
	/* out of the host, which a callback may push out of the cache; and
	 * what a callback asks anew waits for its own turn */
	list_init(&waiting);
	while (!list_is_empty(&h->waiting)) {
		struct list *first = h->waiting.next;

		list_remove(first);
		list_append(&waiting, first);
	}
	while (!list_is_empty(&waiting))
		deliver(CONTAINER_OF(waiting.next, struct lookup, link),
		    &q->answer);
	free(q->name);
	free(q);
}

static void
ask(struct host *h)
{
	struct question *q = xcalloc(1, sizeof *q);

	q->name = xstrdup(h->name);
	q->query = h->resolver->query;
	q->host = h;
	h->in_flight = true;
	loop_work(h->resolver->loop, LANE_LOOKUP, on_work, on_answer, q);
}

struct lookup *
lookup_start(struct loop *loop, const char *host, lookup_fn fn, void *ctx)
{
	struct lookup *l = xcalloc(1, sizeof *l);
	struct host *h;

	list_init(&l->link);
	l->fn = fn;
	l->ctx = ctx;
	if (parse_literal(host, &l->literal)) {
		l->ready = timer_create_on(loop, on_ready, l);
		timer_start(l->ready, 0);
		return l;
	}
	h = l->host = host_of(resolver_of(loop), host);
	list_append(&h->waiting, &l->link);
	if (!h->in_flight && now_ms() < h->expires_ms) {
		l->ready = timer_create_on(loop, on_ready, l);
		timer_start(l->ready, 0);
	} else if (!h->in_flight) {
		ask(h);
	}
	return l;
}

void
lookup_cancel(struct lookup *l)
{
	if (l != NULL)
		release(l);
}
