/* What the tables of texts are checked with. */
#ifndef PAIRDESK_TESTS_UNIT_APP_PLACEHOLDERS_H
#define PAIRDESK_TESTS_UNIT_APP_PLACEHOLDERS_H

#include "core/app/words.h"

/* One bit a name, so that another word order is no difference; *forms: those
 * that choose a word form. UINT32_MAX: not well formed. */
unsigned placeholders(const char *s, enum lang lang, unsigned *forms);

#endif
