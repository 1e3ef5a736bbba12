/*
 * Memory of one node tree: handed out from a few blocks, given back all at
 * once. Nothing in it is freed alone.
 */
#ifndef PAIRDESK_WIRE_ARENA_H
#define PAIRDESK_WIRE_ARENA_H

#include <stddef.h>

struct arena;

/* first: bytes expected. NULL when out of memory. */
struct arena *arena_create(size_t first);
void arena_destroy(struct arena *a);            /* NULL is a no-op */

/* Uninitialised; NULL when out of memory. */
void *arena_alloc(struct arena *a, size_t n);   /* aligned for any struct */
char *arena_bytes(struct arena *a, size_t n);   /* not aligned */

/* a owns other from now on; both may still be allocated from. */
void arena_adopt(struct arena *a, struct arena *other);

#endif
