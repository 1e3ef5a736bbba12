/*
 * keyring, version 1:
 *
 *	4	"PDkr"
 *	u8	version, 1
 *	u8	source: 0 key, 1 passphrase
 *	16	salt		zeroes without passphrase, as the next two
 *	u32be	passes of Argon2id
 *	u32be	its memory, KiB
 *	u8	count of data keys, 1..8
 *	24	nonce
 *	32(n+1)	key of token hashes, data keys from the newest, encrypted
 *	16	Poly1305 tag
 *
 * Encrypted with XChaCha20-Poly1305 under BLAKE2b-256, keyed with the master
 * key, of "pairdesk keyring key 1"; everything before the nonce is associated
 * data, so nobody can make the next start spend another cost or believe in
 * another source.
 *
 * The key of token hashes never changes: a token is not kept, so its hash
 * cannot be made anew. It opens nothing.
 */
#include "core/store/keyring.h"

#include <string.h>

#include <sodium.h>

#define VERSION 1
#define MAGIC "PDkr"
#define LABEL "pairdesk keyring key 1"
#define HEAD_LEN (4 + 1 + 1 + KEYRING_SALT_LEN + 4 + 4 + 1)
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES
#define PASSES 3
#define MEMORY_KIB (64 * 1024)
/* A file that was put there must not take the machine's memory or a day. */
#define PASSES_MAX 64
#define MEMORY_KIB_MIN 8
#define MEMORY_KIB_MAX (1024 * 1024)

_Static_assert(KEYRING_SALT_LEN == crypto_pwhash_argon2id_SALTBYTES, "salt");
_Static_assert(KEYRING_MAX >= HEAD_LEN + NONCE_LEN + KEY_LEN * (KEYS_MAX + 1) +
    TAG_LEN, "keyring size");

void
keyring_head_make(enum key_source source, const struct rnd *rnd,
    struct keyring_head *out)
{
	*out = (struct keyring_head){ .source = source };
	if (source != KEY_SOURCE_PASSPHRASE)
		return;
	rnd_fill(rnd, out->salt, sizeof out->salt);
	out->passes = PASSES;
	out->memory_kib = MEMORY_KIB;
}

enum err
keyring_derive(const struct keyring_head *head, const void *passphrase,
    size_t n, struct secret *out)
{
	if (n == 0 || n > PASSPHRASE_MAX)
		return ERR_INVALID;
	return crypto_pwhash_argon2id(out->b, sizeof out->b, passphrase, n,
	    head->salt, head->passes, (size_t)head->memory_kib * 1024,
	    crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0 ? ERR_OK :
	    ERR_NO_MEMORY;
}

static void
derive(const struct secret *master, struct secret *out)
{
	crypto_generichash(out->b, sizeof out->b, (const uint8_t *)LABEL,
	    sizeof LABEL - 1, master->b, sizeof master->b);
}

static enum err
append_head(const struct keyring_head *head, size_t count, struct buf *out)
{
	enum err err;

	if ((err = buf_append(out, MAGIC, 4)) != ERR_OK ||
	    (err = buf_u8(out, VERSION)) != ERR_OK ||
	    (err = buf_u8(out, (uint8_t)head->source)) != ERR_OK ||
	    (err = buf_append(out, head->salt, sizeof head->salt)) != ERR_OK ||
	    (err = buf_u32be(out, head->passes)) != ERR_OK ||
	    (err = buf_u32be(out, head->memory_kib)) != ERR_OK)
		return err;
	return buf_u8(out, (uint8_t)count);
}

enum err
keyring_seal(const struct keyring_head *head, const struct secret *master,
    const struct rnd *rnd, const struct key_set *data,
    const struct secret *token, struct buf *out)
{
	struct secret all[KEYS_MAX + 1], key;
	const size_t start = out->len, n = KEY_LEN * (data->count + 1);
	uint8_t *at;
	enum err err;

	if ((err = append_head(head, data->count, out)) != ERR_OK ||
	    (err = buf_extend(out, NONCE_LEN + n + TAG_LEN, &at)) != ERR_OK)
		return err;
	all[0] = *token;
	memcpy(all + 1, data->at, KEY_LEN * data->count);
	rnd_fill(rnd, at, NONCE_LEN);
	derive(master, &key);
	crypto_aead_xchacha20poly1305_ietf_encrypt(at + NONCE_LEN, NULL,
	    all[0].b, n, out->data + start, HEAD_LEN, NULL, at, key.b);
	secret_finish(&key);
	secret_wipe(all, sizeof all);
	return ERR_OK;
}

static bool
is_sane(const struct keyring_head *head)
{
	switch (head->source) {
	case KEY_SOURCE_FILE:
		return head->passes == 0 && head->memory_kib == 0 &&
		    sodium_is_zero(head->salt, sizeof head->salt);
	case KEY_SOURCE_PASSPHRASE:
		return head->passes >= 1 && head->passes <= PASSES_MAX &&
		    head->memory_kib >= MEMORY_KIB_MIN &&
		    head->memory_kib <= MEMORY_KIB_MAX;
	}
	return false;
}

static enum err
read_head(struct reader *r, struct keyring_head *head, size_t *count)
{
	const uint8_t *magic = reader_bytes(r, 4);
	const uint8_t version = reader_u8(r);
	const uint8_t source = reader_u8(r);

	if (!reader_ok(r) || memcmp(magic, MAGIC, 4) != 0)
		return ERR_CORRUPT;
	if (version > VERSION)
		return ERR_NEWER_SCHEMA;
	if (version != VERSION || source > KEY_SOURCE_PASSPHRASE)
		return ERR_CORRUPT;
	*head = (struct keyring_head){ .source = (enum key_source)source };
	reader_copy(r, head->salt, sizeof head->salt);
	head->passes = reader_u32be(r);
	head->memory_kib = reader_u32be(r);
	*count = reader_u8(r);
	return reader_ok(r) && *count >= 1 && *count <= KEYS_MAX &&
	    is_sane(head) && r->left == NONCE_LEN + KEY_LEN * (*count + 1) +
	    TAG_LEN ? ERR_OK : ERR_CORRUPT;
}

enum err
keyring_read_head(const void *p, size_t n, struct keyring_head *out)
{
	struct keyring_head head;
	struct reader r;
	size_t count;
	enum err err;

	reader_init(&r, p, n);
	if ((err = read_head(&r, &head, &count)) == ERR_OK)
		*out = head;
	return err;
}

enum err
keyring_open(const void *p, size_t n, const struct secret *master,
    struct key_set *data, struct secret *token)
{
	struct secret all[KEYS_MAX + 1], key;
	struct keyring_head head;
	struct reader r;
	size_t count;
	enum err err;

	reader_init(&r, p, n);
	if ((err = read_head(&r, &head, &count)) != ERR_OK)
		return err;
	derive(master, &key);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(all[0].b, NULL, NULL,
	    r.p + NONCE_LEN, r.left - NONCE_LEN, p, HEAD_LEN, r.p,
	    key.b) != 0)
		err = ERR_WRONG_KEY;
	if (err == ERR_OK) {
		*token = all[0];
		*data = (struct key_set){ .count = count };
		memcpy(data->at, all + 1, KEY_LEN * count);
	}
	secret_finish(&key);
	secret_wipe(all, sizeof all);
	return err;
}
