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
	/* a row a letter of a; two above it for letters that were swapped */
	unsigned rows[3][NEAREST_MAX + 1];

	if (n > NEAREST_MAX || m > NEAREST_MAX)
		return UINT_MAX;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *up = rows[(i - 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = least(up[j] + 1, row[j - 1] + 1,
			    up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], row[j],
				    rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

void
nearest_init(struct nearest *n, const char *word)
{
	const unsigned third = (unsigned)(strlen(word) / 3);

	/* so much of the word may be wrong; beyond that it is a guess */
	*n = (struct nearest){ .word = word,
	    .distance = (third > 0 ? third : 1) + 1 };
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
