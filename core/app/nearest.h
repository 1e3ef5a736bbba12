/* "Did you mean": how far apart two short words are. */
#ifndef PAIRDESK_APP_NEAREST_H
#define PAIRDESK_APP_NEAREST_H

#include <stdbool.h>

#define NEAREST_MAX 64          /* bytes; longer words match nothing */

/* Keeps the best so far; offer every known word, then ask. */
struct nearest {
	const char *word;       /* what was typed; borrowed */
	const char *best;       /* of the offered ones; borrowed, NULL: none */
	unsigned distance;
};

void nearest_init(struct nearest *n, const char *word);
void nearest_offer(struct nearest *n, const char *known);

/* Changes, insertions, removals and swapped neighbours from a to b; large when too long. */
unsigned nearest_distance(const char *a, const char *b);

#endif
