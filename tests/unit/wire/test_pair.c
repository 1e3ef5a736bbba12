#include "core/wire/pair.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/pb.h"
#include "core/wire/proto/adv.pb-c.h"
#include "tests/t.h"

/* --- the phone ------------------------------------------------------------- */

/* What a phone would send about the device it links; every part can be bent
 * before pair_success_of makes the stanza. */
struct phone {
	struct identity id;             /* the companion's */
	struct keypair account;
	uint32_t outer_type, device_type, key_index;
	bool no_hmac, no_details, no_inner_details, no_signature, no_key;
	bool no_id, garbage;
	uint8_t account_prefix[2];
	bool hosted_hmac;
	size_t flip_hmac, flip_signature;       /* byte + 1, 0: none */
	size_t inner_len;               /* bytes of details, 0: as built */
	const char *jid, *lid, *platform, *biz;
};

static void
phone_init(struct phone *p)
{
	struct t_rnd r;

	t_rnd_init(&r, 77);
	memset(p, 0, sizeof *p);
	identity_create(&r.rnd, &p->id);
	curve_keypair(&r.rnd, &p->account);
	p->account_prefix[0] = 6;
	p->key_index = 13;
	p->jid = "79001234567:12@s.whatsapp.net";
	p->lid = "123456789012345:12@lid";
	p->platform = "android";
}

static void
must(enum err err)
{
	if (err != ERR_OK)
		abort();
}

static void
device_details(const struct phone *p, struct buf *out)
{
	Wa__DeviceIdentity m = WA__DEVICE_IDENTITY__INIT;
	uint8_t *filler;

	m.has_raw_id = m.has_timestamp = m.has_key_index = true;
	m.raw_id = 1234567;
	m.timestamp = 1780000000;
	m.key_index = p->key_index;
	m.has_device_type = true;
	m.device_type = p->device_type;
	must(pb_append(&m.base, out));
	if (p->inner_len > 0) {         /* an unknown bytes field of that size */
		must(buf_append(out, "\xa2\x06", 2));
		must(buf_u8(out, (uint8_t)(p->inner_len & 0x7f) | 0x80));
		must(buf_u8(out, (uint8_t)(p->inner_len >> 7)));
		must(buf_extend(out, p->inner_len, &filler));
		memset(filler, 0, p->inner_len);
	}
}

static void
signed_identity(const struct phone *p, struct buf *out)
{
	Wa__SignedDeviceIdentity m = WA__SIGNED_DEVICE_IDENTITY__INIT;
	uint8_t signature[SIGNATURE_LEN];
	struct buf details, message;

	buf_init(&details, 8192);
	buf_init(&message, 8192);
	device_details(p, &details);
	must(buf_append(&message, p->account_prefix, 2));
	must(buf_append(&message, details.data, details.len));
	must(buf_append(&message, p->id.identity.pub, KEY_LEN));
	curve_sign(&p->account.priv, message.data, message.len, NULL,
	    signature);
	if (p->flip_signature > 0)
		signature[p->flip_signature - 1] ^= 1;
	m.has_details = !p->no_inner_details;
	m.details = pb_bytes(details.data, details.len);
	m.has_account_signature_key = !p->no_key;
	m.account_signature_key = pb_bytes(p->account.pub, KEY_LEN);
	m.has_account_signature = !p->no_signature;
	m.account_signature = pb_bytes(signature, sizeof signature);
	must(pb_append(&m.base, out));
	buf_finish(&details);
	buf_finish(&message);
}

static void
sealed_identity(const struct phone *p, struct buf *out)
{
	Wa__SignedDeviceIdentityHmac m = WA__SIGNED_DEVICE_IDENTITY_HMAC__INIT;
	struct buf details, data;
	uint8_t hmac[HMAC_LEN];

	buf_init(&details, 8192);
	buf_init(&data, 8192);
	if (p->garbage)
		must(buf_str(&details, "\xff\xff not protobuf"));
	else
		signed_identity(p, &details);
	if (p->hosted_hmac)
		must(buf_append(&data, "\x06\x05", 2));
	must(buf_append(&data, details.data, details.len));
	crypt_hmac_sha256(p->id.adv_secret.b, KEY_LEN, data.data, data.len,
	    hmac);
	if (p->flip_hmac > 0)
		hmac[p->flip_hmac - 1] ^= 1;
	m.has_details = !p->no_details;
	m.details = pb_bytes(details.data, details.len);
	m.has_hmac = !p->no_hmac;
	m.hmac = pb_bytes(hmac, sizeof hmac);
	m.has_account_type = true;
	m.account_type = p->outer_type;
	must(pb_append(&m.base, out));
	buf_finish(&details);
	buf_finish(&data);
}

static struct node *
stanza(const struct phone *p, const struct buf *identity)
{
	struct node *iq = node_create("iq"), *success, *device;

	node_set(iq, "id", p->no_id ? NULL : "965554085");
	node_set(iq, "from", "s.whatsapp.net");
	node_set(iq, "type", "set");
	success = node_add_new(iq, "pair-success");
	node_set_bytes(node_add_new(success, "device-identity"),
	    identity->data, identity->len);
	device = node_add_new(success, "device");
	node_set(device, "jid", p->jid);
	node_set(device, "lid", p->lid);
	if (p->platform != NULL)
		node_set(node_add_new(success, "platform"), "name",
		    p->platform);
	if (p->biz != NULL)
		node_set(node_add_new(success, "biz"), "name", p->biz);
	return iq;
}

/* --- what came of it ------------------------------------------------------- */

struct outcome {
	enum err err;
	struct pair_result result;
	struct node *reply;
};

static void
link_phone(const struct phone *p, struct outcome *o)
{
	struct buf identity;
	struct node *iq;

	buf_init(&identity, 16384);
	sealed_identity(p, &identity);
	iq = stanza(p, &identity);
	memset(&o->result, 0x5a, sizeof o->result);
	o->reply = NULL;
	o->err = pair_success_check(iq, &p->id, NULL, &o->result, &o->reply);
	node_destroy(iq);
	buf_finish(&identity);
}

static void
expect_refused(const struct phone *p, enum err err, unsigned code,
    const char *text)
{
	const struct node *error;
	static struct account poison;
	struct outcome o;
	uint64_t got;

	memset(&poison, 0x5a, sizeof poison);
	link_phone(p, &o);
	EXPECT_INT(o.err, err);
	EXPECT_MEM(&o.result.account, &poison, sizeof poison);
	EXPECT_INT(o.result.error_code, code);
	EXPECT_STR(o.result.error_text, text);
	ASSERT(o.reply != NULL);
	EXPECT(node_attr_is(o.reply, "type", "error"));
	EXPECT(node_attr_is(o.reply, "id", "965554085"));
	EXPECT(jid_is_server(node_attr(o.reply, "to")));
	ASSERT((error = node_child(o.reply, "error")) != NULL);
	EXPECT(node_attr_u64(error, "code", 999, &got) && got == code);
	EXPECT(node_attr_is(error, "text", text));
	node_destroy(o.reply);
}

/* The device signature over prefix 06 01, by the reply's message. */
static void
expect_signed(const struct phone *p, const uint8_t *bytes, size_t n,
    bool with_key)
{
	const Wa__SignedDeviceIdentity *m;
	struct pb_arena arena;
	struct buf message;

	pb_arena_init(&arena);
	buf_init(&message, 8192);
	m = pb_unpack(&arena, &wa__signed_device_identity__descriptor, bytes,
	    n);
	ASSERT(m != NULL && m->has_device_signature && m->has_details);
	EXPECT_INT(m->has_account_signature_key, with_key);
	EXPECT(m->has_account_signature);
	must(buf_append(&message, "\x06\x01", 2));
	must(buf_append(&message, m->details.data, m->details.len));
	must(buf_append(&message, p->id.identity.pub, KEY_LEN));
	must(buf_append(&message, p->account.pub, KEY_LEN));
	EXPECT_INT(curve_verify(p->id.identity.pub, message.data, message.len,
	    m->device_signature.data), ERR_OK);
	buf_finish(&message);
	pb_arena_finish(&arena);
}

static void
expect_linked(const struct phone *p, struct account *account)
{
	const struct node *identity;
	const uint8_t *bytes;
	struct outcome o;
	uint64_t index;
	size_t n;

	link_phone(p, &o);
	ASSERT(o.err == ERR_OK && o.reply != NULL);
	EXPECT(node_attr_is(o.reply, "type", "result"));
	EXPECT(node_attr_is(o.reply, "id", "965554085"));
	identity = node_child(node_child(o.reply, "pair-device-sign"),
	    "device-identity");
	ASSERT(identity != NULL);
	EXPECT(node_attr_u64(identity, "key-index", UINT32_MAX, &index) &&
	    index == p->key_index);
	bytes = node_bytes(identity, &n);
	expect_signed(p, bytes, n, false);
	expect_signed(p, o.result.account.adv, o.result.account.adv_len, true);
	EXPECT_MEM(o.result.account.account_key, p->account.pub, KEY_LEN);
	EXPECT_INT(o.result.account.key_index, p->key_index);
	EXPECT_INT(o.result.error_code, 0);
	*account = o.result.account;
	node_destroy(o.reply);
}

TEST(pair_success_links)
{
	struct account a;
	struct phone p;

	phone_init(&p);
	p.biz = "Shop \xd0\xaf\n";
	expect_linked(&p, &a);
	EXPECT_STR(a.jid, p.jid);
	EXPECT_STR(a.lid, p.lid);
	EXPECT_STR(a.platform, "android");
	EXPECT_STR(a.business_name, "Shop \xd0\xaf?");
}

TEST(pair_success_links_without_optional_parts)
{
	struct account a;
	struct phone p;

	phone_init(&p);
	p.lid = p.platform = NULL;
	p.key_index = 0;
	expect_linked(&p, &a);
	EXPECT_STR(a.lid, "");
	EXPECT_STR(a.platform, "");
	EXPECT_STR(a.business_name, "");
}

/* HMAC by the outer account type, signature by the inner device type. */
TEST(pair_success_hosted_prefixes)
{
	struct account a;
	struct phone p;

	phone_init(&p);
	p.outer_type = 1;
	p.hosted_hmac = true;
	expect_linked(&p, &a);
	phone_init(&p);
	p.device_type = 1;
	p.account_prefix[1] = 5;
	expect_linked(&p, &a);
	p.outer_type = 1;
	p.hosted_hmac = true;
	expect_linked(&p, &a);
	p.hosted_hmac = false;
	expect_refused(&p, ERR_PAIR_HMAC, 401, "hmac-mismatch");
	phone_init(&p);
	p.hosted_hmac = true;
	expect_refused(&p, ERR_PAIR_HMAC, 401, "hmac-mismatch");
	phone_init(&p);
	p.device_type = 1;
	expect_refused(&p, ERR_PAIR_SIGNATURE, 401, "signature-mismatch");
	phone_init(&p);
	p.account_prefix[1] = 5;
	expect_refused(&p, ERR_PAIR_SIGNATURE, 401, "signature-mismatch");
}

TEST(pair_success_refuses_a_bad_hmac)
{
	struct phone p;

	for (size_t i = 1; i <= HMAC_LEN; i++) {
		phone_init(&p);
		p.flip_hmac = i;
		expect_refused(&p, ERR_PAIR_HMAC, 401, "hmac-mismatch");
	}
	phone_init(&p);
	p.no_hmac = true;
	expect_refused(&p, ERR_PAIR_HMAC, 401, "hmac-mismatch");
}

TEST(pair_success_refuses_a_bad_signature)
{
	struct phone p;

	for (size_t i = 1; i <= SIGNATURE_LEN; i++) {
		phone_init(&p);
		p.flip_signature = i;
		expect_refused(&p, ERR_PAIR_SIGNATURE, 401,
		    "signature-mismatch");
	}
	phone_init(&p);
	p.no_signature = true;
	expect_refused(&p, ERR_PAIR_SIGNATURE, 401, "signature-mismatch");
	phone_init(&p);
	p.no_key = true;
	expect_refused(&p, ERR_PAIR_SIGNATURE, 401, "signature-mismatch");
	/* a key of small order would let anybody sign */
	phone_init(&p);
	memset(p.account.pub, 0, KEY_LEN);
	expect_refused(&p, ERR_PAIR_SIGNATURE, 401, "signature-mismatch");
}

TEST(pair_success_refuses_what_does_not_parse)
{
	struct phone p;

	phone_init(&p);
	p.no_details = true;
	expect_refused(&p, ERR_MALFORMED, 500, "internal-error");
	phone_init(&p);
	p.garbage = true;       /* with a good HMAC */
	expect_refused(&p, ERR_MALFORMED, 500, "internal-error");
	phone_init(&p);
	p.no_inner_details = true;
	expect_refused(&p, ERR_MALFORMED, 500, "internal-error");
}

TEST(pair_success_refuses_addresses_of_no_device)
{
	static const char *const bad[] = { NULL, "79001234567@s.whatsapp.net",
		"s.whatsapp.net", "79001234567:12", "79001234567:12@g.us",
		"123:12@lid", "shop:12@s.whatsapp.net",
		"79001234567:70000@s.whatsapp.net" };
	struct phone p;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		phone_init(&p);
		p.jid = bad[i];
		expect_refused(&p, ERR_MALFORMED, 500, "internal-error");
	}
	phone_init(&p);
	p.lid = "79001234567:12@s.whatsapp.net";
	expect_refused(&p, ERR_MALFORMED, 500, "internal-error");
}

TEST(pair_success_refuses_what_the_store_cannot_hold)
{
	struct phone p;

	phone_init(&p);
	p.inner_len = ACCOUNT_ADV_MAX;
	expect_refused(&p, ERR_TOO_LARGE, 500, "internal-error");
}

TEST(pair_success_without_id_has_no_reply)
{
	struct outcome o;
	struct phone p;

	phone_init(&p);
	p.no_id = true;
	link_phone(&p, &o);
	EXPECT_INT(o.err, ERR_MALFORMED);
	EXPECT_NULL(o.reply);
	p.no_hmac = true;
	link_phone(&p, &o);
	EXPECT_INT(o.err, ERR_PAIR_HMAC);
	EXPECT_NULL(o.reply);
}

TEST(pair_success_needs_its_children)
{
	struct pair_result result;
	struct node *iq = node_create("iq"), *success, *reply = NULL;
	struct identity id;

	identity_create(rnd_system(), &id);
	node_set(iq, "id", "1");
	EXPECT_INT(pair_success_check(iq, &id, NULL, &result, &reply),
	    ERR_MALFORMED);
	EXPECT(reply != NULL);
	node_destroy(reply);
	success = node_add_new(iq, "pair-success");
	node_set(node_add_new(success, "device"), "jid",
	    "79001234567:12@s.whatsapp.net");
	EXPECT_INT(pair_success_check(iq, &id, NULL, &result, &reply),
	    ERR_MALFORMED);
	node_destroy(reply);
	node_add_new(success, "device-identity");
	EXPECT_INT(pair_success_check(iq, &id, NULL, &result, &reply),
	    ERR_MALFORMED);
	node_destroy(reply);
	node_destroy(iq);
}

/* --- QR text --------------------------------------------------------------- */

TEST(pair_qr_text_has_five_fields)
{
	struct identity id;
	struct buf out;
	const char *text;

	memset(&id, 0, sizeof id);
	memset(id.noise.pub, 0xff, KEY_LEN);
	memset(id.adv_secret.b, 0xfb, KEY_LEN);
	buf_init(&out, 1024);
	ASSERT(pair_qr_text(&id, "2@ref+/==", '1', &out) == ERR_OK);
	ASSERT(buf_cstr(&out, &text) == ERR_OK);
	EXPECT_STR(text, "https://wa.me/settings/linked_devices#2@ref+/==,"
	    "//////////////////////////////////////////8=,"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,"
	    "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=,1");
	buf_finish(&out);
}

TEST(pair_qr_text_refuses_bad_refs)
{
	char longest[PAIR_REF_MAX + 2];
	struct identity id;
	struct buf out;

	memset(&id, 0, sizeof id);
	buf_init(&out, 1024);
	EXPECT_INT(pair_qr_text(&id, "", '1', &out), ERR_MALFORMED);
	EXPECT_INT(pair_qr_text(&id, "a b", '1', &out), ERR_MALFORMED);
	EXPECT_INT(pair_qr_text(&id, "a\nb", '1', &out), ERR_MALFORMED);
	memset(longest, 'r', sizeof longest);
	longest[PAIR_REF_MAX + 1] = '\0';
	EXPECT_INT(pair_qr_text(&id, longest, '1', &out), ERR_MALFORMED);
	EXPECT_INT(out.len, 0);
	longest[PAIR_REF_MAX] = '\0';
	EXPECT_INT(pair_qr_text(&id, longest, '1', &out), ERR_OK);
	buf_finish(&out);
	buf_init(&out, 100);
	EXPECT_INT(pair_qr_text(&id, "ref", '1', &out), ERR_TOO_LARGE);
	EXPECT_INT(out.len, 0);
	buf_finish(&out);
}

/* --- pairing code ---------------------------------------------------------- */

TEST(code_from_bytes_known_answers)
{
	char code[CODE_LEN + 1];

	code_from_bytes((const uint8_t *)"\0\0\0\0\0", code);
	EXPECT_STR(code, "11111111");
	code_from_bytes((const uint8_t *)"\xff\xff\xff\xff\xff", code);
	EXPECT_STR(code, "ZZZZZZZZ");
	code_from_bytes((const uint8_t *)"\1\2\3\4\5", code);
	EXPECT_STR(code, "15217216");
}

TEST(code_normalise_takes_what_people_type)
{
	static const struct {
		const char *text, *code;
	} rows[] = {
		{ "ABCDEFGH", "ABCDEFGH" }, { "abcd-efgh", "ABCDEFGH" },
		{ " ABCD EFGH ", "ABCDEFGH" }, { "1l9z-AL2K", "1L9ZAL2K" },
		{ "", NULL }, { "ABCDEFG", NULL }, { "ABCDEFGHJ", NULL },
		{ "ABCD0FGH", NULL }, { "ABCDIFGH", NULL },
		{ "ABCDOFGH", NULL }, { "ABCDUFGH", NULL },
		{ "ABCD_FGH", NULL }, { "ABCDEFG\xc3\x84", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char code[CODE_LEN + 1] = "xxxxxxxx";

		EXPECT_INT(code_normalise(rows[i].text, code),
		    rows[i].code != NULL);
		EXPECT_STR(code, rows[i].code == NULL ? "xxxxxxxx"
		    : rows[i].code);
	}
}

static void
note_key(uint8_t byte, struct keypair *out)
{
	uint8_t priv[KEY_LEN];

	memset(priv, byte, sizeof priv);
	curve_keypair_from(priv, out);
}

static void
fill_counting(void *ctx, void *out, size_t n)
{
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		((uint8_t *)out)[i] = (uint8_t)i;
}

static void
expect_hex(const void *got, const char *hex)
{
	size_t n;
	uint8_t *want = t_hex(hex, &n);

	EXPECT_MEM(got, want, n);
	free(want);
}

/* protocol notes 19 */
TEST(code_wrap_known_answer)
{
	uint8_t salt[32], iv[16], wrapped[CODE_WRAPPED_LEN], back[KEY_LEN];
	struct keypair pair;
	struct secret key;

	fill_counting(NULL, salt, sizeof salt);
	fill_counting(NULL, iv, sizeof iv);
	note_key(0x11, &pair);
	code_key("15217216", salt, &key);
	expect_hex(key.b, "7f2656233a180dcc21e87d14cd18df52"
	    "fc471e64616cb9a6e1cb32454f384f48");
	code_wrap(&key, salt, iv, pair.pub, wrapped);
	EXPECT_MEM(wrapped, salt, sizeof salt);
	EXPECT_MEM(wrapped + 32, iv, sizeof iv);
	expect_hex(wrapped + 48, "9860b715c18ef5a641dbef94343432d3"
	    "378ee1b336eb13b0104f978aebaf35e5");
	code_unwrap(&key, wrapped, back);
	EXPECT_MEM(back, pair.pub, KEY_LEN);
}

/* protocol notes 19, with 00..1f as each random value */
TEST(code_finish_known_answers)
{
	const struct rnd counting = { fill_counting, NULL };
	uint8_t bundle[CODE_BUNDLE_LEN], plain[96], key[KEY_LEN];
	struct keypair ephemeral, primary_ephemeral, primary_identity;
	struct secret adv;
	struct identity id;
	size_t n;
	uint8_t *want;

	memset(&id, 0, sizeof id);
	note_key(0x11, &ephemeral);
	note_key(0x22, &id.identity);
	note_key(0x33, &primary_ephemeral);
	note_key(0x44, &primary_identity);
	ASSERT(code_finish(&ephemeral, &id, primary_ephemeral.pub,
	    primary_identity.pub, &counting, bundle, &adv) == ERR_OK);
	expect_hex(adv.b, "def59b83a2dca84875633b5a0a219b6b"
	    "38b37c493177587ba2dea65fa1eaabf1");
	want = t_hex("e4303cb0058bd1eaca779abd3c4dcc3e"
	    "e26108aa3fba9fe9ba5d370151233456", &n);
	memcpy(key, want, sizeof key);
	free(want);
	ASSERT(crypt_gcm_open(key, bundle + 32, NULL, 0, bundle + 44, 112,
	    plain) == ERR_OK);
	EXPECT_MEM(plain, id.identity.pub, KEY_LEN);
	EXPECT_MEM(plain + 32, primary_identity.pub, KEY_LEN);
	EXPECT_MEM(plain + 64, bundle, KEY_LEN);        /* 00..1f as the salt */
}

TEST(code_finish_refuses_weak_keys)
{
	uint8_t bundle[CODE_BUNDLE_LEN], zero[KEY_LEN] = { 0 };
	struct keypair ephemeral, primary;
	struct secret adv, before;
	struct identity id;

	identity_create(rnd_system(), &id);
	note_key(0x11, &ephemeral);
	note_key(0x33, &primary);
	memset(&before, 0x5a, sizeof before);
	adv = before;
	EXPECT_INT(code_finish(&ephemeral, &id, zero, primary.pub,
	    rnd_system(), bundle, &adv), ERR_WEAK_KEY);
	EXPECT_INT(code_finish(&ephemeral, &id, primary.pub, zero,
	    rnd_system(), bundle, &adv), ERR_WEAK_KEY);
	EXPECT_MEM(adv.b, before.b, KEY_LEN);
}

static struct node *
primary_hello(size_t wrapped_len, size_t identity_len, size_t ref_len)
{
	static const uint8_t zeroes[PAIR_REF_MAX + 1];
	struct node *n = node_create("notification"), *reg;

	reg = node_add_new(n, "link_code_companion_reg");
	node_set(reg, "stage", "primary_hello");
	node_set_bytes(node_add_new(reg,
	    "link_code_pairing_wrapped_primary_ephemeral_pub"), zeroes,
	    wrapped_len);
	node_set_bytes(node_add_new(reg, "primary_identity_pub"), zeroes,
	    identity_len);
	node_set_bytes(node_add_new(reg, "link_code_pairing_ref"), zeroes,
	    ref_len);
	return n;
}

static void
expect_primary(size_t wrapped_len, size_t identity_len, size_t ref_len,
    enum err want)
{
	struct code_primary out = { .ref_len = 12345 };
	struct node *n = primary_hello(wrapped_len, identity_len, ref_len);

	EXPECT_INT(code_primary_parse(n, &out), want);
	EXPECT_INT(out.ref_len, want == ERR_OK ? ref_len : 12345);
	node_destroy(n);
}

TEST(code_primary_parse_wants_exact_sizes)
{
	expect_primary(80, 32, 42, ERR_OK);
	expect_primary(80, 32, PAIR_REF_MAX, ERR_OK);
	expect_primary(79, 32, 42, ERR_MALFORMED);
	expect_primary(81, 32, 42, ERR_MALFORMED);
	expect_primary(0, 32, 42, ERR_MALFORMED);
	expect_primary(80, 31, 42, ERR_MALFORMED);
	expect_primary(80, 33, 42, ERR_MALFORMED);
	expect_primary(80, 32, 0, ERR_MALFORMED);
	expect_primary(80, 32, PAIR_REF_MAX + 1, ERR_MALFORMED);
}

TEST(code_primary_parse_wants_the_stage)
{
	struct node *n = node_create("notification"), *reg;
	struct code_primary out;

	EXPECT_INT(code_primary_parse(n, &out), ERR_MALFORMED);
	reg = node_add_new(n, "link_code_companion_reg");
	node_set(reg, "stage", "refresh_code");
	EXPECT_INT(code_primary_parse(n, &out), ERR_MALFORMED);
	node_set(reg, "stage", "primary_hello");
	EXPECT_INT(code_primary_parse(n, &out), ERR_MALFORMED);
	node_destroy(n);
}

TEST(code_hello_iq_survives_the_wire)
{
	uint8_t wrapped[CODE_WRAPPED_LEN] = { 1 }, pub[KEY_LEN] = { 2 };
	const struct node *reg;
	struct node *iq, *back = NULL;
	const uint8_t *p;
	struct buf out;
	size_t n;

	buf_init(&out, 4096);
	iq = code_hello_iq("1.2-3", "79001234567", wrapped, pub, '1',
	    "Chrome (Windows)");
	ASSERT(node_encode(iq, &out) == ERR_OK);
	ASSERT(node_decode(out.data, out.len, &back) == ERR_OK);
	ASSERT((reg = node_child(back, "link_code_companion_reg")) != NULL);
	EXPECT(node_attr_is(reg, "jid", "79001234567@s.whatsapp.net"));
	EXPECT(node_attr_is(reg, "stage", "companion_hello"));
	p = node_bytes(node_child(reg, "companion_platform_display"), &n);
	ASSERT(n == 16);
	EXPECT_MEM(p, "Chrome (Windows)", 16);
	p = node_bytes(node_child(reg, "link_code_pairing_nonce"), &n);
	ASSERT(n == 1);
	EXPECT_INT(p[0], 0);
	node_destroy(iq);
	node_destroy(back);
	buf_finish(&out);
}
