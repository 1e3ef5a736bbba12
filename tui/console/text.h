/*
 * Every text of the console, in every language, in one table (strings.def).
 * Placeholders and word forms are those of core/app/words.h; English texts
 * are plain ASCII. Sentences about companies come from the core with the
 * status itself and are not repeated here.
 */
#ifndef PAIRDESK_TUI_CONSOLE_TEXT_H
#define PAIRDESK_TUI_CONSOLE_TEXT_H

#include <stddef.h>

#include "core/app/words.h"

enum text {
#define TEXT(id, en, ru) TEXT_##id,
#include "tui/console/strings.def"
#undef TEXT
	TEXT_COUNT
};

/* As it stands in the table; static. */
const char *text_get(enum lang lang, enum text text);
/* Filled, as words_format. args may be NULL. */
void text_format(char *out, size_t size, enum lang lang, enum text text,
    const struct words_args *args);

/* "1. This. 2. That." with a line for each, for area_wrap; others as they
 * are. */
void text_steps(char *out, size_t size, const char *sentence);

#endif
