#include "core/store/names.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/* Where the name is, or where it belongs. */
static size_t
find(const struct names *n, const char *name, bool *found)
{
	size_t low = 0, high = n->count;

	*found = false;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = strcmp(n->at[middle], name);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
names_finish(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->at[i]);
	free(n->at);
	*n = (struct names){ .at = NULL };
}

void
names_add(struct names *n, const char *name)
{
	bool found;
	const size_t i = find(n, name, &found);

	if (found)
		return;
	if (n->count == n->cap) {
		n->cap = n->cap == 0 ? 4 : n->cap * 2;
		n->at = xreallocarray(n->at, n->cap, sizeof n->at[0]);
	}
	memmove(n->at + i + 1, n->at + i, (n->count - i) * sizeof n->at[0]);
	n->at[i] = xstrdup(name);
	n->count++;
}

void
names_remove(struct names *n, const char *name)
{
	bool found;
	const size_t i = find(n, name, &found);

	if (!found)
		return;
	free(n->at[i]);
	n->count--;
	memmove(n->at + i, n->at + i + 1, (n->count - i) * sizeof n->at[0]);
}

bool
names_has(const struct names *n, const char *name)
{
	bool found;

	find(n, name, &found);
	return found;
}
