#include "core/store/names.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

static size_t
find(const struct names *n, const char *name)
{
	size_t i = 0;

	while (i < n->count && strcmp(n->at[i], name) != 0)
		i++;
	return i;
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
	if (names_has(n, name))
		return;
	if (n->count == n->cap) {
		n->cap = n->cap == 0 ? 4 : n->cap * 2;
		n->at = xreallocarray(n->at, n->cap, sizeof n->at[0]);
	}
	n->at[n->count++] = xstrdup(name);
}

void
names_remove(struct names *n, const char *name)
{
	const size_t i = find(n, name);

	if (i == n->count)
		return;
	free(n->at[i]);
	n->at[i] = n->at[--n->count];
}

bool
names_has(const struct names *n, const char *name)
{
	return find(n, name) < n->count;
}
