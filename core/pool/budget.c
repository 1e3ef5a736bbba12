#include "core/pool/budget.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#define BUCKETS 4096

struct entry {
	struct list link;               /* in its bucket */
	struct list used;               /* in budget->used */
	char key[BUDGET_KEY_SIZE];
	int64_t shut_until_ms;
	/* when it was used, oldest first; no more than the limit */
	int64_t *times;
	unsigned count;
};

struct budget {
	unsigned per_span;
	size_t keys_max, count;
	struct list used;               /* least recently used first */
	struct list buckets[BUCKETS];
};

struct budget *
budget_create(unsigned per_span, size_t keys_max)
{
	struct budget *b = xcalloc(1, sizeof *b);

	b->per_span = per_span;
	b->keys_max = keys_max;
	list_init(&b->used);
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&b->buckets[i]);
	return b;
}

static void
forget(struct budget *b, struct entry *e)
{
	list_remove(&e->link);
	list_remove(&e->used);
	b->count--;
	free(e->times);
	free(e);
}

void
budget_destroy(struct budget *b)
{
	if (b == NULL)
		return;
	LIST_EACH_SAFE(at, &b->used)
		forget(b, CONTAINER_OF(at, struct entry, used));
	free(b);
}

/* FNV-1a. Who picks keys to collide only slows down a walk of 20,000. */
static size_t
bucket_of(const char *key)
{
	uint32_t hash = 2166136261u;

	for (; *key != '\0'; key++)
		hash = (hash ^ (unsigned char)*key) * 16777619u;
	return hash % BUCKETS;
}

static struct entry *
find(const struct budget *b, const char *key)
{
	const struct list *bucket = &b->buckets[bucket_of(key)];

	LIST_EACH(at, bucket) {
		struct entry *e = CONTAINER_OF(at, struct entry, link);

		if (strcmp(e->key, key) == 0)
			return e;
	}
	return NULL;
}

/* Finds or makes it, as the one used last. */
static struct entry *
touch(struct budget *b, const char *key)
{
	struct entry *e = find(b, key);

	assert(strlen(key) < BUDGET_KEY_SIZE);
	if (e == NULL) {
		if (b->count >= b->keys_max)
			forget(b, CONTAINER_OF(b->used.next, struct entry,
			    used));
		e = xcalloc(1, sizeof *e);
		str_copy(e->key, sizeof e->key, key);
		list_append(&b->buckets[bucket_of(key)], &e->link);
		list_init(&e->used);
		b->count++;
	}
	list_remove(&e->used);
	list_append(&b->used, &e->used);
	return e;
}

int64_t
budget_wait_ms(const struct budget *b, const char *key, int64_t now_ms)
{
	const struct entry *e = find(b, key);
	int64_t until = now_ms;

	if (e == NULL)
		return 0;
	if (e->shut_until_ms > until)
		until = e->shut_until_ms;
	if (b->per_span > 0 && e->count == b->per_span &&
	    e->times[0] + BUDGET_SPAN_MS > until)
		until = e->times[0] + BUDGET_SPAN_MS;
	return until - now_ms;
}

void
budget_spend(struct budget *b, const char *key, int64_t now_ms)
{
	struct entry *e;

	if (b->per_span == 0)
		return;
	e = touch(b, key);
	if (e->count == b->per_span)
		memmove(e->times, e->times + 1,
		    (--e->count) * sizeof e->times[0]);
	else
		e->times = xreallocarray(e->times, e->count + 1,
		    sizeof e->times[0]);
	e->times[e->count++] = now_ms;
}

void
budget_shut(struct budget *b, const char *key, int64_t until_ms)
{
	struct entry *e = touch(b, key);

	if (until_ms > e->shut_until_ms)
		e->shut_until_ms = until_ms;
}

size_t
budget_count(const struct budget *b)
{
	return b->count;
}
