#include "core/app/nearest.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	const unsigned d = a < b ? a : b;

	return c < d ? c : d;
}

unsigned
nearest_distance(const char *a, const char *b)
{
	const size_t n = strlen(a), m = strlen(b);
	unsigned row[NEAREST_MAX + 1];

	if (n > NEAREST_MAX || m > NEAREST_MAX)
		return UINT_MAX;
	for (size_t j = 0; j <= m; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned corner = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			const unsigned up = row[j];

			row[j] = least(up + 1, row[j - 1] + 1,
			    corner + (a[i - 1] != b[j - 1]));
			corner = up;
		}
	}
	return row[m];
}

void
nearest_init(struct nearest *n, const char *word)
{
	/* a third of the word may be wrong; beyond that it is a guess */
	*n = (struct nearest){ .word = word,
	    .distance = (unsigned)(strlen(word) / 3) + 2 };
}

void
nearest_offer(struct nearest *n, const char *known)
{
	const unsigned distance = nearest_distance(n->word, known);

	if (distance < n->distance) {
		n->best = known;
		n->distance = distance;
	}
}
