#include <stdlib.h>
#include <string.h>

#include "core/wire/noise.h"
#include "tests/t.h"
#include "tests/unit/wire/noise_server.h"

static enum err
verify(const struct noise_server *s, int64_t now)
{
	const struct noise_trust trust = server_trust(s);
	struct buf chain;
	uint8_t *p;
	enum err err;

	buf_init(&chain, 4096);
	server_chain(s, &chain);
	p = t_exact(chain.data, chain.len);
	err = noise_cert_verify(&trust, now, s->fixed.pub, p, chain.len);
	free(p);
	buf_finish(&chain);
	return err;
}

TEST(cert_verify_accepts_a_good_chain)
{
	struct noise_server s;

	server_init(&s);
	EXPECT_INT(verify(&s, SERVER_NOW), ERR_OK);
	EXPECT_INT(verify(&s, SERVER_NOW - 10), ERR_OK);
	EXPECT_INT(verify(&s, SERVER_NOW + 10), ERR_OK);
}

/* Check 1: everything is there in its size. */
TEST(cert_verify_refuses_missing_parts)
{
	struct noise_server s;

	server_init(&s);
	s.no_leaf = true;
	EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_MALFORMED);
	server_init(&s);
	s.no_intermediate = true;
	EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_MALFORMED);
	for (int leaf = 0; leaf < 2; leaf++) {
		struct server_cert *cert = leaf ? &s.leaf_cert
		    : &s.intermediate_cert;

		server_init(&s);
		cert->no_details = true;
		EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_MALFORMED);
		server_init(&s);
		cert->no_time = true;
		EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_MALFORMED);
		server_init(&s);
		cert->key_len = KEY_LEN - 1;
		EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_MALFORMED);
		cert->key_len = 0;
		EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_MALFORMED);
		server_init(&s);
		cert->signature_len = SIGNATURE_LEN - 1;
		EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_MALFORMED);
		cert->signature_len = 0;
		EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_MALFORMED);
	}
}

/* Check 2: another root than the one trusted. */
TEST(cert_verify_refuses_another_root)
{
	struct noise_server s;
	struct buf chain;

	server_init(&s);
	buf_init(&chain, 4096);
	server_chain(&s, &chain);
	EXPECT_INT(noise_cert_verify(&noise_trust_whatsapp, SERVER_NOW,
	    s.fixed.pub, chain.data, chain.len), ERR_CERT_SIGNATURE);
	buf_finish(&chain);
}

/* Check 3 */
TEST(cert_verify_refuses_another_root_serial)
{
	struct noise_server s;

	server_init(&s);
	s.intermediate_cert.issuer_serial = 1;
	EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_ISSUER);
}

/* Check 4: the leaf is signed by a key the intermediate does not name. */
TEST(cert_verify_refuses_a_foreign_leaf_signature)
{
	struct noise_server s;

	server_init(&s);
	memcpy(s.intermediate_cert.key, s.root.pub, KEY_LEN);
	EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_SIGNATURE);
}

/* Check 5 */
TEST(cert_verify_refuses_another_intermediate_serial)
{
	struct noise_server s;

	server_init(&s);
	s.leaf_cert.issuer_serial = 71;
	EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_ISSUER);
}

/* Check 6 */
TEST(cert_verify_refuses_another_server_key)
{
	struct noise_server s;

	server_init(&s);
	memcpy(s.leaf_cert.key, s.ephemeral.pub, KEY_LEN);
	EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_KEY);
}

/* Check 7 is last: the wrong clock is only blamed when all else is right. */
TEST(cert_verify_refuses_outside_validity)
{
	struct noise_server s;

	server_init(&s);
	EXPECT_INT(verify(&s, SERVER_NOW + 11), ERR_CERT_TIME);
	EXPECT_INT(verify(&s, SERVER_NOW - 11), ERR_CERT_TIME);
	EXPECT_INT(verify(&s, -1), ERR_CERT_TIME);
	s.leaf_cert.not_after = SERVER_NOW - 1;
	EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_TIME);
	memcpy(s.leaf_cert.key, s.ephemeral.pub, KEY_LEN);
	EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_KEY);
	server_init(&s);
	s.intermediate_cert.not_before = SERVER_NOW + 1;
	EXPECT_INT(verify(&s, SERVER_NOW), ERR_CERT_TIME);
	s.intermediate_cert.not_before = 0;
	s.intermediate_cert.not_after = UINT64_MAX;
	EXPECT_INT(verify(&s, SERVER_NOW), ERR_OK);
}

TEST(cert_verify_refuses_every_prefix_and_flipped_byte)
{
	struct noise_server s;
	struct noise_trust trust;
	struct buf chain;

	server_init(&s);
	trust = server_trust(&s);
	buf_init(&chain, 4096);
	server_chain(&s, &chain);
	for (size_t n = 0; n < chain.len; n++) {
		uint8_t *p = t_exact(chain.data, n);

		EXPECT(noise_cert_verify(&trust, SERVER_NOW, s.fixed.pub, p,
		    n) != ERR_OK);
		free(p);
		chain.data[n] ^= 0x01;
		EXPECT(noise_cert_verify(&trust, SERVER_NOW, s.fixed.pub,
		    chain.data, chain.len) != ERR_OK);
		chain.data[n] ^= 0x01;
	}
	buf_finish(&chain);
}

/* protobuf-c would spend twenty times the size of such input. */
TEST(cert_verify_refuses_bombs)
{
	struct noise_server s;
	struct noise_trust trust;
	uint8_t *bomb = calloc(1, 32000);

	server_init(&s);
	trust = server_trust(&s);
	for (size_t i = 0; i < 16384; i += 2)
		bomb[i] = 0x0a;         /* leaf, empty, again and again */
	EXPECT_INT(noise_cert_verify(&trust, SERVER_NOW, s.fixed.pub, bomb,
	    16384), ERR_CERT_MALFORMED);
	for (size_t i = 0; i < 16384; i += 2)
		bomb[i] = 0x18;         /* unknown varint field */
	EXPECT_INT(noise_cert_verify(&trust, SERVER_NOW, s.fixed.pub, bomb,
	    16384), ERR_CERT_MALFORMED);
	EXPECT_INT(noise_cert_verify(&trust, SERVER_NOW, s.fixed.pub, bomb,
	    32000), ERR_CERT_MALFORMED);
	free(bomb);
}
