#include "httpd/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define BATCH 32                /* events read from the ring at once */

struct id {
	char text[COMPANY_ID_MAX + 1];
};

struct snapshot {
	const struct app *app;
	uint64_t base;
	char at[COMPANY_ID_MAX + 1];    /* told last, "" none yet */
	/* of a part: which, sorted, each once */
	bool is_part;
	struct id *ids;
	size_t count, next;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct id *)a)->text,
	    ((const struct id *)b)->text);
}

static void
sort_once(struct snapshot *s)
{
	size_t n = 0;

	if (s->count == 0)
		return;
	qsort(s->ids, s->count, sizeof *s->ids, compare);
	for (size_t i = 1; i < s->count; i++) {
		if (strcmp(s->ids[n].text, s->ids[i].text) != 0)
			s->ids[++n] = s->ids[i];
	}
	s->count = n + 1;
}

/* The companies of all events after since; false: some are forgotten. */
static bool
collect(struct snapshot *s, uint64_t since)
{
	struct app_event events[BATCH];
	bool missed;
	size_t n;

	if (since == 0 || since > app_last_seq(s->app))
		return false;
	s->ids = xcalloc(APP_RING_EVENTS, sizeof *s->ids);
	do {
		n = app_events_since(s->app, since, events, BATCH, &missed);
		if (missed)
			return false;
		for (size_t i = 0; i < n; i++)
			str_copy(s->ids[s->count++].text, COMPANY_ID_MAX + 1,
			    events[i].company);
		since += n;
	} while (n == BATCH);
	sort_once(s);
	return true;
}

struct snapshot *
snapshot_create(const struct app *a, uint64_t since)
{
	struct snapshot *s = xcalloc(1, sizeof *s);

	s->app = a;
	s->is_part = collect(s, since);
	if (s->is_part) {
		s->base = since;
	} else {
		free(s->ids);
		s->ids = NULL;
	}
	return s;
}

void
snapshot_destroy(struct snapshot *s)
{
	if (s == NULL)
		return;
	free(s->ids);
	free(s);
}

uint64_t
snapshot_base(const struct snapshot *s)
{
	return s->base;
}

bool
snapshot_is_ahead(const struct snapshot *s, const char *company)
{
	struct id key = { "" };

	if (!s->is_part)
		return strcmp(company, s->at) > 0;
	str_copy(key.text, sizeof key.text, company);
	return s->next < s->count && bsearch(&key, s->ids + s->next,
	    s->count - s->next, sizeof key, compare) != NULL;
}

bool
snapshot_next(struct snapshot *s, struct session_view *out, bool *exists)
{
	*exists = true;
	if (!s->is_part && !app_next(s->app, s->at, out))
		return false;
	if (s->is_part) {
		if (s->next == s->count)
			return false;
		*exists = app_view(s->app, s->ids[s->next].text, out);
		str_copy(out->company, sizeof out->company,
		    s->ids[s->next++].text);
	}
	str_copy(s->at, sizeof s->at, out->company);
	return true;
}

bool
snapshot_is_part(const struct snapshot *s)
{
	return s->is_part;
}
