#include "core/app/phone.h"

#include <stddef.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

TEST(phone_normalise_keeps_digits_only)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "79001234567", "79001234567" },
		{ "+7 (900) 123-45-67", "79001234567" },
		{ " +4915112345678 ", "4915112345678" },
		{ "1234567", "1234567" },
		{ "123456789012345", "123456789012345" },
		{ "89001234567", "89001234567" },
		{ "--1--2 3 4(5)67++", "1234567" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[PHONE_SIZE] = "poison";

		EXPECT_INT(phone_normalise(rows[i].text, out), PHONE_OK);
		EXPECT_STR(out, rows[i].want);
	}
}

TEST(phone_normalise_refuses_with_its_own_reason)
{
	static const struct {
		const char *text;
		enum phone_fault want;
	} rows[] = {
		{ NULL, PHONE_MISSING },
		{ "", PHONE_MISSING },
		{ " + - ( )", PHONE_MISSING },
		{ "7900123456a", PHONE_CHARACTER },
		{ "7900.123.4567", PHONE_CHARACTER },
		{ "7900\t1234567", PHONE_CHARACTER },
		{ "79001234567\n", PHONE_CHARACTER },
		{ "0x79001234567", PHONE_CHARACTER },
		{ "\xd9\xa7" "9001234567", PHONE_CHARACTER },   /* Arabic 7 */
		{ "7900\xc2\xa0" "1234567", PHONE_CHARACTER },
		{ "a", PHONE_CHARACTER },
		{ "09001234567", PHONE_LEADING_ZERO },
		{ "007 900 1234567", PHONE_LEADING_ZERO },
		{ "+0", PHONE_LEADING_ZERO },
		{ "123456", PHONE_TOO_SHORT },
		{ "1", PHONE_TOO_SHORT },
		{ "1234567890123456", PHONE_TOO_LONG },
		{ "12345678901234567890123456789012345", PHONE_TOO_LONG },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[PHONE_SIZE] = "poison";

		EXPECT_INT(phone_normalise(rows[i].text, out), rows[i].want);
		EXPECT_STR(out, "poison");
	}
}

TEST(phone_typed_turns_8_into_7_and_says_so)
{
	char out[PHONE_SIZE];
	bool changed = false;

	EXPECT_INT(phone_normalise_typed("8 (900) 123-45-67", out, &changed),
	    PHONE_OK);
	EXPECT_STR(out, "79001234567");
	EXPECT(changed);
}

TEST(phone_typed_leaves_others_alone)
{
	static const char *const rows[] = {
		"79001234567", "+84912345678", "+81312345678", "8900123456",
		"890012345678", "4915112345678",
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[PHONE_SIZE];
		bool changed = true;

		EXPECT_INT(phone_normalise_typed(rows[i], out, &changed),
		    PHONE_OK);
		EXPECT_STR(out, rows[i] + (rows[i][0] == '+'));
		EXPECT(!changed);
	}
}

TEST(phone_typed_refuses_like_the_other)
{
	char out[PHONE_SIZE] = "poison";
	bool changed = true;

	EXPECT_INT(phone_normalise_typed("8900", out, &changed),
	    PHONE_TOO_SHORT);
	EXPECT_INT(phone_normalise_typed(NULL, out, &changed), PHONE_MISSING);
	EXPECT_STR(out, "poison");
	EXPECT(changed);
}
