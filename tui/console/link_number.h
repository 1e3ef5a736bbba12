/* A phone number while it is being typed: what is wrong with it, or how it
 * was understood. Pure. */
#ifndef PAIRDESK_TUI_CONSOLE_LINK_NUMBER_H
#define PAIRDESK_TUI_CONSOLE_LINK_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/app/phone.h"
#include "tui/console/text.h"

/* In groups, with the country where it is sure: "+7 900 123-45-67, Russia". */
void link_number_pretty(const char *digits, enum lang lang, char *out,
    size_t size);

/* True: digits is what to ask for, and says how it was read. False: says why
 * not; of an empty or short one only what is missing yet. */
bool link_number_check(const char *typed, enum lang lang,
    char digits[PHONE_SIZE], char *says, size_t size);

#endif
