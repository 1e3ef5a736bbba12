#include "core/wire/token.h"

#include <string.h>

#include "tests/t.h"

TEST(token_find_finds_every_token_by_its_own_id)
{
	unsigned count = 0;
	const char *s;
	size_t n;

	for (unsigned id = 0; id < TOKEN_IDS; id++) {
		if ((s = token_text(id, &n)) == NULL)
			continue;
		count++;
		EXPECT_INT(strlen(s), n);
		EXPECT_INT(token_find(s, n), id);
	}
	EXPECT_INT(count, 235 + 4 * 256);
}

TEST(token_ids_are_those_of_the_notes)
{
	size_t n;

	EXPECT_STR(token_text(1, &n), "xmlstreamstart");
	EXPECT_STR(token_text(3, &n), "s.whatsapp.net");
	EXPECT_INT(n, 14);
	EXPECT_INT(token_find("active", 6), 256 + 1);
	EXPECT_INT(token_find("passive", 7), 256 + 0x18);
	EXPECT_INT(token_find("hist_sync", 9), 0x263);
}

TEST(token_text_is_null_outside_the_tables)
{
	size_t n = 77;

	EXPECT_NULL(token_text(0, &n));
	EXPECT_NULL(token_text(236, &n));
	EXPECT_NULL(token_text(255, &n));
	EXPECT_NULL(token_text(TOKEN_IDS, &n));
	EXPECT_NULL(token_text(~0u, &n));
	EXPECT_INT(n, 77);
}

TEST(token_find_refuses_what_is_nearly_a_token)
{
	EXPECT_INT(token_find("", 0), 0);
	EXPECT_INT(token_find("s.whatsapp.ne", 13), 0);
	EXPECT_INT(token_find("s.whatsapp.net\0", 15), 0);
	EXPECT_INT(token_find("S.whatsapp.net", 14), 0);
	EXPECT_INT(token_find("constructor", 11), 0);
	EXPECT_INT(token_find("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaa", 56), 0);
}
