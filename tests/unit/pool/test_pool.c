#include "core/pool/pool.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/session/house.h"

#define COMPANIES 25

static void
id_of(int i, char out[COMPANY_ID_MAX + 1])
{
	/* not in their order */
	str_format(out, COMPANY_ID_MAX + 1, "co%02d", i * 7 % COMPANIES);
}

TEST(pool_keeps_companies_in_order)
{
	char id[COMPANY_ID_MAX + 1];
	struct session *s, *again;
	struct pool *p;
	struct house h;

	house_init(&h, NULL);
	p = pool_create(&h.env);
	EXPECT_INT(pool_load(p), ERR_OK);
	EXPECT_INT(pool_count(p), 0);
	EXPECT_NULL(pool_find(p, "co01"));
	for (int i = 0; i < COMPANIES; i++) {
		id_of(i, id);
		s = NULL;
		EXPECT_INT(pool_get(p, id, &s), ERR_OK);
		ASSERT(s != NULL);
		EXPECT_STR(session_company(s), id);
		EXPECT(pool_find(p, id) == s);
		EXPECT_INT(pool_get(p, id, &again), ERR_OK);
		EXPECT(again == s);
	}
	EXPECT_INT(pool_count(p), COMPANIES);
	for (size_t i = 1; i < pool_count(p); i++)
		EXPECT(strcmp(session_company(pool_at(p, i - 1)),
		    session_company(pool_at(p, i))) < 0);
	EXPECT_NULL(pool_find(p, "co"));
	EXPECT_NULL(pool_find(p, "co99"));
	EXPECT(pool_is_quiet(p));
	pool_destroy(p);
	house_finish(&h);
}

TEST(pool_refuses_ids_that_are_none)
{
	static const char *const bad[] = { "", "a b", "../x", "ä", "a/b",
	    "a.b" };
	char long_id[COMPANY_ID_MAX + 2];
	struct session *s = NULL;
	struct pool *p;
	struct house h;

	house_init(&h, NULL);
	p = pool_create(&h.env);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		EXPECT_INT(pool_get(p, bad[i], &s), ERR_INVALID);
	memset(long_id, 'a', sizeof long_id);
	long_id[COMPANY_ID_MAX + 1] = '\0';
	EXPECT_INT(pool_get(p, long_id, &s), ERR_INVALID);
	EXPECT_NULL(s);
	EXPECT_INT(pool_count(p), 0);
	pool_destroy(p);
	pool_destroy(NULL);
	house_finish(&h);
}

TEST(pool_drops_first_last_and_between)
{
	static const char *const order[] = { "a", "e", "c", "b", "d" };
	static const char *const ids[] = { "a", "b", "c", "d", "e" };
	struct session *s;
	struct pool *p;
	struct house h;

	house_init(&h, NULL);
	p = pool_create(&h.env);
	for (int i = 0; i < 5; i++)
		EXPECT_INT(pool_get(p, ids[i], &s), ERR_OK);
	for (size_t i = 0; i < 5; i++) {
		pool_drop(p, pool_find(p, order[i]));
		EXPECT_INT(pool_count(p), 4 - i);
		EXPECT_NULL(pool_find(p, order[i]));
		for (size_t j = i + 1; j < 5; j++)
			EXPECT(pool_find(p, order[j]) != NULL);
	}
	EXPECT_INT(pool_get(p, "c", &s), ERR_OK);
	EXPECT_INT(pool_count(p), 1);
	pool_destroy(p);
	house_finish(&h);
}

TEST(pool_loads_what_is_stored)
{
	struct session_view view;
	struct session *s;
	struct pool *p;
	struct house h;

	house_init(&h, NULL);
	house_link(&h, "beta");
	house_link(&h, "acme");
	p = pool_create(&h.env);
	EXPECT_INT(pool_load(p), ERR_OK);
	EXPECT_INT(pool_load(p), ERR_OK);       /* nobody twice */
	EXPECT_INT(pool_count(p), 2);
	EXPECT_STR(session_company(pool_at(p, 0)), "acme");
	session_view(pool_at(p, 1), &view);
	EXPECT(view.linked);
	/* one that is stored but not here comes as it is stored */
	pool_drop(p, pool_find(p, "beta"));
	EXPECT_INT(pool_get(p, "beta", &s), ERR_OK);
	session_view(s, &view);
	EXPECT(view.linked);
	pool_destroy(p);
	house_finish(&h);
}

/* --- starting -------------------------------------------------------------- */

static int64_t fake_mono;

static int64_t
mono(void *ctx)
{
	(void)ctx;
	return fake_mono;
}

static int
dialling(const struct pool *p)
{
	int n = 0;

	for (size_t i = 0; i < pool_count(p); i++)
		n += !session_is_quiet(pool_at(p, i));
	return n;
}

static struct pool *
linked_pool(struct house *h)
{
	char id[COMPANY_ID_MAX + 1];
	struct session *s;
	struct pool *p;

	house_init(h, NULL);
	for (int i = 0; i < COMPANIES; i++) {
		id_of(i, id);
		house_link(h, id);
	}
	fake_mono = 5000;
	h->clock.mono_ms = mono;
	p = pool_create(&h->env);
	EXPECT_INT(pool_load(p), ERR_OK);
	/* these are not linked, and cost no turn */
	EXPECT_INT(pool_get(p, "aa", &s), ERR_OK);
	EXPECT_INT(pool_get(p, "co00x", &s), ERR_OK);
	return p;
}

static void
end_pool(struct house *h, struct pool *p)
{
	pool_stop(p);
	for (int i = 0; i < 1000 && !pool_is_quiet(p); i++)
		house_run(h, 5);
	EXPECT(pool_is_quiet(p));
	pool_destroy(p);
	house_finish(h);
}

TEST(pool_starts_no_faster_than_told)
{
	struct pool *p;
	struct house h;

	p = linked_pool(&h);
	pool_start(p, 10);
	house_run(&h, 150);             /* a tick of real time or two */
	EXPECT_INT(dialling(p), 1);
	fake_mono += 99;
	house_run(&h, 250);
	EXPECT_INT(dialling(p), 1);
	fake_mono += 1;
	house_run(&h, 250);
	EXPECT_INT(dialling(p), 2);
	/* at most ten in the first second */
	fake_mono += 899;
	house_run(&h, 250);
	EXPECT_INT(dialling(p), 10);
	/* a loop that was held up catches up, and ends with all */
	fake_mono += 100000;
	house_run(&h, 250);
	EXPECT_INT(dialling(p), COMPANIES);
	end_pool(&h, p);
}

TEST(pool_stop_stops_starting_too)
{
	struct pool *p;
	struct house h;

	p = linked_pool(&h);
	pool_start(p, 10);
	house_run(&h, 150);
	pool_stop(p);
	fake_mono += 100000;
	house_run(&h, 250);
	EXPECT_INT(dialling(p), 0);
	/* and may begin again */
	pool_start(p, 1000);
	fake_mono += 100000;
	house_run(&h, 250);
	EXPECT_INT(dialling(p), COMPANIES);
	end_pool(&h, p);
}

TEST(pool_may_change_while_it_starts)
{
	struct session *s;
	struct pool *p;
	struct house h;

	p = linked_pool(&h);
	pool_start(p, 10);
	fake_mono += 450;
	house_run(&h, 250);
	EXPECT_INT(dialling(p), 5);
	/* before and behind where the start stands */
	pool_drop(p, pool_find(p, "aa"));
	EXPECT_INT(pool_get(p, "ab", &s), ERR_OK);
	pool_drop(p, pool_find(p, "co20"));
	fake_mono += 100000;
	house_run(&h, 250);
	EXPECT_INT(dialling(p), COMPANIES - 1);
	end_pool(&h, p);
}
