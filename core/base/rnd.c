#include "core/base/rnd.h"

#include <sodium.h>

static void
fill_system(void *ctx, void *out, size_t n)
{
	(void)ctx;
	randombytes_buf(out, n);
}

const struct rnd *
rnd_system(void)
{
	static const struct rnd system = { fill_system, NULL };

	return &system;
}

void
rnd_fill(const struct rnd *r, void *out, size_t n)
{
	r->fill(r->ctx, out, n);
}

uint32_t
rnd_below(const struct rnd *r, uint32_t below)
{
	uint32_t v, limit = UINT32_MAX - UINT32_MAX % below;

	do {
		rnd_fill(r, &v, sizeof v);
	} while (v >= limit);
	return v % below;
}
