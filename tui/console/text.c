#include "tui/console/text.h"

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
