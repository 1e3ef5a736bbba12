#include "core/session/number.h"

#include <string.h>

#include "core/base/str.h"

#define BRAZIL "55"
#define BRAZIL_LONG 13          /* 55, area code of 2, 9 and 8 digits */
#define BRAZIL_NINE 4           /* where the 9 stands */
#define END_DIGITS 4

void
number_key(const char *digits, char out[NUMBER_KEY_SIZE])
{
	str_copy(out, NUMBER_KEY_SIZE, digits);
	if (strlen(out) == BRAZIL_LONG && out[BRAZIL_NINE] == '9' &&
	    strncmp(out, BRAZIL, sizeof BRAZIL - 1) == 0)
		memmove(out + BRAZIL_NINE, out + BRAZIL_NINE + 1,
		    BRAZIL_LONG - BRAZIL_NINE);
}

bool
number_is_same(const char *a, const char *b)
{
	char key_a[NUMBER_KEY_SIZE], key_b[NUMBER_KEY_SIZE];

	number_key(a, key_a);
	number_key(b, key_b);
	return strcmp(key_a, key_b) == 0;
}

const char *
number_end(const char *digits)
{
	const size_t n = strlen(digits);

	return n > END_DIGITS ? digits + n - END_DIGITS : digits;
}
