/*
 * The tables are made at build time by tokens.awk. Lookup by text is an open
 * hash table: h = 5381, then h * 33 + byte for each byte modulo 2^32, slot
 * h modulo TOKEN_SLOTS, next slot on a collision. A third of the slots is
 * used, so a miss costs about one comparison of lengths.
 */
#include "core/wire/token.h"

#include <stdint.h>
#include <string.h>

struct token_text {
	const char *s;
	size_t n;
};

#include "core/wire/tokens.inc"

const char *
token_text(unsigned id, size_t *n)
{
	if (id >= TOKEN_IDS || token_texts[id].s == NULL)
		return NULL;
	*n = token_texts[id].n;
	return token_texts[id].s;
}

unsigned
token_find(const char *s, size_t n)
{
	uint32_t h = 5381;
	unsigned at, id;

	if (n == 0 || n > TOKEN_LEN_MAX)
		return 0;
	for (size_t i = 0; i < n; i++)
		h = h * 33 + (uint8_t)s[i];
	for (at = h % TOKEN_SLOTS; (id = token_slots[at]) != 0;
	    at = (at + 1) % TOKEN_SLOTS) {
		if (token_texts[id].n == n &&
		    memcmp(token_texts[id].s, s, n) == 0)
			return id;
	}
	return 0;
}
