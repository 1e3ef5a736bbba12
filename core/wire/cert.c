/* The server's certificate chain: root -> intermediate -> leaf. */
#include "core/wire/noise.h"

#include <string.h>

#include "core/wire/pb.h"
#include "core/wire/proto/cert.pb-c.h"

/* Published in every WhatsApp Web client; protocol notes 2. */
const struct noise_trust noise_trust_whatsapp = {
	.root_key = {
		0x14, 0x23, 0x75, 0x57, 0x4d, 0x0a, 0x58, 0x71,
		0x66, 0xaa, 0xe7, 0x1e, 0xbe, 0x51, 0x64, 0x37,
		0xc4, 0xa2, 0x8b, 0x73, 0xe3, 0x69, 0x5c, 0x6c,
		0xe1, 0xf7, 0xf9, 0x54, 0x5d, 0xa8, 0xee, 0x6b
	},
	.root_serial = 0,
};

struct cert {
	const ProtobufCBinaryData *signed_bytes;
	const uint8_t *signature;
	uint8_t key[KEY_LEN];
	uint32_t serial, issuer_serial;
	uint64_t not_before, not_after;         /* unix seconds */
};

/* Everything but the serials, which are 0 when left out, has to be there. */
static enum err
cert_parse(const Wa__CertChain__Certificate *from, struct cert *out)
{
	const Wa__CertDetails *details;
	struct pb_arena arena;
	enum err err = ERR_CERT_MALFORMED;

	if (from == NULL || !from->has_details ||
	    !pb_has(from->has_signature, &from->signature, SIGNATURE_LEN))
		return err;
	pb_arena_init(&arena);
	details = pb_unpack(&arena, &wa__cert_details__descriptor,
	    from->details.data, from->details.len);
	if (details != NULL && details->has_not_before &&
	    details->has_not_after &&
	    pb_has(details->has_key, &details->key, KEY_LEN)) {
		*out = (struct cert){
			.signed_bytes = &from->details,
			.signature = from->signature.data,
			.serial = details->serial,
			.issuer_serial = details->issuer_serial,
			.not_before = details->not_before,
			.not_after = details->not_after,
		};
		memcpy(out->key, details->key.data, KEY_LEN);
		err = ERR_OK;
	}
	pb_arena_finish(&arena);
	return err;
}

static enum err
cert_check_issued(const struct cert *c, const uint8_t issuer_key[KEY_LEN],
    uint32_t issuer_serial)
{
	if (curve_verify(issuer_key, c->signed_bytes->data,
	    c->signed_bytes->len, c->signature) != ERR_OK)
		return ERR_CERT_SIGNATURE;
	return c->issuer_serial == issuer_serial ? ERR_OK : ERR_CERT_ISSUER;
}

static bool
cert_is_valid_at(const struct cert *c, int64_t now)
{
	return now >= 0 && (uint64_t)now >= c->not_before &&
	    (uint64_t)now <= c->not_after;
}

static enum err
chain_check(const struct noise_trust *trust, int64_t now,
    const uint8_t server_static[KEY_LEN], const Wa__CertChain *chain)
{
	struct cert leaf, intermediate;
	enum err err;

	if ((err = cert_parse(chain->intermediate, &intermediate)) != ERR_OK ||
	    (err = cert_parse(chain->leaf, &leaf)) != ERR_OK ||
	    (err = cert_check_issued(&intermediate, trust->root_key,
	    trust->root_serial)) != ERR_OK ||
	    (err = cert_check_issued(&leaf, intermediate.key,
	    intermediate.serial)) != ERR_OK)
		return err;
	if (!secret_is_equal(leaf.key, server_static, KEY_LEN))
		return ERR_CERT_KEY;
	if (!cert_is_valid_at(&intermediate, now) ||
	    !cert_is_valid_at(&leaf, now))
		return ERR_CERT_TIME;
	return ERR_OK;
}

enum err
noise_cert_verify(const struct noise_trust *trust, int64_t now,
    const uint8_t server_static[KEY_LEN], const void *chain, size_t n)
{
	const Wa__CertChain *parsed;
	struct pb_arena arena;
	enum err err = ERR_CERT_MALFORMED;

	pb_arena_init(&arena);
	parsed = pb_unpack(&arena, &wa__cert_chain__descriptor, chain, n);
	if (parsed != NULL)
		err = chain_check(trust, now, server_static, parsed);
	pb_arena_finish(&arena);
	return err;
}
