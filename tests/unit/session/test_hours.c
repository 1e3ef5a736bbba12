#include "core/session/hours.h"

#include "tests/t.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)

TEST(hours_count_a_day_and_forget_it)
{
	struct hours h = { 0 };
	int64_t now = 5 * MINUTE_MS;

	EXPECT_INT(hours_sum(&h, now), 0);
	hours_add(&h, now);
	hours_add(&h, now);
	EXPECT_INT(hours_sum(&h, now), 2);
	now += 22 * HOUR_MS;
	hours_add(&h, now);
	EXPECT_INT(hours_sum(&h, now), 3);
	now += HOUR_MS;
	EXPECT_INT(hours_sum(&h, now), 3);
	now += HOUR_MS;                 /* the first two are 24 hours old */
	EXPECT_INT(hours_sum(&h, now), 1);
	now += 22 * HOUR_MS;
	EXPECT_INT(hours_sum(&h, now), 0);
}

TEST(hours_count_every_hour_once)
{
	struct hours h = { 0 };
	int64_t now = 1000 * HOUR_MS;

	for (int i = 0; i < 100; i++, now += HOUR_MS) {
		hours_add(&h, now);
		EXPECT_INT(hours_sum(&h, now), i < 24 ? i + 1 : 24);
	}
}

/* Nothing for longer than a day, then again: old places are not counted. */
TEST(hours_forget_over_a_long_silence)
{
	struct hours h = { 0 };

	for (int i = 0; i < 24; i++)
		hours_add(&h, i * HOUR_MS);
	for (int silence = 24; silence < 60; silence++) {
		struct hours later = h;
		const int64_t now = (23 + silence) * HOUR_MS;

		EXPECT_INT(hours_sum(&later, now), 0);
		hours_add(&later, now);
		EXPECT_INT(hours_sum(&later, now), 1);
	}
}

TEST(hours_stop_at_the_most)
{
	struct hours h = { 0 };

	for (int i = 0; i < UINT16_MAX + 5; i++)
		hours_add(&h, 0);
	EXPECT_INT(hours_sum(&h, 0), UINT16_MAX);
}
