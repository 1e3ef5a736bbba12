/*
 * Linking by code: texts, wrapped keys, and complete exchanges from the first
 * stanza to the answer to pair-success, with all random bytes given.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/pair.h"
#include "core/wire/stanza.h"
#include "tests/vectors/vec.h"

#define DISPLAY_MAX 64

/* Codes take five bytes. Vectors of other lengths test the alphabet: they are
 * encoded five at a time with zeroes behind, and cut. */
static bool
code_is(const uint8_t *bytes, size_t n, const char *want)
{
	char code[CODE_LEN + 1];

	while (n > 0) {
		const size_t part = n < 5 ? n : 5;
		const size_t chars = strnlen(want, CODE_LEN);
		uint8_t five[5] = { 0 };

		memcpy(five, bytes, part);
		code_from_bytes(five, code);
		if (strncmp(want, code, chars) != 0)
			return false;
		want += chars;
		bytes += part;
		n -= part;
	}
	return *want == '\0';
}

static void
check_code(const cJSON *v, struct vec_count *c)
{
	const char *want = vec_str(v, "code");
	char same[CODE_LEN + 1];
	size_t n;
	uint8_t *bytes = vec_hex(v, "bytes", &n);

	if (!vec_check(c, want != NULL && bytes != NULL, want, "complete"))
		return;
	vec_check(c, strlen(want) == (n * 8 + 4) / 5 && code_is(bytes, n, want),
	    want, "code of bytes");
	vec_check(c, code_normalise(want, same) == (n == 5), want,
	    "taken if it is a code");
	if (n == 5)
		vec_check(c, strcmp(same, want) == 0, want, "canonical");
	free(bytes);
}

static void
check_wrap(const cJSON *v, struct vec_count *c)
{
	const char *code = vec_str(v, "code");
	uint8_t salt[32], iv[16], wrapped[CODE_WRAPPED_LEN], back[KEY_LEN];
	struct keypair ephemeral;
	struct secret key;

	if (!vec_check(c, code != NULL && strlen(code) == CODE_LEN &&
	    vec_fixed(v, "salt", salt, sizeof salt) &&
	    vec_fixed(v, "iv", iv, sizeof iv) &&
	    vec_keypair(vec_at(v, "ephemeral"), &ephemeral), code, "complete"))
		return;
	code_key(code, salt, &key);
	vec_check(c, vec_is(v, "key", key.b, KEY_LEN), code, "key");
	code_wrap(&key, salt, iv, ephemeral.pub, wrapped);
	vec_check(c, vec_is(v, "wrapped", wrapped, sizeof wrapped), code,
	    "wrapped key");
	code_unwrap(&key, wrapped, back);
	vec_check(c, memcmp(back, ephemeral.pub, KEY_LEN) == 0, code,
	    "unwrapped key");
}

/* --- a whole exchange ------------------------------------------------------ */

struct run {
	const cJSON *v;
	const char *id, *phone;
	struct vec_count *c;
	struct identity identity;
	struct keypair ephemeral;
	char code[CODE_LEN + 1];
};

static bool
run_init(struct run *r, const cJSON *v, struct vec_count *c)
{
	*r = (struct run){ .v = v, .id = vec_str(v, "id"), .c = c,
	    .phone = vec_str(v, "phone") };
	return vec_check(c, r->phone != NULL && vec_str(v, "code") != NULL &&
	    vec_identity(vec_at(v, "creds"), &r->identity) &&
	    vec_keypair(vec_at(v, "creds.pairing_ephemeral_key"),
	    &r->ephemeral), r->id, "vector is complete");
}

/* Random or chosen by the user, the code has to be the vector's. */
static bool
take_code(struct run *r, const struct rnd *rnd)
{
	const char *custom = vec_str(r->v, "custom_code");
	uint8_t bytes[5];

	if (custom != NULL) {
		if (!code_normalise(custom, r->code))
			return false;
	} else {
		rnd_fill(rnd, bytes, sizeof bytes);
		code_from_bytes(bytes, r->code);
	}
	return strcmp(r->code, vec_str(r->v, "code")) == 0;
}

static const char *
iq_id(const cJSON *tree)
{
	const cJSON *pair;

	cJSON_ArrayForEach(pair, vec_at(tree, "attrs")) {
		const char *key = cJSON_GetStringValue(
		    cJSON_GetArrayItem(pair, 0));

		if (key != NULL && strcmp(key, "id") == 0)
			return cJSON_GetStringValue(
			    cJSON_GetArrayItem(pair, 1));
	}
	return NULL;
}

static cJSON *
first_child(const cJSON *tree)
{
	return cJSON_GetArrayItem(vec_at(tree, "content.nodes"), 0);
}

/* Baileys writes the nonce as the text "0", we (and others) as a zero byte:
 * the one place where the stanzas differ. */
static cJSON *
with_our_nonce(const cJSON *tree)
{
	cJSON *copy = cJSON_Duplicate(tree, true), *child;
	const char *tag;

	cJSON_ArrayForEach(child, vec_at(first_child(copy), "content.nodes")) {
		cJSON *content;

		if ((tag = vec_str(child, "tag")) == NULL ||
		    strcmp(tag, "link_code_pairing_nonce") != 0)
			continue;
		content = cJSON_CreateObject();
		cJSON_AddStringToObject(content, "type", "bytes");
		cJSON_AddStringToObject(content, "hex", "00");
		cJSON_ReplaceItemInObjectCaseSensitive(child, "content",
		    content);
	}
	return copy;
}

static bool
display_of(const cJSON *browser, char *out, size_t size)
{
	const char *os = cJSON_GetStringValue(cJSON_GetArrayItem(browser, 0));
	const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(browser, 1));

	return os != NULL && name != NULL &&
	    str_format(out, size, "%s (%s)", name, os);
}

static void
check_hello_iq(struct run *r, const uint8_t wrapped[CODE_WRAPPED_LEN])
{
	const cJSON *browser = vec_at(r->v, "browser");
	cJSON *want = with_our_nonce(vec_at(r->v, "companion_hello.node"));
	char display[DISPLAY_MAX] = "";
	struct node *iq;

	display_of(browser, display, sizeof display);
	iq = code_hello_iq(iq_id(want), r->phone, wrapped,
	    r->identity.noise.pub, vec_platform_id(browser), display);
	vec_check(r->c, vec_node_equal(iq, want), r->id, "companion_hello");
	node_destroy(iq);
	cJSON_Delete(want);
}

static void
check_companion_hello(struct run *r)
{
	const cJSON *hello = vec_at(r->v, "companion_hello");
	struct vec_draws draws = { cJSON_GetArrayItem(
	    vec_at(hello, "random_draws"), 0), false };
	const struct rnd rnd = vec_draws_rnd(&draws);
	uint8_t salt[32], iv[16], wrapped[CODE_WRAPPED_LEN];
	struct secret key;

	vec_check(r->c, take_code(r, &rnd), r->id, "code");
	rnd_fill(&rnd, salt, sizeof salt);
	rnd_fill(&rnd, iv, sizeof iv);
	vec_check(r->c, !draws.failed && draws.at == NULL &&
	    vec_is(hello, "aes_ctr_iv", iv, sizeof iv) &&
	    vec_is(vec_at(hello, "pbkdf2"), "salt", salt, sizeof salt), r->id,
	    "random bytes in their order");
	code_key(r->code, salt, &key);
	vec_check(r->c, vec_is(vec_at(hello, "pbkdf2"), "key", key.b, KEY_LEN),
	    r->id, "key of the code");
	code_wrap(&key, salt, iv, r->ephemeral.pub, wrapped);
	vec_check(r->c, vec_is(hello, "wrapped_companion_ephemeral", wrapped,
	    sizeof wrapped), r->id, "wrapped companion key");
	check_hello_iq(r, wrapped);
}

/* Attributes in whatever order. */
static void
check_ack(struct run *r, const struct node *notification)
{
	const cJSON *attrs = vec_at(r->v, "notification_ack.node.attrs"), *at;
	struct node *ack = stanza_ack(notification, 0);
	bool ok = ack != NULL && node_attr_count(ack) ==
	    (size_t)cJSON_GetArraySize(attrs);

	cJSON_ArrayForEach(at, attrs)
		ok = ok && node_attr_is(ack,
		    cJSON_GetStringValue(cJSON_GetArrayItem(at, 0)),
		    cJSON_GetStringValue(cJSON_GetArrayItem(at, 1)));
	vec_check(r->c, ok, r->id, "ack of the notification");
	node_destroy(ack);
}

static void
check_finish_iq(struct run *r, const struct code_primary *primary,
    const uint8_t bundle[CODE_BUNDLE_LEN])
{
	const cJSON *want = vec_at(r->v, "companion_finish");
	struct node *iq = code_finish_iq(iq_id(vec_at(want, "node")), r->phone,
	    bundle, r->identity.identity.pub, primary->ref, primary->ref_len);

	vec_check(r->c, vec_node_equal(iq, vec_at(want, "node")), r->id,
	    "companion_finish");
	vec_check(r->c, vec_encodes(iq, want, "frame"), r->id,
	    "companion_finish frame");
	node_destroy(iq);
}

/* What code_finish computes on its way, step by step. */
static void
check_steps(struct run *r, const struct code_primary *primary,
    const uint8_t phone_ephemeral[KEY_LEN],
    const uint8_t bundle[CODE_BUNDLE_LEN])
{
	const cJSON *want = vec_at(r->v, "companion_finish");
	uint8_t plain[3 * KEY_LEN];
	struct secret shared, key;

	vec_check(r->c, curve_shared(&r->identity.identity.priv,
	    primary->identity_pub, &shared) == ERR_OK &&
	    vec_is(want, "identity_shared_key", shared.b, KEY_LEN), r->id,
	    "shared key of the identities");
	if (!vec_check(r->c, curve_shared(&r->ephemeral.priv, phone_ephemeral,
	    &shared) == ERR_OK &&
	    vec_is(want, "ephemeral_shared_key", shared.b, KEY_LEN), r->id,
	    "shared key of the ephemerals"))
		return;
	crypt_hkdf(shared.b, KEY_LEN, bundle, 32,
	    "link_code_pairing_key_bundle_encryption_key", key.b, KEY_LEN);
	vec_check(r->c, vec_is(want, "bundle_key", key.b, KEY_LEN), r->id,
	    "key of the bundle");
	vec_check(r->c, vec_is(want, "bundle_ciphertext", bundle + 44,
	    CODE_BUNDLE_LEN - 44), r->id, "sealed bundle");
	vec_check(r->c, crypt_gcm_open(key.b, bundle + 32, NULL, 0,
	    bundle + 44, CODE_BUNDLE_LEN - 44, plain) == ERR_OK &&
	    vec_is(want, "bundle_plaintext", plain, sizeof plain), r->id,
	    "opened bundle");
}

static void
check_companion_finish(struct run *r, const struct code_primary *primary)
{
	const cJSON *finish = vec_at(r->v, "companion_finish");
	struct vec_draws draws = { cJSON_GetArrayItem(
	    vec_at(finish, "random_draws"), 0), false };
	const struct rnd rnd = vec_draws_rnd(&draws);
	uint8_t ephemeral[KEY_LEN], bundle[CODE_BUNDLE_LEN];
	struct secret key, adv;

	code_key(r->code, primary->wrapped, &key);
	vec_check(r->c, vec_is(vec_at(r->v, "primary"), "pbkdf2_key", key.b,
	    KEY_LEN), r->id, "key of the code with the phone's salt");
	code_unwrap(&key, primary->wrapped, ephemeral);
	vec_check(r->c, vec_is(vec_at(r->v, "primary.ephemeral"), "public",
	    ephemeral, KEY_LEN), r->id, "phone's ephemeral key");
	if (!vec_check(r->c, code_finish(&r->ephemeral, &r->identity,
	    ephemeral, primary->identity_pub, &rnd, bundle, &adv) == ERR_OK &&
	    !draws.failed && draws.at == NULL, r->id, "key exchange"))
		return;
	vec_check(r->c, vec_is(finish, "wrapped_key_bundle", bundle,
	    sizeof bundle), r->id, "key bundle");
	vec_check(r->c, vec_is(r->v, "adv_secret", adv.b, KEY_LEN), r->id,
	    "adv secret");
	vec_check(r->c, vec_base64(r->v, "adv_secret", "adv_secret_base64"),
	    r->id, "adv secret as base64");
	check_steps(r, primary, ephemeral, bundle);
	check_finish_iq(r, primary, bundle);
	r->identity.adv_secret = adv;
}

static void
check_pair_success(struct run *r)
{
	struct node *iq = vec_frame(vec_at(r->v, "pair_success"), "frame");
	struct node *reply = NULL;
	struct pair_result result;

	if (vec_check(r->c, iq != NULL && pair_success_check(iq, &r->identity,
	    NULL, &result, &reply) == ERR_OK, r->id, "pair-success"))
		vec_check(r->c, vec_encodes(reply,
		    vec_at(r->v, "pair_success_reply"), "frame"), r->id,
		    "reply to pair-success");
	node_destroy(reply);
	node_destroy(iq);
}

/* Trees and frames of the vector say the same. */
static void
check_frames(struct run *r)
{
	static const char *const steps[] = { "companion_hello",
		"companion_hello_reply", "primary_hello", "notification_ack",
		"companion_finish", "pair_success", "pair_success_reply" };
	struct keypair key;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		vec_check(r->c, vec_step(vec_at(r->v, steps[i])), r->id,
		    steps[i]);
	vec_check(r->c, vec_keypair(vec_at(r->v, "primary.identity"), &key),
	    r->id, "phone's identity");
}

static void
check_run(const cJSON *v, struct vec_count *c)
{
	struct code_primary primary;
	struct node *notification;
	struct run r;

	if (!run_init(&r, v, c))
		return;
	check_companion_hello(&r);
	check_frames(&r);
	notification = vec_frame(vec_at(v, "primary_hello"), "frame");
	if (vec_check(c, notification != NULL &&
	    code_primary_parse(notification, &primary) == ERR_OK &&
	    vec_is(vec_at(v, "primary"), "wrapped_primary_ephemeral",
	    primary.wrapped, CODE_WRAPPED_LEN) &&
	    vec_is(vec_at(v, "primary.identity"), "public",
	    primary.identity_pub, KEY_LEN) &&
	    vec_is(vec_at(v, "companion_hello_reply"), "ref", primary.ref,
	    primary.ref_len), r.id, "primary_hello")) {
		check_ack(&r, notification);
		check_companion_finish(&r, &primary);
		check_pair_success(&r);
	}
	node_destroy(notification);
}

/* --- what must not lead to companion_finish -------------------------------- */

/* The notification with another wrapped key. */
static struct node *
bent_notification(const struct code_primary *primary, const void *wrapped,
    size_t n)
{
	struct node *notification = node_create("notification"), *reg;

	reg = node_add_new(notification, "link_code_companion_reg");
	node_set(reg, "stage", "primary_hello");
	node_set_bytes(node_add_new(reg,
	    "link_code_pairing_wrapped_primary_ephemeral_pub"), wrapped, n);
	node_set_bytes(node_add_new(reg, "primary_identity_pub"),
	    primary->identity_pub, KEY_LEN);
	node_set_bytes(node_add_new(reg, "link_code_pairing_ref"),
	    primary->ref, primary->ref_len);
	return notification;
}

static bool
leads_on(const struct run *r, const struct node *notification)
{
	uint8_t ephemeral[KEY_LEN], bundle[CODE_BUNDLE_LEN];
	struct code_primary primary;
	struct secret key, adv;

	if (code_primary_parse(notification, &primary) != ERR_OK)
		return false;
	code_key(vec_str(r->v, "code"), primary.wrapped, &key);
	code_unwrap(&key, primary.wrapped, ephemeral);
	return code_finish(&r->ephemeral, &r->identity, ephemeral,
	    primary.identity_pub, rnd_system(), bundle, &adv) == ERR_OK;
}

static const cJSON *
find(const cJSON *list, const char *id)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, list) {
		const char *have = vec_str(v, "id");

		if (have != NULL && id != NULL && strcmp(have, id) == 0)
			return v;
	}
	return NULL;
}

static void
check_bad_wrap(const cJSON *root, const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id"), *expect = vec_str(v, "expect");
	const cJSON *base = find(vec_at(root, "runs"), vec_str(v, "based_on"));
	struct node *good = vec_frame(vec_at(base, "primary_hello"), "frame");
	struct node *bent;
	struct code_primary primary;
	struct run r;
	size_t n;
	uint8_t *wrapped = vec_hex(v, "wrapped_primary_ephemeral", &n);
	bool led_on;

	if (vec_check(c, good != NULL && wrapped != NULL &&
	    code_primary_parse(good, &primary) == ERR_OK, id, "complete") &&
	    run_init(&r, base, c)) {
		bent = bent_notification(&primary, wrapped, n);
		led_on = leads_on(&r, bent);
		if (expect != NULL && strcmp(expect, "reject") == 0)
			vec_check(c, !led_on, id, "must be refused");
		else
			c->open++;
		node_destroy(bent);
	}
	node_destroy(good);
	free(wrapped);
}

void
vec_pairing_code(const cJSON *root, struct vec_count *c)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, vec_at(root, "codes"))
		check_code(v, c);
	cJSON_ArrayForEach(v, vec_at(root, "wraps"))
		check_wrap(v, c);
	cJSON_ArrayForEach(v, vec_at(root, "runs"))
		check_run(v, c);
	cJSON_ArrayForEach(v, vec_at(root, "bad_wraps"))
		check_bad_wrap(root, v, c);
}
