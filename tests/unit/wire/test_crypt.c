#include "core/wire/crypt.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/wire/gcm.h"
#include "tests/t.h"

static void
expect_hex(const char *file, int line, const void *got, const char *hex)
{
	size_t n;
	uint8_t *want = t_hex(hex, &n);

	t_expect_mem(file, line, "result", got, want, n);
	free(want);
}

#define EXPECT_HEX(got, hex) expect_hex(__FILE__, __LINE__, (got), (hex))

static void
count_up(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)i;
}

/* FIPS 180-2, RFC 1321 and protocol notes 19 */
TEST(crypt_hashes_known_answers)
{
	uint8_t out[SHA256_LEN];

	crypt_sha256("abc", 3, out);
	EXPECT_HEX(out, "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	crypt_sha256(NULL, 0, out);
	EXPECT_HEX(out, "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	crypt_md5("abc", 3, out);
	EXPECT_HEX(out, "900150983cd24fb0d6963f7d28e17f72");
	crypt_md5("2.3000.1045649367", 17, out);
	EXPECT_HEX(out, "9fa53af9421567b114e33c9bb1ef7db2");
}

/* RFC 4231, cases 2 and 6: short and long key */
TEST(crypt_hmac_known_answers)
{
	uint8_t out[HMAC_LEN], key[131];

	crypt_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out);
	EXPECT_HEX(out, "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	crypt_hmac_sha256(key, sizeof key,
	    "Test Using Larger Than Block-Size Key - Hash Key First", 54, out);
	EXPECT_HEX(out, "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 5869, cases 1 (info here is text, so its own check) and 3 */
TEST(crypt_hkdf_known_answers)
{
	uint8_t ikm[22], out[42];

	memset(ikm, 0x0b, sizeof ikm);
	crypt_hkdf(ikm, sizeof ikm, "", 0, "", out, sizeof out);
	EXPECT_HEX(out, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879e"
	    "c3454e5f3c738d2d9d201395faa4b61a96c8");
	memset(out, 0, sizeof out);
	crypt_hkdf(ikm, sizeof ikm, NULL, 0, "", out, sizeof out);
	EXPECT_HEX(out, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879e"
	    "c3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(crypt_hkdf_longer_output_starts_the_same)
{
	uint8_t salt[32], small[7], large[255 * 32];

	count_up(salt, sizeof salt);
	crypt_hkdf("ikm", 3, salt, sizeof salt, "info", small, sizeof small);
	crypt_hkdf("ikm", 3, salt, sizeof salt, "info", large, sizeof large);
	EXPECT_MEM(large, small, sizeof small);
	EXPECT(memcmp(large, large + 32, 32) != 0);
	crypt_hkdf("ikm", 3, salt, sizeof salt, "other", large, sizeof small);
	EXPECT(memcmp(large, small, sizeof small) != 0);
}

/* protocol notes 19 and RFC 7914 section 11 */
TEST(crypt_pbkdf2_known_answers)
{
	uint8_t salt[32], out[KEY_LEN];

	crypt_pbkdf2("passwd", 6, "salt", 4, 1, out);
	EXPECT_HEX(out, "55ac046e56e3089fec1691c22544b605"
	    "f94185216dde0465e68b9d57c20dacbc");
	crypt_pbkdf2("Password", 8, "NaCl", 4, 80000, out);
	EXPECT_HEX(out, "4ddcd8f60b98be21830cee5ef22701f9"
	    "641a4418d04c0414aeff08876b34ab56");
	count_up(salt, sizeof salt);
	crypt_pbkdf2("15217216", 8, salt, sizeof salt, 131072, out);
	EXPECT_HEX(out, "7f2656233a180dcc21e87d14cd18df52"
	    "fc471e64616cb9a6e1cb32454f384f48");
}

/* NIST SP 800-38A F.5.5, and its decryption is the same operation */
TEST(crypt_ctr_known_answer)
{
	size_t n;
	uint8_t *key = t_hex("603deb1015ca71be2b73aef0857d7781"
	    "1f352c073b6108d72d9810a30914dff4", &n);
	uint8_t *iv = t_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", &n);
	uint8_t *plain = t_hex("6bc1bee22e409f96e93d7e117393172a"
	    "ae2d8a571e03ac9c9eb76fac45af8e51", &n);
	uint8_t out[32], back[32];

	crypt_ctr(key, iv, plain, 32, out);
	EXPECT_HEX(out, "601ec313775789a5b7a7f504bbf3d228"
	    "f443e3ca4d62b59aca84e990cacaf5c5");
	crypt_ctr(key, iv, out, 32, back);
	EXPECT_MEM(back, plain, 32);
	free(key);
	free(iv);
	free(plain);
}

/* The counter is 128 bits wide and carries into its first byte. */
TEST(crypt_ctr_counter_wraps)
{
	uint8_t key[KEY_LEN] = { 1 }, iv[16], zero[16] = { 0 };
	uint8_t plain[32] = { 0 }, out[32], second[16];

	memset(iv, 0xff, sizeof iv);
	crypt_ctr(key, iv, plain, sizeof plain, out);
	crypt_ctr(key, zero, plain, sizeof second, second);
	EXPECT_MEM(out + 16, second, sizeof second);
}

/* McGrew and Viega's test case 16, for each backend the machine has */
TEST(gcm_backends_known_answer)
{
	size_t n, aad_len;
	uint8_t *key = t_hex("feffe9928665731c6d6a8f9467308308"
	    "feffe9928665731c6d6a8f9467308308", &n);
	uint8_t *nonce = t_hex("cafebabefacedbaddecaf888", &n);
	uint8_t *aad = t_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2",
	    &aad_len);
	uint8_t *plain = t_hex("d9313225f88406e5a55909c5aff5269a86a7a953"
	    "1534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
	    "b16aedf5aa0de657ba637b39", &n);
	uint8_t out[60 + GCM_TAG_LEN];

	ASSERT(n == 60);
	for (size_t i = 0; i < GCM_BACKENDS; i++) {
		if (!gcm_backends[i].is_available())
			continue;
		gcm_backends[i].seal(key, nonce, aad, aad_len, plain, n, out);
		EXPECT_HEX(out, "522dc1f099567d07f47f37a32a84427d643a8cdc"
		    "bfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682"
		    "8838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853"
		    "bb2d551b");
	}
	EXPECT(gcm_backends[GCM_BACKENDS - 1].is_available());
	free(key);
	free(nonce);
	free(aad);
	free(plain);
}

static void
cross_check(struct t_rnd *r, size_t n)
{
	const struct gcm_backend *a = &gcm_backends[0], *b = &gcm_backends[1];
	uint8_t key[KEY_LEN], nonce[GCM_NONCE_LEN], aad[32];
	uint8_t *plain = t_exact(NULL, 0), *sealed, *other, *back;

	free(plain);
	plain = malloc(n + 1);
	sealed = malloc(n + GCM_TAG_LEN);
	other = malloc(n + GCM_TAG_LEN);
	back = malloc(n + 1);
	rnd_fill(&r->rnd, key, sizeof key);
	rnd_fill(&r->rnd, nonce, sizeof nonce);
	rnd_fill(&r->rnd, aad, sizeof aad);
	rnd_fill(&r->rnd, plain, n);
	a->seal(key, nonce, aad, n % 33, plain, n, sealed);
	b->seal(key, nonce, aad, n % 33, plain, n, other);
	EXPECT_MEM(sealed, other, n + GCM_TAG_LEN);
	EXPECT(a->open(key, nonce, aad, n % 33, other, n + GCM_TAG_LEN, back));
	EXPECT_MEM(back, plain, n);
	EXPECT(b->open(key, nonce, aad, n % 33, sealed, n + GCM_TAG_LEN,
	    back));
	EXPECT_MEM(back, plain, n);
	sealed[n] ^= 1;
	EXPECT(!a->open(key, nonce, aad, n % 33, sealed, n + GCM_TAG_LEN,
	    back));
	EXPECT(!b->open(key, nonce, aad, n % 33, sealed, n + GCM_TAG_LEN,
	    back));
	free(plain);
	free(sealed);
	free(other);
	free(back);
}

TEST(gcm_backends_agree)
{
	struct t_rnd r;

	if (!gcm_backends[0].is_available())
		return;
	t_rnd_init(&r, 1);
	for (size_t n = 0; n < 200; n++)
		cross_check(&r, n);
	cross_check(&r, 70000);
}

TEST(crypt_gcm_open_refuses_any_change)
{
	uint8_t key[KEY_LEN] = { 7 }, nonce[GCM_NONCE_LEN] = { 9 };
	const uint8_t zero[5] = { 0 };
	uint8_t sealed[5 + GCM_TAG_LEN], out[5];

	crypt_gcm_seal(key, nonce, "aad", 3, "hello", 5, sealed);
	ASSERT(crypt_gcm_open(key, nonce, "aad", 3, sealed, sizeof sealed,
	    out) == ERR_OK);
	EXPECT_MEM(out, "hello", 5);
	for (size_t i = 0; i < sizeof sealed; i++) {
		sealed[i] ^= 0x40;
		memset(out, 0xee, sizeof out);
		EXPECT_INT(crypt_gcm_open(key, nonce, "aad", 3, sealed,
		    sizeof sealed, out), ERR_AUTH);
		EXPECT_MEM(out, zero, sizeof zero);
		sealed[i] ^= 0x40;
	}
	EXPECT_INT(crypt_gcm_open(key, nonce, "aae", 3, sealed,
	    sizeof sealed, out), ERR_AUTH);
	nonce[11] ^= 1;
	EXPECT_INT(crypt_gcm_open(key, nonce, "aad", 3, sealed,
	    sizeof sealed, out), ERR_AUTH);
}

TEST(crypt_gcm_open_refuses_every_prefix)
{
	uint8_t key[KEY_LEN] = { 7 }, nonce[GCM_NONCE_LEN] = { 9 };
	uint8_t sealed[5 + GCM_TAG_LEN], out[5];

	crypt_gcm_seal(key, nonce, NULL, 0, "hello", 5, sealed);
	for (size_t n = 0; n < sizeof sealed; n++) {
		uint8_t *p = t_exact(sealed, n);

		EXPECT_INT(crypt_gcm_open(key, nonce, NULL, 0, p, n, out),
		    ERR_AUTH);
		free(p);
	}
}
