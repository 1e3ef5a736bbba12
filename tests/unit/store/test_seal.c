#include "core/store/seal.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

static const struct seal_place place = { "acme", "creds", "noise" };
/* Computed from the description in seal.c by another implementation. */
#define KNOWN_SEALED \
	"01c1675e0bb980a575a89661fec08aa83b63f1ee08469ccdacf2d6f504ffcda6" \
	"f17c916ac6166401e8d1922d6075ba421f2e3358c205a626f5588f412d71dd9f" \
	"3a6261dfca53e4e78e"

static const char value[] = "thirty-two bytes of private key.";

static void
make_key(struct secret *out, const char *company)
{
	struct secret master;

	memset(master.b, 7, sizeof master.b);
	seal_company_key(&master, company, out);
}

/* The value above, sealed for the place above. */
static void
make_sealed(struct secret *key, struct buf *out)
{
	struct t_rnd rnd;

	t_rnd_init(&rnd, 1);
	make_key(key, "acme");
	buf_init(out, 4096);
	EXPECT_INT(seal_value(key, &rnd.rnd, &place, value, sizeof value - 1,
	    out), ERR_OK);
}

/* Opens exactly p[n]; on failure nothing may have been appended. */
static enum err
try_open(const struct secret *key, const struct seal_place *at, const void *p,
    size_t n)
{
	uint8_t *exact = t_exact(p, n);
	struct buf out;
	enum err err;

	buf_init_secret(&out, 4096);
	EXPECT_INT(buf_str(&out, "before"), ERR_OK);
	err = seal_open(key, at, exact, n, &out);
	EXPECT_MEM(out.data, "before", 6);
	if (err == ERR_OK)
		EXPECT_MEM(out.data + 6, value, sizeof value - 1);
	EXPECT_INT(out.len, 6 + (err == ERR_OK ? sizeof value - 1 : 0));
	buf_finish(&out);
	free(exact);
	return err;
}

TEST(seal_roundtrip)
{
	struct secret key;
	struct buf sealed;

	make_sealed(&key, &sealed);
	EXPECT_INT(sealed.len, sizeof value - 1 + SEAL_OVERHEAD);
	EXPECT(memmem(sealed.data, sealed.len, "private", 7) == NULL);
	EXPECT_INT(try_open(&key, &place, sealed.data, sealed.len), ERR_OK);
	buf_finish(&sealed);
}

TEST(seal_empty_value)
{
	struct secret key;
	struct buf sealed, out;

	make_key(&key, "acme");
	buf_init(&sealed, 4096);
	buf_init_secret(&out, 4096);
	EXPECT_INT(seal_value(&key, rnd_system(), &place, NULL, 0, &sealed),
	    ERR_OK);
	EXPECT_INT(sealed.len, SEAL_OVERHEAD);
	EXPECT_INT(seal_open(&key, &place, sealed.data, sealed.len, &out),
	    ERR_OK);
	EXPECT_INT(out.len, 0);
	buf_finish(&sealed);
	buf_finish(&out);
}

TEST(seal_nonces_differ)
{
	struct secret key;
	struct buf a, b;

	make_key(&key, "acme");
	buf_init(&a, 4096);
	buf_init(&b, 4096);
	EXPECT_INT(seal_value(&key, rnd_system(), &place, "x", 1, &a), ERR_OK);
	EXPECT_INT(seal_value(&key, rnd_system(), &place, "x", 1, &b), ERR_OK);
	EXPECT(memcmp(a.data + 1, b.data + 1, 24) != 0);
	buf_finish(&a);
	buf_finish(&b);
}

TEST(seal_refuses_every_flipped_bit)
{
	struct secret key;
	struct buf sealed;

	make_sealed(&key, &sealed);
	for (size_t i = 0; i < sealed.len * 8; i++) {
		const enum err want = i < 8 ? ERR_UNSUPPORTED : ERR_AUTH;

		sealed.data[i / 8] ^= (uint8_t)(1u << i % 8);
		EXPECT_INT(try_open(&key, &place, sealed.data, sealed.len),
		    want);
		sealed.data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	buf_finish(&sealed);
}

TEST(seal_refuses_every_prefix)
{
	struct secret key;
	struct buf sealed;

	make_sealed(&key, &sealed);
	for (size_t n = 0; n < sealed.len; n++)
		EXPECT_INT(try_open(&key, &place, sealed.data, n),
		    n < SEAL_OVERHEAD ? ERR_TRUNCATED : ERR_AUTH);
	buf_finish(&sealed);
}

TEST(seal_refuses_another_place)
{
	static const struct seal_place others[] = {
		{ "acme", "creds", "identity" },
		{ "acme", "prekey", "noise" },
		{ "Acme", "creds", "noise" },
		{ "acmec", "reds", "noise" },   /* same bytes in a row */
		{ "acme", "credsn", "oise" },
		{ "acme", "creds", "" },
	};
	struct secret key;
	struct buf sealed;

	make_sealed(&key, &sealed);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		EXPECT_INT(try_open(&key, &others[i], sealed.data, sealed.len),
		    ERR_AUTH);
	buf_finish(&sealed);
}

TEST(seal_refuses_another_companys_key)
{
	struct secret key, other;
	struct buf sealed;

	make_sealed(&key, &sealed);
	make_key(&other, "acme2");
	EXPECT(memcmp(key.b, other.b, sizeof key.b) != 0);
	EXPECT_INT(try_open(&other, &place, sealed.data, sealed.len),
	    ERR_AUTH);
	make_key(&other, "acme");
	EXPECT_INT(try_open(&other, &place, sealed.data, sealed.len), ERR_OK);
	buf_finish(&sealed);
}

/* An on-disk format: this must open in every later version. */
TEST(seal_opens_what_version_1_wrote)
{
	struct secret key;
	struct buf sealed;
	uint8_t *known;
	size_t n;

	make_sealed(&key, &sealed);
	known = t_hex(KNOWN_SEALED, &n);
	EXPECT_INT(n, sealed.len);
	EXPECT_MEM(sealed.data, known, n);
	EXPECT_INT(try_open(&key, &place, known, n), ERR_OK);
	free(known);
	buf_finish(&sealed);
}

TEST(seal_respects_the_cap_of_out)
{
	struct secret key;
	struct buf sealed, small;

	make_sealed(&key, &sealed);
	buf_init(&small, 10);
	EXPECT_INT(seal_open(&key, &place, sealed.data, sealed.len, &small),
	    ERR_TOO_LARGE);
	EXPECT_INT(small.len, 0);
	EXPECT_INT(seal_value(&key, rnd_system(), &place, value,
	    sizeof value, &small), ERR_TOO_LARGE);
	EXPECT_INT(small.len, 0);
	buf_finish(&small);
	buf_finish(&sealed);
}
