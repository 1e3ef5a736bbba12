/* The noise certificate chain: root, intermediate, leaf; right or wrong. */
#ifndef PAIRDESK_SIM_CHAIN_H
#define PAIRDESK_SIM_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/rnd.h"
#include "core/base/secret.h"

struct chain_keys {
	struct keypair root, intermediate, server;
};

void chain_keys_make(const struct rnd *rnd, struct chain_keys *out);
void chain_keys_finish(struct chain_keys *k);

/*
 * Appends a CertChain for k->server. how: NULL for a good one, else a
 * variant of the "cert" fault. False when there is no such variant.
 */
bool chain_build(const struct chain_keys *k, const char *how,
    const struct rnd *rnd, int64_t now_s, struct buf *out);

#endif
