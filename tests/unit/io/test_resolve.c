#include "core/io/resolve.h"

#include <netdb.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/dial.h"
#include "tests/t.h"

/* What the pool's thread was asked; the tests run one after the other. */
static atomic_int asked, asking, most_at_once;

static int
query_count(const char *host, struct address *out, size_t *count)
{
	const int now = atomic_fetch_add(&asking, 1) + 1;

	atomic_fetch_add(&asked, 1);
	if (now > atomic_load(&most_at_once))
		atomic_store(&most_at_once, now);
	usleep(2000);
	atomic_fetch_sub(&asking, 1);
	if (strncmp(host, "bad", 3) == 0)
		return EAI_NONAME;
	out[0].sa.v4 = (struct sockaddr_in){ .sin_family = AF_INET };
	out[0].sa.v4.sin_addr.s_addr = htonl(0xc0000201);
	*count = 1;
	return 0;
}

struct asker {
	struct lookup *lookup;
	int answers;
	enum err err;
	size_t count;
	struct address first;
};

static void
on_found(void *ctx, enum err err, const struct address *at, size_t count,
    const char *detail)
{
	struct asker *a = ctx;

	EXPECT(detail != NULL);
	a->answers++;
	a->err = err;
	a->count = count;
	if (count > 0)
		a->first = at[0];
}

static struct loop *
make_loop(void)
{
	struct loop *loop = NULL;

	atomic_store(&asked, 0);
	atomic_store(&most_at_once, 0);
	if (loop_create(&loop) != ERR_OK)
		return NULL;
	resolver_set_query(loop, query_count);
	return loop;
}

TEST(resolve_asks_once_for_many)
{
	struct loop *loop = make_loop();
	struct asker a[50] = { { .answers = 0 } };

	for (size_t i = 0; i < ARRAY_LEN(a); i++)
		(void)lookup_start(loop, "good.example", on_found, &a[i]);
	for (size_t i = 0; i < ARRAY_LEN(a); i++)
		EXPECT_INT(a[i].answers, 0);
	loop_run(loop);
	for (size_t i = 0; i < ARRAY_LEN(a); i++) {
		EXPECT_INT(a[i].answers, 1);
		EXPECT_INT(a[i].err, ERR_OK);
		EXPECT_INT(a[i].count, 1);
		EXPECT_INT(ntohl(a[i].first.sa.v4.sin_addr.s_addr),
		    0xc0000201);
	}
	(void)lookup_start(loop, "good.example", on_found, &a[0]);
	EXPECT_INT(a[0].answers, 1);    /* known, but not from the call */
	loop_run(loop);
	EXPECT_INT(a[0].answers, 2);
	EXPECT_INT(atomic_load(&asked), 1);
	loop_destroy(loop);
}

TEST(resolve_remembers_failures)
{
	struct loop *loop = make_loop();
	struct asker a = { .answers = 0 };

	for (int i = 0; i < 3; i++) {
		(void)lookup_start(loop, "bad.example", on_found, &a);
		loop_run(loop);
		EXPECT_INT(a.err, ERR_RESOLVE);
		EXPECT_INT(a.count, 0);
	}
	EXPECT_INT(a.answers, 3);
	EXPECT_INT(atomic_load(&asked), 1);
	loop_destroy(loop);
}

TEST(resolve_takes_addresses_without_asking)
{
	static const char *const hosts[] = { "127.0.0.1", "::1",
	    "2001:db8::5" };
	struct loop *loop = make_loop();

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct asker a = { .answers = 0 };
		char text[64];

		(void)lookup_start(loop, hosts[i], on_found, &a);
		EXPECT_INT(a.answers, 0);
		loop_run(loop);
		ASSERT(a.answers == 1 && a.err == ERR_OK && a.count == 1);
		uv_ip_name(&a.first.sa.any, text, sizeof text);
		EXPECT_STR(text, hosts[i]);
	}
	EXPECT_INT(atomic_load(&asked), 0);
	loop_destroy(loop);
}

/* More hosts than are kept, one at a time, none mixed up. */
TEST(resolve_cache_is_bounded)
{
	struct loop *loop = make_loop();
	struct asker a[100] = { { .answers = 0 } };

	for (size_t i = 0; i < ARRAY_LEN(a); i++) {
		char host[32];

		str_format(host, sizeof host, "%s%zu.example",
		    i % 2 == 0 ? "good" : "bad", i);
		(void)lookup_start(loop, host, on_found, &a[i]);
	}
	loop_run(loop);
	for (size_t i = 0; i < ARRAY_LEN(a); i++) {
		EXPECT_INT(a[i].answers, 1);
		EXPECT_INT(a[i].err, i % 2 == 0 ? ERR_OK : ERR_RESOLVE);
	}
	EXPECT_INT(atomic_load(&most_at_once), 1);
	loop_destroy(loop);
}

TEST(resolve_cancel)
{
	struct loop *loop = make_loop();
	struct asker a = { .answers = 0 }, b = a, c = a;

	a.lookup = lookup_start(loop, "good.example", on_found, &a);
	b.lookup = lookup_start(loop, "good.example", on_found, &b);
	c.lookup = lookup_start(loop, "127.0.0.1", on_found, &c);
	lookup_cancel(a.lookup);
	lookup_cancel(c.lookup);
	lookup_cancel(NULL);
	loop_run(loop);
	EXPECT_INT(a.answers, 0);
	EXPECT_INT(b.answers, 1);
	EXPECT_INT(c.answers, 0);
	b.lookup = lookup_start(loop, "good.example", on_found, &b);
	lookup_cancel(b.lookup);        /* known already, not told yet */
	b.lookup = lookup_start(loop, "late.example", on_found, &b);
	lookup_cancel(b.lookup);
	loop_destroy(loop);             /* waits for the last question */
	EXPECT_INT(b.answers, 1);
}

struct canceller {
	struct asker asker;
	struct lookup *other;
};

static void
cancel_other(void *ctx, enum err err, const struct address *at, size_t count,
    const char *detail)
{
	struct canceller *c = ctx;

	on_found(&c->asker, err, at, count, detail);
	lookup_cancel(c->other);
}

TEST(resolve_cancel_from_a_callback)
{
	struct loop *loop = make_loop();
	struct canceller c = { .other = NULL };
	struct asker other = { .answers = 0 };

	(void)lookup_start(loop, "good.example", cancel_other, &c);
	c.other = lookup_start(loop, "good.example", on_found, &other);
	loop_run(loop);
	EXPECT_INT(c.asker.answers, 1);
	EXPECT_INT(other.answers, 0);
	loop_destroy(loop);
}

TEST(resolve_system_knows_localhost)
{
	struct loop *loop = NULL;
	struct asker a = { .answers = 0 };

	ASSERT(loop_create(&loop) == ERR_OK);
	(void)lookup_start(loop, "localhost", on_found, &a);
	loop_run(loop);
	EXPECT_INT(a.err, ERR_OK);
	EXPECT(a.count >= 1);
	loop_destroy(loop);
}
