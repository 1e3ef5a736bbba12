#include "core/wire/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#define BLOCK_MIN 512u
#define BLOCK_MAX 65536u        /* bigger ones only for a single big string */

/* The bytes of a block follow its header. */
struct block {
	struct block *next;
	alignas(max_align_t) char bytes[];
};

/* Lives in its own first block. */
struct arena {
	char *at, *end;         /* free part of the block in use */
	struct block *blocks;   /* the one in use first */
	size_t block_size;      /* of the next block */
	struct arena *adopted, *next_adopted;
};

static struct block *
block_create(size_t n)
{
	struct block *b;

	if (n > SIZE_MAX - sizeof *b)
		return NULL;
	if ((b = malloc(sizeof *b + n)) != NULL)
		b->next = NULL;
	return b;
}

struct arena *
arena_create(size_t first)
{
	struct arena *a;
	struct block *b;

	if (first < BLOCK_MIN)
		first = BLOCK_MIN;
	if (first > BLOCK_MAX)
		first = BLOCK_MAX;
	if ((b = block_create(sizeof *a + first)) == NULL)
		return NULL;
	a = (struct arena *)(void *)b->bytes;
	*a = (struct arena){ .at = b->bytes + sizeof *a,
	    .end = b->bytes + sizeof *a + first, .blocks = b,
	    .block_size = first };
	return a;
}

static void
destroy_blocks(struct block *b)
{
	struct block *next;

	for (; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
}

/* Adopted arenas may own others: a work list instead of recursion. */
void
arena_destroy(struct arena *a)
{
	struct arena *todo = a, *child, *next;

	while ((a = todo) != NULL) {
		todo = a->next_adopted;
		for (child = a->adopted; child != NULL; child = next) {
			next = child->next_adopted;
			child->next_adopted = todo;
			todo = child;
		}
		destroy_blocks(a->blocks);
	}
}

/* A string larger than a block gets its own, behind the one in use. */
static char *
alloc_alone(struct arena *a, size_t n)
{
	struct block *b = block_create(n);

	if (b == NULL)
		return NULL;
	b->next = a->blocks->next;
	a->blocks->next = b;
	return b->bytes;
}

static char *
alloc_slow(struct arena *a, size_t n)
{
	struct block *b;

	if (a->block_size < BLOCK_MAX)
		a->block_size *= 2;
	if (n > a->block_size / 2)
		return alloc_alone(a, n);
	if ((b = block_create(a->block_size)) == NULL)
		return NULL;
	b->next = a->blocks;
	a->blocks = b;
	a->at = b->bytes + n;
	a->end = b->bytes + a->block_size;
	return b->bytes;
}

char *
arena_bytes(struct arena *a, size_t n)
{
	char *p = a->at;

	if (n > (size_t)(a->end - p))
		return alloc_slow(a, n);
	a->at += n;
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	const size_t pad = -(uintptr_t)a->at & (alignof(max_align_t) - 1);

	if (pad > (size_t)(a->end - a->at))
		a->at = a->end;
	else
		a->at += pad;
	return arena_bytes(a, n);
}

void
arena_adopt(struct arena *a, struct arena *other)
{
	other->next_adopted = a->adopted;
	a->adopted = other;
}
