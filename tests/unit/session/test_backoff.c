#include "core/session/backoff.h"

#include "tests/t.h"

/* Many draws at one number of failures: between one second and the ceiling,
 * and all over that range. */
static void
check_spread(unsigned failures, int64_t first_ms, int64_t ceiling_ms)
{
	int64_t low = INT64_MAX, high = 0;
	struct t_rnd rnd;

	t_rnd_init(&rnd, failures);
	for (int i = 0; i < 500; i++) {
		struct backoff b = { .failures = failures };
		const int64_t ms = backoff_next_ms(&b, &rnd.rnd, first_ms);

		EXPECT_INT(b.failures, failures + 1);
		if (ms < low)
			low = ms;
		if (ms > high)
			high = ms;
	}
	EXPECT(low >= BACKOFF_FIRST_MS);
	EXPECT(high < BACKOFF_FIRST_MS + ceiling_ms);
	EXPECT(low < BACKOFF_FIRST_MS + ceiling_ms / 10);
	EXPECT(high > BACKOFF_FIRST_MS + ceiling_ms * 9 / 10);
}

TEST(backoff_doubles_up_to_five_minutes)
{
	check_spread(0, 1000, 1000);
	check_spread(1, 1000, 2000);
	check_spread(5, 1000, 32000);
	check_spread(8, 1000, 256000);
	check_spread(9, 1000, BACKOFF_LAST_MS);
	check_spread(1000, 1000, BACKOFF_LAST_MS);
	check_spread(UINT32_MAX - 1, 1000, BACKOFF_LAST_MS);
	check_spread(0, BACKOFF_SLOW_MS, BACKOFF_SLOW_MS);
	check_spread(5, BACKOFF_SLOW_MS, BACKOFF_LAST_MS);
}

TEST(backoff_is_forgotten_after_a_stable_minute_only)
{
	struct backoff b = { .failures = 7 };

	EXPECT(!backoff_offline(&b, 5000));
	EXPECT_INT(b.failures, 7);
	backoff_online(&b, 10000);
	EXPECT(!backoff_is_stable(&b, 10000 + BACKOFF_STABLE_MS - 1));
	EXPECT(!backoff_offline(&b, 10000 + BACKOFF_STABLE_MS - 1));
	EXPECT_INT(b.failures, 7);
	/* offline since: the minute is not made of two halves */
	EXPECT(!backoff_is_stable(&b, 10000 + 2 * BACKOFF_STABLE_MS));
	EXPECT(!backoff_offline(&b, 10000 + 2 * BACKOFF_STABLE_MS));
	EXPECT_INT(b.failures, 7);
	backoff_online(&b, 100000);
	EXPECT(backoff_is_stable(&b, 100000 + BACKOFF_STABLE_MS));
	EXPECT(backoff_offline(&b, 100000 + BACKOFF_STABLE_MS));
	EXPECT_INT(b.failures, 0);
}
