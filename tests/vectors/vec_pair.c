/*
 * Linking by QR: the text in it, pair-success with its answer to the byte
 * (libsignal signs without random bytes, and so can we), what must be
 * refused, and runs over real sockets.
 */
#include <stdlib.h>
#include <string.h>

#include "core/wire/pair.h"
#include "core/wire/payload.h"
#include "core/wire/pb.h"
#include "core/wire/proto/adv.pb-c.h"
#include "tests/vectors/vec.h"

#define DICTIONARY 3

/* --- QR text --------------------------------------------------------------- */

static bool
qr_is(const struct identity *id, const char *ref, const cJSON *browser,
    const char *want, const char *want_old)
{
	const char *text = NULL, *hash;
	struct buf out;
	bool ok;

	buf_init(&out, 2048);
	ok = ref != NULL && pair_qr_text(id, ref, vec_platform_id(browser),
	    &out) == ERR_OK && buf_cstr(&out, &text) == ERR_OK;
	if (ok && want != NULL)
		ok = strcmp(text, want) == 0;
	/* Baileys 6: the same without prefix and platform */
	if (ok && want_old != NULL)
		ok = (hash = strchr(text, '#')) != NULL &&
		    strlen(hash + 1) == strlen(want_old) + 2 &&
		    strncmp(hash + 1, want_old, strlen(want_old)) == 0;
	buf_finish(&out);
	return ok;
}

static void
check_qr(const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id"), *want = vec_str(v, "qr_text_7");
	struct identity identity;

	if (vec_check(c, want != NULL &&
	    vec_identity(vec_at(v, "creds"), &identity), id,
	    "vector is complete"))
		vec_check(c, qr_is(&identity, vec_str(v, "ref"),
		    vec_at(v, "browser"), want, vec_str(v, "qr_text_6")), id,
		    "QR text");
}

/* --- pair-success ---------------------------------------------------------- */

static bool
text_is(const cJSON *object, const char *name, const char *have)
{
	const char *want = vec_str(object, name);

	return strcmp(have, want == NULL ? "" : want) == 0;
}

static bool
field_is(const cJSON *account, const char *name, protobuf_c_boolean has,
    const ProtobufCBinaryData *field)
{
	return has && vec_is(account, name, field->data, field->len);
}

/* The stored message against the four fields that Baileys stores. */
static bool
adv_is(const struct account *a, const cJSON *account)
{
	const Wa__SignedDeviceIdentity *m;
	struct pb_arena arena;
	bool ok;

	pb_arena_init(&arena);
	m = pb_unpack(&arena, &wa__signed_device_identity__descriptor, a->adv,
	    a->adv_len);
	ok = m != NULL &&
	    field_is(account, "details", m->has_details, &m->details) &&
	    field_is(account, "accountSignatureKey",
	    m->has_account_signature_key, &m->account_signature_key) &&
	    field_is(account, "accountSignature", m->has_account_signature,
	    &m->account_signature) &&
	    field_is(account, "deviceSignature", m->has_device_signature,
	    &m->device_signature);
	pb_arena_finish(&arena);
	return ok;
}

static void
check_account(const cJSON *v, const struct account *a, struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	const cJSON *me = vec_at(v, "me"), *identity = cJSON_GetArrayItem(
	    vec_at(v, "signal_identities"), 0);
	uint8_t typed[1 + KEY_LEN] = { KEY_TYPE_DJB };

	vec_check(c, text_is(me, "id", a->jid), id, "own address");
	vec_check(c, text_is(me, "lid", a->lid), id, "own LID");
	vec_check(c, text_is(me, "name", a->business_name), id,
	    "business name");
	vec_check(c, text_is(v, "platform", a->platform), id, "platform");
	vec_check(c, adv_is(a, vec_at(v, "account")), id, "account");
	if (vec_at(v, "device_identity_for_messages") != NULL)
		vec_check(c, vec_is(v, "device_identity_for_messages", a->adv,
		    a->adv_len), id, "device identity for messages");
	if (identity != NULL) {
		memcpy(typed + 1, a->account_key, KEY_LEN);
		vec_check(c, vec_is(identity, "identifier_key", typed,
		    sizeof typed), id, "account's identity key");
	}
}

/* With random bytes the signature differs, but must be one all the same. */
static void
check_randomised(const cJSON *v, const struct node *iq,
    const struct identity *identity, struct vec_count *c)
{
	const Wa__SignedDeviceIdentity *m = NULL;
	struct pair_result result;
	struct pb_arena arena;
	struct node *reply = NULL;
	size_t n;
	uint8_t *message = vec_hex(v, "device_signature_message", &n);

	pb_arena_init(&arena);
	if (pair_success_check(iq, identity, rnd_system(), &result,
	    &reply) == ERR_OK)
		m = pb_unpack(&arena, &wa__signed_device_identity__descriptor,
		    result.account.adv, result.account.adv_len);
	vec_check(c, m != NULL && message != NULL &&
	    m->has_device_signature && curve_verify(identity->identity.pub,
	    message, n, m->device_signature.data) == ERR_OK,
	    vec_str(v, "id"), "randomised device signature");
	pb_arena_finish(&arena);
	node_destroy(reply);
	free(message);
}

/* The messages in the stanza, one in the other, as the vector unfolds them. */
static bool
is_unfolded(const cJSON *adv)
{
	const Wa__SignedDeviceIdentityHmac *outer;
	const Wa__SignedDeviceIdentity *m = NULL;
	struct pb_arena arena[2];
	size_t n;
	uint8_t *p = vec_hex(adv, "device_identity_content", &n);
	bool ok;

	pb_arena_init(&arena[0]);
	pb_arena_init(&arena[1]);
	outer = pb_unpack(&arena[0],
	    &wa__signed_device_identity_hmac__descriptor, p, n);
	if (outer != NULL)
		m = pb_unpack(&arena[1],
		    &wa__signed_device_identity__descriptor,
		    outer->details.data, outer->details.len);
	ok = m != NULL && vec_is(adv, "signed_device_identity",
	    outer->details.data, outer->details.len) &&
	    vec_is(adv, "hmac", outer->hmac.data, outer->hmac.len) &&
	    vec_is(adv, "details", m->details.data, m->details.len) &&
	    vec_is(adv, "account_signature", m->account_signature.data,
	    m->account_signature.len);
	pb_arena_finish(&arena[0]);
	pb_arena_finish(&arena[1]);
	free(p);
	return ok;
}

/* Of what is not ours to compute, that it fits together. */
static void
check_phone(const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	const cJSON *account = vec_at(v, "account_identity");
	struct keypair key;

	if (account != NULL)
		vec_check(c, vec_keypair(account, &key) &&
		    vec_is(vec_at(v, "account"), "accountSignatureKey",
		    key.pub, KEY_LEN), id, "account's key pair");
	if (vec_at(v, "adv.signed_device_identity") != NULL)
		vec_check(c, is_unfolded(vec_at(v, "adv")), id,
		    "parts of the device identity");
}

static void
check_success(const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	struct identity identity;
	struct pair_result result;
	struct node *iq = vec_frame(v, "pair_success_frame"), *reply = NULL;

	if (!vec_check(c, iq != NULL &&
	    vec_identity(vec_at(v, "creds"), &identity), id,
	    "vector is complete")) {
		node_destroy(iq);
		return;
	}
	vec_check(c, vec_node_equal(iq, vec_at(v, "pair_success")), id,
	    "stanza");
	check_phone(v, c);
	if (vec_check(c, pair_success_check(iq, &identity, NULL, &result,
	    &reply) == ERR_OK, id, "must be accepted")) {
		vec_check(c, vec_encodes(reply, v, "reply_frame"), id,
		    "reply frame");
		vec_check(c, vec_node_equal(reply, vec_at(v, "reply")), id,
		    "reply");
		check_account(v, &result.account, c);
	}
	node_destroy(reply);
	if (vec_at(v, "device_signature_message") != NULL)
		check_randomised(v, iq, &identity, c);
	node_destroy(iq);
}

/* The reason must be the one that was prepared, not some other mistake. */
static bool
is_reason(const char *kind, enum err err)
{
	if (kind != NULL && strcmp(kind, "bad-hmac") == 0)
		return err == ERR_PAIR_HMAC;
	if (kind != NULL && strcmp(kind, "bad-account-signature") == 0)
		return err == ERR_PAIR_SIGNATURE || err == ERR_MALFORMED;
	return err != ERR_OK && err != ERR_PAIR_HMAC &&
	    err != ERR_PAIR_SIGNATURE;
}

static void
check_negative(const cJSON *v, struct vec_count *c)
{
	const char *id = vec_str(v, "id"), *expect = vec_str(v, "expect");
	struct identity identity;
	struct pair_result result;
	struct node *iq = vec_frame(v, "pair_success_frame"), *reply = NULL;
	enum err err;

	if (vec_check(c, iq != NULL &&
	    vec_identity(vec_at(v, "creds"), &identity), id,
	    "vector is complete")) {
		err = pair_success_check(iq, &identity, NULL, &result, &reply);
		if (expect == NULL || strcmp(expect, "reject") != 0)
			c->open++;
		else
			vec_check(c, is_reason(vec_str(v, "kind"), err) &&
			    (reply == NULL ||
			    node_attr_is(reply, "type", "error")), id,
			    "must be refused");
	}
	node_destroy(reply);
	node_destroy(iq);
}

/* --- runs over real sockets ------------------------------------------------ */

/* Baileys 6 speaks dictionary 2: its frames cannot be read, its trees can. */
static bool
has_frames(const cJSON *v)
{
	const cJSON *dictionary = vec_at(v, "dictionary_version");

	return cJSON_IsNumber(dictionary) &&
	    dictionary->valuedouble == DICTIONARY;
}

static struct node *
stanza_of(const cJSON *v, const cJSON *step)
{
	return has_frames(v) ? vec_frame(step, "frame")
	    : vec_node(vec_at(step, "node"));
}

static void
check_run_qr(const cJSON *v, const struct identity *identity,
    struct vec_count *c)
{
	struct node *iq = stanza_of(v, vec_at(v, "pair_device"));
	const struct node *ref = node_first(node_child(iq, "pair-device"));
	const cJSON *text;

	cJSON_ArrayForEach(text, vec_at(v, "qr_texts")) {
		const char *want = cJSON_GetStringValue(text);
		const bool is_new = strncmp(want == NULL ? "" : want, "https:",
		    6) == 0;
		size_t n;

		/* node content has a NUL behind it */
		vec_check(c, ref != NULL && want != NULL && qr_is(identity,
		    (const char *)node_bytes(ref, &n), vec_at(v, "browser"),
		    is_new ? want : NULL, is_new ? NULL : want),
		    vec_str(v, "id"), "QR text");
		ref = ref == NULL ? NULL : node_next(ref);
	}
	node_destroy(iq);
}

static void
check_run_success(const cJSON *v, const struct identity *identity,
    struct vec_count *c)
{
	const char *id = vec_str(v, "id");
	const cJSON *update = vec_at(v, "creds_update"),
	    *want = vec_at(v, "pair_success_reply");
	struct node *iq = stanza_of(v, vec_at(v, "pair_success"));
	struct node *reply = NULL;
	struct pair_result result;

	if (has_frames(v))
		vec_check(c, vec_step(vec_at(v, "pair_success")), id,
		    "stanza");
	if (vec_check(c, iq != NULL && pair_success_check(iq, identity, NULL,
	    &result, &reply) == ERR_OK, id, "must be accepted")) {
		vec_check(c, vec_node_equal(reply, vec_at(want, "node")), id,
		    "reply");
		if (has_frames(v))
			vec_check(c, vec_encodes(reply, want, "frame"), id,
			    "reply frame");
		vec_check(c, text_is(vec_at(update, "me"), "id",
		    result.account.jid), id, "own address");
		vec_check(c, adv_is(&result.account,
		    vec_at(update, "account")), id, "account");
	}
	node_destroy(reply);
	node_destroy(iq);
}

static void
check_run(const cJSON *v, struct vec_count *c)
{
	struct identity identity;

	if (!vec_check(c, vec_identity(vec_at(v, "creds"), &identity),
	    vec_str(v, "id"), "vector is complete"))
		return;
	if (has_frames(v))
		vec_check(c, vec_step(vec_at(v, "pair_device")) &&
		    vec_step(vec_at(v, "pair_device_reply")), vec_str(v, "id"),
		    "pair-device");
	check_run_qr(v, &identity, c);
	if (vec_at(v, "pair_success") != NULL)
		check_run_success(v, &identity, c);
}

void
vec_pairing_qr(const cJSON *root, struct vec_count *c)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, vec_at(root, "qr"))
		check_qr(v, c);
	cJSON_ArrayForEach(v, vec_at(root, "pair_success"))
		check_success(v, c);
	cJSON_ArrayForEach(v, vec_at(root, "negative"))
		check_negative(v, c);
	cJSON_ArrayForEach(v, vec_at(root, "socket_runs"))
		check_run(v, c);
}
