/* XEdDSA: deterministic signatures to the byte, verdicts of verification. */
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/vec.h"

/* Signs message like the generator (rnd NULL) and compares and verifies. */
static void
check_signature(const cJSON *v, const struct keypair *key,
    const char *message_name, struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	uint8_t sig[SIGNATURE_LEN];
	size_t n;
	uint8_t *message = vec_hex(v, message_name, &n);

	if (!vec_check(c, message != NULL, id, "message is there"))
		return;
	curve_sign(&key->priv, message, n, NULL, sig);
	vec_check(c, vec_is(v, "signature", sig, sizeof sig), id, "signature");
	vec_check(c, curve_verify(key->pub, message, n, sig) == ERR_OK, id,
	    "own signature verifies");
	free(message);
}

static void
check_sign(const cJSON *v, struct vec_count *c)
{
	struct keypair key;

	if (vec_check(c, vec_keypair(v, &key), vec_str(v, "id"), "key pair"))
		check_signature(v, &key, "message", c);
}

static void
check_signed_prekey(const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	uint8_t priv[KEY_LEN], typed[1 + KEY_LEN] = { KEY_TYPE_DJB };
	struct keypair key;

	if (!vec_check(c, vec_fixed(v, "prekey_private", priv, sizeof priv),
	    id, "private key"))
		return;
	curve_keypair_from(priv, &key);
	memcpy(typed + 1, key.pub, KEY_LEN);
	vec_check(c, vec_is(v, "prekey_public", key.pub, KEY_LEN), id,
	    "public key");
	vec_check(c, vec_is(v, "signed_message", typed, sizeof typed), id,
	    "message is 05 and the key");
	if (!vec_check(c, vec_fixed(v, "identity_private", priv, sizeof priv),
	    id, "identity"))
		return;
	curve_keypair_from(priv, &key);
	vec_check(c, vec_is(v, "identity_public", key.pub, KEY_LEN), id,
	    "identity's public key");
	check_signature(v, &key, "signed_message", c);
}

/* Signatures made with random bytes that the vector names. */
static void
check_randomised(const cJSON *v, struct vec_count *c)
{
	struct vec_draws draws = { NULL, false };
	const struct rnd rnd = vec_draws_rnd(&draws);
	const char *id = vec_str(v, "id");
	uint8_t sig[SIGNATURE_LEN];
	struct keypair key;
	cJSON *drawn;
	size_t n;
	uint8_t *message = vec_hex(v, "message", &n);

	drawn = cJSON_CreateObject();
	cJSON_AddStringToObject(drawn, "hex", vec_str(v, "random"));
	draws.at = drawn;
	if (vec_check(c, message != NULL && vec_keypair(v, &key), id,
	    "key pair")) {
		curve_sign(&key.priv, message, n, &rnd, sig);
		vec_check(c, !draws.failed &&
		    vec_is(v, "signature", sig, sizeof sig), id,
		    "randomised signature");
	}
	cJSON_Delete(drawn);
	free(message);
}

/* Keys may carry their type byte; our callers strip it and check sizes. */
static bool
verifies(const cJSON *v)
{
	size_t key_len, n, sig_len;
	uint8_t *key = vec_hex(v, "public", &key_len);
	uint8_t *message = vec_hex(v, "message", &n);
	uint8_t *sig = vec_hex(v, "signature", &sig_len);
	const uint8_t *raw = key;
	bool ok = false;

	if (key != NULL && key_len == 1 + KEY_LEN && key[0] == KEY_TYPE_DJB) {
		raw++;
		key_len--;
	}
	if (raw != NULL && message != NULL && sig != NULL &&
	    key_len == KEY_LEN && sig_len == SIGNATURE_LEN)
		ok = curve_verify(raw, message, n, sig) == ERR_OK;
	free(key);
	free(message);
	free(sig);
	return ok;
}

static void
check_verify(const cJSON *v, struct vec_count *c)
{
	const char *expected = vec_str(v, "expected");
	const bool ok = verifies(v);

	if (expected != NULL && strcmp(expected, "accept") == 0)
		vec_check(c, ok, vec_str(v, "id"), "must verify");
	else if (expected != NULL && strcmp(expected, "reject") == 0)
		vec_check(c, !ok, vec_str(v, "id"), "must not verify");
	else
		c->open++;
	if (vec_str(v, "random") != NULL)
		check_randomised(v, c);
}

void
vec_xeddsa(const cJSON *root, struct vec_count *c)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, vec_at(root, "sign"))
		check_sign(v, c);
	cJSON_ArrayForEach(v, vec_at(root, "signed_prekeys"))
		check_signed_prekey(v, c);
	cJSON_ArrayForEach(v, vec_at(root, "verify"))
		check_verify(v, c);
}
