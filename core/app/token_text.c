#include "core/app/token_text.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/secret.h"

#define SECRET_BYTES 32
#define HEAD_LEN 5              /* "pd_a_" */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789-_";

static const char letters[] = {
	[TOKEN_SHARE] = 's',
	[TOKEN_COMPANY] = 'c',
	[TOKEN_ADMIN] = 'a',
};

_Static_assert(ARRAY_LEN(letters) == TOKEN_ROLE_COUNT, "a letter each");
_Static_assert(TOKEN_TEXT_LEN == HEAD_LEN + (SECRET_BYTES * 8 + 5) / 6,
    "six bits a character");

void
token_text_make(const struct rnd *rnd, enum token_role role,
    char out[TOKEN_TEXT_LEN + 1])
{
	/* two zero bytes behind, for the last character has 4 bits of its own */
	uint8_t bytes[SECRET_BYTES + 2] = { 0 };

	rnd_fill(rnd, bytes, SECRET_BYTES);
	memcpy(out, "pd_", 3);
	out[3] = letters[role];
	out[4] = '_';
	for (size_t i = 0; i < TOKEN_TEXT_LEN - HEAD_LEN; i++) {
		const size_t bit = i * 6, at = bit / 8;
		const unsigned two = (unsigned)bytes[at] << 8 | bytes[at + 1];

		out[HEAD_LEN + i] = digits[two >> (10 - bit % 8) & 63];
	}
	out[TOKEN_TEXT_LEN] = '\0';
	secret_wipe(bytes, sizeof bytes);
}

bool
token_text_is_valid(const char *text)
{
	return strlen(text) == TOKEN_TEXT_LEN &&
	    memcmp(text, "pd_", 3) == 0 &&
	    memchr(letters, text[3], sizeof letters) != NULL &&
	    text[4] == '_' &&
	    strspn(text + HEAD_LEN, digits) == TOKEN_TEXT_LEN - HEAD_LEN;
}
