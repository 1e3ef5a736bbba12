#include "core/io/longest.h"

/* What was this window may have become the one before, or forgotten. */
static void
turn(struct longest *l, uint64_t now_ns)
{
	const uint64_t age = now_ns - l->since_ns;

	if (age < LONGEST_WINDOW_NS)
		return;
	l->before = age < 2 * LONGEST_WINDOW_NS ? l->now : 0;
	l->now = 0;
	l->since_ns = now_ns - age % LONGEST_WINDOW_NS;
}

void
longest_note(struct longest *l, uint64_t now_ns, uint64_t took)
{
	turn(l, now_ns);
	if (took > l->now)
		l->now = took;
}

uint64_t
longest_read(struct longest *l, uint64_t now_ns)
{
	turn(l, now_ns);
	return l->now > l->before ? l->now : l->before;
}
