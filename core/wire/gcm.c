#include "core/wire/gcm.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/gcm.h>
#include <sodium.h>

static bool
sodium_is_available(void)
{
	return crypto_aead_aes256gcm_is_available() == 1;
}

/* The expanded key is made here rather than inside libsodium to wipe it. */
static void
sodium_seal(const uint8_t key[KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN],
    const void *aad, size_t aad_len, const uint8_t *p, size_t n, uint8_t *out)
{
	crypto_aead_aes256gcm_state state;

	crypto_aead_aes256gcm_beforenm(&state, key);
	crypto_aead_aes256gcm_encrypt_afternm(out, NULL, p, n, aad, aad_len,
	    NULL, nonce, &state);
	secret_wipe(&state, sizeof state);
}

static bool
sodium_open(const uint8_t key[KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN],
    const void *aad, size_t aad_len, const uint8_t *p, size_t n, uint8_t *out)
{
	crypto_aead_aes256gcm_state state;
	int failed;

	crypto_aead_aes256gcm_beforenm(&state, key);
	failed = crypto_aead_aes256gcm_decrypt_afternm(out, NULL, NULL, p, n,
	    aad, aad_len, nonce, &state);
	secret_wipe(&state, sizeof state);
	return failed == 0;
}

static bool
always(void)
{
	return true;
}

/* Fails only for want of memory, a few hundred bytes. */
static void
mbed_start(mbedtls_gcm_context *gcm, const uint8_t key[KEY_LEN])
{
	mbedtls_gcm_init(gcm);
	if (mbedtls_gcm_setkey(gcm, MBEDTLS_CIPHER_ID_AES, key,
	    KEY_LEN * 8) != 0)
		abort();
}

static void
mbed_seal(const uint8_t key[KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN],
    const void *aad, size_t aad_len, const uint8_t *p, size_t n, uint8_t *out)
{
	mbedtls_gcm_context gcm;

	mbed_start(&gcm, key);
	if (mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, n, nonce,
	    GCM_NONCE_LEN, aad, aad_len, p, out, GCM_TAG_LEN, out + n) != 0)
		abort();
	mbedtls_gcm_free(&gcm);
}

static bool
mbed_open(const uint8_t key[KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN],
    const void *aad, size_t aad_len, const uint8_t *p, size_t n, uint8_t *out)
{
	mbedtls_gcm_context gcm;
	int failed;

	n -= GCM_TAG_LEN;
	mbed_start(&gcm, key);
	failed = mbedtls_gcm_auth_decrypt(&gcm, n, nonce, GCM_NONCE_LEN, aad,
	    aad_len, p + n, GCM_TAG_LEN, p, out);
	mbedtls_gcm_free(&gcm);
	return failed == 0;
}

const struct gcm_backend gcm_backends[GCM_BACKENDS] = {
	{ "libsodium", sodium_is_available, sodium_seal, sodium_open },
	{ "mbedtls", always, mbed_seal, mbed_open },
};

static const struct gcm_backend *
choose(void)
{
	return gcm_backends[0].is_available() ? &gcm_backends[0]
	    : &gcm_backends[1];
}

void
crypt_gcm_seal(const uint8_t key[KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN],
    const void *aad, size_t aad_len, const void *p, size_t n, uint8_t *out)
{
	choose()->seal(key, nonce, aad, aad_len, p, n, out);
}

enum err
crypt_gcm_open(const uint8_t key[KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN],
    const void *aad, size_t aad_len, const void *p, size_t n, uint8_t *out)
{
	if (n < GCM_TAG_LEN)
		return ERR_AUTH;
	if (choose()->open(key, nonce, aad, aad_len, p, n, out))
		return ERR_OK;
	if (n > GCM_TAG_LEN)
		memset(out, 0, n - GCM_TAG_LEN);
	return ERR_AUTH;
}
