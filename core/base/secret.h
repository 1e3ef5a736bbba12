/*
 * Keys: fixed size, wiped when done, compared in constant time, without a
 * print function.
 */
#ifndef PAIRDESK_BASE_SECRET_H
#define PAIRDESK_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

#define KEY_LEN 32

struct secret {
	uint8_t b[KEY_LEN];
};

/* A Curve25519 pair; the private half is always clamped. */
struct keypair {
	struct secret priv;
	uint8_t pub[KEY_LEN];
};

void secret_wipe(void *p, size_t n);
void secret_finish(struct secret *s);
void keypair_finish(struct keypair *k);

/* Constant time over n bytes. */
bool secret_is_equal(const void *a, const void *b, size_t n);

/*
 * Once at start, before any key exists: initialises libsodium, forbids core
 * dumps and debugger attachment by other processes of the same user.
 */
MUST_CHECK enum err secret_process_init(void);

#endif
