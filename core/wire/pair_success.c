/*
 * pair-success: a message in a message in a message. The outer one has an
 * HMAC with the secret that only the scanned QR (or the code) carried to the
 * phone, so it says that the phone we showed it to answers. The middle one
 * has the account's signature over the innermost and our identity key. All
 * are checked over the bytes as received, never over a re-encoding.
 */
#include "core/wire/pair.h"

#include <string.h>

#include "core/base/str.h"
#include "core/wire/pb.h"
#include "core/wire/proto/adv.pb-c.h"

#define HOSTED 1                /* accountType, deviceType */

/* First two bytes of what is signed or authenticated (notes 7.5). */
static const uint8_t prefix_account[2] = { 6, 0 };
static const uint8_t prefix_device[2] = { 6, 1 };       /* hosted ones too */
static const uint8_t prefix_hosted[2] = { 6, 5 };

/* The stanza's parts; pointers are borrowed from it. */
struct success {
	const uint8_t *identity;
	size_t identity_len;
	struct jid jid, lid;
	bool has_lid;
	const char *platform, *business_name;   /* may be NULL */
};

/* The three messages, in arenas of their own. */
struct adv {
	struct pb_arena arena[3];
	const Wa__SignedDeviceIdentityHmac *sealed;
	const Wa__SignedDeviceIdentity *signed_identity;
	const Wa__DeviceIdentity *device;
};

/* An account's address: a phone number, or a LID, which is digits as well. */
static bool
parse_address(const char *text, const char *server, const char *hosted,
    struct jid *out)
{
	uint64_t number;

	return text != NULL && jid_parse(text, out) &&
	    str_to_u64(out->user, UINT64_MAX, &number) &&
	    (strcmp(out->server, server) == 0 ||
	    strcmp(out->server, hosted) == 0);
}

static const char *
child_attr(const struct node *parent, const char *tag, const char *key)
{
	const struct node *child = node_child(parent, tag);

	return child == NULL ? NULL : node_attr(child, key);
}

static enum err
parse_stanza(const struct node *iq, struct success *out)
{
	const struct node *success = node_child(iq, "pair-success");
	const struct node *identity = node_child(success, "device-identity");
	const char *lid = child_attr(success, "device", "lid");

	/* device 0 would be the phone itself */
	if (identity == NULL ||
	    !parse_address(child_attr(success, "device", "jid"),
	    JID_SERVER_PN, JID_SERVER_HOSTED, &out->jid) ||
	    out->jid.device == 0)
		return ERR_MALFORMED;
	out->has_lid = lid != NULL && *lid != '\0';
	if (out->has_lid && !parse_address(lid, JID_SERVER_LID,
	    JID_SERVER_HOSTED_LID, &out->lid))
		return ERR_MALFORMED;
	out->identity = node_bytes(identity, &out->identity_len);
	out->platform = child_attr(success, "platform", "name");
	out->business_name = child_attr(success, "biz", "name");
	return ERR_OK;
}

static enum err
check_hmac(const struct secret *adv_secret,
    const Wa__SignedDeviceIdentityHmac *m)
{
	uint8_t want[HMAC_LEN];
	struct buf data;
	enum err err = ERR_OK;

	buf_init(&data, sizeof prefix_hosted + PB_INPUT_MAX);
	if (m->account_type == HOSTED)
		err = buf_append(&data, prefix_hosted, sizeof prefix_hosted);
	if (err == ERR_OK &&
	    (err = buf_append(&data, m->details.data, m->details.len)) ==
	    ERR_OK) {
		crypt_hmac_sha256(adv_secret->b, KEY_LEN, data.data, data.len,
		    want);
		if (!pb_has(m->has_hmac, &m->hmac, HMAC_LEN) ||
		    !secret_is_equal(want, m->hmac.data, HMAC_LEN))
			err = ERR_PAIR_HMAC;
	}
	buf_finish(&data);
	return err;
}

/* prefix || details || our identity key [|| account key] */
static enum err
signed_message(const uint8_t prefix[2], const ProtobufCBinaryData *details,
    const uint8_t identity_pub[KEY_LEN], const uint8_t *account_key,
    struct buf *out)
{
	enum err err;

	if ((err = buf_append(out, prefix, 2)) == ERR_OK &&
	    (err = buf_append(out, details->data, details->len)) == ERR_OK &&
	    (err = buf_append(out, identity_pub, KEY_LEN)) == ERR_OK &&
	    account_key != NULL)
		err = buf_append(out, account_key, KEY_LEN);
	return err;
}

static enum err
check_account_signature(const struct adv *adv,
    const uint8_t identity_pub[KEY_LEN])
{
	const Wa__SignedDeviceIdentity *m = adv->signed_identity;
	struct buf message;
	enum err err;

	if (!pb_has(m->has_account_signature_key, &m->account_signature_key,
	    KEY_LEN) ||
	    !pb_has(m->has_account_signature, &m->account_signature,
	    SIGNATURE_LEN))
		return ERR_PAIR_SIGNATURE;
	buf_init(&message, PB_INPUT_MAX + 128);
	err = signed_message(adv->device->device_type == HOSTED
	    ? prefix_hosted : prefix_account, &m->details, identity_pub, NULL,
	    &message);
	if (err == ERR_OK && curve_verify(m->account_signature_key.data,
	    message.data, message.len, m->account_signature.data) != ERR_OK)
		err = ERR_PAIR_SIGNATURE;
	buf_finish(&message);
	return err;
}

/* Steps 1 to 5 of notes 7.5. A message without its details is none. */
static enum err
open_adv(struct adv *adv, const struct success *s, const struct identity *id)
{
	enum err err;

	adv->sealed = pb_unpack(&adv->arena[0],
	    &wa__signed_device_identity_hmac__descriptor, s->identity,
	    s->identity_len);
	if (adv->sealed == NULL || !adv->sealed->has_details)
		return ERR_MALFORMED;
	if ((err = check_hmac(&id->adv_secret, adv->sealed)) != ERR_OK)
		return err;
	adv->signed_identity = pb_unpack(&adv->arena[1],
	    &wa__signed_device_identity__descriptor,
	    adv->sealed->details.data, adv->sealed->details.len);
	if (adv->signed_identity == NULL || !adv->signed_identity->has_details)
		return ERR_MALFORMED;
	adv->device = pb_unpack(&adv->arena[2],
	    &wa__device_identity__descriptor,
	    adv->signed_identity->details.data,
	    adv->signed_identity->details.len);
	if (adv->device == NULL)
		return ERR_MALFORMED;
	return check_account_signature(adv, id->identity.pub);
}

/* Step 6. */
static enum err
sign_device(const struct adv *adv, const struct identity *id,
    const struct rnd *rnd, uint8_t out[SIGNATURE_LEN])
{
	const Wa__SignedDeviceIdentity *m = adv->signed_identity;
	struct buf message;
	enum err err;

	buf_init(&message, PB_INPUT_MAX + 128);
	err = signed_message(prefix_device, &m->details, id->identity.pub,
	    m->account_signature_key.data, &message);
	if (err == ERR_OK)
		curve_sign(&id->identity.priv, message.data, message.len, rnd,
		    out);
	buf_finish(&message);
	return err;
}

/* The signed identity with our signature. The account key is kept for the
 * store, which needs it in messages, and left out of the reply. */
static enum err
pack_identity(const struct adv *adv, const uint8_t signature[SIGNATURE_LEN],
    bool with_key, struct buf *out)
{
	Wa__SignedDeviceIdentity m = WA__SIGNED_DEVICE_IDENTITY__INIT;
	const Wa__SignedDeviceIdentity *from = adv->signed_identity;

	m.has_details = m.has_account_signature = true;
	m.details = from->details;
	m.account_signature = from->account_signature;
	m.has_account_signature_key = with_key;
	m.account_signature_key = from->account_signature_key;
	m.has_device_signature = true;
	m.device_signature = pb_bytes(signature, SIGNATURE_LEN);
	return pb_append(&m.base, out);
}

static enum err
fill_account(const struct success *s, const struct adv *adv,
    const uint8_t signature[SIGNATURE_LEN], struct account *out)
{
	struct buf packed;
	enum err err;

	buf_init(&packed, sizeof out->adv);
	if ((err = pack_identity(adv, signature, true, &packed)) == ERR_OK) {
		*out = (struct account){ .adv_len = packed.len,
		    .key_index = adv->device->key_index };
		memcpy(out->adv, packed.data, packed.len);
		memcpy(out->account_key,
		    adv->signed_identity->account_signature_key.data, KEY_LEN);
		jid_format(&s->jid, out->jid, sizeof out->jid);
		if (s->has_lid)
			jid_format(&s->lid, out->lid, sizeof out->lid);
		if (s->platform != NULL)
			str_clean(out->platform, sizeof out->platform,
			    s->platform, strlen(s->platform));
		if (s->business_name != NULL)
			str_clean(out->business_name,
			    sizeof out->business_name, s->business_name,
			    strlen(s->business_name));
	}
	buf_finish(&packed);
	return err;
}

static struct node *
reply_create(const struct node *iq, const char *type)
{
	const char *id = node_attr(iq, "id");
	struct node *reply;

	if (id == NULL || *id == '\0')
		return NULL;
	reply = node_create("iq");
	node_set(reply, "to", JID_S);
	node_set(reply, "type", type);
	node_set(reply, "id", id);
	return reply;
}

struct node *
pair_error_reply(const struct node *iq, unsigned code, const char *text)
{
	struct node *reply = reply_create(iq, "error"), *error;

	if (reply != NULL) {
		error = node_add_new(reply, "error");
		node_set_u64(error, "code", code);
		node_set(error, "text", text);
	}
	return reply;
}

static enum err
sign_reply(const struct node *iq, const struct adv *adv,
    const uint8_t signature[SIGNATURE_LEN], struct node **out)
{
	struct node *reply, *identity;
	struct buf packed;
	enum err err;

	if ((reply = reply_create(iq, "result")) == NULL)
		return ERR_MALFORMED;
	buf_init(&packed, ACCOUNT_ADV_MAX);
	if ((err = pack_identity(adv, signature, false, &packed)) == ERR_OK) {
		identity = node_add_new(node_add_new(reply,
		    "pair-device-sign"), "device-identity");
		node_set_u64(identity, "key-index", adv->device->key_index);
		node_set_bytes(identity, packed.data, packed.len);
		*out = reply;
	} else {
		node_destroy(reply);
	}
	buf_finish(&packed);
	return err;
}

static enum err
accept(const struct node *iq, const struct success *s, const struct adv *adv,
    const struct identity *id, const struct rnd *rnd, struct account *account,
    struct node **reply)
{
	uint8_t signature[SIGNATURE_LEN];
	struct node *answer = NULL;
	enum err err;

	if ((err = sign_device(adv, id, rnd, signature)) == ERR_OK &&
	    (err = sign_reply(iq, adv, signature, &answer)) == ERR_OK) {
		if ((err = fill_account(s, adv, signature, account)) == ERR_OK)
			*reply = answer;
		else
			node_destroy(answer);
	}
	return err;
}

static void
refuse(const struct node *iq, enum err err, struct pair_result *result,
    struct node **reply)
{
	result->error_code = 401;
	if (err == ERR_PAIR_HMAC) {
		result->error_text = "hmac-mismatch";
	} else if (err == ERR_PAIR_SIGNATURE) {
		result->error_text = "signature-mismatch";
	} else {
		result->error_code = 500;
		result->error_text = "internal-error";
	}
	*reply = pair_error_reply(iq, result->error_code, result->error_text);
}

enum err
pair_success_check(const struct node *iq, const struct identity *id,
    const struct rnd *rnd, struct pair_result *result, struct node **reply)
{
	struct success s;
	struct adv adv;
	enum err err;

	for (size_t i = 0; i < 3; i++)
		pb_arena_init(&adv.arena[i]);
	if ((err = parse_stanza(iq, &s)) == ERR_OK &&
	    (err = open_adv(&adv, &s, id)) == ERR_OK)
		err = accept(iq, &s, &adv, id, rnd, &result->account, reply);
	if (err == ERR_OK) {
		result->error_code = 0;
		result->error_text = NULL;
	} else {
		refuse(iq, err, result, reply);
	}
	for (size_t i = 0; i < 3; i++)
		pb_arena_finish(&adv.arena[i]);
	return err;
}
