/* Randomness, injected so that tests can fix it. */
#ifndef PAIRDESK_BASE_RND_H
#define PAIRDESK_BASE_RND_H

#include <stddef.h>
#include <stdint.h>

struct rnd {
	void (*fill)(void *ctx, void *out, size_t n);
	void *ctx;
};

/* The system's cryptographic source (libsodium). Static lifetime. */
const struct rnd *rnd_system(void);

void rnd_fill(const struct rnd *r, void *out, size_t n);

/* Uniform in [0, below), below > 0. */
uint32_t rnd_below(const struct rnd *r, uint32_t below);

#endif
