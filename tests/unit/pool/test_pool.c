#include "core/pool/pool.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/session/impl.h"
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

static int
in_state(const struct pool *p, enum session_state state)
{
	int n = 0;

	for (size_t i = 0; i < pool_count(p); i++)
		n += pool_at(p, i)->state == state;
	return n;
}

static void
set_priority(struct pool *p, const char *id, int priority)
{
	struct session *s = pool_find(p, id);

	ASSERT(s != NULL);
	session_set_priority(s, priority);
}

/* Nobody listens here, so that all wait for the first one's end. */
TEST(pool_starts_with_the_most_important_one_alone)
{
	struct traffic_view view;
	struct pool *p;
	struct house h;

	p = linked_pool(&h);
	set_priority(p, "co20", 100);
	pool_start(p, 10);
	EXPECT_INT(in_state(p, ST_TURN), COMPANIES);
	house_run(&h, 150);
	EXPECT_INT(in_state(p, ST_TURN), COMPANIES - 1);
	EXPECT(pool_find(p, "co20")->state != ST_TURN);
	EXPECT_INT(dialling(p), COMPANIES);     /* but the two not linked */
	pool_traffic(p, &view);
	EXPECT_INT(view.waiting, COMPANIES - 1);
	EXPECT_INT(view.rate, 10);
	end_pool(&h, p);
}

static int alarms;

static void
on_alarm(void *ctx)
{
	(void)ctx;
	alarms++;
}

/* One alarm, however many wait; and it says where. */
TEST(pool_raises_one_alarm_for_a_dead_network)
{
	struct traffic_view view;
	struct pool *p;
	struct house h;

	p = linked_pool(&h);
	alarms = 0;
	pool_listen_alarm(p, on_alarm, NULL);
	pool_start(p, 10);
	for (int i = 0; i < 200 && alarms == 0; i++)
		house_run(&h, 20);
	for (int i = 0; i < 5; i++) {
		fake_mono += 61000;     /* canary after canary */
		house_run(&h, 50);
	}
	EXPECT_INT(alarms, 1);
	pool_traffic(p, &view);
	EXPECT_INT(view.alarm, ALARM_NETWORK);
	EXPECT_INT(view.reason, WA_REASON_NETWORK_BLOCKED);
	EXPECT_INT(view.stage, STAGE_TCP);
	EXPECT(view.affected > COMPANIES / 2);
	EXPECT(view.next_try_ms > 0);
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
	house_run(&h, 50);
	EXPECT_INT(in_state(p, ST_TURN), COMPANIES - 1);
	end_pool(&h, p);
}

/* --- linking ----------------------------------------------------------------- */

static struct pool *
limited_pool(struct house *h, unsigned per_hour, size_t companies)
{
	struct pool *p;

	house_init(h, NULL);
	p = pool_create(&h->env);
	pool_set_limits(p, &(struct pool_limits){ { per_hour, 0 }, companies });
	EXPECT_INT(pool_load(p), ERR_OK);
	return p;
}

/* An attempt that ends at the closed port. */
static void
try_link(struct house *h, struct pool *p, const char *id, const char *phone)
{
	EXPECT_INT(pool_link(p, id, phone, NULL), ERR_OK);
	ASSERT(pool_find(p, id) != NULL);
	EXPECT(!session_is_quiet(pool_find(p, id)));
	EXPECT(house_until_quiet(h, pool_find(p, id)));
}

TEST(pool_links_so_often_for_a_company)
{
	struct session_view view;
	struct session *s;
	struct pool *p;
	struct house h;

	p = limited_pool(&h, 2, 10);
	EXPECT_INT(pool_link(p, "a b", NULL, NULL), ERR_INVALID);
	try_link(&h, p, "acme", NULL);
	EXPECT_INT(pool_link(p, "acme", NULL, NULL), ERR_OK);
	EXPECT_INT(pool_link(p, "acme", NULL, NULL), ERR_OK);         /* joins */
	s = pool_find(p, "acme");
	EXPECT(house_until_quiet(&h, s));
	session_view(s, &view);
	EXPECT_INT(view.reason, WA_REASON_NEVER_LINKED);
	EXPECT_INT(pool_link(p, "acme", "79001234567", NULL), ERR_LIMIT);
	EXPECT(session_is_quiet(s));
	/* who was refused hears no event from within */
	session_view(s, &view);
	EXPECT_INT(view.reason, WA_REASON_NEVER_LINKED);
	EXPECT(house_until(&h, s, WA_STATUS_COOLDOWN, WA_REASON_BUDGET));
	session_view(s, &view);
	EXPECT(view.until_ms > clock_wall_ms(&h.clock) + 3500000);
	EXPECT(view.until_ms <= clock_wall_ms(&h.clock) + 3600000);
	EXPECT(pool_link_wait_ms(p, "acme", NULL, NULL) > 3500000);
	/* the number was not asked for, and others go on */
	EXPECT_INT(pool_link_wait_ms(p, "beta", "79001234567", NULL), 0);
	EXPECT_INT(pool_link_wait_ms(p, "ACME", NULL, NULL), 0);
	try_link(&h, p, "beta", NULL);
	end_pool(&h, p);
}

TEST(pool_links_so_often_for_a_phone)
{
	struct pool *p;
	struct house h;

	p = limited_pool(&h, 2, 10);
	try_link(&h, p, "a", "5511987654321");
	try_link(&h, p, "b", "551187654321");
	/* a company that is refused is not even made */
	EXPECT_INT(pool_link(p, "c", "5511987654321", NULL), ERR_LIMIT);
	EXPECT_NULL(pool_find(p, "c"));
	EXPECT(pool_link_wait_ms(p, "c", "5511987654321", NULL) > 3500000);
	EXPECT_INT(pool_link_wait_ms(p, "c", NULL, NULL), 0);
	/* in another's open attempt neither */
	EXPECT_INT(pool_link(p, "c", "79001234567", NULL), ERR_OK);
	EXPECT_INT(pool_link(p, "c", "551187654321", NULL), ERR_LIMIT);
	EXPECT_INT(pool_link(p, "c", "79001234567", NULL), ERR_OK);
	EXPECT_INT(pool_link(p, "c", "79007654321", NULL), ERR_OK);   /* retyped */
	EXPECT(house_until_quiet(&h, pool_find(p, "c")));
	try_link(&h, p, "d", "79007654321");
	EXPECT_INT(pool_link(p, "e", "79007654321", NULL), ERR_LIMIT);
	try_link(&h, p, "e", "79001234567");
	end_pool(&h, p);
}

/* WhatsApp gives no code any more. */
static void
script_too_many(struct house *h, struct far *f, int nth)
{
	(void)h;
	(void)nth;
	far_send(f, far_pair_device(6));
	far_answer(f, "link_code_companion_reg", "error",
	    far_node("error", "code", "429", NULL));
	node_destroy(far_read(f));
}

TEST(pool_leaves_a_phone_alone_that_was_too_much)
{
	struct pool *p;
	struct house h;

	house_init(&h, script_too_many);
	p = pool_create(&h.env);
	EXPECT_INT(pool_link(p, "a", "5511987654321", NULL), ERR_OK);
	EXPECT(house_until(&h, pool_find(p, "a"), WA_STATUS_COOLDOWN,
	    WA_REASON_RATE_LIMITED));
	EXPECT(house_until_quiet(&h, pool_find(p, "a")));
	EXPECT_INT(pool_link(p, "a", NULL, NULL), ERR_BUSY);
	EXPECT(pool_link_wait_ms(p, "a", NULL, NULL) > 3500000);
	EXPECT_INT(pool_link(p, "b", "551187654321", NULL), ERR_LIMIT);
	EXPECT_NULL(pool_find(p, "b"));
	EXPECT(pool_link_wait_ms(p, "b", "551187654321", NULL) > 3500000);
	EXPECT(pool_link_wait_ms(p, "b", "551187654321", NULL) <= 3600000);
	EXPECT_INT(pool_link_wait_ms(p, "b", "79001234567", NULL), 0);
	end_pool(&h, p);
	EXPECT_INT(atomic_load(&h.connections), 1);
}

TEST(hurried_pool_budget_ends)
{
	struct session *s;
	struct pool *p;
	struct house h;

	if (!house_hurry("hurried_pool_budget_ends", "1000"))
		return;
	p = limited_pool(&h, 1, 10);
	try_link(&h, p, "acme", NULL);
	s = pool_find(p, "acme");
	EXPECT_INT(pool_link(p, "acme", NULL, NULL), ERR_LIMIT);
	EXPECT(house_until(&h, s, WA_STATUS_COOLDOWN, WA_REASON_BUDGET));
	EXPECT(house_until(&h, s, WA_STATUS_IDLE, WA_REASON_NEVER_LINKED));
	try_link(&h, p, "acme", NULL);
	end_pool(&h, p);
}

TEST(pool_has_room_for_so_many)
{
	struct session *s;
	struct pool *p;
	struct house h;

	p = limited_pool(&h, 0, 2);
	try_link(&h, p, "a", NULL);
	try_link(&h, p, "b", NULL);
	EXPECT_INT(pool_link(p, "c", NULL, NULL), ERR_FULL);
	EXPECT_INT(pool_get(p, "c", &s), ERR_FULL);
	EXPECT_INT(pool_get(p, "b", &s), ERR_OK);
	EXPECT_INT(pool_count(p), 2);
	end_pool(&h, p);
}

/* --- what came to nothing --------------------------------------------------- */

static void
wait_for_count(struct house *h, struct pool *p, size_t count)
{
	for (int i = 0; i < 1000 && (pool_count(p) != count ||
	    store_company_count(h->fix.store) != count); i++)
		house_run(h, 5);
	EXPECT_INT(pool_count(p), count);
	EXPECT_INT(store_company_count(h->fix.store), count);
}

static void
on_saved(void *ctx, enum err err)
{
	(void)ctx;
	EXPECT_INT(err, ERR_OK);
}

static void
make(struct house *h, struct pool *p, const char *id,
    void (*set)(struct session *s))
{
	struct session *s = NULL;

	try_link(h, p, id, NULL);
	s = pool_find(p, id);
	if (set != NULL) {
		set(s);
		session_save_settings(s, on_saved, NULL);
	}
}

static void
name_it(struct session *s)
{
	session_set_name(s, "Acme");
}

static void
pin_it(struct session *s)
{
	session_pin(s, "79001234567");
}

static void
pause_it(struct session *s)
{
	session_set_paused(s, true);
}

TEST(pool_drops_what_a_link_request_made_a_day_ago)
{
	struct pool *p;
	struct house h;

	house_init(&h, NULL);
	house_link(&h, "linked");
	p = pool_create(&h.env);
	EXPECT_INT(pool_load(p), ERR_OK);
	session_set_paused(pool_find(p, "linked"), true);
	make(&h, p, "named", name_it);
	make(&h, p, "pinned", pin_it);
	make(&h, p, "paused", pause_it);
	for (int i = 0; i < 30; i++) {
		char id[COMPANY_ID_MAX + 1];

		str_format(id, sizeof id, "draft%d", i);
		make(&h, p, id, NULL);
	}
	h.wall_ms += 12 * 3600 * 1000LL;
	make(&h, p, "younger", NULL);
	h.wall_ms += 12 * 3600 * 1000LL - 60000;
	pool_start(p, 10);
	house_run(&h, 100);
	EXPECT_INT(pool_count(p), 35);
	/* also those of another run */
	pool_stop(p);
	house_run(&h, 20);
	pool_destroy(p);
	h.wall_ms += 120000;
	p = pool_create(&h.env);
	EXPECT_INT(pool_load(p), ERR_OK);
	EXPECT_INT(pool_count(p), 35);
	pool_start(p, 10);
	wait_for_count(&h, p, 5);
	EXPECT(pool_find(p, "younger") != NULL);
	EXPECT(pool_find(p, "linked") != NULL);
	EXPECT(pool_find(p, "named") != NULL);
	EXPECT(pool_find(p, "pinned") != NULL);
	EXPECT(pool_find(p, "paused") != NULL);
	EXPECT_INT(fix_count_names(fix_path(&h.fix, "removed")), 0);
	/* the pool lets go first, the disk follows */
	for (int i = 0; i < 200 &&
	    fix_count_names(fix_path(&h.fix, "sessions")) > 5; i++)
		house_run(&h, 10);
	EXPECT_INT(fix_count_names(fix_path(&h.fix, "sessions")), 5);
	end_pool(&h, p);
}
