#include "core/base/clock.h"

#include <stdlib.h>
#include <time.h>

int64_t
clock_speed(void)
{
#ifdef PAIRDESK_TEST_CLOCK
	static int64_t speed;
	const char *s;

	if (speed == 0) {
		s = getenv("PAIRDESK_TEST_SPEED");
		speed = s == NULL ? 1 : strtol(s, NULL, 10);
		if (speed < 1 || speed > 1000)
			speed = 1;
	}
	return speed;
#else
	return 1;
#endif
}

static int64_t
read_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
system_mono(void *ctx)
{
	(void)ctx;
	return read_ms(CLOCK_MONOTONIC) * clock_speed();
}

/* Runs ahead from the moment of the first question, so dates stay near. */
static int64_t
system_wall(void *ctx)
{
	int64_t now = read_ms(CLOCK_REALTIME);
	static int64_t first;

	(void)ctx;
	if (first == 0)
		first = now;
	return first + (now - first) * clock_speed();
}

const struct clock *
clock_system(void)
{
	static const struct clock system = { system_mono, system_wall, NULL };

	return &system;
}

int64_t
clock_mono_ms(const struct clock *c)
{
	return c->mono_ms(c->ctx);
}

int64_t
clock_wall_ms(const struct clock *c)
{
	return c->wall_ms(c->ctx);
}
