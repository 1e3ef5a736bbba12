/*
 * Time, injected. Monotonic for durations, wall for what people and
 * certificates see. The test build (PAIRDESK_TEST_CLOCK) runs the system
 * clock faster by the factor in the environment's PAIRDESK_TEST_SPEED; the
 * shipped program has no such code.
 */
#ifndef PAIRDESK_BASE_CLOCK_H
#define PAIRDESK_BASE_CLOCK_H

#include <stdint.h>

struct clock {
	int64_t (*mono_ms)(void *ctx);
	int64_t (*wall_ms)(void *ctx);  /* since 1970, UTC */
	void *ctx;
};

/* The machine's clock. Static lifetime. */
const struct clock *clock_system(void);

int64_t clock_mono_ms(const struct clock *c);
int64_t clock_wall_ms(const struct clock *c);

/* 1 in the shipped program; the loop divides its timers by this. */
int64_t clock_speed(void);

#endif
