/*
 * The vector runner: one function for each kind of file. Vectors computed by
 * other implementations are in this directory; README.md tells how.
 */
#ifndef PAIRDESK_TESTS_VEC_H
#define PAIRDESK_TESTS_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/base/buf.h"
#include "core/wire/identity.h"
#include "core/wire/node.h"

struct vec_count {
	int passed, failed, open;       /* open: only "does not crash" asserted */
};

/* Says what failed and counts; ok counts as passed. Returns ok. */
bool vec_check(struct vec_count *c, bool ok, const char *id, const char *what);

/* Bytes of a hex string member on the heap (free()); NULL if not there. */
uint8_t *vec_hex(const cJSON *object, const char *name, size_t *n);
const char *vec_str(const cJSON *object, const char *name);     /* or NULL */

/* The node tree form of README.md to a node, and comparison of a decoded
 * node with it (order of attributes counts, string vs bytes content counts). */
struct node *vec_node(const cJSON *tree);
bool vec_node_equal(const struct node *node, const cJSON *tree);

/* --- keys and frames: vec_wire.c ------------------------------------------- */

/* The member behind a dotted path ("keys.client_static"), or NULL. */
const cJSON *vec_at(const cJSON *object, const char *path);
/* Whether these bytes are the hex member name, or, where the file shortens it,
 * fit the length and SHA-256 of the member name_digest. */
bool vec_is(const cJSON *object, const char *name, const void *p, size_t n);
/* Hex of exactly n bytes. */
bool vec_fixed(const cJSON *object, const char *name, void *out, size_t n);
/* {private, public}, of which the second must follow from the first. */
bool vec_keypair(const cJSON *pair, struct keypair *out);
/* creds of the generators; what they lack is zero. False: not in the form. */
bool vec_identity(const cJSON *creds, struct identity *out);
/* The hex member hex as base64, if the object has a member for that. */
bool vec_base64(const cJSON *object, const char *hex, const char *base64);
/* A hex member as a node, or NULL. */
struct node *vec_frame(const cJSON *object, const char *name);
/* Whether step's member frame decodes to its member node. */
bool vec_step(const cJSON *step);
/* Whether node encodes to exactly this hex member (or its digest). */
bool vec_encodes(const struct node *node, const cJSON *object,
    const char *name);
/* Baileys' companion platform id for browser: [os, name, version]. */
char vec_platform_id(const cJSON *browser);

/* Hands out the "hex" of an array of draws, in order. failed: asked for
 * another size or for more. Set at and failed to zero. */
struct vec_draws {
	const cJSON *at;        /* next draw */
	bool failed;
};
struct rnd vec_draws_rnd(struct vec_draws *d);

/* --- the kinds ------------------------------------------------------------- */

void vec_binary_nodes(const cJSON *root, struct vec_count *c);  /* vec_nodes.c */
void vec_malformed(const cJSON *root, struct vec_count *c);     /* vec_nodes.c */
void vec_noise(const cJSON *root, struct vec_count *c);         /* vec_noise.c */
void vec_xeddsa(const cJSON *root, struct vec_count *c);        /* vec_xeddsa.c */
void vec_pairing_qr(const cJSON *root, struct vec_count *c);    /* vec_pair.c */
void vec_pairing_code(const cJSON *root, struct vec_count *c);  /* vec_code.c */
void vec_client_payload(const cJSON *root, struct vec_count *c);/* vec_payload.c */
void vec_prekey_upload(const cJSON *root, struct vec_count *c); /* vec_prekey.c */

#endif
