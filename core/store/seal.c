/*
 * Sealed value, version 1:
 *
 *	u8	version, 1
 *	24	nonce, random
 *	n	ciphertext, as long as the value
 *	16	Poly1305 tag
 *
 * Associated data: u8 version, then company, table and key, each as u16be
 * length and bytes. The lengths keep "ab"+"c" and "a"+"bc" apart. A value
 * copied to another key, table or company therefore does not open; nor does
 * one from another master key: ERR_AUTH is the only thing such damage can
 * look like. What is not covered: an older value of the same place opens.
 *
 * Company key: BLAKE2b-256 keyed with the master key over "pairdesk company
 * key 1", u16be length of the id, id. The key for hashes of access tokens: the
 * same over "pairdesk token key 1" and an empty id. 192 random bits of nonce
 * cannot repeat in any number of writes that a disk survives.
 */
#include "core/store/seal.h"

#include <string.h>

#include <sodium.h>

#define VERSION 1
#define NONCE_LEN crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN crypto_aead_xchacha20poly1305_ietf_ABYTES
#define AD_MAX 512
#define COMPANY_LABEL "pairdesk company key 1"
#define TOKEN_LABEL "pairdesk token key 1"

_Static_assert(SEAL_OVERHEAD == 1 + NONCE_LEN + TAG_LEN, "seal overhead");
_Static_assert(KEY_LEN == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");

static enum err
append_name(struct buf *out, const char *name)
{
	const size_t n = strlen(name);
	enum err err;

	if (n > UINT16_MAX)
		return ERR_TOO_LARGE;
	if ((err = buf_u16be(out, (uint16_t)n)) != ERR_OK)
		return err;
	return buf_append(out, name, n);
}

static enum err
associated_data(const struct seal_place *place, struct buf *out)
{
	enum err err;

	if ((err = buf_u8(out, VERSION)) != ERR_OK ||
	    (err = append_name(out, place->company)) != ERR_OK ||
	    (err = append_name(out, place->table)) != ERR_OK)
		return err;
	return append_name(out, place->key);
}

static void
derive(const struct secret *master, const char *label, const char *name,
    struct secret *out)
{
	const size_t n = strlen(name);
	const uint8_t len[2] = { (uint8_t)(n >> 8), (uint8_t)n };
	crypto_generichash_state state;

	crypto_generichash_init(&state, master->b, sizeof master->b,
	    sizeof out->b);
	crypto_generichash_update(&state, (const uint8_t *)label,
	    strlen(label));
	crypto_generichash_update(&state, len, sizeof len);
	crypto_generichash_update(&state, (const uint8_t *)name, n);
	crypto_generichash_final(&state, out->b, sizeof out->b);
	secret_wipe(&state, sizeof state);
}

void
seal_company_key(const struct secret *master, const char *company,
    struct secret *out)
{
	derive(master, COMPANY_LABEL, company, out);
}

void
seal_token_key(const struct secret *master, struct secret *out)
{
	derive(master, TOKEN_LABEL, "", out);
}

enum err
seal_value(const struct secret *key, const struct rnd *rnd,
    const struct seal_place *place, const void *p, size_t n, struct buf *out)
{
	struct buf ad;
	uint8_t *at;
	enum err err;

	buf_init(&ad, AD_MAX);
	if ((err = associated_data(place, &ad)) != ERR_OK ||
	    (err = buf_extend(out, n + SEAL_OVERHEAD, &at)) != ERR_OK)
		goto done;
	at[0] = VERSION;
	rnd_fill(rnd, at + 1, NONCE_LEN);
	crypto_aead_xchacha20poly1305_ietf_encrypt(at + 1 + NONCE_LEN, NULL, p,
	    n, ad.data, ad.len, NULL, at + 1, key->b);
done:
	buf_finish(&ad);
	return err;
}

enum err
seal_open(const struct secret *key, const struct seal_place *place,
    const void *p, size_t n, struct buf *out)
{
	const uint8_t *in = p;
	const size_t len = out->len;
	struct buf ad;
	uint8_t *at;
	enum err err;

	if (n < 1)
		return ERR_TRUNCATED;
	if (in[0] != VERSION)
		return ERR_UNSUPPORTED;
	if (n < SEAL_OVERHEAD)
		return ERR_TRUNCATED;
	buf_init(&ad, AD_MAX);
	if ((err = associated_data(place, &ad)) != ERR_OK ||
	    (err = buf_extend(out, n - SEAL_OVERHEAD, &at)) != ERR_OK)
		goto done;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(at, NULL, NULL,
	    in + 1 + NONCE_LEN, n - 1 - NONCE_LEN, ad.data, ad.len, in + 1,
	    key->b) != 0) {
		buf_truncate(out, len);
		err = ERR_AUTH;
	}
done:
	buf_finish(&ad);
	return err;
}
