/*
 * Certificate chains. The first byte chooses: the rest is a chain as it came,
 * or two details, which are signed here so that their content is reached.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/noise.h"
#include "core/wire/pb.h"
#include "core/wire/proto/cert.pb-c.h"

#define NOW 1765471348

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
key_of(uint8_t byte, struct keypair *out)
{
	uint8_t priv[KEY_LEN];

	memset(priv, byte, sizeof priv);
	curve_keypair_from(priv, out);
}

static void
sign(Wa__CertChain__Certificate *m, const uint8_t *p, size_t n, uint8_t issuer,
    uint8_t signature[SIGNATURE_LEN])
{
	struct keypair key;

	key_of(issuer, &key);
	curve_sign(&key.priv, p, n, NULL, signature);
	m->has_details = m->has_signature = true;
	m->details = pb_bytes(p, n);
	m->signature = pb_bytes(signature, SIGNATURE_LEN);
}

/* p: length of the leaf's details, these, the intermediate's details */
static void
sign_chain(const uint8_t *p, size_t n, struct buf *out)
{
	Wa__CertChain chain = WA__CERT_CHAIN__INIT;
	Wa__CertChain__Certificate leaf = WA__CERT_CHAIN__CERTIFICATE__INIT,
	    intermediate = WA__CERT_CHAIN__CERTIFICATE__INIT;
	uint8_t signature[2][SIGNATURE_LEN];
	const size_t cut = n > 0 && p[0] < n ? p[0] : 0;

	if (n == 0)
		return;
	p++;
	n--;
	sign(&leaf, p, cut, 0x22, signature[0]);
	sign(&intermediate, p + cut, n - cut, 0x11, signature[1]);
	chain.leaf = &leaf;
	chain.intermediate = &intermediate;
	if (pb_append(&chain.base, out) != ERR_OK)
		buf_clear(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct noise_trust trust = { .root_serial = 0 };
	struct keypair root, server;
	struct buf chain;
	enum err err;

	if (n == 0)
		return 0;
	key_of(0x11, &root);
	key_of(0x33, &server);
	memcpy(trust.root_key, root.pub, KEY_LEN);
	if (p[0] % 2 == 0) {
		err = noise_cert_verify(&trust, NOW, server.pub, p + 1, n - 1);
	} else {
		buf_init(&chain, PB_INPUT_MAX);
		sign_chain(p + 1, n - 1, &chain);
		err = noise_cert_verify(&trust, NOW, server.pub, chain.data,
		    chain.len);
		buf_finish(&chain);
	}
	if (err != ERR_OK && err != ERR_CERT_MALFORMED &&
	    err != ERR_CERT_SIGNATURE && err != ERR_CERT_ISSUER &&
	    err != ERR_CERT_KEY && err != ERR_CERT_TIME)
		abort();
	return 0;
}
