/* A doubly linked list through nodes embedded in its members. */
#ifndef PAIRDESK_BASE_LIST_H
#define PAIRDESK_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *prev, *next;
};

#define CONTAINER_OF(p, type, member) \
	((type *)(void *)((char *)(p) - offsetof(type, member)))

static inline void
list_init(struct list *l)
{
	l->prev = l->next = l;
}

static inline bool
list_is_empty(const struct list *l)
{
	return l->next == l;
}

static inline void
list_append(struct list *l, struct list *member)
{
	member->prev = l->prev;
	member->next = l;
	l->prev->next = member;
	l->prev = member;
}

/* The member is left as a list of its own, so removing twice is harmless. */
static inline void
list_remove(struct list *member)
{
	/* the analyser does not see that a removed member is out of reach */
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	member->prev->next = member->next;
	member->next->prev = member->prev;
	list_init(member);
}

#define LIST_EACH(at, l) \
	for (struct list *at = (l)->next; at != (l); at = at->next)

/* The current member may be removed while walking. */
#define LIST_EACH_SAFE(at, l) \
	for (struct list *at = (l)->next, *at##_next = at->next; at != (l); \
	    at = at##_next, at##_next = at->next)

#endif
