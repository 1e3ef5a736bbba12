#include "core/wire/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd";

struct sequence {
	size_t want;            /* bytes the first one asks for; 0: none */
	uint8_t low, high;      /* what the second byte may be */
};

/* The second byte's range keeps out overlong forms and surrogates. */
static struct sequence
sequence_of(uint8_t first)
{
	struct sequence s = { .low = 0x80, .high = 0xbf };

	if (first < 0x80)
		s.want = 1;
	else if (first >= 0xc2 && first <= 0xdf)
		s.want = 2;
	else if (first >= 0xe0 && first <= 0xef)
		s.want = 3;
	else if (first >= 0xf0 && first <= 0xf4)
		s.want = 4;
	if (first == 0xe0)
		s.low = 0xa0;
	else if (first == 0xed)
		s.high = 0x9f;
	else if (first == 0xf0)
		s.low = 0x90;
	else if (first == 0xf4)
		s.high = 0x8f;
	return s;
}

/* How many bytes belong together at p, and whether they are a character. */
static size_t
take(const uint8_t *p, size_t left, bool *valid)
{
	const struct sequence s = sequence_of(p[0]);
	size_t got = 1;

	if (s.want > 1 && left > 1 && p[1] >= s.low && p[1] <= s.high) {
		for (got = 2; got < s.want && got < left; got++) {
			if ((p[got] & 0xc0) != 0x80)
				break;
		}
	}
	*valid = got == s.want;
	return got;
}

size_t
utf8_repair(const char *s, size_t n, char *out)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t at = 0, got, put;
	bool valid;

	for (; n > 0; p += got, n -= got, at += put) {
		got = take(p, n, &valid);
		put = valid ? got : sizeof replacement - 1;
		if (out != NULL)
			memcpy(out + at, valid ? (const void *)p : replacement,
			    put);
	}
	return at;
}
