#include "core/wire/prekey.h"

#include "core/wire/jid.h"

#define CHUNK 32                /* keys made together */

uint32_t
prekey_next_id(uint32_t id)
{
	return id >= PREKEY_ID_MAX ? 1 : id + 1;
}

void
prekey_make(const struct rnd *rnd, uint32_t first_id, size_t count,
    struct prekey *out)
{
	struct keypair pairs[CHUNK];

	for (size_t i = 0; i < count; i++) {
		const size_t left = count - i;

		if (i % CHUNK == 0)
			curve_keypairs(rnd, pairs,
			    left < CHUNK ? left : CHUNK);
		out[i].id = first_id;
		out[i].key = pairs[i % CHUNK];
		first_id = prekey_next_id(first_id);
	}
	secret_wipe(pairs, sizeof pairs);
}

static void
add_bytes(struct node *parent, const char *tag, const void *p, size_t n)
{
	node_set_bytes(node_add_new(parent, tag), p, n);
}

/* A key as the server takes it: 24-bit id, 32 bytes without a type. */
static void
add_key(struct node *parent, uint32_t id, const uint8_t pub[KEY_LEN])
{
	const uint8_t wire_id[3] = { (uint8_t)(id >> 16), (uint8_t)(id >> 8),
	    (uint8_t)id };

	add_bytes(parent, "id", wire_id, sizeof wire_id);
	add_bytes(parent, "value", pub, KEY_LEN);
}

struct node *
prekey_upload_iq(const char *id, const struct identity *identity,
    const struct prekey *keys, size_t count)
{
	static const uint8_t type[1] = { KEY_TYPE_DJB };
	const uint32_t reg = identity->registration_id;
	const uint8_t wire_reg[4] = { (uint8_t)(reg >> 24),
	    (uint8_t)(reg >> 16), (uint8_t)(reg >> 8), (uint8_t)reg };
	struct node *iq = node_create("iq"), *list, *skey;

	node_set(iq, "xmlns", "encrypt");
	node_set(iq, "type", "set");
	node_set(iq, "to", JID_S);
	node_set(iq, "id", id);
	add_bytes(iq, "registration", wire_reg, sizeof wire_reg);
	add_bytes(iq, "type", type, sizeof type);
	add_bytes(iq, "identity", identity->identity.pub, KEY_LEN);
	list = node_add_new(iq, "list");
	for (size_t i = 0; i < count; i++)
		add_key(node_add_new(list, "key"), keys[i].id,
		    keys[i].key.pub);
	skey = node_add_new(iq, "skey");
	add_key(skey, identity->signed_prekey_id,
	    identity->signed_prekey.pub);
	add_bytes(skey, "signature", identity->signed_prekey_sig,
	    SIGNATURE_LEN);
	return iq;
}
