/*
 * Binary nodes. Encoding must give the other implementation's bytes, and
 * decoding its tree, wherever the implementations agree with each other.
 */
#include "tests/vectors/vec.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/node.h"

static const cJSON *
get(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* The frame as an allocation of its own size, so that ASan sees over-reads. */
static enum err
decode_exact(const void *frame, size_t n, struct node **out)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);
	enum err err;

	if (copy == NULL)
		return ERR_NO_MEMORY;
	if (n > 0)
		memcpy(copy, frame, n);
	err = node_decode(copy, n, out);
	free(copy);
	return err;
}

static bool
decodes_to(const void *frame, size_t n, const cJSON *tree)
{
	struct node *node = NULL;
	bool same;

	if (decode_exact(frame, n, &node) != ERR_OK)
		return false;
	same = vec_node_equal(node, tree);
	node_destroy(node);
	return same;
}

static bool
hex_decodes_to(const cJSON *v, const char *name, const cJSON *tree)
{
	size_t n;
	uint8_t *frame = vec_hex(v, name, &n);
	const bool same = frame != NULL && decodes_to(frame, n, tree);

	free(frame);
	return same;
}

/* Nothing but survival is asked: decode, and write again what decoded. */
static void
survive(const void *frame, size_t n)
{
	struct node *node = NULL;
	struct buf again;

	if (decode_exact(frame, n, &node) != ERR_OK)
		return;
	buf_init(&again, 4 * NODE_INFLATED_MAX);
	if (node_encode(node, &again) != ERR_OK)
		buf_clear(&again);
	buf_finish(&again);
	node_destroy(node);
}

/* --- the frame in full, or its length, hash and ends ----------------------- */

static bool
part_is(const cJSON *digest, const char *name, const struct buf *frame,
    bool at_end)
{
	size_t n;
	uint8_t *part = vec_hex(digest, name, &n);
	const bool same = part != NULL && n <= frame->len &&
	    memcmp(at_end ? frame->data + frame->len - n : frame->data, part,
	    n) == 0;

	free(part);
	return same;
}

static bool
digest_is(const cJSON *digest, const struct buf *frame)
{
	const cJSON *length = get(digest, "length");
	uint8_t hash[crypto_hash_sha256_BYTES];
	char hex[HEX_LEN(sizeof hash)];
	const char *want = vec_str(digest, "sha256");

	crypto_hash_sha256(hash, frame->data, frame->len);
	str_to_hex(hex, hash, sizeof hash);
	return cJSON_IsNumber(length) &&
	    length->valuedouble == (double)frame->len && want != NULL &&
	    strcmp(want, hex) == 0 && part_is(digest, "head", frame, false) &&
	    part_is(digest, "tail", frame, true);
}

static bool
frame_is(const cJSON *v, const struct buf *frame)
{
	const cJSON *digest = get(v, "encoded_digest");
	size_t n;
	uint8_t *want;
	bool same;

	if (digest != NULL)
		return digest_is(digest, frame);
	want = vec_hex(v, "encoded", &n);
	same = want != NULL && n == frame->len &&
	    memcmp(want, frame->data, n) == 0;
	free(want);
	return same;
}

/* --- binary-nodes.json ----------------------------------------------------- */

static void
check_vector(const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	const cJSON *tree = get(v, "node");
	struct node *node = vec_node(tree);
	struct buf frame;

	if (!vec_check(c, node != NULL, id, "tree form is readable"))
		return;
	buf_init(&frame, 2 * NODE_FRAME_MAX);
	if (vec_check(c, node_encode(node, &frame) == ERR_OK &&
	    frame_is(v, &frame), id, "encodes to these bytes"))
		vec_check(c, decodes_to(frame.data, frame.len, tree), id,
		    "decodes to this tree");
	if (cJSON_IsTrue(get(get(v, "checks"),
	    "baileys_decodes_second_form_equal")))
		vec_check(c, hex_decodes_to(v, "second_encodes_to", tree), id,
		    "second form decodes to this tree");
	buf_finish(&frame);
	node_destroy(node);
}

/* The libraries disagree, or the text says "informative". */
static void
check_open(const cJSON *v, const char *name, struct vec_count *c)
{
	size_t n;
	uint8_t *frame = vec_hex(v, name, &n);

	if (frame == NULL) {
		vec_check(c, false, vec_str(v, "id"), "frame is readable");
		return;
	}
	survive(frame, n);
	free(frame);
	c->open++;
}

static void
check_decode_only(const cJSON *v, struct vec_count *c)
{
	const cJSON *tree = get(get(v, "baileys"), "node");

	if (!cJSON_IsTrue(get(v, "agree")))
		check_open(v, "encoded", c);
	else if (tree != NULL)
		vec_check(c, hex_decodes_to(v, "encoded", tree),
		    vec_str(v, "id"), "decodes to this tree");
	else
		check_open(v, "encoded", c);
}

/* Where the other encoder loses something ours must not. */
static void
check_quirk(const cJSON *v, struct vec_count *c)
{
	const cJSON *tree = get(v, "node");
	struct node *node = vec_node(tree);
	struct buf frame;

	buf_init(&frame, NODE_FRAME_MAX);
	if (node != NULL && node_encode(node, &frame) == ERR_OK)
		survive(frame.data, frame.len);
	buf_finish(&frame);
	node_destroy(node);
	check_open(v, "encoded", c);
}

void
vec_binary_nodes(const cJSON *root, struct vec_count *c)
{
	const cJSON *v;

	vec_check(c, cJSON_GetArraySize(get(root, "vectors")) > 0,
	    "binary-nodes", "vectors are there");
	cJSON_ArrayForEach(v, get(root, "vectors"))
		check_vector(v, c);
	cJSON_ArrayForEach(v, get(root, "decode_only"))
		check_decode_only(v, c);
	cJSON_ArrayForEach(v, get(root, "encoder_quirks"))
		check_quirk(v, c);
}

/* --- malformed.json -------------------------------------------------------- */

/* prefix, then unit * count, then suffix */
static bool
build_repeated(const cJSON *spec, struct buf *out)
{
	const cJSON *count = get(spec, "count");
	size_t prefix_len, unit_len, suffix_len;
	uint8_t *prefix = vec_hex(spec, "prefix", &prefix_len);
	uint8_t *unit = vec_hex(spec, "unit", &unit_len);
	uint8_t *suffix = vec_hex(spec, "suffix", &suffix_len);
	bool ok = prefix != NULL && unit != NULL && suffix != NULL &&
	    cJSON_IsNumber(count) &&
	    buf_append(out, prefix, prefix_len) == ERR_OK;

	for (double i = 0; ok && i < count->valuedouble; i++)
		ok = buf_append(out, unit, unit_len) == ERR_OK;
	ok = ok && buf_append(out, suffix, suffix_len) == ERR_OK;
	free(prefix);
	free(unit);
	free(suffix);
	return ok;
}

static bool
build_frame(const cJSON *v, struct buf *out)
{
	const cJSON *repeat = get(v, "frame_repeat");
	size_t n;
	uint8_t *frame;
	bool ok;

	if (repeat != NULL)
		return build_repeated(repeat, out);
	frame = vec_hex(v, "frame", &n);
	ok = frame != NULL && buf_append(out, frame, n) == ERR_OK;
	free(frame);
	return ok;
}

static void
check_malformed(const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	struct node *node = NULL;
	struct buf frame;

	buf_init(&frame, 2 * NODE_FRAME_MAX);
	if (!build_frame(v, &frame)) {
		vec_check(c, false, id, "frame is readable");
	} else if (cJSON_IsTrue(get(v, "both_reject"))) {
		vec_check(c, decode_exact(frame.data, frame.len, &node) !=
		    ERR_OK && node == NULL, id, "is refused");
		node_destroy(node);
	} else {
		survive(frame.data, frame.len);
		c->open++;
	}
	buf_finish(&frame);
}

void
vec_malformed(const cJSON *root, struct vec_count *c)
{
	const cJSON *v;

	vec_check(c, cJSON_GetArraySize(get(root, "vectors")) > 0,
	    "malformed", "vectors are there");
	cJSON_ArrayForEach(v, get(root, "vectors"))
		check_malformed(v, c);
}
