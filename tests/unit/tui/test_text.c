#include "tui/console/text.h"

#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/app/placeholders.h"

static const char *
row_name(enum text text)
{
	static const char *const names[] = {
#define TEXT(id, en, ru) [TEXT_##id] = #id,
#include "tui/console/strings.def"
#undef TEXT
	};

	return names[text];
}

TEST(text_every_language_has_the_same_placeholders)
{
	for (int i = TEXT_NONE + 1; i < TEXT_COUNT; i++) {
		const enum text text = (enum text)i;
		unsigned forms[LANG_COUNT], sets[LANG_COUNT];

		for (int l = 0; l < LANG_COUNT; l++) {
			const char *s = text_get((enum lang)l, text);

			ASSERT(s != NULL && s[0] != '\0');
			EXPECT(str_is_utf8(s, strlen(s)));
			sets[l] = placeholders(s, (enum lang)l, &forms[l]);
			if (sets[l] == UINT32_MAX ||
			    (forms[l] & ~sets[l]) != 0)
				t_fail(__FILE__, __LINE__, "%s: %s",
				    row_name(text), s);
		}
		if (sets[LANG_EN] != sets[LANG_RU])
			t_fail(__FILE__, __LINE__, "%s: other placeholders",
			    row_name(text));
	}
}

TEST(text_english_is_ascii)
{
	for (int i = 0; i < TEXT_COUNT; i++) {
		const char *s = text_get(LANG_EN, (enum text)i);

		for (const char *at = s; *at != '\0'; at++) {
			if ((unsigned char)*at >= 0x80) {
				t_fail(__FILE__, __LINE__, "%s: %s",
				    row_name((enum text)i), s);
				break;
			}
		}
	}
}

TEST(text_steps_have_a_line_each)
{
	char out[64];

	text_steps(out, sizeof out, "1. One 1.5. 2. Two. 3. Three.");
	EXPECT_STR(out, "1. One 1.5.\n2. Two.\n3. Three.");
	text_steps(out, sizeof out, "Wait for 2. No steps.");
	EXPECT_STR(out, "Wait for 2. No steps.");
	text_steps(out, 8, "1. Cut at the end");
	EXPECT_STR(out, "1. Cut ");
}
