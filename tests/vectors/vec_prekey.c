/* Uploads: ids in order, the frame to the byte, the counters afterwards. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/prekey.h"
#include "tests/vectors/vec.h"

static uint32_t
number(const cJSON *object, const char *path)
{
	const cJSON *v = vec_at(object, path);

	return cJSON_IsNumber(v) ? (uint32_t)v->valuedouble : 0;
}

/* Private keys of the vector's list, in order of drawing. */
struct drawn {
	const cJSON *at;
	bool failed;
};

static void
draw_private(void *ctx, void *out, size_t n)
{
	struct drawn *d = ctx;

	if (d->at == NULL || !vec_fixed(d->at, "private", out, n)) {
		memset(out, 0, n);
		d->failed = true;
	} else {
		d->at = d->at->next;
	}
}

/* Long lists give the public keys only, whose ids count up. */
static bool
take_public(const cJSON *list, uint32_t id, size_t count, struct prekey *out)
{
	const cJSON *v;
	size_t n = 0;

	cJSON_ArrayForEach(v, list) {
		const char *hex = cJSON_GetStringValue(v);

		if (n == count || hex == NULL ||
		    strlen(hex) != 2 * KEY_LEN ||
		    !str_from_hex(hex, out[n].key.pub, KEY_LEN))
			return false;
		out[n++].id = id;
		id = prekey_next_id(id);
	}
	return n == count;
}

/* Keys that existed before, from the first that was never uploaded on. */
static size_t
take_existing(const cJSON *list, uint32_t first, size_t count,
    struct prekey *out)
{
	const cJSON *v;
	size_t n = 0;

	cJSON_ArrayForEach(v, list) {
		const uint32_t id = number(v, "key_id");

		if (n < count && id >= first && vec_keypair(v, &out[n].key))
			out[n++].id = id;
	}
	return n;
}

/* The keys to upload: the leftovers and as many new ones as are missing. */
static bool
gather(const cJSON *v, size_t count, struct prekey *out)
{
	const cJSON *list = vec_at(v, "generated_key_pairs");
	struct drawn drawn = { cJSON_GetArrayItem(list, 0), false };
	const struct rnd rnd = { draw_private, &drawn };
	const uint32_t next = number(v, "creds.next_prekey_id");
	const size_t old = take_existing(vec_at(v, "existing_prekeys"),
	    number(v, "creds.first_unuploaded_prekey_id"), count, out);

	if (cJSON_IsString(drawn.at))
		return take_public(list, next, count - old, out + old);
	prekey_make(&rnd, next, count - old, out + old);
	return !drawn.failed && drawn.at == NULL;
}

/* The generated ones are the last; lists without ids count up. */
static uint32_t
check_generated(const cJSON *v, const struct prekey *keys, size_t count,
    struct vec_count *c)
{
	const cJSON *list = vec_at(v, "generated_key_pairs"), *at;
	uint32_t next = number(v, "creds.next_prekey_id");
	size_t i = count - (size_t)cJSON_GetArraySize(list);

	cJSON_ArrayForEach(at, list) {
		if (cJSON_IsObject(at))
			vec_check(c, number(at, "key_id") == keys[i].id &&
			    vec_is(at, "public", keys[i].key.pub, KEY_LEN),
			    vec_str(v, "id"), "generated key");
		next = prekey_next_id(keys[i++].id);
	}
	return next;
}

static void
check_keys(const cJSON *v, const struct prekey *keys, size_t count,
    struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	const cJSON *list = vec_at(v, "uploaded_key_ids");
	const cJSON *last = cJSON_GetArrayItem(list,
	    cJSON_GetArraySize(list) - 1);

	/* [first, last], or every id where they do not follow each other */
	vec_check(c, number(cJSON_GetArrayItem(list, 0), "") == keys[0].id &&
	    number(last, "") == keys[count - 1].id, id, "first and last id");
	vec_check(c, check_generated(v, keys, count, c) ==
	    number(v, "update.next_prekey_id"), id, "next id to be made");
	vec_check(c, prekey_next_id(keys[count - 1].id) ==
	    number(v, "update.first_unuploaded_prekey_id"), id,
	    "first id not uploaded");
}

static void
check_frames(const cJSON *v, const struct identity *identity,
    const struct prekey *keys, size_t count, struct vec_count *c)
{
	const char *id = vec_str(v, "id"), *iq_id = vec_str(v, "id_attribute");
	struct node *iq = prekey_upload_iq(NULL, identity, keys, count);

	vec_check(c, vec_encodes(iq, v, "frame_without_id"), id,
	    "frame without id");
	if (vec_at(v, "node") != NULL)
		vec_check(c, vec_node_equal(iq, vec_at(v, "node")), id,
		    "node");
	node_destroy(iq);
	if (vec_at(v, "frame_with_id") == NULL)
		return;
	iq = prekey_upload_iq(iq_id, identity, keys, count);
	vec_check(c, vec_encodes(iq, v, "frame_with_id"), id,
	    "frame with id");
	node_destroy(iq);
}

static void
check_upload(const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	const size_t count = number(v, "count");
	struct prekey *keys = xcalloc(count + 1, sizeof *keys);
	struct identity identity;

	if (vec_check(c, count > 0 &&
	    vec_identity(vec_at(v, "creds"), &identity) &&
	    gather(v, count, keys), id, "keys")) {
		check_keys(v, keys, count, c);
		check_frames(v, &identity, keys, count, c);
	}
	free(keys);
}

/* We do not rotate; what a rotation carries must still check out. */
static void
check_rotation(const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	uint8_t typed[1 + KEY_LEN] = { KEY_TYPE_DJB }, sig[SIGNATURE_LEN];
	struct keypair identity, skey;
	struct node *node;

	if (!vec_check(c, vec_keypair(vec_at(v, "identity_key"), &identity) &&
	    vec_keypair(vec_at(v, "signed_prekey"), &skey), id, "keys"))
		return;
	memcpy(typed + 1, skey.pub, KEY_LEN);
	curve_sign(&identity.priv, typed, sizeof typed, NULL, sig);
	vec_check(c, vec_is(vec_at(v, "signed_prekey"), "signature", sig,
	    sizeof sig), id, "signature");
	node = vec_frame(v, "frame");
	vec_check(c, node != NULL && vec_node_equal(node, vec_at(v, "node")) &&
	    vec_encodes(node, v, "frame"), id, "frame");
	node_destroy(node);
}

void
vec_prekey_upload(const cJSON *root, struct vec_count *c)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, vec_at(root, "uploads"))
		check_upload(v, c);
	cJSON_ArrayForEach(v, vec_at(root, "rotations"))
		check_rotation(v, c);
}
