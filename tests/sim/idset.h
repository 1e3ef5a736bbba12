/* A set of small numbers kept as ranges: pre-key ids come in runs. */
#ifndef PAIRDESK_SIM_IDSET_H
#define PAIRDESK_SIM_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idset {
	struct id_range {
		uint32_t first, last;
	} *ranges;
	size_t count;
};

void idset_finish(struct idset *s);
bool idset_has(const struct idset *s, uint32_t id);
/* False when it was there already. */
bool idset_add(struct idset *s, uint32_t id);

#endif
