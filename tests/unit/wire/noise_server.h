/*
 * The other side of the handshake, in tests: certificates from a root of our
 * own, and ServerHello over noise_sym_*. Every part can be bent.
 */
#ifndef PAIRDESK_TESTS_UNIT_WIRE_NOISE_SERVER_H
#define PAIRDESK_TESTS_UNIT_WIRE_NOISE_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/wire/noise.h"

#define SERVER_NOW 1780000000

/* One certificate before it is signed; the public key is who it is for. */
struct server_cert {
	uint32_t serial, issuer_serial;
	uint64_t not_before, not_after;
	size_t key_len, signature_len;          /* 0: the field is absent */
	bool no_details, no_time;
	uint8_t key[KEY_LEN];
};

struct noise_server {
	struct keypair root, intermediate, fixed, ephemeral;
	struct server_cert intermediate_cert, leaf_cert;
	bool no_intermediate, no_leaf;
	struct noise_sym sym;
};

/* All as it should be. Keys are fixed. */
void server_init(struct noise_server *s);
struct noise_trust server_trust(const struct noise_server *s);
/* Appends the signed chain. */
void server_chain(const struct noise_server *s, struct buf *out);
/* Appends ServerHello as the answer to a client with this ephemeral key. */
void server_hello(struct noise_server *s, const uint8_t client_ephemeral[KEY_LEN],
    const void *chain, size_t chain_len, struct buf *out);
/* Reads ClientFinish; client_static and payload are appended. */
enum err server_finish(struct noise_server *s, const void *message, size_t n,
    struct buf *client_static, struct buf *payload);

#endif
