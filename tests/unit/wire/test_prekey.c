#include "core/wire/prekey.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "tests/t.h"

TEST(prekey_next_id_wraps)
{
	EXPECT_INT(prekey_next_id(1), 2);
	EXPECT_INT(prekey_next_id(0xfffffe), 0xffffff);
	EXPECT_INT(prekey_next_id(0xffffff), 1);
	EXPECT_INT(prekey_next_id(0x1000000), 1);
}

TEST(prekey_make_numbers_across_the_wrap)
{
	struct prekey keys[4];
	struct keypair check;
	struct t_rnd r;

	t_rnd_init(&r, 3);
	prekey_make(&r.rnd, 0xfffffe, 4, keys);
	EXPECT_INT(keys[0].id, 0xfffffe);
	EXPECT_INT(keys[1].id, 0xffffff);
	EXPECT_INT(keys[2].id, 1);
	EXPECT_INT(keys[3].id, 2);
	for (size_t i = 0; i < 4; i++) {
		curve_keypair_from(keys[i].key.priv.b, &check);
		EXPECT_MEM(&check, &keys[i].key, sizeof check);
		EXPECT(i == 0 || memcmp(keys[i].key.pub, keys[0].key.pub,
		    KEY_LEN) != 0);
	}
}

static void
expect_content(const struct node *node, const void *want, size_t n)
{
	const uint8_t *p;
	size_t have;

	ASSERT(node != NULL);
	p = node_bytes(node, &have);
	ASSERT(p != NULL && have == n);
	EXPECT_MEM(p, want, n);
}

TEST(prekey_upload_iq_has_all_parts)
{
	const struct node *at;
	struct identity id;
	struct prekey keys[3];
	struct node *iq;
	struct t_rnd r;

	t_rnd_init(&r, 4);
	identity_create(&r.rnd, &id);
	id.registration_id = 0x3ffc;
	id.signed_prekey_id = 0x010203;
	prekey_make(&r.rnd, 0xffff, 3, keys);
	iq = prekey_upload_iq("1.2-3", &id, keys, 3);
	EXPECT(node_is(iq, "iq") && node_attr_is(iq, "xmlns", "encrypt"));
	EXPECT(node_attr_is(iq, "type", "set"));
	EXPECT(node_attr_is(iq, "id", "1.2-3"));
	expect_content(node_child(iq, "registration"), "\0\0\x3f\xfc", 4);
	expect_content(node_child(iq, "type"), "\x05", 1);
	expect_content(node_child(iq, "identity"), id.identity.pub, KEY_LEN);
	at = node_first(node_child(iq, "list"));
	for (size_t i = 0; i < 3; i++, at = node_next(at)) {
		const uint8_t wire[3] = { (uint8_t)(keys[i].id >> 16),
		    (uint8_t)(keys[i].id >> 8), (uint8_t)keys[i].id };

		ASSERT(at != NULL && node_is(at, "key"));
		expect_content(node_child(at, "id"), wire, 3);
		expect_content(node_child(at, "value"), keys[i].key.pub,
		    KEY_LEN);
	}
	EXPECT_NULL(at);
	at = node_child(iq, "skey");
	expect_content(node_child(at, "id"), "\x01\x02\x03", 3);
	expect_content(node_child(at, "value"), id.signed_prekey.pub, KEY_LEN);
	expect_content(node_child(at, "signature"), id.signed_prekey_sig,
	    SIGNATURE_LEN);
	node_destroy(iq);
}

/* No byte of a private key may leave. */
TEST(prekey_upload_iq_holds_no_private_key)
{
	struct prekey keys[PREKEYS_MORE];
	struct identity id;
	struct node *iq;
	struct buf out;
	struct t_rnd r;

	t_rnd_init(&r, 5);
	identity_create(&r.rnd, &id);
	prekey_make(&r.rnd, 1, PREKEYS_MORE, keys);
	iq = prekey_upload_iq("1", &id, keys, PREKEYS_MORE);
	buf_init(&out, NODE_FRAME_MAX);
	ASSERT(node_encode(iq, &out) == ERR_OK);
	for (size_t i = 0; i < PREKEYS_MORE; i++)
		EXPECT_NULL(memmem(out.data, out.len, keys[i].key.priv.b, 16));
	EXPECT_NULL(memmem(out.data, out.len, id.identity.priv.b, 16));
	EXPECT_NULL(memmem(out.data, out.len, id.signed_prekey.priv.b, 16));
	EXPECT_NULL(memmem(out.data, out.len, id.noise.priv.b, 16));
	buf_finish(&out);
	node_destroy(iq);
}
