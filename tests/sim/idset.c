#include "tests/sim/idset.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

void
idset_finish(struct idset *s)
{
	free(s->ranges);
	memset(s, 0, sizeof *s);
}

bool
idset_has(const struct idset *s, uint32_t id)
{
	for (size_t i = 0; i < s->count; i++) {
		if (id >= s->ranges[i].first && id <= s->ranges[i].last)
			return true;
	}
	return false;
}

bool
idset_add(struct idset *s, uint32_t id)
{
	if (idset_has(s, id))
		return false;
	for (size_t i = 0; i < s->count; i++) {
		if (s->ranges[i].last + 1 == id) {
			s->ranges[i].last = id;
			return true;
		}
		if (s->ranges[i].first == id + 1) {
			s->ranges[i].first = id;
			return true;
		}
	}
	s->ranges = xreallocarray(s->ranges, s->count + 1, sizeof *s->ranges);
	s->ranges[s->count++] = (struct id_range){ id, id };
	return true;
}
