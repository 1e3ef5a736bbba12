#include "httpd/body.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

static bool
is_taken(const char *text, size_t n)
{
	cJSON *body = body_parse(text, n);
	const bool taken = body != NULL;

	cJSON_Delete(body);
	return taken;
}

TEST(body_is_one_object_and_nothing_else)
{
	static const struct {
		const char *text;
		bool taken;
	} rows[] = {
		{ "", true },
		{ "{}", true },
		{ " {\"phoneNumber\":\"7900\"}\r\n", true },
		{ "{\"a\":[[1]],\"b\":{\"c\":null}}", true },
		{ "{\"a\":\"[[[[[[[[[[{{{{{{{{{{\"}", true },
		{ "{\"a\":\"\\\"[[[[[[[[[[\"}", true },
		{ "[]", false }, { "null", false }, { "1", false },
		{ "\"a\"", false }, { "{", false }, { "{}{}", false },
		{ "{} x", false }, { "{\"a\":}", false }, { "{'a':1}", false },
		{ "{\"a\":\"\xff\"}", false }, { "{\"a\":\"\xc0\xaf\"}", false },
		{ "{\"a\":[[[[[[[[[1]]]]]]]]]}", false },
		{ "{\"a\":\"1\\u0000\"}", false },
		{ "{\"a\":\"\\\\\\u0000\"}", false },
		{ "{\"a\":\"\\\\u0000\"}", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (is_taken(rows[i].text, strlen(rows[i].text)) !=
		    rows[i].taken)
			t_fail(__FILE__, __LINE__, "%s", rows[i].text);
	}
	/* a NUL would hide what stands behind it */
	EXPECT(!is_taken("{}\0{}", 5));
}

TEST(body_nested_ten_thousand_deep_is_refused_before_anybody_recurses)
{
	char *text = xcalloc(1, 20001);

	memset(text, '[', 10000);
	memset(text + 10000, ']', 10000);
	EXPECT(!is_taken(text, 20000));
	free(text);
}

TEST(body_with_an_escaped_nul_is_refused)
{
	static const char nul[] = "{\"a\":\"1\\u0000\"}";
	static const char none[] = "{\"a\":\"\\\\u0000\"}";

	EXPECT(!is_taken(nul, sizeof nul - 1));
	EXPECT(is_taken(none, sizeof none - 1));
}
