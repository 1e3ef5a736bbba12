#include "core/wire/identity.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/wire/prekey.h"
#include "tests/t.h"

static void
sample(struct creds *c, bool linked)
{
	struct t_rnd r;

	memset(c, 0, sizeof *c);
	t_rnd_init(&r, 42);
	identity_create(&r.rnd, &c->id);
	c->next_prekey_id = 813;
	c->first_unuploaded_prekey_id = 5;
	str_copy(c->push_name, sizeof c->push_name, "Лавка \"Ромашка\"");
	c->linked_at = 1780000000;
	c->linked = linked;
	if (!linked)
		return;
	str_copy(c->account.jid, sizeof c->account.jid,
	    "79001234567:12@s.whatsapp.net");
	str_copy(c->account.lid, sizeof c->account.lid,
	    "123456789012345:12@lid");
	str_copy(c->account.platform, sizeof c->account.platform, "smba");
	str_copy(c->account.business_name, sizeof c->account.business_name,
	    "Shop");
	c->account.adv_len = 200;
	rnd_fill(&r.rnd, c->account.adv, 200);
	rnd_fill(&r.rnd, c->account.account_key, KEY_LEN);
	c->account.key_index = 77;
}

TEST(identity_create_makes_a_valid_identity)
{
	uint8_t typed[1 + KEY_LEN] = { 5 };
	struct identity id;

	for (int i = 0; i < 20; i++) {
		identity_create(rnd_system(), &id);
		EXPECT_INT(id.signed_prekey_id, 1);
		EXPECT(id.registration_id >= 1 && id.registration_id <= 16380);
		memcpy(typed + 1, id.signed_prekey.pub, KEY_LEN);
		EXPECT_INT(curve_verify(id.identity.pub, typed, sizeof typed,
		    id.signed_prekey_sig), ERR_OK);
		EXPECT(memcmp(id.noise.pub, id.identity.pub, KEY_LEN) != 0);
		EXPECT(memcmp(id.signed_prekey.pub, id.identity.pub,
		    KEY_LEN) != 0);
	}
}

TEST(identity_finish_wipes)
{
	static const struct identity zero;
	struct identity id;

	identity_create(rnd_system(), &id);
	identity_finish(&id);
	EXPECT_MEM(&id, &zero, sizeof id);
	identity_finish(NULL);
}

TEST(account_phone_is_the_user)
{
	struct account a = { .jid = "79001234567:12@s.whatsapp.net" };
	char phone[32];

	account_phone(&a, phone, sizeof phone);
	EXPECT_STR(phone, "79001234567");
	str_copy(a.jid, sizeof a.jid, "nonsense");
	account_phone(&a, phone, sizeof phone);
	EXPECT_STR(phone, "");
}

static void
roundtrip(bool linked)
{
	struct creds c, back;
	struct buf out, again;

	sample(&c, linked);
	buf_init_secret(&out, 16384);
	buf_init_secret(&again, 16384);
	ASSERT(creds_encode(&c, &out) == ERR_OK);
	memset(&back, 0x5a, sizeof back);
	ASSERT(creds_decode(out.data, out.len, &back) == ERR_OK);
	EXPECT_MEM(&back.id, &c.id, sizeof c.id);
	EXPECT_INT(back.linked, linked);
	EXPECT_INT(back.next_prekey_id, 813);
	EXPECT_INT(back.first_unuploaded_prekey_id, 5);
	EXPECT_STR(back.push_name, c.push_name);
	EXPECT_INT(back.linked_at, 1780000000);
	EXPECT_STR(back.account.jid, c.account.jid);
	EXPECT_STR(back.account.lid, c.account.lid);
	EXPECT_STR(back.account.platform, c.account.platform);
	EXPECT_STR(back.account.business_name, c.account.business_name);
	EXPECT_INT(back.account.adv_len, c.account.adv_len);
	EXPECT_MEM(back.account.adv, c.account.adv, c.account.adv_len);
	EXPECT_MEM(back.account.account_key, c.account.account_key, KEY_LEN);
	EXPECT_INT(back.account.key_index, c.account.key_index);
	ASSERT(creds_encode(&back, &again) == ERR_OK);
	EXPECT_INT(again.len, out.len);
	EXPECT_MEM(again.data, out.data, out.len);
	creds_finish(&c);
	creds_finish(&back);
	buf_finish(&out);
	buf_finish(&again);
}

TEST(creds_roundtrip)
{
	roundtrip(false);
	roundtrip(true);
}

TEST(creds_decode_refuses_every_prefix)
{
	static struct creds c, out, poison;
	struct buf b;

	sample(&c, true);
	buf_init_secret(&b, 16384);
	ASSERT(creds_encode(&c, &b) == ERR_OK);
	memset(&poison, 0x5a, sizeof poison);
	for (size_t n = 0; n < b.len; n++) {
		uint8_t *p = t_exact(b.data, n);
		enum err err;

		memcpy(&out, &poison, sizeof out);
		err = creds_decode(p, n, &out);
		free(p);
		if (err == ERR_OK) {
			/* cut before the account: a whole unlinked record */
			EXPECT(!out.linked);
			EXPECT_MEM(&out.id, &c.id, sizeof c.id);
			continue;
		}
		EXPECT_INT(err, ERR_CORRUPT);
		EXPECT_MEM(&out, &poison, sizeof out);
	}
	buf_finish(&b);
}

/* A whole struct or none: whatever is taken can be written and is the same. */
static void
expect_whole(const uint8_t *p, size_t n)
{
	static struct creds out, poison, again;
	struct buf b;
	enum err err;

	memset(&poison, 0x5a, sizeof poison);
	memcpy(&out, &poison, sizeof out);
	if ((err = creds_decode(p, n, &out)) != ERR_OK) {
		EXPECT(err == ERR_CORRUPT || err == ERR_NEWER_SCHEMA);
		EXPECT_MEM(&out, &poison, sizeof out);
		return;
	}
	buf_init_secret(&b, 16384);
	ASSERT(creds_encode(&out, &b) == ERR_OK);
	memcpy(&again, &poison, sizeof again);
	ASSERT(creds_decode(b.data, b.len, &again) == ERR_OK);
	EXPECT_MEM(&again.id, &out.id, sizeof out.id);
	EXPECT_STR(again.account.jid, out.account.jid);
	EXPECT_INT(again.account.adv_len, out.account.adv_len);
	buf_finish(&b);
}

TEST(creds_decode_of_flipped_bytes_is_whole_or_nothing)
{
	static const uint8_t flips[] = { 0x01, 0x08, 0x80, 0xff };
	struct creds c;
	struct buf b;

	sample(&c, true);
	buf_init_secret(&b, 16384);
	ASSERT(creds_encode(&c, &b) == ERR_OK);
	for (size_t i = 0; i < b.len; i++) {
		for (size_t f = 0; f < sizeof flips; f++) {
			b.data[i] ^= flips[f];
			expect_whole(b.data, b.len);
			b.data[i] ^= flips[f];
		}
	}
	buf_finish(&b);
}

TEST(creds_decode_refuses_unknown_fields)
{
	struct creds c, out;
	struct buf b;

	sample(&c, true);
	buf_init_secret(&b, 16384);
	ASSERT(creds_encode(&c, &b) == ERR_OK);
	ASSERT(buf_append(&b, "\xa0\x06\x01", 3) == ERR_OK);
	EXPECT_INT(creds_decode(b.data, b.len, &out), ERR_CORRUPT);
	buf_finish(&b);
}

TEST(creds_decode_tells_a_newer_version)
{
	struct creds c, out;
	struct buf b;

	sample(&c, false);
	buf_init_secret(&b, 16384);
	ASSERT(creds_encode(&c, &b) == ERR_OK);
	ASSERT(b.data[0] == 0x08 && b.data[1] == 1);
	b.data[1] = 2;
	EXPECT_INT(creds_decode(b.data, b.len, &out), ERR_NEWER_SCHEMA);
	b.data[1] = 0;
	EXPECT_INT(creds_decode(b.data, b.len, &out), ERR_CORRUPT);
	buf_finish(&b);
}

static void
expect_not_encoded(const struct creds *c)
{
	struct buf b;

	buf_init_secret(&b, 16384);
	EXPECT_INT(creds_encode(c, &b), ERR_INTERNAL);
	EXPECT_INT(b.len, 0);
	buf_finish(&b);
}

TEST(creds_encode_refuses_what_it_could_not_read)
{
	struct creds c;

	sample(&c, true);
	c.next_prekey_id = 0;
	expect_not_encoded(&c);
	sample(&c, true);
	c.first_unuploaded_prekey_id = PREKEY_ID_MAX + 1;
	expect_not_encoded(&c);
	sample(&c, true);
	c.account.jid[0] = '\0';
	expect_not_encoded(&c);
	sample(&c, true);
	str_copy(c.account.lid, sizeof c.account.lid, "1@s.whatsapp.net");
	expect_not_encoded(&c);
	sample(&c, true);
	c.account.adv_len = 0;
	expect_not_encoded(&c);
}

TEST(creds_decode_takes_the_largest_record)
{
	struct creds c, out;
	struct buf b;

	sample(&c, true);
	memset(c.push_name, 'n', ACCOUNT_NAME_MAX);
	memset(c.account.business_name, 'b', ACCOUNT_NAME_MAX);
	c.account.adv_len = ACCOUNT_ADV_MAX;
	buf_init_secret(&b, 16384);
	ASSERT(creds_encode(&c, &b) == ERR_OK);
	ASSERT(creds_decode(b.data, b.len, &out) == ERR_OK);
	EXPECT_INT(out.account.adv_len, ACCOUNT_ADV_MAX);
	EXPECT_STR(out.push_name, c.push_name);
	buf_finish(&b);
}
