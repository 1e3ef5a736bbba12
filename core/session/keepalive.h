/*
 * Proof of life: pings every 20 to 30 s, also while linking; 10 s without an
 * answer the link counts as unproven, after 30 s of silence as dead
 * (protocol notes 10, api.md "connected"). Any frame is proof.
 */
#ifndef PAIRDESK_SESSION_KEEPALIVE_H
#define PAIRDESK_SESSION_KEEPALIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/clock.h"
#include "core/base/rnd.h"
#include "core/io/loop.h"

#define PING_EVERY_MIN_MS 20000
#define PING_EVERY_MAX_MS 30000
#define PING_ANSWER_MS 10000
#define SILENCE_MAX_MS 30000
#define PROBE_SPREAD_MS 3000    /* many are probed at once */

struct keepalive_events {
	void (*on_ping)(void *ctx);             /* send one now */
	void (*on_unproven)(void *ctx);
	void (*on_dead)(void *ctx);             /* stopped already */
};

struct keepalive {
	struct timer *timer;
	const struct clock *clock;
	const struct rnd *rnd;
	const struct keepalive_events *events;
	void *ctx;
	int64_t heard_ms;       /* monotonic, last frame */
	int64_t pinged_ms;      /* monotonic, last ping; 0 none waits */
	bool unproven;
};

void keepalive_init(struct keepalive *k, struct loop *loop,
    const struct clock *clock, const struct rnd *rnd,
    const struct keepalive_events *events, void *ctx);
void keepalive_finish(struct keepalive *k);
void keepalive_start(struct keepalive *k);
void keepalive_stop(struct keepalive *k);
/* Pings soon, at a random moment of PROBE_SPREAD_MS, instead of when it would;
 * no-op when stopped or an answer is awaited. */
void keepalive_probe(struct keepalive *k);
/* A frame came in. True when this proves what had been unproven. */
bool keepalive_heard(struct keepalive *k);

#endif
