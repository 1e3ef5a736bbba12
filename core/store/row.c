/*
 * A company's row, version 3:
 *
 *	u8	version
 *	u8	flags: 1 linked, 2 paused, 4 damaged, 8 draft,
 *		16 no_backup (since version 3); others must be 0
 *	text	company, name, phone, platform, status, reason, last_error,
 *		last_reason: each u8 length and that many bytes of UTF-8 without NUL
 *	u64be	since_ms, until_ms, cooldown_from_ms, last_error_ms (two's
 *		complement), state_version_limit
 *	u32be	last_code
 *	text	pinned_phone
 *	u32be	priority (two's complement)
 *	u64be	asked_ms (two's complement)
 *	text	proxy
 *	u64be	phone_seen_ms (two's complement)
 *	u8	replacing, below REPLACING_COUNT
 *
 * Nothing may follow. Version 1, of databases with schema 1, ended after
 * last_code and had no draft; version 2, of schema 2, after asked_ms. They
 * are read, and never written.
 */
#include "core/store/row.h"

#include <string.h>

#include "core/base/str.h"
#include "core/store/store.h"

#define VERSION 3

enum { FLAG_LINKED = 1, FLAG_PAUSED = 2, FLAG_DAMAGED = 4, FLAG_DRAFT = 8,
	FLAG_NO_BACKUP = 16 };

/* Those that each version knows. */
static const unsigned flags_of[VERSION + 1] = { 0, 7, 15, 31 };

static enum err
put_text(struct buf *out, const char *s)
{
	const size_t n = strlen(s);
	enum err err;

	if (n > UINT8_MAX || !str_is_utf8(s, n))
		return ERR_INVALID;
	if ((err = buf_u8(out, (uint8_t)n)) != ERR_OK)
		return err;
	return buf_append(out, s, n);
}

static enum err
put_u64(struct buf *out, uint64_t v)
{
	enum err err;

	if ((err = buf_u32be(out, (uint32_t)(v >> 32))) != ERR_OK)
		return err;
	return buf_u32be(out, (uint32_t)v);
}

enum err
row_encode(const struct company_row *row, struct buf *out)
{
	const unsigned flags = (row->linked ? FLAG_LINKED : 0u) |
	    (row->paused ? FLAG_PAUSED : 0u) |
	    (row->damaged ? FLAG_DAMAGED : 0u) |
	    (row->draft ? FLAG_DRAFT : 0u) |
	    (row->no_backup ? FLAG_NO_BACKUP : 0u);
	const size_t len = out->len;
	enum err err;

	if (!company_id_is_valid(row->company) ||
	    row->replacing >= REPLACING_COUNT)
		return ERR_INVALID;
	if ((err = buf_u8(out, VERSION)) != ERR_OK ||
	    (err = buf_u8(out, (uint8_t)flags)) != ERR_OK ||
	    (err = put_text(out, row->company)) != ERR_OK ||
	    (err = put_text(out, row->name)) != ERR_OK ||
	    (err = put_text(out, row->phone)) != ERR_OK ||
	    (err = put_text(out, row->platform)) != ERR_OK ||
	    (err = put_text(out, row->status)) != ERR_OK ||
	    (err = put_text(out, row->reason)) != ERR_OK ||
	    (err = put_text(out, row->last_error)) != ERR_OK ||
	    (err = put_text(out, row->last_reason)) != ERR_OK ||
	    (err = put_u64(out, (uint64_t)row->since_ms)) != ERR_OK ||
	    (err = put_u64(out, (uint64_t)row->until_ms)) != ERR_OK ||
	    (err = put_u64(out, (uint64_t)row->cooldown_from_ms)) != ERR_OK ||
	    (err = put_u64(out, (uint64_t)row->last_error_ms)) != ERR_OK ||
	    (err = put_u64(out, row->state_version_limit)) != ERR_OK ||
	    (err = buf_u32be(out, row->last_code)) != ERR_OK ||
	    (err = put_text(out, row->pinned_phone)) != ERR_OK ||
	    (err = buf_u32be(out, (uint32_t)row->priority)) != ERR_OK ||
	    (err = put_u64(out, (uint64_t)row->asked_ms)) != ERR_OK ||
	    (err = put_text(out, row->proxy)) != ERR_OK ||
	    (err = put_u64(out, (uint64_t)row->phone_seen_ms)) != ERR_OK ||
	    (err = buf_u8(out, (uint8_t)row->replacing)) != ERR_OK)
		buf_truncate(out, len);
	return err;
}

/* False when the text does not fit its field or is no text. */
static bool
get_text(struct reader *r, char *out, size_t size)
{
	const size_t n = reader_u8(r);
	const uint8_t *p = reader_bytes(r, n);

	if (p == NULL)
		return true;            /* the reader remembers */
	if (n >= size || memchr(p, '\0', n) != NULL ||
	    !str_is_utf8((const char *)p, n))
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static uint64_t
get_u64(struct reader *r)
{
	const uint64_t high = reader_u32be(r);

	return high << 32 | reader_u32be(r);
}

static bool
get_texts(struct reader *r, struct company_row *row)
{
	return get_text(r, row->company, sizeof row->company) &&
	    get_text(r, row->name, sizeof row->name) &&
	    get_text(r, row->phone, sizeof row->phone) &&
	    get_text(r, row->platform, sizeof row->platform) &&
	    get_text(r, row->status, sizeof row->status) &&
	    get_text(r, row->reason, sizeof row->reason) &&
	    get_text(r, row->last_error, sizeof row->last_error) &&
	    get_text(r, row->last_reason, sizeof row->last_reason);
}

/* What version 2 added. */
static bool
get_settings(struct reader *r, struct company_row *row)
{
	if (!get_text(r, row->pinned_phone, sizeof row->pinned_phone))
		return false;
	row->priority = (int32_t)reader_u32be(r);
	row->asked_ms = (int64_t)get_u64(r);
	return true;
}

/* What version 3 added. */
static bool
get_fleet(struct reader *r, struct company_row *row)
{
	unsigned replacing;

	if (!get_text(r, row->proxy, sizeof row->proxy))
		return false;
	row->phone_seen_ms = (int64_t)get_u64(r);
	replacing = reader_u8(r);
	if (replacing >= REPLACING_COUNT)
		return false;
	row->replacing = (enum replacing)replacing;
	return true;
}

static bool
is_known(unsigned version, unsigned flags)
{
	return version >= 1 && version <= VERSION &&
	    (flags & ~flags_of[version]) == 0;
}

enum err
row_decode(const void *p, size_t n, struct company_row *out)
{
	struct company_row row = { .name = "" };
	struct reader r;
	unsigned version, flags;

	reader_init(&r, p, n);
	version = reader_u8(&r);
	flags = reader_u8(&r);
	if (reader_ok(&r) && !is_known(version, flags))
		return ERR_UNSUPPORTED;
	if (!get_texts(&r, &row))
		return ERR_MALFORMED;
	row.linked = (flags & FLAG_LINKED) != 0;
	row.paused = (flags & FLAG_PAUSED) != 0;
	row.damaged = (flags & FLAG_DAMAGED) != 0;
	row.draft = (flags & FLAG_DRAFT) != 0;
	row.no_backup = (flags & FLAG_NO_BACKUP) != 0;
	row.since_ms = (int64_t)get_u64(&r);
	row.until_ms = (int64_t)get_u64(&r);
	row.cooldown_from_ms = (int64_t)get_u64(&r);
	row.last_error_ms = (int64_t)get_u64(&r);
	row.state_version_limit = get_u64(&r);
	row.last_code = reader_u32be(&r);
	if ((version > 1 && !get_settings(&r, &row)) ||
	    (version > 2 && !get_fleet(&r, &row)))
		return ERR_MALFORMED;
	if (!reader_ok(&r))
		return ERR_TRUNCATED;
	if (!reader_is_end(&r))
		return ERR_TRAILING;
	if (!company_id_is_valid(row.company))
		return ERR_MALFORMED;
	*out = row;
	return ERR_OK;
}
