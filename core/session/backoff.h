/*
 * When to dial again: full jitter between one second and a ceiling that
 * doubles with each failure, forgotten only after a stable minute
 * (users.md 7). Pure.
 */
#ifndef PAIRDESK_SESSION_BACKOFF_H
#define PAIRDESK_SESSION_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/rnd.h"

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_LAST_MS INT64_C(300000)
#define BACKOFF_STABLE_MS INT64_C(60000)
/* When the network itself is the trouble: the ceiling starts here. */
#define BACKOFF_SLOW_MS 15000

struct backoff {
	unsigned failures;      /* since the last stable minute */
	int64_t online_ms;      /* monotonic, when online began; 0 not online */
};

/* How long to wait after one more failure. first_ms: the first ceiling. */
int64_t backoff_next_ms(struct backoff *b, const struct rnd *rnd,
    int64_t first_ms);
void backoff_online(struct backoff *b, int64_t now_ms);
/* Online for a stable minute already. */
bool backoff_is_stable(const struct backoff *b, int64_t now_ms);
/* Connection ended. True if it was stable: earlier failures are forgotten. */
bool backoff_offline(struct backoff *b, int64_t now_ms);

#endif
