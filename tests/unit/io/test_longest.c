#include "core/io/longest.h"

#include "tests/t.h"

#define MINUTE LONGEST_WINDOW_NS
#define START (100 * MINUTE + 7)

TEST(longest_is_the_same_for_all_readers)
{
	struct longest l = { 0 };

	EXPECT_INT(longest_read(&l, START), 0);
	longest_note(&l, START, 30);
	longest_note(&l, START + 1, 50);
	longest_note(&l, START + 2, 40);
	for (int i = 0; i < 3; i++)
		EXPECT_INT(longest_read(&l, START + 3), 50);
}

TEST(longest_is_kept_for_one_to_two_minutes)
{
	/* from the start and from the end of a window of the clock */
	static const uint64_t starts[] = { 100 * MINUTE, 101 * MINUTE - 1 };

	for (int i = 0; i < 2; i++) {
		const uint64_t at = starts[i];
		struct longest l = { 0 };

		longest_note(&l, at, 50);
		EXPECT_INT(longest_read(&l, at + MINUTE - 1), 50);
		longest_note(&l, at + MINUTE, 10);
		EXPECT_INT(longest_read(&l, at + MINUTE), 50);
		EXPECT_INT(longest_read(&l, at + 2 * MINUTE), 10);
	}
}

TEST(longest_forgets_after_a_long_silence)
{
	struct longest l = { 0 };

	longest_note(&l, START, 50);
	EXPECT_INT(longest_read(&l, START + 5 * MINUTE), 0);
	longest_note(&l, START + 5 * MINUTE, 20);
	EXPECT_INT(longest_read(&l, START + 5 * MINUTE + 1), 20);
}
