/* A set of company ids, in their order: quick to ask, and to fill with a few
 * ten thousand. */
#ifndef PAIRDESK_STORE_NAMES_H
#define PAIRDESK_STORE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct names {
	char **at;
	size_t count, cap;
};

void names_finish(struct names *n);     /* zeroes are a valid empty set */
void names_add(struct names *n, const char *name);      /* once */
void names_remove(struct names *n, const char *name);
bool names_has(const struct names *n, const char *name);

#endif
