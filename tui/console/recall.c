#include "tui/console/recall.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

struct recall {
	char *lines[HISTORY_LINES];     /* oldest first */
	size_t count, at;               /* at == count: none is shown */
};

struct recall *
recall_create(void)
{
	return xcalloc(1, sizeof(struct recall));
}

void
recall_destroy(struct recall *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->count; i++)
		free(h->lines[i]);
	free(h);
}

void
recall_add(struct recall *h, const char *line)
{
	if (*line != '\0' && (h->count == 0 ||
	    strcmp(h->lines[h->count - 1], line) != 0)) {
		if (h->count == HISTORY_LINES) {
			free(h->lines[0]);
			h->count--;
			memmove(h->lines, h->lines + 1,
			    h->count * sizeof *h->lines);
		}
		h->lines[h->count++] = xstrdup(line);
	}
	h->at = h->count;
}

const char *
recall_older(struct recall *h)
{
	return h->at == 0 ? NULL : h->lines[--h->at];
}

const char *
recall_newer(struct recall *h)
{
	if (h->at < h->count)
		h->at++;
	return h->at == h->count ? "" : h->lines[h->at];
}
