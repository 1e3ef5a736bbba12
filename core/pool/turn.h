/*
 * A heap of those who wait to dial: highest priority first, then who has
 * waited longest. A member knows its place, so that it can leave at any time.
 * Pure.
 */
#ifndef PAIRDESK_POOL_TURN_H
#define PAIRDESK_POOL_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct turns;

/* Embedded in whoever waits; zeroed before its first use. */
struct turn {
	struct turns *in;               /* NULL: waits nowhere */
	size_t at;
	int priority;                   /* higher ones first */
	uint64_t seq;                   /* among equals, the lower first */
};

struct turns {
	struct turn **heap;
	size_t count, cap;
};

void turns_init(struct turns *t);
void turns_finish(struct turns *t);     /* members are not told */
void turns_add(struct turns *t, struct turn *member);
void turns_remove(struct turn *member); /* no-op when it waits nowhere */
/* The one whose turn is next; NULL: nobody waits. */
struct turn *turns_first(const struct turns *t);

#endif
