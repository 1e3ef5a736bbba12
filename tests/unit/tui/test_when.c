#include "tui/console/when.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/str.h"
#include "tests/t.h"

static int64_t
at(const char *utc)
{
	int64_t ms = 0;

	EXPECT(str_from_time_utc(utc, &ms));
	return ms;
}

static void
set_zone(const char *zone)
{
	EXPECT_INT(setenv("TZ", zone, 1), 0);
	tzset();
}

TEST(when_is_as_short_as_it_can_be)
{
	const int64_t now = at("2026-11-22T18:40:00.000Z");
	char text[WHEN_MAX];

	set_zone("UTC");
	when_short(text, sizeof text, LANG_EN, at("2026-11-22T00:05:00.000Z"),
	    now);
	EXPECT_STR(text, "00:05");
	when_short(text, sizeof text, LANG_RU, at("2026-11-12T00:05:00.000Z"),
	    now);
	EXPECT_STR(text, "12 ноя");
	when_short(text, sizeof text, LANG_EN, at("2025-11-22T18:40:00.000Z"),
	    now);
	EXPECT_STR(text, "2025");
	when_short(text, sizeof text, LANG_EN, 0, now);
	EXPECT_STR(text, "");
	when_day(text, sizeof text, LANG_EN, at("2026-05-01T07:08:09.000Z"),
	    now);
	EXPECT_STR(text, "1 May 07:08");
	when_day(text, sizeof text, LANG_EN, at("2025-05-11T07:08:09.000Z"),
	    now);
	EXPECT_STR(text, "11 May 2025");
	when_second(text, sizeof text, at("2026-05-01T07:08:09.000Z"));
	EXPECT_STR(text, "07:08:09");
}

TEST(when_knows_the_zone)
{
	char text[WHEN_MAX];

	set_zone("UTC-3");
	/* yesterday in UTC, today here */
	when_short(text, sizeof text, LANG_EN, at("2026-11-21T23:05:00.000Z"),
	    at("2026-11-22T10:00:00.000Z"));
	EXPECT_STR(text, "02:05");
	set_zone("UTC");
}

TEST(when_counts_down)
{
	char text[WHEN_MAX];

	when_left(text, sizeof text, 10000, 3000);
	EXPECT_STR(text, "0:07");
	EXPECT_INT(when_left_changes_ms(10000, 3000), 4000);
	when_left(text, sizeof text, 10000, 3001);
	EXPECT_STR(text, "0:07");
	EXPECT_INT(when_left_changes_ms(10000, 3001), 4000);
	when_left(text, sizeof text, 10000, 9999);
	EXPECT_STR(text, "0:01");
	EXPECT_INT(when_left_changes_ms(10000, 9999), 10000);
	when_left(text, sizeof text, 10000, 10000);
	EXPECT_STR(text, "0:00");
	EXPECT_INT(when_left_changes_ms(10000, 10000), 0);
	when_left(text, sizeof text, 10 * 3600 * 1000, 1000);
	EXPECT_STR(text, "9:59:59");
	when_left(text, sizeof text, 0, 5);
	EXPECT_STR(text, "");
}
