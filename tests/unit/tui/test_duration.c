#include "tui/duration.h"

#include "tests/t.h"

TEST(duration_forms)
{
	static const struct {
		const char *text;
		int64_t want;           /* 0: refused */
	} rows[] = {
		{ "1", 1 }, { "90s", 90 }, { "30m", 1800 }, { "24h", 86400 },
		{ "7d", 604800 }, { "2w", 1209600 },
		{ "3660d", 316224000 }, { "3661d", 0 }, { "", 0 }, { "d", 0 },
		{ "0", 0 }, { "0d", 0 }, { "-1d", 0 }, { "1.5h", 0 },
		{ "1y", 0 }, { "1dd", 0 }, { " 1d", 0 },
		{ "99999999999999999999d", 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t got = 0;

		EXPECT_INT(duration_parse(rows[i].text, &got),
		    rows[i].want != 0);
		EXPECT_INT(got, rows[i].want);
	}
}
