#include "core/wire/payload.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/wire/pb.h"
#include "core/wire/proto/payload.pb-c.h"
#include "tests/t.h"

TEST(wa_version_parse_takes_three_numbers)
{
	struct wa_version v;
	char text[WA_VERSION_TEXT_MAX + 1];

	ASSERT(wa_version_parse("2.3000.1045649367", &v));
	EXPECT_INT(v.primary, 2);
	EXPECT_INT(v.secondary, 3000);
	EXPECT_INT(v.tertiary, 1045649367);
	wa_version_format(&v, text, sizeof text);
	EXPECT_STR(text, "2.3000.1045649367");
	ASSERT(wa_version_parse("0.0.4294967295", &v));
	EXPECT_INT(v.tertiary, UINT32_MAX);
}

TEST(wa_version_parse_refuses_the_rest)
{
	static const char *const bad[] = { "", ".", "2", "2.3000", "2.3000.",
		"2.3000.1.", "2.3000.1.2", "2..1", ".3000.1", "2.3000.x",
		" 2.3000.1", "2.3000.1 ", "2.-3000.1", "2.+1.1", "02.3000.1",
		"2.3000.4294967296", "2.3000.99999999999999999999", "2,3,4" };
	struct wa_version v = { 7, 8, 9 };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT(!wa_version_parse(bad[i], &v));
	EXPECT(v.primary == 7 && v.secondary == 8 && v.tertiary == 9);
}

TEST(wa_version_compare_orders)
{
	const struct wa_version a = { 2, 3000, 5 }, b = { 2, 3000, 6 },
	    c = { 2, 3001, 0 }, d = { 3, 0, 0 };

	EXPECT(wa_version_compare(&a, &a) == 0);
	EXPECT(wa_version_compare(&a, &b) < 0);
	EXPECT(wa_version_compare(&b, &a) > 0);
	EXPECT(wa_version_compare(&b, &c) < 0);
	EXPECT(wa_version_compare(&c, &d) < 0);
}

/* One unpacked payload and what it was unpacked from. */
struct parsed {
	struct buf bytes;
	struct pb_arena arena;
	const Wa__ClientPayload *m;
};

static void
parse(struct parsed *p)
{
	pb_arena_init(&p->arena);
	p->m = pb_unpack(&p->arena, &wa__client_payload__descriptor,
	    p->bytes.data, p->bytes.len);
}

static void
parsed_finish(struct parsed *p)
{
	pb_arena_finish(&p->arena);
	buf_finish(&p->bytes);
}

static void
expect_agent(const Wa__ClientPayload *m)
{
	const Wa__ClientPayload__UserAgent *a = m->user_agent;

	ASSERT(a != NULL && a->app_version != NULL);
	EXPECT_INT(a->platform, 14);
	EXPECT_INT(a->app_version->primary, 2);
	EXPECT_INT(a->app_version->secondary, 3000);
	EXPECT_INT(a->app_version->tertiary, 1045649367);
	EXPECT_STR(a->mcc, "000");
	EXPECT_STR(a->mnc, "000");
	EXPECT_STR(a->os_version, "0.1");
	EXPECT_STR(a->device, "Desktop");
	EXPECT_STR(a->os_build_number, "0.1");
	EXPECT(a->has_release_channel && a->release_channel == 0);
	EXPECT_STR(a->locale_language, "en");
	EXPECT_STR(a->locale_country, "US");
	ASSERT(m->web_info != NULL);
	EXPECT(m->web_info->has_web_sub_platform);
	EXPECT_INT(m->web_info->web_sub_platform, 0);
	EXPECT_INT(m->connect_type, 1);
	EXPECT_INT(m->connect_reason, 1);
	EXPECT_NULL(m->push_name);
	EXPECT_INT(m->base.n_unknown_fields, 0);
}

static void
expect_props(const ProtobufCBinaryData *bytes)
{
	const Wa__DeviceProps *m;
	struct pb_arena arena;

	pb_arena_init(&arena);
	m = pb_unpack(&arena, &wa__device_props__descriptor, bytes->data,
	    bytes->len);
	ASSERT(m != NULL && m->history_sync_config != NULL);
	EXPECT_STR(m->os, "pairdesk");
	EXPECT_INT(m->platform_type, 1);
	EXPECT(m->has_require_full_sync && !m->require_full_sync);
	EXPECT_INT(m->history_sync_config->storage_quota_mb, 10240);
	EXPECT(m->history_sync_config->inline_initial_payload);
	EXPECT(!m->history_sync_config->has_support_group_history);
	pb_arena_finish(&arena);
}

TEST(payload_register_of_the_product)
{
	const Wa__ClientPayload__DevicePairingData *d;
	struct identity id;
	struct parsed p;
	struct t_rnd r;

	t_rnd_init(&r, 6);
	identity_create(&r.rnd, &id);
	id.registration_id = 0x1234;
	id.signed_prekey_id = 0xabcdef;
	buf_init(&p.bytes, 4096);
	ASSERT(payload_register(&wa_client_default, &id, &p.bytes) == ERR_OK);
	parse(&p);
	ASSERT(p.m != NULL);
	expect_agent(p.m);
	EXPECT(p.m->has_passive && !p.m->passive);
	EXPECT(p.m->has_pull && !p.m->pull);
	EXPECT(!p.m->has_username && !p.m->has_device && !p.m->has_lc);
	EXPECT(!p.m->has_lid_db_migrated);
	ASSERT((d = p.m->device_pairing_data) != NULL);
	EXPECT_MEM(d->e_regid.data, "\0\0\x12\x34", 4);
	EXPECT_MEM(d->e_keytype.data, "\x05", 1);
	EXPECT_MEM(d->e_ident.data, id.identity.pub, KEY_LEN);
	EXPECT_MEM(d->e_skey_id.data, "\xab\xcd\xef", 3);
	EXPECT_MEM(d->e_skey_val.data, id.signed_prekey.pub, KEY_LEN);
	EXPECT_MEM(d->e_skey_sig.data, id.signed_prekey_sig, SIGNATURE_LEN);
	/* protocol notes 19 */
	EXPECT_MEM(d->build_hash.data, "\x9f\xa5\x3a\xf9\x42\x15\x67\xb1"
	    "\x14\xe3\x3c\x9b\xb1\xef\x7d\xb2", 16);
	expect_props(&d->device_props);
	parsed_finish(&p);
}

TEST(payload_login_of_the_product)
{
	struct parsed p;

	buf_init(&p.bytes, 4096);
	ASSERT(payload_login(&wa_client_default,
	    "79001234567:12@s.whatsapp.net", 3, &p.bytes) == ERR_OK);
	parse(&p);
	ASSERT(p.m != NULL);
	expect_agent(p.m);
	EXPECT(p.m->passive && p.m->pull);
	EXPECT_INT(p.m->username, 79001234567);
	EXPECT_INT(p.m->device, 12);
	EXPECT_INT(p.m->lc, 3);
	EXPECT(p.m->has_lid_db_migrated && p.m->lid_db_migrated);
	EXPECT_NULL(p.m->device_pairing_data);
	parsed_finish(&p);
}

TEST(payload_login_leaves_zeroes_out)
{
	struct parsed p;

	buf_init(&p.bytes, 4096);
	ASSERT(payload_login(&wa_client_default, "79001234567@s.whatsapp.net",
	    0, &p.bytes) == ERR_OK);
	parse(&p);
	ASSERT(p.m != NULL);
	EXPECT(!p.m->has_device && !p.m->has_lc);
	parsed_finish(&p);
}

TEST(payload_login_refuses_other_addresses)
{
	static const char *const bad[] = { "", "79001234567", "abc:1@lid",
		"7900x:1@s.whatsapp.net", "@s.whatsapp.net",
		"99999999999999999999999:1@s.whatsapp.net" };
	struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		EXPECT_INT(payload_login(&wa_client_default, bad[i], 1, &out),
		    ERR_INVALID);
		EXPECT_INT(out.len, 0);
	}
	buf_finish(&out);
}

TEST(payload_register_keeps_out_within_its_limit)
{
	struct wa_client client = wa_client_default;
	static char name[2000];
	struct identity id;
	struct buf out;

	identity_create(rnd_system(), &id);
	buf_init(&out, 100);
	EXPECT_INT(payload_register(&client, &id, &out), ERR_TOO_LARGE);
	memset(name, 'n', sizeof name - 1);
	client.device_name = name;
	buf_finish(&out);
	buf_init(&out, 10000);
	EXPECT_INT(payload_register(&client, &id, &out), ERR_TOO_LARGE);
	EXPECT_INT(out.len, 0);
	buf_finish(&out);
}

TEST(payload_platform_ids)
{
	static const struct {
		enum device_platform platform;
		char id;
	} rows[] = {
		{ DEVICE_CHROME, '1' }, { DEVICE_EDGE, '2' },
		{ DEVICE_FIREFOX, '3' }, { DEVICE_IE, '4' },
		{ DEVICE_OPERA, '5' }, { DEVICE_SAFARI, '6' },
		{ DEVICE_DESKTOP, '7' }, { DEVICE_UWP, '8' },
		{ DEVICE_UNKNOWN, '9' }, { (enum device_platform)16, '9' },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		EXPECT_INT(payload_platform_id(rows[i].platform), rows[i].id);
}
