#include "tests/sim/payload_in.h"

#include <string.h>

#include "core/base/str.h"
#include "core/wire/crypt.h"
#include "tests/sim/check.h"
#include "tests/sim/conn.h"
#include "tests/sim/proto.h"

#define FAIL_BAD_REQUEST 400
#define FAIL_USER_AGENT 409

/* ClientPayload */
enum {
	USERNAME = 1, PASSIVE = 3, USER_AGENT = 5, WEB_INFO = 6,
	CONNECT_TYPE = 12, CONNECT_REASON = 13, DEVICE = 18, PAIRING = 19,
	LC = 24, PULL = 33, LID_MIGRATED = 41
};
/* UserAgent */
enum { PLATFORM = 1, APP_VERSION = 2, PLATFORM_WEB = 14 };
/* DevicePairingRegistrationData */
enum {
	REGID = 1, KEYTYPE = 2, IDENT = 3, SKEY_ID = 4, SKEY_VAL = 5,
	SKEY_SIG = 6, BUILD_HASH = 7, PROPS = 8
};

static bool
bytes_of(const struct proto_field *m, uint32_t number, size_t n,
    const uint8_t **out)
{
	struct proto_field f;

	if (!proto_find(m->p, m->n, number, PROTO_BYTES, &f) || f.n != n)
		return false;
	*out = f.p;
	return true;
}

static unsigned
read_user_agent(struct conn *c, const uint8_t *p, size_t n,
    struct client_payload *out)
{
	struct proto_field ua, version;

	if (!proto_find(p, n, USER_AGENT, PROTO_BYTES, &ua)) {
		check_note(c, RULE_USER_AGENT, "none");
		return FAIL_USER_AGENT;
	}
	if (proto_varint(ua.p, ua.n, PLATFORM, 99) != PLATFORM_WEB) {
		check_note(c, RULE_USER_AGENT, "platform %u",
		    (unsigned)proto_varint(ua.p, ua.n, PLATFORM, 99));
		return FAIL_USER_AGENT;
	}
	if (!proto_find(ua.p, ua.n, APP_VERSION, PROTO_BYTES, &version) ||
	    proto_varint(version.p, version.n, 1, 0) != 2 ||
	    proto_varint(version.p, version.n, 2, 0) != 3000) {
		check_note(c, RULE_VERSION, "not 2.3000.N");
		return FAIL_USER_AGENT;
	}
	out->revision = (uint32_t)proto_varint(version.p, version.n, 3, 0);
	check_that(c, proto_has(p, n, WEB_INFO), RULE_WEB_INFO, "none");
	return 0;
}

static unsigned
check_props(struct conn *c, const struct proto_field *data,
    struct registration *out)
{
	struct proto_field props, os;

	if (!proto_find(data->p, data->n, PROPS, PROTO_BYTES, &props) ||
	    !proto_is_message(props.p, props.n) ||
	    !proto_find(props.p, props.n, 1, PROTO_BYTES, &os) || os.n == 0) {
		check_note(c, RULE_REG_PROPS, "no os");
		return FAIL_BAD_REQUEST;
	}
	str_clean(out->os, sizeof out->os, (const char *)os.p, os.n);
	out->platform_type = (uint32_t)proto_varint(props.p, props.n, 3, 0);
	return 0;
}

static unsigned
check_signature(struct conn *c, const uint8_t *identity, const uint8_t *skey,
    const uint8_t *sig)
{
	uint8_t signed_key[1 + KEY_LEN] = { 5 };

	memcpy(signed_key + 1, skey, KEY_LEN);
	if (curve_verify(identity, signed_key, sizeof signed_key, sig) ==
	    ERR_OK)
		return 0;
	check_note(c, RULE_REG_SIGNATURE, "does not verify");
	return FAIL_BAD_REQUEST;
}

static unsigned
check_build_hash(struct conn *c, uint32_t revision, const uint8_t *hash)
{
	char text[32];
	uint8_t want[16];

	str_format(text, sizeof text, "2.3000.%u", (unsigned)revision);
	crypt_md5(text, strlen(text), want);
	if (memcmp(want, hash, sizeof want) == 0)
		return 0;
	check_note(c, RULE_REG_BUILD_HASH, "not that of %s", text);
	return FAIL_BAD_REQUEST;
}

static uint32_t
big_endian(const uint8_t *p, size_t n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

static unsigned
read_pairing(struct conn *c, const struct proto_field *data,
    struct client_payload *out)
{
	const uint8_t *regid, *type, *ident, *skey_id, *skey, *sig, *hash;
	unsigned reason;

	if (!bytes_of(data, REGID, 4, &regid) ||
	    !bytes_of(data, KEYTYPE, 1, &type) || type[0] != 5 ||
	    !bytes_of(data, IDENT, KEY_LEN, &ident) ||
	    !bytes_of(data, SKEY_ID, 3, &skey_id) ||
	    !bytes_of(data, SKEY_VAL, KEY_LEN, &skey) ||
	    !bytes_of(data, SKEY_SIG, SIGNATURE_LEN, &sig) ||
	    !bytes_of(data, BUILD_HASH, 16, &hash)) {
		check_note(c, RULE_REG_FIELDS, "missing or of a wrong size");
		return FAIL_BAD_REQUEST;
	}
	if ((reason = check_signature(c, ident, skey, sig)) != 0 ||
	    (reason = check_build_hash(c, out->revision, hash)) != 0 ||
	    (reason = check_props(c, data, &out->reg)) != 0)
		return reason;
	memcpy(out->reg.identity, ident, KEY_LEN);
	memcpy(out->reg.skey, skey, KEY_LEN);
	out->reg.registration_id = big_endian(regid, 4);
	out->reg.skey_id = big_endian(skey_id, 3);
	return 0;
}

static void
read_login(const uint8_t *p, size_t n, struct client_payload *out)
{
	struct proto_field f;

	if ((out->has_username = proto_find(p, n, USERNAME, PROTO_VARINT, &f)))
		out->username = f.value;
	if ((out->has_device = proto_find(p, n, DEVICE, PROTO_VARINT, &f)))
		out->device = f.value;
	out->passive = proto_varint(p, n, PASSIVE, 0) != 0;
	out->pull = proto_varint(p, n, PULL, 0) != 0;
	out->lid_migrated = proto_varint(p, n, LID_MIGRATED, 0) != 0;
	out->lc = proto_varint(p, n, LC, 0);
}

unsigned
payload_read(struct conn *c, const uint8_t *p, size_t n,
    struct client_payload *out)
{
	struct proto_field pairing;
	unsigned reason;

	memset(out, 0, sizeof *out);
	if (!proto_is_message(p, n)) {
		check_note(c, RULE_PAYLOAD, "%zu bytes", n);
		return FAIL_BAD_REQUEST;
	}
	read_login(p, n, out);
	out->is_registration = proto_find(p, n, PAIRING, PROTO_BYTES, &pairing);
	if ((reason = read_user_agent(c, p, n, out)) != 0)
		return reason;
	check_that(c, proto_varint(p, n, CONNECT_TYPE, 0) == 1 &&
	    proto_varint(p, n, CONNECT_REASON, 0) == 1, RULE_CONNECT_TYPE,
	    "others");
	if (!out->is_registration)
		return 0;
	check_that(c, !out->has_username && !out->has_device &&
	    !out->passive && !out->pull, RULE_REG_EXTRA,
	    "has some of them");
	return read_pairing(c, &pairing, out);
}
