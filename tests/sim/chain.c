#include "tests/sim/chain.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/wire/crypt.h"
#include "tests/sim/must.h"
#include "tests/sim/proto.h"

#define ROOT_SERIAL 0
#define INTERMEDIATE_SERIAL 77
#define LEAF_SERIAL 1077
#define DAY_S INT64_C(86400)

/* One certificate before it is signed. */
struct draft {
	uint32_t serial, issuer;
	uint8_t key[KEY_LEN];
	size_t key_len;
	int64_t from_s, to_s;
	bool is_left_out, is_corrupt;   /* corrupt: the signature */
	size_t signature_len;
};

struct plan {
	struct draft leaf, intermediate;
	bool other_root;
};

static void
no_leaf(struct plan *p, int64_t now_s)
{
	(void)now_s;
	p->leaf.is_left_out = true;
}

static void
no_intermediate(struct plan *p, int64_t now_s)
{
	(void)now_s;
	p->intermediate.is_left_out = true;
}

static void
short_signature(struct plan *p, int64_t now_s)
{
	(void)now_s;
	p->leaf.signature_len = SIGNATURE_LEN - 1;
}

static void
short_key(struct plan *p, int64_t now_s)
{
	(void)now_s;
	p->leaf.key_len = KEY_LEN - 1;
}

static void
root(struct plan *p, int64_t now_s)
{
	(void)now_s;
	p->other_root = true;
}

static void
intermediate_signature(struct plan *p, int64_t now_s)
{
	(void)now_s;
	p->intermediate.is_corrupt = true;
}

static void
intermediate_issuer(struct plan *p, int64_t now_s)
{
	(void)now_s;
	p->intermediate.issuer = ROOT_SERIAL + 1;
}

static void
leaf_signature(struct plan *p, int64_t now_s)
{
	(void)now_s;
	p->leaf.is_corrupt = true;
}

static void
leaf_issuer(struct plan *p, int64_t now_s)
{
	(void)now_s;
	p->leaf.issuer = INTERMEDIATE_SERIAL + 1;
}

static void
leaf_key(struct plan *p, int64_t now_s)
{
	(void)now_s;
	p->leaf.key[5] ^= 1;
}

static void
leaf_expired(struct plan *p, int64_t now_s)
{
	p->leaf.to_s = now_s - DAY_S;
}

static void
leaf_not_yet(struct plan *p, int64_t now_s)
{
	p->leaf.from_s = now_s + DAY_S;
}

static void
intermediate_expired(struct plan *p, int64_t now_s)
{
	p->intermediate.to_s = now_s - DAY_S;
}

/* What each variant of the "cert" fault changes. */
static const struct variant {
	const char *name;
	void (*change)(struct plan *p, int64_t now_s);
} variants[] = {
	{ "no-leaf", no_leaf },
	{ "no-intermediate", no_intermediate },
	{ "short-signature", short_signature },
	{ "short-key", short_key },
	{ "root", root },
	{ "intermediate-signature", intermediate_signature },
	{ "intermediate-issuer", intermediate_issuer },
	{ "leaf-signature", leaf_signature },
	{ "leaf-issuer", leaf_issuer },
	{ "leaf-key", leaf_key },
	{ "leaf-expired", leaf_expired },
	{ "leaf-not-yet", leaf_not_yet },
	{ "intermediate-expired", intermediate_expired },
};

void
chain_keys_make(const struct rnd *rnd, struct chain_keys *out)
{
	curve_keypair(rnd, &out->root);
	curve_keypair(rnd, &out->intermediate);
	curve_keypair(rnd, &out->server);
}

void
chain_keys_finish(struct chain_keys *k)
{
	keypair_finish(&k->root);
	keypair_finish(&k->intermediate);
	keypair_finish(&k->server);
}

static void
put_certificate(struct buf *out, uint32_t field, const struct draft *d,
    const struct keypair *signer, const struct rnd *rnd)
{
	struct buf details, cert;
	uint8_t sig[SIGNATURE_LEN];

	if (d->is_left_out)
		return;
	buf_init(&details, 256);
	buf_init(&cert, 512);
	proto_put_varint(&details, 1, d->serial);
	proto_put_varint(&details, 2, d->issuer);
	proto_put_bytes(&details, 3, d->key, d->key_len);
	proto_put_varint(&details, 4, (uint64_t)d->from_s);
	proto_put_varint(&details, 5, (uint64_t)d->to_s);
	curve_sign(&signer->priv, details.data, details.len, rnd, sig);
	if (d->is_corrupt)
		sig[9] ^= 0x40;
	proto_put_bytes(&cert, 1, details.data, details.len);
	proto_put_bytes(&cert, 2, sig, d->signature_len);
	proto_put_bytes(out, field, cert.data, cert.len);
	buf_finish(&details);
	buf_finish(&cert);
}

static struct draft
draft(uint32_t serial, uint32_t issuer, const uint8_t key[KEY_LEN],
    int64_t now_s)
{
	struct draft d = {
		.serial = serial, .issuer = issuer, .key_len = KEY_LEN,
		.from_s = now_s - 30 * DAY_S, .to_s = now_s + 365 * DAY_S,
		.signature_len = SIGNATURE_LEN,
	};

	memcpy(d.key, key, KEY_LEN);
	return d;
}

bool
chain_build(const struct chain_keys *k, const char *how,
    const struct rnd *rnd, int64_t now_s, struct buf *out)
{
	struct plan p = {
		.leaf = draft(LEAF_SERIAL, INTERMEDIATE_SERIAL, k->server.pub,
		    now_s),
		.intermediate = draft(INTERMEDIATE_SERIAL, ROOT_SERIAL,
		    k->intermediate.pub, now_s),
	};
	const struct variant *v = NULL;
	struct keypair stranger;

	if (how != NULL && strcmp(how, "empty") == 0)
		return true;
	if (how != NULL && strcmp(how, "garbage") == 0) {
		must(buf_str(out, "\xff\xff\xff no certificate"));
		return true;
	}
	for (size_t i = 0; how != NULL && i < ARRAY_LEN(variants); i++) {
		if (strcmp(variants[i].name, how) == 0)
			v = &variants[i];
	}
	if (how != NULL && v == NULL)
		return false;
	if (v != NULL)
		v->change(&p, now_s);
	curve_keypair(rnd, &stranger);
	put_certificate(out, 1, &p.leaf, &k->intermediate, rnd);
	put_certificate(out, 2, &p.intermediate,
	    p.other_root ? &stranger : &k->root, rnd);
	keypair_finish(&stranger);
	return true;
}
