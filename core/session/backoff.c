#include "core/session/backoff.h"

int64_t
backoff_next_ms(struct backoff *b, const struct rnd *rnd, int64_t first_ms)
{
	int64_t ceiling = first_ms;

	for (unsigned i = 0; i < b->failures && ceiling < BACKOFF_LAST_MS; i++)
		ceiling *= 2;
	if (ceiling > BACKOFF_LAST_MS)
		ceiling = BACKOFF_LAST_MS;
	b->failures++;
	return BACKOFF_FIRST_MS + (int64_t)rnd_below(rnd, (uint32_t)ceiling);
}

void
backoff_online(struct backoff *b, int64_t now_ms)
{
	b->online_ms = now_ms;
}

bool
backoff_is_stable(const struct backoff *b, int64_t now_ms)
{
	return b->online_ms != 0 && now_ms - b->online_ms >= BACKOFF_STABLE_MS;
}

bool
backoff_offline(struct backoff *b, int64_t now_ms)
{
	const bool was_stable = backoff_is_stable(b, now_ms);

	if (was_stable)
		b->failures = 0;
	b->online_ms = 0;
	return was_stable;
}
