/* The rows that are shown, in order: kept change by change. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/console/fleet_impl.h"

bool
view_takes(const struct view *v, const struct entry *e)
{
	return (!v->only_problems || row_is_problem(&e->row)) &&
	    filter_takes(&v->filter, e);
}

/* --- the order --------------------------------------------------------------------- */

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

/* The newest trouble first; what needs nothing does not move about when it
 * comes back. */
static int
by_need(const struct row *a, const struct row *b)
{
	const enum need x = row_need(a), y = row_need(b);

	if (x != y)
		return ORDER(x, y);
	return x == NEED_NOTHING ? 0 : ORDER(b->since_ms, a->since_ms);
}

/* Those without a name behind the others. */
static int
by_name(const struct entry *a, const struct entry *b)
{
	const char *x = a->folded + strlen(a->row.company);
	const char *y = b->folded + strlen(b->row.company);

	if (x[1] == '\0' || y[1] == '\0')
		return ORDER(x[1] == '\0', y[1] == '\0');
	return strcmp(x, y);
}

/* Numbers: the largest, newest, first. */
static int
by_key(enum sort sort, const struct entry *x, const struct entry *y)
{
	const struct row *a = &x->row, *b = &y->row;

	switch (sort) {
	case SORT_NEED:
		return by_need(a, b);
	case SORT_NAME:
		return by_name(x, y);
	case SORT_STATUS:
		return a->status != b->status ? ORDER(a->status, b->status) :
		    ORDER(a->paused, b->paused);
	case SORT_SINCE:
		return ORDER(b->since_ms, a->since_ms);
	case SORT_SEEN:
		return ORDER(b->last_seen_ms, a->last_seen_ms);
	case SORT_RECONNECTS:
		return ORDER(b->reconnects, a->reconnects);
	case SORT_PRIORITY:
		return ORDER(b->priority, a->priority);
	default:
		return 0;
	}
}

/* No two are equal: the order is the same however it came about. */
static int
compare(const struct view *v, const struct entry *a, const struct entry *b)
{
	int order = by_key(v->sort, a, b);

	if (order == 0)
		order = strcmp(a->row.company, b->row.company);
	return v->reverse ? -order : order;
}

static int
compare_slots(const void *a, const void *b, void *view)
{
	return compare(view, *(struct entry *const *)a,
	    *(struct entry *const *)b);
}

void
view_sort(struct view *v)
{
	if (v->count > 1)
		qsort_r(v->at, v->count, sizeof v->at[0], compare_slots, v);
}

/* --- changes ------------------------------------------------------------------------ */

size_t
view_place(const struct view *v, const struct entry *e)
{
	size_t low = 0, high = v->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare(v, v->at[middle], e) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
view_remove(struct view *v, struct entry *e)
{
	size_t i;

	if (!e->shown)
		return;
	i = view_place(v, e);
	memmove(v->at + i, v->at + i + 1,
	    (--v->count - i) * sizeof v->at[0]);
	e->shown = false;
}

void
view_insert(struct view *v, struct entry *e)
{
	size_t i;

	if (!view_takes(v, e))
		return;
	i = view_place(v, e);
	if (v->count == v->cap) {
		v->cap = v->cap == 0 ? 64 : v->cap * 2;
		v->at = xreallocarray(v->at, v->cap, sizeof v->at[0]);
	}
	memmove(v->at + i + 1, v->at + i,
	    (v->count++ - i) * sizeof v->at[0]);
	v->at[i] = e;
	e->shown = true;
}
