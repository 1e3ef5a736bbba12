/*
 *	u8	version, 1
 *	u8	count, at most LINKS_MAX
 *	count times:
 *	u32be	high and low half of at_ms (two's complement)
 *	text	phone, platform: each u8 length and that many bytes of UTF-8
 *
 * Nothing may follow.
 */
#include "core/session/links.h"

#include <string.h>

#include "core/base/str.h"

#define VERSION 1

void
links_add(struct links *l, const struct link_record *record)
{
	if (l->count < LINKS_MAX)
		l->count++;
	memmove(l->at + 1, l->at, (l->count - 1) * sizeof l->at[0]);
	l->at[0] = *record;
}

static enum err
put_text(struct buf *out, const char *s)
{
	const size_t n = strlen(s);
	enum err err;

	if ((err = buf_u8(out, (uint8_t)n)) != ERR_OK)
		return err;
	return buf_append(out, s, n);
}

enum err
links_encode(const struct links *l, struct buf *out)
{
	enum err err;

	if ((err = buf_u8(out, VERSION)) != ERR_OK ||
	    (err = buf_u8(out, (uint8_t)l->count)) != ERR_OK)
		return err;
	for (size_t i = 0; i < l->count; i++) {
		const struct link_record *at = &l->at[i];
		const uint64_t ms = (uint64_t)at->at_ms;

		if ((err = buf_u32be(out, (uint32_t)(ms >> 32))) != ERR_OK ||
		    (err = buf_u32be(out, (uint32_t)ms)) != ERR_OK ||
		    (err = put_text(out, at->phone)) != ERR_OK ||
		    (err = put_text(out, at->platform)) != ERR_OK)
			return err;
	}
	return ERR_OK;
}

/* False when it does not fit or is no text. */
static bool
get_text(struct reader *r, char *out, size_t size)
{
	const size_t n = reader_u8(r);
	const uint8_t *p = reader_bytes(r, n);

	if (p == NULL || n >= size || memchr(p, '\0', n) != NULL ||
	    !str_is_utf8((const char *)p, n))
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static bool
get_record(struct reader *r, struct link_record *out)
{
	const uint64_t high = reader_u32be(r);

	out->at_ms = (int64_t)(high << 32 | reader_u32be(r));
	return get_text(r, out->phone, sizeof out->phone) &&
	    get_text(r, out->platform, sizeof out->platform);
}

enum err
links_decode(const void *p, size_t n, struct links *out)
{
	struct links l = { 0 };
	struct reader r;
	unsigned version;
	size_t count;

	reader_init(&r, p, n);
	version = reader_u8(&r);
	count = reader_u8(&r);
	if (reader_ok(&r) && version > VERSION)
		return ERR_NEWER_SCHEMA;
	if (!reader_ok(&r) || version != VERSION || count > LINKS_MAX)
		return ERR_CORRUPT;
	for (; l.count < count; l.count++) {
		if (!get_record(&r, &l.at[l.count]))
			return ERR_CORRUPT;
	}
	if (!reader_is_end(&r))
		return ERR_CORRUPT;
	*out = l;
	return ERR_OK;
}
