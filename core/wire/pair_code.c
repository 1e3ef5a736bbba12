#include "core/wire/pair.h"

#include <string.h>

#include "core/base/str.h"
#include "core/wire/stanza.h"

#define SALT_LEN 32
#define IV_LEN 16
#define BUNDLE_LEN (3 * KEY_LEN)

#define TAG "link_code_companion_reg"

_Static_assert(CODE_WRAPPED_LEN == SALT_LEN + IV_LEN + KEY_LEN, "wrapped key");
_Static_assert(CODE_BUNDLE_LEN ==
    SALT_LEN + GCM_NONCE_LEN + BUNDLE_LEN + GCM_TAG_LEN, "key bundle");

/* Without 0, I, O and U, which are misread or make words (notes 8.1). */
static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTVWXYZ";

_Static_assert(sizeof alphabet == 32 + 1, "five bits a character");

void
code_from_bytes(const uint8_t bytes[5], char out[CODE_LEN + 1])
{
	uint64_t bits = 0;

	for (size_t i = 0; i < 5; i++)
		bits = bits << 8 | bytes[i];
	for (size_t i = 0; i < CODE_LEN; i++)
		out[i] = alphabet[bits >> (35 - 5 * i) & 31];
	out[CODE_LEN] = '\0';
}

/* Blanks and dashes are for the eye. */
static bool
take_characters(const char *text, char code[CODE_LEN])
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		char c = *text;

		if (c == '-' || c == ' ')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (n == CODE_LEN || strchr(alphabet, c) == NULL)
			return false;
		code[n++] = c;
	}
	return n == CODE_LEN;
}

bool
code_normalise(const char *text, char out[CODE_LEN + 1])
{
	char code[CODE_LEN];
	const bool ok = take_characters(text, code);

	if (ok) {
		memcpy(out, code, sizeof code);
		out[CODE_LEN] = '\0';
	}
	secret_wipe(code, sizeof code);
	return ok;
}

void
code_key(const char code[CODE_LEN + 1], const uint8_t salt[SALT_LEN],
    struct secret *out)
{
	crypt_pbkdf2(code, CODE_LEN, salt, SALT_LEN, CODE_ROUNDS, out->b);
}

void
code_wrap(const struct secret *key, const uint8_t salt[SALT_LEN],
    const uint8_t iv[IV_LEN], const uint8_t pub[KEY_LEN],
    uint8_t out[CODE_WRAPPED_LEN])
{
	memcpy(out, salt, SALT_LEN);
	memcpy(out + SALT_LEN, iv, IV_LEN);
	crypt_ctr(key->b, iv, pub, KEY_LEN, out + SALT_LEN + IV_LEN);
}

void
code_unwrap(const struct secret *key, const uint8_t wrapped[CODE_WRAPPED_LEN],
    uint8_t pub[KEY_LEN])
{
	crypt_ctr(key->b, wrapped + SALT_LEN, wrapped + SALT_LEN + IV_LEN,
	    KEY_LEN, pub);
}

/* <iq><link_code_companion_reg jid stage/></iq>; *reg gets the child. */
static struct node *
stage_iq(const char *id, const char *phone, const char *stage,
    struct node **reg)
{
	char jid[JID_TEXT_MAX + 1];
	struct node *iq = stanza_iq("set", id, "md");

	str_format(jid, sizeof jid, "%.*s@" JID_SERVER_PN, JID_USER_MAX, phone);
	*reg = node_add_new(iq, TAG);
	node_set(*reg, "jid", jid);
	node_set(*reg, "stage", stage);
	return iq;
}

static void
add_bytes(struct node *parent, const char *tag, const void *p, size_t n)
{
	node_set_bytes(node_add_new(parent, tag), p, n);
}

struct node *
code_hello_iq(const char *id, const char *phone,
    const uint8_t wrapped[CODE_WRAPPED_LEN], const uint8_t noise_pub[KEY_LEN],
    char platform_id, const char *display)
{
	static const uint8_t nonce[1] = { 0 };
	const char platform[2] = { platform_id, '\0' };
	struct node *reg, *iq = stage_iq(id, phone, "companion_hello", &reg);

	node_set(reg, "should_show_push_notification", "true");
	add_bytes(reg, "link_code_pairing_wrapped_companion_ephemeral_pub",
	    wrapped, CODE_WRAPPED_LEN);
	add_bytes(reg, "companion_server_auth_key_pub", noise_pub, KEY_LEN);
	node_set_text(node_add_new(reg, "companion_platform_id"), platform);
	add_bytes(reg, "companion_platform_display", display, strlen(display));
	add_bytes(reg, "link_code_pairing_nonce", nonce, sizeof nonce);
	return iq;
}

/* Content of a child with a size in bounds, or NULL. */
static const uint8_t *
child_bytes(const struct node *parent, const char *tag, size_t min,
    size_t max, size_t *n)
{
	const uint8_t *p = node_child_bytes(parent, tag, n);

	return p != NULL && *n >= min && *n <= max ? p : NULL;
}

enum err
code_primary_parse(const struct node *notification, struct code_primary *out)
{
	const struct node *reg = node_child(notification, TAG);
	struct code_primary p;
	size_t n;

	if (reg == NULL || !node_attr_is(reg, "stage", "primary_hello"))
		return ERR_MALFORMED;
	p.wrapped = child_bytes(reg,
	    "link_code_pairing_wrapped_primary_ephemeral_pub",
	    CODE_WRAPPED_LEN, CODE_WRAPPED_LEN, &n);
	p.identity_pub = child_bytes(reg, "primary_identity_pub", KEY_LEN,
	    KEY_LEN, &n);
	p.ref = child_bytes(reg, "link_code_pairing_ref", 1, PAIR_REF_MAX,
	    &p.ref_len);
	if (p.wrapped == NULL || p.identity_pub == NULL || p.ref == NULL)
		return ERR_MALFORMED;
	*out = p;
	return ERR_OK;
}

/* salt || iv || AES-GCM(HKDF(shared), both identities and the random part) */
static void
seal_bundle(const struct secret *shared, const uint8_t plain[BUNDLE_LEN],
    const struct rnd *rnd, uint8_t out[CODE_BUNDLE_LEN])
{
	uint8_t *salt = out, *iv = out + SALT_LEN;
	struct secret key;

	rnd_fill(rnd, salt, SALT_LEN);
	rnd_fill(rnd, iv, GCM_NONCE_LEN);
	crypt_hkdf(shared->b, KEY_LEN, salt, SALT_LEN,
	    "link_code_pairing_key_bundle_encryption_key", key.b, KEY_LEN);
	crypt_gcm_seal(key.b, iv, NULL, 0, plain, BUNDLE_LEN,
	    iv + GCM_NONCE_LEN);
	secret_finish(&key);
}

static void
derive_adv_secret(const struct secret *shared_ephemeral,
    const struct secret *shared_identity, const uint8_t random[KEY_LEN],
    struct secret *out)
{
	uint8_t ikm[3 * KEY_LEN];

	memcpy(ikm, shared_ephemeral->b, KEY_LEN);
	memcpy(ikm + KEY_LEN, shared_identity->b, KEY_LEN);
	memcpy(ikm + 2 * KEY_LEN, random, KEY_LEN);
	crypt_hkdf(ikm, sizeof ikm, NULL, 0, "adv_secret", out->b, KEY_LEN);
	secret_wipe(ikm, sizeof ikm);
}

enum err
code_finish(const struct keypair *our_ephemeral, const struct identity *id,
    const uint8_t primary_ephemeral[KEY_LEN],
    const uint8_t primary_identity[KEY_LEN], const struct rnd *rnd,
    uint8_t bundle[CODE_BUNDLE_LEN], struct secret *adv_secret)
{
	struct secret shared_ephemeral, shared_identity;
	uint8_t plain[BUNDLE_LEN], *random = plain + 2 * KEY_LEN;
	enum err err;

	if ((err = curve_shared(&our_ephemeral->priv, primary_ephemeral,
	    &shared_ephemeral)) != ERR_OK)
		return err;
	if ((err = curve_shared(&id->identity.priv, primary_identity,
	    &shared_identity)) == ERR_OK) {
		memcpy(plain, id->identity.pub, KEY_LEN);
		memcpy(plain + KEY_LEN, primary_identity, KEY_LEN);
		rnd_fill(rnd, random, KEY_LEN);
		seal_bundle(&shared_ephemeral, plain, rnd, bundle);
		derive_adv_secret(&shared_ephemeral, &shared_identity, random,
		    adv_secret);
		secret_wipe(plain, sizeof plain);
		secret_finish(&shared_identity);
	}
	secret_finish(&shared_ephemeral);
	return err;
}

struct node *
code_finish_iq(const char *id, const char *phone,
    const uint8_t bundle[CODE_BUNDLE_LEN], const uint8_t identity_pub[KEY_LEN],
    const uint8_t *ref, size_t ref_len)
{
	struct node *reg, *iq = stage_iq(id, phone, "companion_finish", &reg);

	add_bytes(reg, "link_code_pairing_wrapped_key_bundle", bundle,
	    CODE_BUNDLE_LEN);
	add_bytes(reg, "companion_identity_public", identity_pub, KEY_LEN);
	add_bytes(reg, "link_code_pairing_ref", ref, ref_len);
	return iq;
}
