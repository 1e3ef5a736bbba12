#include "tests/sim/adv.h"

#include <string.h>

#include "core/wire/crypt.h"
#include "tests/sim/check.h"
#include "tests/sim/conn.h"
#include "tests/sim/must.h"
#include "tests/sim/pairing.h"
#include "tests/sim/proto.h"

#define ADV_MAX 1024
#define HOSTED 1

static bool
is_how(const struct conn *c, const char *how)
{
	return strcmp(c->pairing->how, how) == 0;
}

static bool
is_hosted(const struct conn *c)
{
	return c->device->phone->hosted || is_how(c, "hosted");
}

/* ADVDeviceIdentity, kept: its raw bytes are what everybody signs. */
static void
make_details(struct conn *c)
{
	struct buf *out = &c->pairing->details;

	buf_clear(out);
	proto_put_varint(out, 1, c->device->phone->raw_id);
	proto_put_varint(out, 2, (uint64_t)sim_wall_s());
	proto_put_varint(out, 3, c->device->key_index);
	if (!is_hosted(c))
		return;
	proto_put_varint(out, 4, HOSTED);
	proto_put_varint(out, 5, HOSTED);
}

static void
sign_account(struct conn *c)
{
	struct pairing *p = c->pairing;
	const struct phone *phone = c->device->phone;
	uint8_t prefix[2] = { 6, is_hosted(c) ? 5 : 0 };
	struct buf msg;

	buf_init(&msg, ADV_MAX);
	must(buf_append(&msg, prefix, sizeof prefix));
	must(buf_append(&msg, p->details.data, p->details.len));
	must(buf_append(&msg, p->reg.identity, KEY_LEN));
	curve_sign(&phone->identity.priv, msg.data, msg.len, c->sim->rnd,
	    p->account_signature);
	if (is_how(c, "bad-signature"))
		p->account_signature[20] ^= 1;
	buf_finish(&msg);
}

void
adv_prepare(struct conn *c)
{
	make_details(c);
	sign_account(c);
}

/* ADVSignedDeviceIdentityHMAC around ADVSignedDeviceIdentity. */
static void
make_identity(struct conn *c, const uint8_t adv_secret[KEY_LEN],
    struct buf *out)
{
	struct pairing *p = c->pairing;
	uint8_t hosted[2] = { 6, 5 }, mac[HMAC_LEN];
	struct buf inner, mac_in;

	buf_init(&inner, ADV_MAX);
	buf_init(&mac_in, ADV_MAX);
	proto_put_bytes(&inner, 1, p->details.data, p->details.len);
	proto_put_bytes(&inner, 2, c->device->phone->identity.pub, KEY_LEN);
	proto_put_bytes(&inner, 3, p->account_signature, SIGNATURE_LEN);
	if (is_hosted(c))
		must(buf_append(&mac_in, hosted, sizeof hosted));
	must(buf_append(&mac_in, inner.data, inner.len));
	crypt_hmac_sha256(adv_secret, KEY_LEN, mac_in.data, mac_in.len, mac);
	if (is_how(c, "bad-hmac"))
		mac[3] ^= 1;
	proto_put_bytes(out, 1, inner.data, inner.len);
	proto_put_bytes(out, 2, mac, sizeof mac);
	if (is_hosted(c))
		proto_put_varint(out, 3, HOSTED);
	buf_finish(&inner);
	buf_finish(&mac_in);
}

void
adv_fill_success(struct conn *c, struct node *success,
    const uint8_t adv_secret[KEY_LEN])
{
	struct device *d = c->device;
	struct buf identity;
	struct node *n;
	char jid[64];

	buf_init(&identity, ADV_MAX);
	make_identity(c, adv_secret, &identity);
	if (is_how(c, "garbage"))
		memset(identity.data, 0xff, identity.len / 2);
	if (!is_how(c, "no-identity"))
		node_set_bytes(node_add_new(success, "device-identity"),
		    identity.data, identity.len);
	buf_finish(&identity);
	n = node_add_new(success, "device");
	device_jid(d, jid, sizeof jid);
	if (!is_how(c, "no-jid"))
		node_set(n, "jid", jid);
	device_lid(d, jid, sizeof jid);
	if (!is_how(c, "no-lid"))
		node_set(n, "lid", jid);
	if (!is_how(c, "no-platform"))
		node_set(node_add_new(success, "platform"), "name",
		    d->phone->platform);
	if (d->phone->business[0] != '\0')
		node_set(node_add_new(success, "biz"), "name",
		    d->phone->business);
}

/* --- the reply --------------------------------------------------------- */

static bool
has_bytes(const struct proto_field *m, uint32_t number, const void *want,
    size_t n)
{
	struct proto_field f;

	return proto_find(m->p, m->n, number, PROTO_BYTES, &f) && f.n == n &&
	    memcmp(f.p, want, n) == 0;
}

static bool
device_signature_is_right(struct conn *c, const struct proto_field *m)
{
	static const uint8_t prefix[2] = { 6, 1 };
	const struct pairing *p = c->pairing;
	struct proto_field sig;
	struct buf msg;
	bool ok;

	if (!proto_find(m->p, m->n, 4, PROTO_BYTES, &sig) ||
	    sig.n != SIGNATURE_LEN)
		return false;
	buf_init(&msg, ADV_MAX);
	must(buf_append(&msg, prefix, sizeof prefix));
	must(buf_append(&msg, p->details.data, p->details.len));
	must(buf_append(&msg, p->reg.identity, KEY_LEN));
	must(buf_append(&msg, c->device->phone->identity.pub, KEY_LEN));
	ok = curve_verify(p->reg.identity, msg.data, msg.len, sig.p) == ERR_OK;
	buf_finish(&msg);
	return ok;
}

const char *
adv_check_reply(struct conn *c, const struct node *iq)
{
	const struct pairing *p = c->pairing;
	const struct node *sign = node_child(iq, "pair-device-sign");
	const struct node *identity = node_child(sign, "device-identity");
	struct proto_field m = { 0 };
	uint64_t index;

	if (identity == NULL || (m.p = node_bytes(identity, &m.n)) == NULL ||
	    !has_bytes(&m, 1, p->details.data, p->details.len) ||
	    !has_bytes(&m, 3, p->account_signature, SIGNATURE_LEN)) {
		check_note(c, RULE_PAIR_SIGN, "no identity or another one");
		return "bad-reply";
	}
	if (!node_attr_u64(identity, "key-index", UINT32_MAX, &index) ||
	    index != c->device->key_index) {
		check_note(c, RULE_PAIR_SIGN_INDEX, "key-index %s",
		    node_attr(identity, "key-index") == NULL ? "absent" :
		    node_attr(identity, "key-index"));
		return "bad-reply";
	}
	check_that(c, !proto_has(m.p, m.n, 2), RULE_PAIR_SIGN_KEY, "is there");
	if (!device_signature_is_right(c, &m)) {
		check_note(c, RULE_PAIR_SIGN_SIGNATURE, "does not verify");
		return "bad-signature";
	}
	return NULL;
}
