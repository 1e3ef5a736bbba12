#include "core/pool/turn.h"

#include <assert.h>
#include <stdlib.h>

#include "core/base/mem.h"

void
turns_init(struct turns *t)
{
	*t = (struct turns){ .heap = NULL };
}

void
turns_finish(struct turns *t)
{
	free(t->heap);
	*t = (struct turns){ .heap = NULL };
}

static bool
is_before(const struct turn *a, const struct turn *b)
{
	return a->priority != b->priority ? a->priority > b->priority :
	    a->seq < b->seq;
}

static void
put(struct turns *t, size_t at, struct turn *member)
{
	t->heap[at] = member;
	member->at = at;
}

static void
rise(struct turns *t, size_t at, struct turn *member)
{
	while (at > 0 && is_before(member, t->heap[(at - 1) / 2])) {
		put(t, at, t->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(t, at, member);
}

static void
sink(struct turns *t, size_t at, struct turn *member)
{
	size_t child;

	while ((child = 2 * at + 1) < t->count) {
		if (child + 1 < t->count &&
		    is_before(t->heap[child + 1], t->heap[child]))
			child++;
		if (!is_before(t->heap[child], member))
			break;
		put(t, at, t->heap[child]);
		at = child;
	}
	put(t, at, member);
}

void
turns_add(struct turns *t, struct turn *member)
{
	assert(member->in == NULL);
	if (t->count == t->cap) {
		t->cap = t->cap == 0 ? 16 : 2 * t->cap;
		t->heap = xreallocarray(t->heap, t->cap,
		    sizeof(struct turn *));
	}
	member->in = t;
	t->count++;
	rise(t, t->count - 1, member);
}

void
turns_remove(struct turn *member)
{
	struct turns *t = member->in;
	const size_t at = member->at;
	struct turn *last;

	if (t == NULL)
		return;
	member->in = NULL;
	last = t->heap[--t->count];
	if (last == member)
		return;
	if (at > 0 && is_before(last, t->heap[(at - 1) / 2]))
		rise(t, at, last);
	else
		sink(t, at, last);
}

struct turn *
turns_first(const struct turns *t)
{
	return t->count == 0 ? NULL : t->heap[0];
}
