#include "core/app/phone.h"

#include <string.h>

#define TRUNK_DIGITS 11         /* 8 and the ten digits of a Russian number */

enum phone_fault
phone_normalise(const char *text, char out[PHONE_SIZE])
{
	char digits[PHONE_SIZE];
	size_t n = 0;

	if (text == NULL)
		return PHONE_MISSING;
	for (const char *p = text; *p != '\0'; p++) {
		if (strchr(" +-()", *p) != NULL)
			continue;
		if (*p < '0' || *p > '9')
			return PHONE_CHARACTER;
		if (n < PHONE_MAX_DIGITS)
			digits[n] = *p;
		n++;
	}
	if (n == 0)
		return PHONE_MISSING;
	if (digits[0] == '0')
		return PHONE_LEADING_ZERO;
	if (n < PHONE_MIN_DIGITS)
		return PHONE_TOO_SHORT;
	if (n > PHONE_MAX_DIGITS)
		return PHONE_TOO_LONG;
	memcpy(out, digits, n);
	out[n] = '\0';
	return PHONE_OK;
}

enum phone_fault
phone_normalise_typed(const char *text, char out[PHONE_SIZE], bool *changed)
{
	const enum phone_fault fault = phone_normalise(text, out);

	if (fault != PHONE_OK)
		return fault;
	*changed = strchr(text, '+') == NULL && out[0] == '8' &&
	    strlen(out) == TRUNK_DIGITS;
	if (*changed)
		out[0] = '7';
	return PHONE_OK;
}
