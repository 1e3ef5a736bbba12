/*
 * A stored record: opening a sealed value, decoding a company's row. First
 * byte: even, the rest is decoded as a row; odd, it is opened as sealed
 * bytes, and then sealed as a value and opened again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/rnd.h"
#include "core/store/row.h"
#include "core/store/seal.h"
#include "core/store/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const struct seal_place place = { "acme", "creds", "noise" };

static void
require(bool good)
{
	if (!good)
		abort();
}

/* What decodes must encode to the same bytes, if of today's version. */
static void
try_row(const uint8_t *p, size_t n)
{
	struct company_row row;
	struct buf again;

	if (row_decode(p, n, &row) != ERR_OK)
		return;
	buf_init(&again, ROW_MAX);
	require(row_encode(&row, &again) == ERR_OK);
	require(p[0] != again.data[0] ||
	    (again.len == n && memcmp(again.data, p, n) == 0));
	buf_finish(&again);
}

static void
make_key(struct secret *key)
{
	struct secret master;

	memset(master.b, 7, sizeof master.b);
	seal_company_key(&master, "acme", key);
}

/* Only what the key has sealed opens, so foreign bytes never do, except for
 * the seed that was sealed with it. */
static void
try_open(const struct secret *key, const uint8_t *p, size_t n)
{
	struct buf out;
	enum err err;

	buf_init_secret(&out, STORE_VALUE_MAX);
	err = seal_open(key, &place, p, n, &out);
	require(out.len == (err == ERR_OK ? n - SEAL_OVERHEAD : 0));
	buf_finish(&out);
}

static void
try_roundtrip(const struct secret *key, const uint8_t *p, size_t n)
{
	struct buf sealed, out;

	buf_init(&sealed, STORE_VALUE_MAX + SEAL_OVERHEAD);
	buf_init_secret(&out, STORE_VALUE_MAX);
	require(seal_value(key, rnd_system(), &place, p, n, &sealed) ==
	    ERR_OK);
	require(seal_open(key, &place, sealed.data, sealed.len, &out) ==
	    ERR_OK);
	require(out.len == n && (n == 0 || memcmp(out.data, p, n) == 0));
	sealed.data[n % sealed.len] ^= 1;
	require(seal_open(key, &place, sealed.data, sealed.len, &out) !=
	    ERR_OK);
	require(out.len == n);
	buf_finish(&sealed);
	buf_finish(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct secret key;

	if (n == 0)
		return 0;
	if (p[0] % 2 == 0) {
		try_row(p + 1, n - 1);
		return 0;
	}
	make_key(&key);
	try_open(&key, p + 1, n - 1);
	try_roundtrip(&key, p + 1, n - 1);
	secret_finish(&key);
	return 0;
}
