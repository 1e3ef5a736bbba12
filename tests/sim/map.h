/* Byte-string keys to pointers; for looking up ten thousand of anything. */
#ifndef PAIRDESK_SIM_MAP_H
#define PAIRDESK_SIM_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot;

struct map {
	struct map_slot *slots;
	size_t slot_count;      /* a power of two, or 0 */
	size_t count;
};

void map_finish(struct map *m);         /* the values stay */
/* Replaces; keys are copied. */
void map_put(struct map *m, const void *key, size_t n, void *value);
void *map_get(const struct map *m, const void *key, size_t n);  /* or NULL */
void map_remove(struct map *m, const void *key, size_t n);

#endif
