#include "core/pool/budget.h"

#include "core/base/str.h"
#include "tests/t.h"

#define HOUR BUDGET_SPAN_MS

TEST(budget_is_a_sliding_hour)
{
	struct budget *b = budget_create(3, 10);

	EXPECT_INT(budget_wait_ms(b, "a", 0), 0);
	budget_spend(b, "a", 0);
	budget_spend(b, "a", 1000);
	EXPECT_INT(budget_wait_ms(b, "a", 2000), 0);
	budget_spend(b, "a", 2000);
	EXPECT_INT(budget_wait_ms(b, "a", 2000), HOUR - 2000);
	EXPECT_INT(budget_wait_ms(b, "b", 2000), 0);
	EXPECT_INT(budget_wait_ms(b, "a", HOUR - 1), 1);
	EXPECT_INT(budget_wait_ms(b, "a", HOUR), 0);
	budget_spend(b, "a", HOUR);
	EXPECT_INT(budget_wait_ms(b, "a", HOUR), 1000);
	EXPECT_INT(budget_wait_ms(b, "a", HOUR + 1000), 0);
	budget_destroy(b);
	budget_destroy(NULL);
}

TEST(budget_off_counts_nothing_but_knows_what_is_shut)
{
	struct budget *b = budget_create(0, 10);

	for (int i = 0; i < 100; i++)
		budget_spend(b, "a", i);
	EXPECT_INT(budget_wait_ms(b, "a", 100), 0);
	EXPECT_INT(budget_count(b), 0);
	budget_shut(b, "a", 500);
	EXPECT_INT(budget_wait_ms(b, "a", 100), 400);
	budget_shut(b, "a", 300);
	EXPECT_INT(budget_wait_ms(b, "a", 100), 400);
	EXPECT_INT(budget_wait_ms(b, "a", 500), 0);
	budget_destroy(b);
}

TEST(budget_waits_for_the_later_of_the_two)
{
	struct budget *b = budget_create(1, 10);

	budget_spend(b, "a", 0);
	budget_shut(b, "a", HOUR + 7);
	EXPECT_INT(budget_wait_ms(b, "a", 0), HOUR + 7);
	budget_shut(b, "c", 5);
	budget_spend(b, "c", 0);
	EXPECT_INT(budget_wait_ms(b, "c", 0), HOUR);
	budget_destroy(b);
}

TEST(budget_forgets_what_was_used_longest_ago)
{
	struct budget *b = budget_create(1, 3);
	char key[16];

	budget_spend(b, "a", 0);
	budget_spend(b, "b", 1);
	budget_spend(b, "c", 2);
	budget_shut(b, "a", 3);                 /* used again */
	budget_spend(b, "d", 4);
	EXPECT_INT(budget_count(b), 3);
	EXPECT_INT(budget_wait_ms(b, "b", 5), 0);
	EXPECT(budget_wait_ms(b, "a", 5) > 0);
	EXPECT(budget_wait_ms(b, "c", 5) > 0);
	EXPECT(budget_wait_ms(b, "d", 5) > 0);
	for (int i = 0; i < 10000; i++) {
		str_format(key, sizeof key, "k%d", i);
		budget_spend(b, key, i);
	}
	EXPECT_INT(budget_count(b), 3);
	budget_destroy(b);
}
