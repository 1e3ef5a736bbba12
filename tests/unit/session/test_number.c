#include "core/session/number.h"

#include "tests/t.h"

TEST(number_of_brazil_is_the_same_with_and_without_its_nine)
{
	EXPECT(number_is_same("5511987654321", "551187654321"));
	EXPECT(number_is_same("551187654321", "5511987654321"));
	EXPECT(number_is_same("79001234567", "79001234567"));
	EXPECT(number_is_same("", ""));
	EXPECT(!number_is_same("", "79001234567"));
	EXPECT(!number_is_same("79001234567", "79001234568"));
	EXPECT(!number_is_same("5511987654321", "5521987654321"));
	EXPECT(!number_is_same("5511887654321", "551187654321"));
	/* elsewhere a 9 is a digit like others */
	EXPECT(!number_is_same("4411987654321", "441187654321"));
	EXPECT(!number_is_same("55119876543210", "5511876543210"));
}

TEST(number_key_is_the_short_form)
{
	char key[NUMBER_KEY_SIZE];

	number_key("5511987654321", key);
	EXPECT_STR(key, "551187654321");
	number_key("79001234567", key);
	EXPECT_STR(key, "79001234567");
}

TEST(number_end_is_four_digits)
{
	EXPECT_STR(number_end("79001234567"), "4567");
	EXPECT_STR(number_end("4567"), "4567");
	EXPECT_STR(number_end("67"), "67");
	EXPECT_STR(number_end(""), "");
}
