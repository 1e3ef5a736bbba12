#include "core/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
die(void)
{
	fputs("pairdesk: out of memory\n", stderr);
	abort();
}

void *
xcalloc(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (p == NULL)
		die();
	return p;
}

void *
xreallocarray(void *p, size_t count, size_t size)
{
	void *q = reallocarray(p, count, size);

	if (q == NULL)
		die();
	return q;
}

char *
xstrdup(const char *s)
{
	char *copy = strdup(s);

	if (copy == NULL)
		die();
	return copy;
}
