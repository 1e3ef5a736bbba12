#include "core/pool/budget.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/pool/budget_record.h"
#include "tests/t.h"

#define HOUR BUDGET_SPAN_MS

static struct budget_key
key(const char *name)
{
	struct budget_key k = { .kind = BUDGET_PHONE };

	str_copy(k.name, sizeof k.name, name);
	return k;
}

static struct budget *
make(unsigned limit, size_t keys)
{
	return budget_create((const unsigned[BUDGET_KIND_COUNT]){
	    limit, limit, limit, 0 }, keys, NULL, NULL);
}

static int64_t
wait_of(const struct budget *b, const char *name, int64_t now)
{
	const struct budget_key k = key(name);

	return budget_wait_ms(b, &k, now, NULL);
}

static void
spend(struct budget *b, const char *name, int64_t now)
{
	const struct budget_key k = key(name);

	budget_spend(b, &k, now);
}

static int64_t
refuse(struct budget *b, const char *name, int64_t now, int64_t told)
{
	const struct budget_key k = key(name);

	return budget_refuse(b, &k, now, told);
}

TEST(budget_is_a_sliding_hour)
{
	struct budget *b = make(3, 10);

	EXPECT_INT(wait_of(b, "a", 0), 0);
	spend(b, "a", 0);
	spend(b, "a", 1000);
	EXPECT_INT(wait_of(b, "a", 2000), 0);
	spend(b, "a", 2000);
	EXPECT_INT(wait_of(b, "a", 2000), HOUR - 2000);
	EXPECT_INT(wait_of(b, "b", 2000), 0);
	EXPECT_INT(wait_of(b, "a", HOUR - 1), 1);
	EXPECT_INT(wait_of(b, "a", HOUR), 0);
	spend(b, "a", HOUR);
	EXPECT_INT(wait_of(b, "a", HOUR), 1000);
	EXPECT_INT(wait_of(b, "a", HOUR + 1000), 0);
	budget_destroy(b);
	budget_destroy(NULL);
}

TEST(budget_off_counts_nothing_but_knows_what_is_shut)
{
	struct budget *b = make(0, 10);
	const struct budget_key a = key("a");
	bool is_shut;

	for (int i = 0; i < 10; i++)
		spend(b, "a", i);
	EXPECT_INT(wait_of(b, "a", 100), 0);
	EXPECT_INT(budget_count(b), 0);
	budget_shut(b, &a, 500);
	EXPECT_INT(budget_wait_ms(b, &a, 100, &is_shut), 400);
	EXPECT(is_shut);
	budget_shut(b, &a, 300);
	EXPECT_INT(wait_of(b, "a", 100), 400);
	EXPECT_INT(wait_of(b, "a", 500), 0);
	budget_destroy(b);
}

TEST(budget_doubles_from_refusal_to_refusal)
{
	static const int hours[] = { 1, 2, 4, 8, 16, 24, 24 };
	struct budget *b = make(3, 10);
	const struct budget_key a = key("a");
	int64_t now = 5;

	for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
		EXPECT_INT(refuse(b, "a", now, 0), hours[i] * HOUR);
		EXPECT_INT(wait_of(b, "a", now), hours[i] * HOUR);
		now += hours[i] * HOUR;
		EXPECT_INT(wait_of(b, "a", now), 0);
		now += BUDGET_QUIET_MS - 1;     /* not yet a quiet day */
	}
	now += 1;
	EXPECT_INT(refuse(b, "a", now, 0), HOUR);
	/* longer when WhatsApp says so, and never shorter */
	EXPECT_INT(refuse(b, "a", now, 30 * HOUR), 30 * HOUR);
	EXPECT_INT(refuse(b, "a", now, 1), 30 * HOUR);
	budget_forgive(b, &a);
	EXPECT_INT(wait_of(b, "a", now), 0);
	EXPECT_INT(refuse(b, "a", now, 0), HOUR);
	EXPECT(budget_clear(b, &a));
	EXPECT(!budget_clear(b, &a));
	EXPECT_INT(wait_of(b, "a", now), 0);
	budget_destroy(b);
}

TEST(budget_forgets_what_was_used_longest_ago_but_not_what_is_shut)
{
	struct budget *b = make(1, 3);
	char name[16];

	refuse(b, "a", 0, 0);
	spend(b, "b", 1);
	spend(b, "c", 2);
	spend(b, "d", 4);
	EXPECT_INT(budget_count(b), 3);
	EXPECT_INT(wait_of(b, "b", 5), 0);
	EXPECT(wait_of(b, "a", 5) > 0);
	EXPECT(wait_of(b, "d", 5) > 0);
	for (int i = 0; i < 10000; i++) {
		str_format(name, sizeof name, "k%d", i);
		spend(b, name, 10 + i);
	}
	EXPECT_INT(budget_count(b), 3);
	EXPECT(wait_of(b, "a", 10010) > 0);
	budget_destroy(b);
}

/* --- kept -------------------------------------------------------------------- */

static const struct budget_moment kept = { .mono_ms = 50 * 3600000LL,
    .wall_ms = 1790000000000LL, .boot = { 1 } };

static struct budget_entry
entry(int64_t *times)
{
	struct budget_entry e = { .key = key("79001234567"), .refusals = 2,
	    .count = 2, .times = times,
	    .shut_until_ms = kept.mono_ms + 2 * HOUR };

	times[0] = kept.mono_ms - 1000;
	times[1] = kept.mono_ms;
	return e;
}

static enum err
again(struct budget_moment now, struct budget_entry *out)
{
	int64_t times[2];
	const struct budget_entry e = entry(times);
	struct buf b;
	enum err err;

	buf_init(&b, BUDGET_RECORD_MAX);
	if ((err = budget_record_encode(&e, &kept, &b)) == ERR_OK)
		err = budget_record_decode(b.data, b.len, &now, out);
	buf_finish(&b);
	return err;
}

TEST(budget_record_counts_time_by_the_clock_that_can_be_trusted)
{
	static const struct {
		int64_t mono, wall;
		uint8_t boot;
		int64_t gone;
	} rows[] = {
		/* the same start of the machine: whatever the wall clock did */
		{ 60000, 60000, 1, 60000 },
		{ 60000, -30 * 86400000LL, 1, 60000 },
		{ 60000, 30 * 86400000LL, 1, 60000 },
		/* another one */
		{ -49 * 3600000LL, 90000, 2, 90000 },
		{ -49 * 3600000LL, -30 * 86400000LL, 2, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct budget_moment now = kept;
		struct budget_entry e;

		now.mono_ms += rows[i].mono;
		now.wall_ms += rows[i].wall;
		now.boot[0] = rows[i].boot;
		EXPECT_INT(again(now, &e), ERR_OK);
		EXPECT_STR(e.key.name, "79001234567");
		EXPECT_INT(e.refusals, 2);
		EXPECT_INT(e.count, 2);
		EXPECT_INT(now.mono_ms - e.times[1], rows[i].gone);
		EXPECT_INT(now.mono_ms - e.times[0], rows[i].gone + 1000);
		EXPECT_INT(e.shut_until_ms - now.mono_ms,
		    2 * HOUR - rows[i].gone);
		free(e.times);
	}
}

TEST(budget_record_refuses_every_prefix_and_more)
{
	int64_t times[2];
	const struct budget_entry e = entry(times);
	struct budget_entry out;
	struct buf b;

	buf_init(&b, BUDGET_RECORD_MAX);
	EXPECT_INT(budget_record_encode(&e, &kept, &b), ERR_OK);
	for (size_t n = 0; n < b.len; n++) {
		uint8_t *p = t_exact(b.data, n);

		EXPECT(budget_record_decode(p, n, &kept, &out) != ERR_OK);
		free(p);
	}
	EXPECT_INT(buf_u8(&b, 0), ERR_OK);
	EXPECT_INT(budget_record_decode(b.data, b.len, &kept, &out),
	    ERR_INVALID);
	buf_finish(&b);
}
