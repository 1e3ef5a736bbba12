#include "core/session/hours.h"

#define HOUR_MS INT64_C(3600000)

/* A day ahead, so that looking back a day never gets below zero. */
static uint32_t
hour_of(int64_t now_ms)
{
	return (uint32_t)(now_ms / HOUR_MS) + HOURS_COUNT;
}

void
hours_add(struct hours *h, int64_t now_ms)
{
	const uint32_t hour = hour_of(now_ms);
	uint16_t *count = &h->counts[hour % HOURS_COUNT];

	/* hours in which nothing happened, and what stood in their places */
	if (hour - h->newest >= HOURS_COUNT)
		*h = (struct hours){ .newest = hour };
	while (h->newest != hour)
		h->counts[++h->newest % HOURS_COUNT] = 0;
	if (*count < UINT16_MAX)
		(*count)++;
}

unsigned
hours_sum(const struct hours *h, int64_t now_ms)
{
	const uint32_t hour = hour_of(now_ms);
	unsigned sum = 0;

	for (uint32_t back = hour - h->newest; back < HOURS_COUNT; back++)
		sum += h->counts[(hour - back) % HOURS_COUNT];
	return sum;
}
