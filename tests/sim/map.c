#include "tests/sim/map.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

struct map_item {
	struct map_item *next;
	void *value;
	uint64_t hash;
	size_t n;
	uint8_t key[];
};

/* FNV-1a: the keys are random or our own, nobody attacks a simulator */
static uint64_t
hash_of(const uint8_t *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	while (n-- > 0)
		h = (h ^ *p++) * 0x100000001b3u;
	return h;
}

/* Chains of items; the count of slots is a power of two. */
struct map_slot {
	struct map_item *first;
};

static struct map_item **
find(const struct map *m, const void *key, size_t n, uint64_t hash)
{
	struct map_item **at = &m->slots[hash & (m->slot_count - 1)].first;

	while (*at != NULL && ((*at)->hash != hash || (*at)->n != n ||
	    memcmp((*at)->key, key, n) != 0))
		at = &(*at)->next;
	return at;
}

static void
grow(struct map *m)
{
	size_t count = m->slot_count == 0 ? 64 : m->slot_count * 2;
	struct map_slot *slots = xcalloc(count, sizeof *slots);

	for (size_t i = 0; i < m->slot_count; i++) {
		struct map_item *item = m->slots[i].first;

		while (item != NULL) {
			struct map_item *next = item->next;
			size_t at = item->hash & (count - 1);

			item->next = slots[at].first;
			slots[at].first = item;
			item = next;
		}
	}
	free(m->slots);
	m->slots = slots;
	m->slot_count = count;
}

void
map_finish(struct map *m)
{
	for (size_t i = 0; i < m->slot_count; i++) {
		struct map_item *item = m->slots[i].first;

		while (item != NULL) {
			struct map_item *next = item->next;

			free(item);
			item = next;
		}
	}
	free(m->slots);
	memset(m, 0, sizeof *m);
}

void
map_put(struct map *m, const void *key, size_t n, void *value)
{
	uint64_t hash = hash_of(key, n);
	struct map_item **at, *item;

	if (m->count >= m->slot_count)
		grow(m);
	at = find(m, key, n, hash);
	if (*at != NULL) {
		(*at)->value = value;
		return;
	}
	item = xcalloc(1, sizeof *item + n);
	item->value = value;
	item->hash = hash;
	item->n = n;
	memcpy(item->key, key, n);
	*at = item;
	m->count++;
}

void *
map_get(const struct map *m, const void *key, size_t n)
{
	struct map_item *item;

	if (m->slot_count == 0)
		return NULL;
	item = *find(m, key, n, hash_of(key, n));
	return item == NULL ? NULL : item->value;
}

void
map_remove(struct map *m, const void *key, size_t n)
{
	struct map_item **at, *item;

	if (m->slot_count == 0)
		return;
	at = find(m, key, n, hash_of(key, n));
	if ((item = *at) == NULL)
		return;
	*at = item->next;
	free(item);
	m->count--;
}
