/*
 * How often something happened in the last 24 hours: a count for each hour,
 * so that every company can afford it. What is told covers 23 to 24 hours.
 * Pure; zeroes are a valid start.
 */
#ifndef PAIRDESK_SESSION_HOURS_H
#define PAIRDESK_SESSION_HOURS_H

#include <stdint.h>

#define HOURS_COUNT 24

struct hours {
	uint32_t newest;                /* on the clock, plus 24 */
	uint16_t counts[HOURS_COUNT];   /* by hour modulo 24; stops at most */
};

/* now_ms: monotonic. */
void hours_add(struct hours *h, int64_t now_ms);
unsigned hours_sum(const struct hours *h, int64_t now_ms);

#endif
