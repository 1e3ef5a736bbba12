/*
 * AES-256-GCM twice: libsodium's needs AES-NI and PCLMUL and is seven times
 * faster, mbedtls' runs everywhere. crypt_gcm_* (core/wire/crypt.h) choose;
 * this header exists so that tests hold one against the other.
 */
#ifndef PAIRDESK_WIRE_GCM_H
#define PAIRDESK_WIRE_GCM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire/crypt.h"

struct gcm_backend {
	const char *name;
	bool (*is_available)(void);
	/* Arguments as crypt_gcm_seal and crypt_gcm_open; n includes the tag
	 * when opening and is at least GCM_TAG_LEN. */
	void (*seal)(const uint8_t key[KEY_LEN],
	    const uint8_t nonce[GCM_NONCE_LEN], const void *aad,
	    size_t aad_len, const uint8_t *p, size_t n, uint8_t *out);
	bool (*open)(const uint8_t key[KEY_LEN],
	    const uint8_t nonce[GCM_NONCE_LEN], const void *aad,
	    size_t aad_len, const uint8_t *p, size_t n, uint8_t *out);
};

/* Fastest first; the last one is always available. */
#define GCM_BACKENDS 2
extern const struct gcm_backend gcm_backends[GCM_BACKENDS];

#endif
