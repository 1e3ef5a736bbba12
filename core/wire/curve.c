/*
 * Curve25519 and XEdDSA over libsodium. Signatures are Ed25519 signatures of
 * the Edwards form of a Curve25519 key, and libsodium maps Edwards points to
 * Montgomery ones only. The other direction, y = (u - 1) / (u + 1), is done
 * here: one inversion modulo p = 2^255 - 19. It sees public keys only, but is
 * free of branches on data all the same.
 *
 * Public keys are made on the Edwards curve too and brought back by
 * u = (1 + y) / (1 - y): libsodium has tables for its base point, where its
 * X25519 takes the same long way as for a stranger's key. Many at once share
 * one inversion.
 */
#include "core/wire/crypt.h"

#include <string.h>

#include <sodium.h>

#ifndef __SIZEOF_INT128__
#error "field arithmetic needs a 128-bit integer type (any 64-bit target)"
#endif

__extension__ typedef unsigned __int128 wide;

#define LIMB_BITS 51
#define LIMB_MASK ((UINT64_C(1) << LIMB_BITS) - 1)

#define CHUNK 32                /* keys that share an inversion; 4 KiB */

/* Five limbs of 51 bits, least significant first, each below 2^52. */
struct field {
	uint64_t limb[5];
};

/* 2p, limb by limb: what is subtracted from it never goes below zero. */
static const uint64_t minus_zero[5] = { 2 * (LIMB_MASK - 18), 2 * LIMB_MASK,
    2 * LIMB_MASK, 2 * LIMB_MASK, 2 * LIMB_MASK };

static uint64_t
load_le64(const uint8_t *p)
{
	uint64_t v = 0;

	for (size_t i = 8; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

/* Bit 255 is ignored, as RFC 7748 asks. */
static void
field_load(struct field *out, const uint8_t p[32])
{
	out->limb[0] = load_le64(p) & LIMB_MASK;
	out->limb[1] = load_le64(p + 6) >> 3 & LIMB_MASK;
	out->limb[2] = load_le64(p + 12) >> 6 & LIMB_MASK;
	out->limb[3] = load_le64(p + 19) >> 1 & LIMB_MASK;
	out->limb[4] = load_le64(p + 24) >> 12 & LIMB_MASK;
}

/* Every limb below 2^51; returns what is left over at 2^255. */
static uint64_t
field_carry(struct field *f)
{
	uint64_t carry = 0;

	for (size_t i = 0; i < 5; i++) {
		f->limb[i] += carry;
		carry = f->limb[i] >> LIMB_BITS;
		f->limb[i] &= LIMB_MASK;
	}
	return carry;
}

/* 2^255 = 19 modulo p. */
static void
field_reduce(struct field *f)
{
	f->limb[0] += field_carry(f) * 19;
}

static void
store_le64(uint8_t *p, uint64_t v)
{
	for (size_t i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> i * 8);
}

/* The one encoding below p. */
static void
field_store(uint8_t p[32], const struct field *in)
{
	struct field f = *in;
	uint64_t over = 19;

	field_reduce(&f);
	field_reduce(&f);
	/* over becomes 1 if f + 19 reaches 2^255, that is if f >= p */
	for (size_t i = 0; i < 5; i++)
		over = (f.limb[i] + over) >> LIMB_BITS;
	f.limb[0] += over * 19;
	field_carry(&f);                /* dropping 2^255 completes - p */
	store_le64(p, f.limb[0] | f.limb[1] << 51);
	store_le64(p + 8, f.limb[1] >> 13 | f.limb[2] << 38);
	store_le64(p + 16, f.limb[2] >> 26 | f.limb[3] << 25);
	store_le64(p + 24, f.limb[3] >> 39 | f.limb[4] << 12);
}

/*
 * Five sums of products to five limbs. Written out, as a loop over an array
 * would live in memory and not in registers. The sums are below 2^111:
 * 5 * 19 * 2^52 * 2^52.
 */
static inline void
field_fold(struct field *out, wide t0, wide t1, wide t2, wide t3, wide t4)
{
	uint64_t first;

	t1 += t0 >> LIMB_BITS;
	t2 += t1 >> LIMB_BITS;
	t3 += t2 >> LIMB_BITS;
	t4 += t3 >> LIMB_BITS;
	/* what is left over is below 2^60 * 19: split between two limbs */
	t0 = ((uint64_t)t0 & LIMB_MASK) + (t4 >> LIMB_BITS) * 19;
	first = (uint64_t)t0 & LIMB_MASK;
	out->limb[1] = ((uint64_t)t1 & LIMB_MASK) +
	    (uint64_t)(t0 >> LIMB_BITS);
	out->limb[0] = first;
	out->limb[2] = (uint64_t)t2 & LIMB_MASK;
	out->limb[3] = (uint64_t)t3 & LIMB_MASK;
	out->limb[4] = (uint64_t)t4 & LIMB_MASK;
}

static void
field_multiply(struct field *out, const struct field *x, const struct field *y)
{
	const uint64_t a0 = x->limb[0], a1 = x->limb[1], a2 = x->limb[2],
	    a3 = x->limb[3], a4 = x->limb[4];
	const uint64_t b0 = y->limb[0], b1 = y->limb[1], b2 = y->limb[2],
	    b3 = y->limb[3], b4 = y->limb[4];
	const uint64_t c1 = b1 * 19, c2 = b2 * 19, c3 = b3 * 19, c4 = b4 * 19;

	field_fold(out,
	    (wide)a0 * b0 + (wide)a1 * c4 + (wide)a2 * c3 + (wide)a3 * c2 +
	    (wide)a4 * c1,
	    (wide)a0 * b1 + (wide)a1 * b0 + (wide)a2 * c4 + (wide)a3 * c3 +
	    (wide)a4 * c2,
	    (wide)a0 * b2 + (wide)a1 * b1 + (wide)a2 * b0 + (wide)a3 * c4 +
	    (wide)a4 * c3,
	    (wide)a0 * b3 + (wide)a1 * b2 + (wide)a2 * b1 + (wide)a3 * b0 +
	    (wide)a4 * c4,
	    (wide)a0 * b4 + (wide)a1 * b3 + (wide)a2 * b2 + (wide)a3 * b1 +
	    (wide)a4 * b0);
}

/* x to the power 2^n */
static void
field_square(struct field *out, const struct field *x, unsigned n)
{
	*out = *x;
	while (n-- > 0) {
		const uint64_t a0 = out->limb[0], a1 = out->limb[1],
		    a2 = out->limb[2], a3 = out->limb[3], a4 = out->limb[4];
		const uint64_t d0 = a0 * 2, d1 = a1 * 2, d2 = a2 * 2;
		const uint64_t c3 = a3 * 19, c4 = a4 * 19;

		field_fold(out,
		    (wide)a0 * a0 + (wide)d1 * c4 + (wide)d2 * c3,
		    (wide)d0 * a1 + (wide)d2 * c4 + (wide)a3 * c3,
		    (wide)d0 * a2 + (wide)a1 * a1 + (wide)(a3 * 2) * c4,
		    (wide)d0 * a3 + (wide)d1 * a2 + (wide)a4 * c4,
		    (wide)d0 * a4 + (wide)d1 * a3 + (wide)a2 * a2);
	}
}

/*
 * x^(p - 2), the inverse; 0 for 0. ones[k] is x^(2^k - 1), a power whose
 * exponent is k one-bits; two such are joined by shifting and multiplying:
 * p - 2 = 2^255 - 21 is 250 one-bits followed by 01011.
 */
static void
field_invert(struct field *out, const struct field *x)
{
	struct field x11, ones5, ones10, ones20, ones50, ones100, t, u;

	field_square(&t, x, 1);                         /* 2 */
	field_square(&u, &t, 2);                        /* 8 */
	field_multiply(&u, &u, x);                      /* 9 */
	field_multiply(&x11, &u, &t);                   /* 11 */
	field_square(&t, &x11, 1);                      /* 22 */
	field_multiply(&ones5, &t, &u);                 /* 31 */
	field_square(&t, &ones5, 5);
	field_multiply(&ones10, &t, &ones5);
	field_square(&t, &ones10, 10);
	field_multiply(&ones20, &t, &ones10);
	field_square(&t, &ones20, 20);
	field_multiply(&t, &t, &ones20);                /* 40 */
	field_square(&t, &t, 10);
	field_multiply(&ones50, &t, &ones10);
	field_square(&t, &ones50, 50);
	field_multiply(&ones100, &t, &ones50);
	field_square(&t, &ones100, 100);
	field_multiply(&t, &t, &ones100);               /* 200 */
	field_square(&t, &t, 50);
	field_multiply(&t, &t, &ones50);                /* 250 */
	field_square(&t, &t, 5);
	field_multiply(out, &t, &x11);
}

/*
 * The Edwards encoding of the point with Montgomery coordinate u and the sign
 * given. u = -1 has no image; the inverse of 0 being 0 it becomes y = 0, a
 * point of small order, which verification refuses like all of those.
 */
static void
edwards_from_montgomery(const uint8_t u[KEY_LEN], uint8_t sign,
    uint8_t out[KEY_LEN])
{
	struct field x, above, below;

	field_load(&x, u);
	below = above = x;
	for (size_t i = 0; i < 5; i++)
		above.limb[i] += minus_zero[i];
	above.limb[0] -= 1;
	field_reduce(&above);
	below.limb[0] += 1;
	field_invert(&below, &below);
	field_multiply(&x, &above, &below);
	field_store(out, &x);
	out[31] |= sign;
}

static void
clamp(uint8_t priv[KEY_LEN])
{
	priv[0] &= 248;
	priv[31] &= 127;
	priv[31] |= 64;
}

/* What a chunk of pairs has on its way from y to u. */
struct half_way {
	struct field above, below;      /* 1 + y, 1 - y */
	struct field product;           /* of all below up to here */
};

/* The clamped private key times the base point. It is no multiple of the
 * group's order, hence never the identity, and 1 - y never 0. */
static void
start_public(const struct secret *priv, struct half_way *out)
{
	uint8_t point[32];
	struct field y;

	(void)crypto_scalarmult_ed25519_base_noclamp(point, priv->b);
	field_load(&y, point);
	out->above = y;
	out->above.limb[0] += 1;
	for (size_t i = 0; i < 5; i++)
		out->below.limb[i] = minus_zero[i] - y.limb[i];
	out->below.limb[0] += 1;
	field_reduce(&out->below);
}

/* 1/a and 1/b from 1/ab (Montgomery's trick), for all in a row. */
static void
finish_publics(struct half_way *w, struct keypair *pairs, size_t count)
{
	struct field inverse, own;

	field_invert(&inverse, &w[count - 1].product);
	for (size_t i = count; i-- > 0;) {
		own = inverse;
		if (i > 0)
			field_multiply(&own, &inverse, &w[i - 1].product);
		field_multiply(&inverse, &inverse, &w[i].below);
		field_multiply(&own, &own, &w[i].above);
		field_store(pairs[i].pub, &own);
	}
}

/* The public halves of at most CHUNK pairs. */
static void
make_publics(struct keypair *pairs, size_t count)
{
	struct half_way w[CHUNK];

	for (size_t i = 0; i < count; i++) {
		start_public(&pairs[i].priv, &w[i]);
		w[i].product = w[i].below;
		if (i > 0)
			field_multiply(&w[i].product, &w[i - 1].product,
			    &w[i].below);
	}
	if (count > 0)
		finish_publics(w, pairs, count);
}

void
curve_keypair_from(const uint8_t priv[KEY_LEN], struct keypair *out)
{
	memcpy(out->priv.b, priv, KEY_LEN);
	clamp(out->priv.b);
	make_publics(out, 1);
}

void
curve_keypair(const struct rnd *rnd, struct keypair *out)
{
	curve_keypairs(rnd, out, 1);
}

void
curve_keypairs(const struct rnd *rnd, struct keypair *out, size_t count)
{
	while (count > 0) {
		const size_t n = count < CHUNK ? count : CHUNK;

		for (size_t i = 0; i < n; i++) {
			rnd_fill(rnd, out[i].priv.b, KEY_LEN);
			clamp(out[i].priv.b);
		}
		make_publics(out, n);
		out += n;
		count -= n;
	}
}

enum err
curve_shared(const struct secret *priv, const uint8_t pub[KEY_LEN],
    struct secret *out)
{
	struct secret shared;
	enum err err = ERR_WEAK_KEY;

	/* libsodium refuses the all-zero result */
	if (crypto_scalarmult_curve25519(shared.b, priv->b, pub) == 0) {
		*out = shared;
		err = ERR_OK;
	}
	secret_finish(&shared);
	return err;
}

/* The nonce scalar r, from which s could be solved for the private key. */
static void
sign_nonce(const struct secret *priv, const void *p, size_t n,
    const struct rnd *rnd, uint8_t out[crypto_core_ed25519_SCALARBYTES])
{
	static const uint8_t hash_1[32] = { /* the specification's hash_1 */
		0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};
	crypto_hash_sha512_state state;
	uint8_t digest[crypto_hash_sha512_BYTES], random[64];

	crypto_hash_sha512_init(&state);
	if (rnd != NULL)
		crypto_hash_sha512_update(&state, hash_1, sizeof hash_1);
	crypto_hash_sha512_update(&state, priv->b, KEY_LEN);
	crypto_hash_sha512_update(&state, p, n);
	if (rnd != NULL) {
		rnd_fill(rnd, random, sizeof random);
		crypto_hash_sha512_update(&state, random, sizeof random);
		secret_wipe(random, sizeof random);
	}
	crypto_hash_sha512_final(&state, digest);
	crypto_core_ed25519_scalar_reduce(out, digest);
	secret_wipe(&state, sizeof state);
	secret_wipe(digest, sizeof digest);
}

/* SHA-512(R || A || message) modulo the group order */
static void
sign_challenge(const uint8_t r_point[32], const uint8_t a_point[32],
    const void *p, size_t n, uint8_t out[crypto_core_ed25519_SCALARBYTES])
{
	crypto_hash_sha512_state state;
	uint8_t digest[crypto_hash_sha512_BYTES];

	crypto_hash_sha512_init(&state);
	crypto_hash_sha512_update(&state, r_point, 32);
	crypto_hash_sha512_update(&state, a_point, 32);
	crypto_hash_sha512_update(&state, p, n);
	crypto_hash_sha512_final(&state, digest);
	crypto_core_ed25519_scalar_reduce(out, digest);
}

void
curve_sign(const struct secret *priv, const void *p, size_t n,
    const struct rnd *rnd, uint8_t out[SIGNATURE_LEN])
{
	uint8_t a_point[32], nonce[32], challenge[32], s[32];

	/* The results cannot be the identity: a clamped key is no multiple of
	 * the group order, and a nonce of zero has probability 2^-252. */
	(void)crypto_scalarmult_ed25519_base_noclamp(a_point, priv->b);
	sign_nonce(priv, p, n, rnd, nonce);
	(void)crypto_scalarmult_ed25519_base_noclamp(out, nonce);
	sign_challenge(out, a_point, p, n, challenge);
	crypto_core_ed25519_scalar_mul(s, challenge, priv->b);
	crypto_core_ed25519_scalar_add(out + 32, s, nonce);
	out[63] |= a_point[31] & 0x80;
	secret_wipe(nonce, sizeof nonce);
	secret_wipe(s, sizeof s);
}

/* True for the few u on which every scalar multiplication ends in zero. */
static bool
is_low_order(const uint8_t pub[KEY_LEN])
{
	static const uint8_t any[KEY_LEN] = { 8 };
	uint8_t ignored[KEY_LEN];

	return crypto_scalarmult_curve25519(ignored, any, pub) != 0;
}

/*
 * libsodium's check refuses s >= L, R and A of small order, and A that is not
 * on the curve. It is told of s >= 2^253 only through bits that would be
 * lost here (the sign of A lives in bit 7), so those are looked at first.
 */
enum err
curve_verify(const uint8_t pub[KEY_LEN], const void *p, size_t n,
    const uint8_t sig[SIGNATURE_LEN])
{
	uint8_t plain[SIGNATURE_LEN], point[KEY_LEN];

	if ((sig[63] & 0x60) != 0)
		return ERR_SIGNATURE;
	edwards_from_montgomery(pub, sig[63] & 0x80, point);
	memcpy(plain, sig, sizeof plain);
	plain[63] &= 0x7f;
	if (crypto_sign_verify_detached(plain, p, n, point) == 0)
		return ERR_OK;
	return is_low_order(pub) ? ERR_WEAK_KEY : ERR_SIGNATURE;
}
