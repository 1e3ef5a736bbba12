#include "core/wire/utf8.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

#define BAD "\xef\xbf\xbd"

static void
expect_repaired(const char *s, size_t n, const char *want)
{
	uint8_t *in = t_exact(s, n);
	const size_t len = utf8_repair((const char *)in, n, NULL);
	char *out = malloc(len + 1);

	if (out == NULL)
		abort();
	EXPECT_INT(utf8_repair((const char *)in, n, out), len);
	out[len] = '\0';
	EXPECT_STR(out, want);
	EXPECT(str_is_utf8(out, len));
	free(out);
	free(in);
}

TEST(utf8_repair_leaves_valid_text_alone)
{
	static const char *const good[] = {
		"", "abc", "J\xc3\xbcrgen", "\xe6\xbc\xa2", "\xf0\x9f\x98\x80",
		"\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf",
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		expect_repaired(good[i], strlen(good[i]), good[i]);
}

/* One mark for each longest piece of a character, as browsers do. */
TEST(utf8_repair_marks_each_broken_piece)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "a\xc3(b", "a" BAD "(b" },
		{ "\x80", BAD },
		{ "\xff\xfe", BAD BAD },
		{ "\xc0\xaf", BAD BAD },                /* overlong */
		{ "\xe0\x80\xaf", BAD BAD BAD },        /* overlong */
		{ "\xed\xa0\x80", BAD BAD BAD },        /* surrogate */
		{ "\xf4\x90\x80\x80", BAD BAD BAD BAD },/* above the last */
		{ "\xf0\x9f\x98", BAD },                /* cut short */
		{ "\xf0\x9f\x98x", BAD "x" },
		{ "\xe6\xbc\xe6\xbc\xa2", BAD "\xe6\xbc\xa2" },
		{ "\xe6", BAD },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		expect_repaired(cases[i].in, strlen(cases[i].in),
		    cases[i].out);
}
