/*
 * A token's record, version 1:
 *
 *	u8	version, 1
 *	u8	role: 0 share, 1 company, 2 admin
 *	u8	flags: 1 spent (of share only); others must be 0
 *	text	id, name, company, prefix: each u16be length and that many
 *		bytes of UTF-8 without control characters
 *	32	keyed hash of the token's text
 *	u64be	created_ms, expires_ms, last_used_ms, revoked_ms (two's
 *		complement)
 *
 * Nothing may follow.
 */
#include "core/store/token_record.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define VERSION 1
#define FLAG_SPENT 1u

bool
token_id_is_valid(const char *id)
{
	return strlen(id) == TOKEN_ID_LEN &&
	    strspn(id, "abcdefghijklmnopqrstuvwxyz234567") == TOKEN_ID_LEN;
}

/* Nothing in it moves a cursor or forges a line where it is shown. */
static bool
is_plain(const char *text)
{
	char cleaned[TOKEN_NAME_MAX + 1];

	str_clean(cleaned, sizeof cleaned, text, strlen(text));
	return strcmp(cleaned, text) == 0;
}

bool
token_name_is_valid(const char *name)
{
	size_t characters = 0;

	if (!is_plain(name))
		return false;
	for (const char *p = name; *p != '\0'; p++)
		characters += ((unsigned char)*p & 0xc0) != 0x80;
	return characters >= 1 && characters <= TOKEN_NAME_CHARS;
}

static bool
is_sound(const struct token_record *r)
{
	const struct token_info *i = &r->info;

	return token_id_is_valid(i->id) && token_name_is_valid(i->name) &&
	    (unsigned)i->role < TOKEN_ROLE_COUNT &&
	    (i->role == TOKEN_ADMIN ? i->company[0] == '\0'
	    : company_id_is_valid(i->company)) &&
	    strlen(i->prefix) == TOKEN_PREFIX_LEN && is_plain(i->prefix) &&
	    (!i->spent || i->role == TOKEN_SHARE);
}

static enum err
put_text(struct buf *out, const char *s)
{
	const size_t n = strlen(s);
	enum err err;

	if ((err = buf_u16be(out, (uint16_t)n)) != ERR_OK)
		return err;
	return buf_append(out, s, n);
}

static enum err
put_time(struct buf *out, int64_t ms)
{
	enum err err;

	if ((err = buf_u32be(out, (uint32_t)((uint64_t)ms >> 32))) != ERR_OK)
		return err;
	return buf_u32be(out, (uint32_t)ms);
}

enum err
token_record_encode(const struct token_record *r, struct buf *out)
{
	const struct token_info *i = &r->info;
	const size_t len = out->len;
	enum err err;

	if (!is_sound(r))
		return ERR_INVALID;
	if ((err = buf_u8(out, VERSION)) != ERR_OK ||
	    (err = buf_u8(out, (uint8_t)i->role)) != ERR_OK ||
	    (err = buf_u8(out, i->spent ? FLAG_SPENT : 0)) != ERR_OK ||
	    (err = put_text(out, i->id)) != ERR_OK ||
	    (err = put_text(out, i->name)) != ERR_OK ||
	    (err = put_text(out, i->company)) != ERR_OK ||
	    (err = put_text(out, i->prefix)) != ERR_OK ||
	    (err = buf_append(out, r->hash, sizeof r->hash)) != ERR_OK ||
	    (err = put_time(out, i->created_ms)) != ERR_OK ||
	    (err = put_time(out, i->expires_ms)) != ERR_OK ||
	    (err = put_time(out, i->last_used_ms)) != ERR_OK ||
	    (err = put_time(out, i->revoked_ms)) != ERR_OK)
		buf_truncate(out, len);
	return err;
}

/* False when the text does not fit its field or has a NUL. */
static bool
get_text(struct reader *r, char *out, size_t size)
{
	const size_t n = reader_u16be(r);
	const uint8_t *p = reader_bytes(r, n);

	if (p == NULL)
		return true;            /* the reader remembers */
	if (n >= size || memchr(p, '\0', n) != NULL)
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static bool
get_texts(struct reader *r, struct token_info *i)
{
	return get_text(r, i->id, sizeof i->id) &&
	    get_text(r, i->name, sizeof i->name) &&
	    get_text(r, i->company, sizeof i->company) &&
	    get_text(r, i->prefix, sizeof i->prefix);
}

static int64_t
get_time(struct reader *r)
{
	const uint64_t high = reader_u32be(r);

	return (int64_t)(high << 32 | reader_u32be(r));
}

enum err
token_record_decode(const uint8_t *p, size_t n, struct token_record *out)
{
	struct token_record t = { .info = { .name = "" } };
	struct reader r;
	unsigned flags;
	bool fits;

	reader_init(&r, p, n);
	if (reader_u8(&r) != VERSION)
		return n == 0 ? ERR_TRUNCATED : ERR_UNSUPPORTED;
	t.info.role = (enum token_role)reader_u8(&r);
	flags = reader_u8(&r);
	fits = get_texts(&r, &t.info);
	reader_copy(&r, t.hash, sizeof t.hash);
	t.info.created_ms = get_time(&r);
	t.info.expires_ms = get_time(&r);
	t.info.last_used_ms = get_time(&r);
	t.info.revoked_ms = get_time(&r);
	t.info.spent = (flags & FLAG_SPENT) != 0;
	if (!fits)
		return ERR_MALFORMED;
	if (!reader_ok(&r))
		return ERR_TRUNCATED;
	if (!reader_is_end(&r))
		return ERR_TRAILING;
	if ((flags & ~FLAG_SPENT) != 0 || !is_sound(&t))
		return ERR_MALFORMED;
	*out = t;
	return ERR_OK;
}
