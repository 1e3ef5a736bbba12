/*
 * The content of device-identity, for a companion with the keys of vector
 * ps-01. The first byte chooses how far the input is helped: as it came,
 * under a fitting HMAC, or signed by the account as well.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/wire/pair.h"
#include "core/wire/pb.h"
#include "core/wire/proto/adv.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char identity_key[] =
    "f0af46765aafc756b426beb6c6ee574b9ad9203b4ff583d72bd271ff2035fd6f";
static const char adv_secret[] =
    "ff9082e205ef89d5c0b9a4c819499b732894573af6b2ce466631a63549bc4ca0";
static const char account_key[] =
    "40d9e54feb92d9c956db77566791b23da9dfb1cf2e0060d888564e33b82cce64";

static void
expect(int ok)
{
	if (!ok)
		abort();
}

static void
key_of(const char *hex, struct keypair *out)
{
	uint8_t priv[KEY_LEN];

	expect(str_from_hex(hex, priv, sizeof priv));
	curve_keypair_from(priv, out);
}

/* The account's signature over the innermost details, plain devices only. */
static void
sign(const struct identity *id, const uint8_t *p, size_t n, struct buf *out)
{
	Wa__SignedDeviceIdentity m = WA__SIGNED_DEVICE_IDENTITY__INIT;
	uint8_t signature[SIGNATURE_LEN];
	struct keypair account;
	struct buf message;

	key_of(account_key, &account);
	buf_init(&message, n + 128);
	expect(buf_append(&message, "\x06\x00", 2) == ERR_OK);
	expect(buf_append(&message, p, n) == ERR_OK);
	expect(buf_append(&message, id->identity.pub, KEY_LEN) == ERR_OK);
	curve_sign(&account.priv, message.data, message.len, NULL, signature);
	m.has_details = m.has_account_signature = true;
	m.has_account_signature_key = true;
	m.details = pb_bytes(p, n);
	m.account_signature = pb_bytes(signature, sizeof signature);
	m.account_signature_key = pb_bytes(account.pub, KEY_LEN);
	expect(pb_append(&m.base, out) == ERR_OK);
	buf_finish(&message);
}

static void
seal(const struct identity *id, const uint8_t *p, size_t n, struct buf *out)
{
	Wa__SignedDeviceIdentityHmac m = WA__SIGNED_DEVICE_IDENTITY_HMAC__INIT;
	uint8_t hmac[HMAC_LEN];

	crypt_hmac_sha256(id->adv_secret.b, KEY_LEN, p, n, hmac);
	m.has_details = m.has_hmac = true;
	m.details = pb_bytes(p, n);
	m.hmac = pb_bytes(hmac, sizeof hmac);
	expect(pb_append(&m.base, out) == ERR_OK);
}

static struct node *
stanza(const void *p, size_t n)
{
	struct node *iq = node_create("iq"), *success;

	node_set(iq, "id", "1");
	success = node_add_new(iq, "pair-success");
	node_set_bytes(node_add_new(success, "device-identity"), p, n);
	node_set(node_add_new(success, "device"), "jid",
	    "79001234567:12@s.whatsapp.net");
	return iq;
}

/* Success and refusal both have an answer; an account only success. */
static void
try(const struct identity *id, const void *p, size_t n)
{
	static struct pair_result result;
	struct node *iq = stanza(p, n), *reply = NULL;
	enum err err;

	memset(&result, 0, sizeof result);
	err = pair_success_check(iq, id, NULL, &result, &reply);
	expect(reply != NULL);
	expect((err == ERR_OK) == node_attr_is(reply, "type", "result"));
	expect((err == ERR_OK) == (result.account.adv_len > 0));
	expect((err == ERR_OK) == (result.error_code == 0));
	node_destroy(reply);
	node_destroy(iq);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct identity id;
	struct buf inner, outer;

	if (n == 0 || n > PB_INPUT_MAX)
		return 0;
	memset(&id, 0, sizeof id);
	key_of(identity_key, &id.identity);
	expect(str_from_hex(adv_secret, id.adv_secret.b, KEY_LEN));
	buf_init(&inner, 2 * PB_INPUT_MAX);
	buf_init(&outer, 2 * PB_INPUT_MAX);
	switch (p[0] % 3) {
	case 0:
		try(&id, p + 1, n - 1);
		break;
	case 1:
		seal(&id, p + 1, n - 1, &outer);
		try(&id, outer.data, outer.len);
		break;
	default:
		sign(&id, p + 1, n - 1, &inner);
		seal(&id, inner.data, inner.len, &outer);
		try(&id, outer.data, outer.len);
		break;
	}
	buf_finish(&inner);
	buf_finish(&outer);
	return 0;
}
