#include "core/base/str.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

TEST(str_copy_says_whether_it_fitted)
{
	char out[4] = "zzz";

	EXPECT(str_copy(out, sizeof out, "abc"));
	EXPECT_STR(out, "abc");
	EXPECT(!str_copy(out, sizeof out, "abcd"));
	EXPECT_STR(out, "abc");
	EXPECT(!str_copy(out, 0, ""));
	EXPECT(str_copy(out, 1, ""));
	EXPECT_STR(out, "");
}

TEST(str_format_says_whether_it_fitted)
{
	char out[4];

	EXPECT(str_format(out, sizeof out, "%d", 123));
	EXPECT(!str_format(out, sizeof out, "%d", 1234));
	EXPECT_STR(out, "123");
}

TEST(str_to_u64_takes_digits_up_to_the_maximum)
{
	uint64_t v = 77;

	EXPECT(str_to_u64("0", 0, &v) && v == 0);
	EXPECT(str_to_u64("255", 255, &v) && v == 255);
	EXPECT(str_to_u64("18446744073709551615", UINT64_MAX, &v));
	EXPECT(v == UINT64_MAX);
	EXPECT(str_to_u64("007", 9, &v) && v == 7);
}

TEST(str_to_u64_refuses)
{
	static const char *const bad[] = {
		"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "256", "999", "a",
		"18446744073709551616", "99999999999999999999999",
	};
	uint64_t v = 77;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT(!str_to_u64(bad[i], 255, &v));
	EXPECT(!str_to_u64("18446744073709551616", UINT64_MAX, &v));
	EXPECT(!str_to_u64("1", 0, &v));
	EXPECT(!str_to_u64("9", 5, &v));
	EXPECT(v == 77);
}

TEST(str_is_utf8_of_good_text)
{
	static const char good[] = "a\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf"
	    "\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf";

	EXPECT(str_is_utf8(good, sizeof good - 1));
	EXPECT(str_is_utf8("", 0));
	EXPECT(str_is_utf8("a\0b", 3));
}

TEST(str_is_utf8_refuses)
{
	static const char *const bad[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41",
		"\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xff", "\xfe", "a\xf0\x9f\x98",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint8_t *p = t_exact(bad[i], strlen(bad[i]));

		if (str_is_utf8((char *)p, strlen(bad[i])))
			t_fail(__FILE__, __LINE__, "row %zu passes", i);
		free(p);
	}
}

static void
expect_clean(const char *src, size_t n, const char *want)
{
	uint8_t *p = t_exact(src, n);
	char out[64];

	str_clean(out, sizeof out, (char *)p, n);
	EXPECT_STR(out, want);
	free(p);
}

TEST(str_clean_replaces_what_moves_a_cursor)
{
	expect_clean("a\nb\r\tc", 6, "a?b??c");
	expect_clean("\x1b[2J", 4, "?[2J");
	expect_clean("\x7f\0x", 3, "??x");
	expect_clean("\xc2\x9bX", 3, "?X");             /* C1 CSI */
	expect_clean("\xe2\x80\xae" "abc", 6, "?abc");  /* right to left */
	expect_clean("\xe2\x81\xa6" "a", 4, "?a");      /* isolate */
	expect_clean("\xe2\x80\xa8", 3, "?");           /* line separator */
	expect_clean("Компания \xe2\x9c\x93", 20, "Компания \xe2\x9c\x93");
}

TEST(str_clean_replaces_broken_utf8)
{
	expect_clean("\xff" "a\xc3", 3, "?a?");
	expect_clean("\xf0\x9f\x98", 3, "???");
}

TEST(str_clean_cuts_between_characters)
{
	char out[4];

	str_clean(out, sizeof out, "a\xd0\x90\xd0\x91", 5);
	EXPECT_STR(out, "a\xd0\x90");
	str_clean(out, 3, "a\xd0\x90", 3);
	EXPECT_STR(out, "a");
	str_clean(out, 1, "abc", 3);
	EXPECT_STR(out, "");
	out[0] = 'z';
	str_clean(out, 0, "abc", 3);
	EXPECT_INT(out[0], 'z');
}

TEST(str_width_counts_cells)
{
	char *old = xstrdup(setlocale(LC_CTYPE, NULL));

	if (setlocale(LC_CTYPE, "C.UTF-8") != NULL) {
		EXPECT_INT(str_width_cells(""), 0);
		EXPECT_INT(str_width_cells("abc"), 3);
		EXPECT_INT(str_width_cells("Код"), 3);
		EXPECT_INT(str_width_cells("\xe6\xbc\xa2"), 2);
		EXPECT_INT(str_width_cells("e\xcc\x81"), 1);
		EXPECT_INT(str_width_cells("\xff" "a"), 2);
	}
	setlocale(LC_CTYPE, old);
	free(old);
}

TEST(str_mask_phone_shows_ends_only)
{
	char out[24];

	str_mask_phone(out, sizeof out, "79001234567");
	EXPECT_STR(out, "+7******4567");
	str_mask_phone(out, sizeof out, "1234567");
	EXPECT_STR(out, "+1**4567");
}

TEST(str_mask_phone_of_odd_input_shows_nothing)
{
	char out[24];

	str_mask_phone(out, sizeof out, "");
	EXPECT_STR(out, "*");
	str_mask_phone(out, sizeof out, "123456");
	EXPECT_STR(out, "*");
	str_mask_phone(out, sizeof out, "123456789012345678901");
	EXPECT_STR(out, "*");
	str_mask_phone(out, 8, "79001234567");
	EXPECT_STR(out, "*");
}

TEST(str_time_is_iso_8601)
{
	char out[25];

	str_time_utc(out, sizeof out, 0);
	EXPECT_STR(out, "1970-01-01T00:00:00.000Z");
	str_time_utc(out, sizeof out, 1795348799999);
	EXPECT_STR(out, "2026-11-22T11:59:59.999Z");
	str_time_utc(out, sizeof out, -1);
	EXPECT_STR(out, "1969-12-31T23:59:59.999Z");
	str_time_utc(out, sizeof out, INT64_MAX);
	EXPECT_STR(out, "-");
}

TEST(str_hex_both_ways)
{
	static const uint8_t bytes[] = { 0x00, 0x1f, 0xab, 0xff };
	uint8_t back[4] = { 0 };
	char hex[HEX_LEN(4)];

	str_to_hex(hex, bytes, sizeof bytes);
	EXPECT_STR(hex, "001fabff");
	EXPECT(str_from_hex("001FabFF", back, 4));
	EXPECT_MEM(back, bytes, 4);
}

TEST(str_from_hex_refuses)
{
	static const char *const bad[] = {
		"", "00", "001fabf", "001fabfff", "001fabfg", "001f abff",
		"0x1fabff", "001fab f", " 01fabff",
	};
	uint8_t out[4];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (str_from_hex(bad[i], out, sizeof out))
			t_fail(__FILE__, __LINE__, "takes \"%s\"", bad[i]);
	}
}

TEST(str_base64_appends_with_padding)
{
	const char *s = NULL;
	struct buf b;

	buf_init(&b, 12);
	EXPECT_INT(str_base64(&b, "", 0), ERR_OK);
	EXPECT_INT(b.len, 0);
	EXPECT_INT(str_base64(&b, "a", 1), ERR_OK);
	EXPECT_INT(str_base64(&b, "ab", 2), ERR_OK);
	EXPECT_INT(buf_cstr(&b, &s), ERR_OK);
	EXPECT_STR(s, "YQ==YWI=");
	buf_finish(&b);
}

TEST(str_base64_of_exactly_the_room)
{
	struct buf b;

	buf_init(&b, 8);
	EXPECT_INT(str_base64(&b, "abcdef", 6), ERR_OK);
	EXPECT_INT(b.len, 8);
	EXPECT_INT(str_base64(&b, "a", 1), ERR_TOO_LARGE);
	EXPECT_INT(b.len, 8);
	buf_finish(&b);
}

TEST(str_time_utc_back)
{
	static const char *const bad[] = {
		"", "-", "2026-11-22", "2026-11-22T12:00:00Z",
		"2026-11-22T12:00:00.000", "2026-11-22T12:00:00.000Zx",
		"2026-02-31T12:00:00.000Z", "2026-11-22T25:00:00.000Z",
		"+026-11-22T12:00:00.000Z", "2026-11-22 12:00:00.000Z",
		"2026-11-22T12:00:00. 00Z",
	};
	static const int64_t good[] = { 0, -1, 1795348799999, 951782400001 };
	char text[25];
	int64_t got;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		str_time_utc(text, sizeof text, good[i]);
		ASSERT(str_from_time_utc(text, &got));
		EXPECT_INT(got, good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		EXPECT(!str_from_time_utc(bad[i], &got));
}
