#include "core/wire/crypt.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/aes.h>
#include <mbedtls/md.h>
#include <sodium.h>

_Static_assert(HMAC_LEN == crypto_auth_hmacsha256_BYTES, "HMAC-SHA-256");

void
crypt_sha256(const void *p, size_t n, uint8_t out[SHA256_LEN])
{
	crypto_hash_sha256(out, p, n);
}

/* By mbedtls_md, since the direct calls are named differently in 2.28 and 3. */
void
crypt_md5(const void *p, size_t n, uint8_t out[16])
{
	const mbedtls_md_info_t *md5 =
	    mbedtls_md_info_from_type(MBEDTLS_MD_MD5);

	if (md5 == NULL || mbedtls_md(md5, p, n, out) != 0)
		abort();
}

void
crypt_hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
    uint8_t out[HMAC_LEN])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, key, key_len);
	crypto_auth_hmacsha256_update(&state, p, n);
	crypto_auth_hmacsha256_final(&state, out);
	secret_wipe(&state, sizeof state);
}

/* T(i) = HMAC(prk, T(i - 1) || info || i), T(0) empty. */
static void
hkdf_block(const uint8_t prk[HMAC_LEN], const uint8_t *previous,
    const char *info, uint8_t i, uint8_t out[HMAC_LEN])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, prk, HMAC_LEN);
	if (i > 1)
		crypto_auth_hmacsha256_update(&state, previous, HMAC_LEN);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)info,
	    strlen(info));
	crypto_auth_hmacsha256_update(&state, &i, 1);
	crypto_auth_hmacsha256_final(&state, out);
	secret_wipe(&state, sizeof state);
}

void
crypt_hkdf(const void *ikm, size_t ikm_len, const void *salt, size_t salt_len,
    const char *info, uint8_t *out, size_t n)
{
	static const uint8_t no_salt[HMAC_LEN];
	uint8_t prk[HMAC_LEN], block[HMAC_LEN];

	if (n > (size_t)255 * HMAC_LEN)
		abort();
	if (salt == NULL) {
		salt = no_salt;
		salt_len = sizeof no_salt;
	}
	crypt_hmac_sha256(salt, salt_len, ikm, ikm_len, prk);
	for (uint8_t i = 1; n > 0; i++) {
		const size_t part = n < sizeof block ? n : sizeof block;

		hkdf_block(prk, block, info, i, block);
		memcpy(out, block, part);
		out += part;
		n -= part;
	}
	secret_wipe(prk, sizeof prk);
	secret_wipe(block, sizeof block);
}

/*
 * The password enters HMAC only through its two padded key blocks. Hashing
 * those once and copying the state each round halves the time.
 */
void
crypt_pbkdf2(const void *password, size_t password_len, const void *salt,
    size_t salt_len, uint32_t rounds, uint8_t out[KEY_LEN])
{
	static const uint8_t first_block[4] = { 0, 0, 0, 1 };
	crypto_auth_hmacsha256_state keyed, state;
	uint8_t u[HMAC_LEN];

	_Static_assert(KEY_LEN == HMAC_LEN, "one block of output");
	crypto_auth_hmacsha256_init(&keyed, password, password_len);
	state = keyed;
	crypto_auth_hmacsha256_update(&state, salt, salt_len);
	crypto_auth_hmacsha256_update(&state, first_block, sizeof first_block);
	crypto_auth_hmacsha256_final(&state, u);
	memcpy(out, u, KEY_LEN);
	for (uint32_t round = 1; round < rounds; round++) {
		state = keyed;
		crypto_auth_hmacsha256_update(&state, u, sizeof u);
		crypto_auth_hmacsha256_final(&state, u);
		for (size_t i = 0; i < KEY_LEN; i++)
			out[i] ^= u[i];
	}
	secret_wipe(&keyed, sizeof keyed);
	secret_wipe(&state, sizeof state);
	secret_wipe(u, sizeof u);
}

void
crypt_ctr(const uint8_t key[KEY_LEN], const uint8_t iv[16], const void *p,
    size_t n, uint8_t *out)
{
	mbedtls_aes_context aes;
	uint8_t counter[16], stream[16];
	size_t offset = 0;

	memcpy(counter, iv, sizeof counter);
	mbedtls_aes_init(&aes);
	if (mbedtls_aes_setkey_enc(&aes, key, KEY_LEN * 8) != 0 ||
	    mbedtls_aes_crypt_ctr(&aes, n, &offset, counter, stream, p,
	    out) != 0)
		abort();
	mbedtls_aes_free(&aes);
	secret_wipe(stream, sizeof stream);
}
