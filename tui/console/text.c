#include "tui/console/text.h"

#include <string.h>

#include "core/base/str.h"

static const char *const table[TEXT_COUNT][LANG_COUNT] = {
#define TEXT(id, en, ru) [TEXT_##id] = { [LANG_EN] = en, [LANG_RU] = ru },
#include "tui/console/strings.def"
#undef TEXT
};

const char *
text_get(enum lang lang, enum text text)
{
	return table[text][lang];
}

void
text_format(char *out, size_t size, enum lang lang, enum text text,
    const struct words_args *args)
{
	words_fill(out, size, lang, table[text][lang], args);
}

void
text_steps(char *out, size_t size, const char *sentence)
{
	(void)str_copy(out, size, sentence);
	if (strncmp(out, "1. ", 3) != 0)
		return;
	for (char *at = strchr(out, ' '); at != NULL;
	    at = strchr(at + 1, ' ')) {
		if (at[1] >= '2' && at[1] <= '9' && at[2] == '.' &&
		    at[3] == ' ')
			*at = '\n';
	}
}
