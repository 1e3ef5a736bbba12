/*
 * The file `keyring`: data keys, sealed under the master key. So a new master
 * key is one small file replaced, whatever it opens. A state directory has
 * none until its first rekey, or if it began with a passphrase: there the
 * master key is the data key. Format: keyring.c. Pure, but for
 * keyring_derive's time.
 */
#ifndef PAIRDESK_STORE_KEYRING_H
#define PAIRDESK_STORE_KEYRING_H

#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rnd.h"
#include "core/base/secret.h"
#include "core/store/keys.h"

#define KEYRING_MAX 1024
#define KEYRING_SALT_LEN 16
#define PASSPHRASE_MIN 12       /* bytes, of a new one */
#define PASSPHRASE_MAX 1024

enum key_source {
	KEY_SOURCE_FILE,                /* 32 bytes, of a file or a credential */
	KEY_SOURCE_PASSPHRASE           /* Argon2id of one */
};

/* What is to be read before the master key is known. */
struct keyring_head {
	enum key_source source;
	uint8_t salt[KEYRING_SALT_LEN];
	uint32_t passes, memory_kib;
};

/* With a fresh salt, and what Argon2id costs today: 64 MiB, three passes. */
void keyring_head_make(enum key_source source, const struct rnd *rnd,
    struct keyring_head *out);

/* About 0.2 s and memory_kib: not on the loop. ERR_INVALID (length),
 * ERR_NO_MEMORY. */
MUST_CHECK enum err keyring_derive(const struct keyring_head *head,
    const void *passphrase, size_t n, struct secret *out);

/* Appends the file's content. */
MUST_CHECK enum err keyring_seal(const struct keyring_head *head,
    const struct secret *master, const struct rnd *rnd,
    const struct key_set *data, const struct secret *token, struct buf *out);

/* Exactly n bytes. ERR_CORRUPT, ERR_NEWER_SCHEMA. */
MUST_CHECK enum err keyring_read_head(const void *p, size_t n,
    struct keyring_head *out);
/* Same; ERR_WRONG_KEY: another master key, or a changed byte. Outputs only on
 * ERR_OK, for the caller to finish. */
MUST_CHECK enum err keyring_open(const void *p, size_t n,
    const struct secret *master, struct key_set *data, struct secret *token);

#endif
