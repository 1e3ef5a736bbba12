#include "tui/console/link_number.h"

#include <stdint.h>
#include <string.h>

#include "core/base/str.h"

#define PRETTY_MAX 64
#define RUSSIAN_DIGITS 11

/* The row of the table ("79 Russia,") that the number begins with. */
static bool
find_country(const char *digits, enum lang lang, char *out, size_t size)
{
	const char *at = text_get(lang, TEXT_LINK_COUNTRIES);

	while (*at != '\0') {
		const size_t code = strcspn(at, " ");
		const size_t row = strcspn(at, ",");

		if (strncmp(digits, at, code) == 0)
			return str_format(out, size, "%.*s",
			    (int)(row - code - 1), at + code + 1);
		at += row + (at[row] != '\0');
	}
	return false;
}

void
link_number_pretty(const char *digits, enum lang lang, char *out,
    size_t size)
{
	char groups[PRETTY_MAX], country[PRETTY_MAX];

	if (digits[0] == '7' && strlen(digits) == RUSSIAN_DIGITS)
		str_format(groups, sizeof groups, "+7 %.3s %.3s-%.2s-%.2s",
		    digits + 1, digits + 4, digits + 7, digits + 9);
	else
		str_format(groups, sizeof groups, "+%s", digits);
	if (find_country(digits, lang, country, sizeof country))
		str_format(out, size, "%s, %s", groups, country);
	else
		str_copy(out, size, groups);
}

bool
link_number_check(const char *typed, enum lang lang,
    char digits[PHONE_SIZE], char *says, size_t size)
{
	bool changed = false;
	const enum phone_fault fault = phone_normalise_typed(typed, digits,
	    &changed);
	char pretty[2 * PRETTY_MAX];

	if (fault == PHONE_MISSING) {
		text_format(says, size, lang, TEXT_LINK_NUMBER_HINT, NULL);
		return false;
	}
	if (fault != PHONE_OK) {
		words_format(says, size, lang, words_phone_fault(fault), NULL);
		return false;
	}
	link_number_pretty(digits, lang, pretty, sizeof pretty);
	if (changed)
		text_format(says, size, lang, TEXT_LINK_NUMBER_TRUNK,
		    &(struct words_args){ .phone = pretty });
	else
		str_copy(says, size, pretty);
	return true;
}
