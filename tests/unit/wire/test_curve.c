#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "core/base/mem.h"
#include "core/wire/crypt.h"
#include "tests/t.h"

static void
from_hex(const char *hex, void *out, size_t n)
{
	size_t have;
	uint8_t *p = t_hex(hex, &have);

	if (have != n)
		abort();
	memcpy(out, p, n);
	free(p);
}

/* The keys of protocol notes 19: 32 equal bytes, clamped. */
static void
note_key(uint8_t byte, struct keypair *out)
{
	uint8_t priv[KEY_LEN];

	memset(priv, byte, sizeof priv);
	curve_keypair_from(priv, out);
}

TEST(curve_keypair_from_known_answers)
{
	static const struct {
		uint8_t byte;
		const char *pub;
	} keys[] = {
		{ 0x11, "7b4e909bbe7ffe44c465a220037d608e"
		    "e35897d31ef972f07f74892cb0f73f13" },
		{ 0x22, "0faa684ed28867b97f4a6a2dee5df8ce"
		    "974e76b7018e3f22a1c4cf2678570f20" },
		{ 0x33, "7b0d47d93427f8311160781c7c733fd8"
		    "9f88970aef490d8aa0ee19a4cb8a1b14" },
		{ 0x44, "ff2ee45601ec1b67310c779040458"
		    "5ae697331eee1c1f8cf2419731c1fff3e6b" },
	};
	struct keypair key;
	uint8_t want[KEY_LEN];

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		note_key(keys[i].byte, &key);
		from_hex(keys[i].pub, want, sizeof want);
		EXPECT_MEM(key.pub, want, KEY_LEN);
	}
}

/* libsodium's X25519 takes another way to the same keys. */
TEST(curve_keypair_from_agrees_with_x25519)
{
	struct keypair key;
	uint8_t priv[KEY_LEN], want[KEY_LEN];
	struct t_rnd r;

	t_rnd_init(&r, 11);
	for (int i = 0; i < 300; i++) {
		rnd_fill(&r.rnd, priv, sizeof priv);
		if (i < 2)
			memset(priv, i == 0 ? 0 : 0xff, sizeof priv);
		curve_keypair_from(priv, &key);
		crypto_scalarmult_curve25519_base(want, priv);
		EXPECT_MEM(key.pub, want, KEY_LEN);
	}
}

TEST(curve_keypairs_are_those_made_one_by_one)
{
	static const size_t counts[] = { 0, 1, 2, 31, 32, 33, 64, 70 };
	struct keypair many[70], one;
	struct t_rnd a, b;

	for (size_t c = 0; c < ARRAY_LEN(counts); c++) {
		t_rnd_init(&a, 12);
		t_rnd_init(&b, 12);
		memset(many, 0xa5, sizeof many);
		curve_keypairs(&a.rnd, many, counts[c]);
		for (size_t i = 0; i < counts[c]; i++) {
			curve_keypair(&b.rnd, &one);
			EXPECT_MEM(many[i].priv.b, one.priv.b, KEY_LEN);
			EXPECT_MEM(many[i].pub, one.pub, KEY_LEN);
		}
		for (size_t i = counts[c]; i < ARRAY_LEN(many); i++)
			EXPECT_INT(many[i].pub[0], 0xa5);
	}
}

TEST(curve_keypair_is_clamped)
{
	struct keypair key;
	struct t_rnd r;

	t_rnd_init(&r, 5);
	for (int i = 0; i < 20; i++) {
		curve_keypair(&r.rnd, &key);
		EXPECT_INT(key.priv.b[0] & 7, 0);
		EXPECT_INT(key.priv.b[31] & 0xc0, 0x40);
	}
}

/* protocol notes 19 */
TEST(curve_shared_known_answers)
{
	struct keypair a, b;
	struct secret ab, ba, want;

	note_key(0x11, &a);
	note_key(0x33, &b);
	ASSERT(curve_shared(&a.priv, b.pub, &ab) == ERR_OK);
	ASSERT(curve_shared(&b.priv, a.pub, &ba) == ERR_OK);
	from_hex("5bf22caf31c0316785b0b9bc60e56d48"
	    "582ce59435ce5b3c028052be42631e0f", want.b, KEY_LEN);
	EXPECT_MEM(ab.b, want.b, KEY_LEN);
	EXPECT_MEM(ba.b, want.b, KEY_LEN);
}

/* The seven u with an order of 1, 2, 4 or 8, in all encodings below 2^255. */
static const char *const low_order[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

TEST(curve_shared_refuses_low_order)
{
	struct keypair key;
	struct secret out, before;
	uint8_t pub[KEY_LEN];

	note_key(0x11, &key);
	memset(&before, 0x5a, sizeof before);
	for (size_t i = 0; i < ARRAY_LEN(low_order); i++) {
		from_hex(low_order[i], pub, sizeof pub);
		out = before;
		EXPECT_INT(curve_shared(&key.priv, pub, &out), ERR_WEAK_KEY);
		EXPECT_MEM(out.b, before.b, KEY_LEN);
	}
}

static void
fill_zero(void *ctx, void *out, size_t n)
{
	(void)ctx;
	memset(out, 0, n);
}

/* protocol notes 19: randomised signing with 64 zero bytes as randomness */
TEST(curve_sign_known_answers)
{
	static const struct {
		uint8_t byte;
		const char *sig;
	} cases[] = {
		{ 0x22, "a5b190c6b93f1e41e0e4c23a221b60901a7fb62e23367b62367f"
		    "059a5e2dd82b00c671853b53cbd29d18ab7d730f1aca2303a516ea39"
		    "24f79fee6148f45a970b" },
		{ 0x11, "03b6d5f656c166616fbdc4898ffd0fd6179c43615d79b36ab33b"
		    "a8e2295e43125d72e4424f5355fd0de0a379b67d2d64de30dfeeb558"
		    "7e3b840a9b3918552c8d" },
	};
	const struct rnd zeroes = { fill_zero, NULL };
	uint8_t want[SIGNATURE_LEN], sig[SIGNATURE_LEN];
	struct keypair key;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		note_key(cases[i].byte, &key);
		from_hex(cases[i].sig, want, sizeof want);
		curve_sign(&key.priv, "WhatsApp", 8, &zeroes, sig);
		EXPECT_MEM(sig, want, SIGNATURE_LEN);
		EXPECT_INT(curve_verify(key.pub, "WhatsApp", 8, sig), ERR_OK);
		EXPECT_INT(curve_verify(key.pub, "whatsApp", 8, sig),
		    ERR_SIGNATURE);
	}
}

TEST(curve_sign_verifies_for_many_keys)
{
	struct keypair key;
	struct t_rnd r;
	uint8_t sig[SIGNATURE_LEN], again[SIGNATURE_LEN], message[64];

	t_rnd_init(&r, 11);
	for (size_t i = 0; i < 64; i++) {
		curve_keypair(&r.rnd, &key);
		rnd_fill(&r.rnd, message, sizeof message);
		curve_sign(&key.priv, message, i, &r.rnd, sig);
		EXPECT_INT(curve_verify(key.pub, message, i, sig), ERR_OK);
		curve_sign(&key.priv, message, i, &r.rnd, again);
		EXPECT(memcmp(sig, again, sizeof sig) != 0);
		curve_sign(&key.priv, message, i, NULL, sig);
		EXPECT_INT(curve_verify(key.pub, message, i, sig), ERR_OK);
		curve_sign(&key.priv, message, i, NULL, again);
		EXPECT_MEM(again, sig, sizeof sig);
	}
}

TEST(curve_verify_refuses_every_flipped_bit)
{
	struct keypair key;
	uint8_t sig[SIGNATURE_LEN], message[5] = "hello";

	note_key(0x22, &key);
	curve_sign(&key.priv, message, sizeof message, NULL, sig);
	for (size_t bit = 0; bit < SIGNATURE_LEN * 8; bit++) {
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
		EXPECT(curve_verify(key.pub, message, sizeof message, sig) !=
		    ERR_OK);
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* bit 255 of u is not part of it */
	for (size_t bit = 0; bit < KEY_LEN * 8 - 1; bit++) {
		key.pub[bit / 8] ^= (uint8_t)(1 << bit % 8);
		EXPECT(curve_verify(key.pub, message, sizeof message, sig) !=
		    ERR_OK);
		key.pub[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	EXPECT_INT(curve_verify(key.pub, message, sizeof message, sig),
	    ERR_OK);
}

/* s + L signs the same in the group; one message, one signature. */
TEST(curve_verify_refuses_non_canonical_s)
{
	static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63,
		0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10 };
	struct keypair key;
	uint8_t sig[SIGNATURE_LEN], sign;
	unsigned carry = 0;

	note_key(0x11, &key);
	curve_sign(&key.priv, "m", 1, NULL, sig);
	sign = sig[63] & 0x80;
	sig[63] &= 0x7f;
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)sig[32 + i] + order[i];
		sig[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	sig[63] |= sign;
	EXPECT_INT(curve_verify(key.pub, "m", 1, sig), ERR_SIGNATURE);
}

/*
 * With a key of small order the all-zero s and R = identity fit every eighth
 * message or so, whoever "signed" it.
 */
TEST(curve_verify_refuses_low_order_keys)
{
	uint8_t pub[KEY_LEN], sig[SIGNATURE_LEN];

	for (size_t i = 0; i < ARRAY_LEN(low_order); i++) {
		from_hex(low_order[i], pub, sizeof pub);
		for (uint8_t m = 0; m < 16; m++) {
			memset(sig, 0, sizeof sig);
			sig[0] = 1;
			sig[63] = (uint8_t)(m << 7);
			EXPECT_INT(curve_verify(pub, &m, 1, sig),
			    ERR_WEAK_KEY);
		}
	}
}

/* libsodium's own Edwards keys, mapped to u and back by curve_verify. */
TEST(curve_verify_agrees_with_ed25519_keys)
{
	uint8_t pk[32], sk[64], u[32], seed[32], sig[SIGNATURE_LEN];
	struct t_rnd r;

	t_rnd_init(&r, 21);
	for (int i = 0; i < 64; i++) {
		rnd_fill(&r.rnd, seed, sizeof seed);
		crypto_sign_seed_keypair(pk, sk, seed);
		ASSERT(crypto_sign_ed25519_pk_to_curve25519(u, pk) == 0);
		crypto_sign_detached(sig, NULL, seed, sizeof seed, sk);
		sig[63] |= pk[31] & 0x80;
		EXPECT_INT(curve_verify(u, seed, sizeof seed, sig), ERR_OK);
		sig[63] ^= 0x80;
		EXPECT_INT(curve_verify(u, seed, sizeof seed, sig),
		    ERR_SIGNATURE);
	}
}
