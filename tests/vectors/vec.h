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

struct node;

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

void vec_binary_nodes(const cJSON *root, struct vec_count *c);  /* vec_nodes.c */
void vec_malformed(const cJSON *root, struct vec_count *c);     /* vec_nodes.c */
void vec_noise(const cJSON *root, struct vec_count *c);         /* vec_noise.c */
void vec_xeddsa(const cJSON *root, struct vec_count *c);        /* vec_xeddsa.c */
void vec_pairing_qr(const cJSON *root, struct vec_count *c);    /* vec_pair.c */
void vec_pairing_code(const cJSON *root, struct vec_count *c);  /* vec_pair.c */
void vec_client_payload(const cJSON *root, struct vec_count *c);/* vec_payload.c */
void vec_prekey_upload(const cJSON *root, struct vec_count *c); /* vec_prekey.c */

#endif
