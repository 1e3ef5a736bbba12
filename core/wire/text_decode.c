/*
 * A string starts with a tag byte (wire_tag.h): a token, two characters a
 * byte, a length and raw bytes, or an address whose parts are strings again.
 *
 * Hostile input: addresses do not nest, so there is no recursion; a length
 * is compared with the bytes left before it is allocated; text holds no NUL,
 * so that nothing hides behind what strcmp sees.
 */
#include "core/wire/text.h"

#include <string.h>

#include "core/base/str.h"
#include "core/wire/arena.h"
#include "core/wire/token.h"
#include "core/wire/utf8.h"
#include "core/wire/wire_tag.h"

/* --- strings --------------------------------------------------------------- */

static enum err
read_token(struct text_source *t, uint8_t tag, struct text *out)
{
	unsigned id = tag;
	struct text text;

	if (tag >= WIRE_DICTIONARY_0)
		id = 256 * (id - WIRE_DICTIONARY_0 + 1) + reader_u8(&t->in);
	if (!reader_ok(&t->in))
		return ERR_TRUNCATED;
	if ((text.s = token_text(id, &text.n)) == NULL)
		return ERR_UNSUPPORTED;
	*out = text;
	return ERR_OK;
}

/*
 * A length byte, then two characters a byte. Bit 7: the last half byte is
 * filler, which some send as 15 and others as anything.
 */
static enum err
read_packed(struct text_source *t, uint8_t tag, struct text *out)
{
	static const char nibbles[] = "0123456789-.", hex[] = "0123456789ABCDEF";
	const char *alphabet = tag == WIRE_HEX_8 ? hex : nibbles;
	const size_t letters = tag == WIRE_HEX_8 ? 16 : 12;
	const uint8_t head = reader_u8(&t->in);
	const uint8_t *p = reader_bytes(&t->in, head & WIRE_PACKED_MAX);
	const size_t n = 2 * (size_t)(head & WIRE_PACKED_MAX);
	const size_t chars = (head & 0x80) != 0 && n > 0 ? n - 1 : n;
	char *s;

	if (!reader_ok(&t->in))
		return ERR_TRUNCATED;
	if ((s = arena_bytes(t->arena, chars + 1)) == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < chars; i++) {
		const unsigned half = i % 2 == 0 ? p[i / 2] >> 4
		    : p[i / 2] & 0x0fu;

		if (half >= letters)
			return ERR_MALFORMED;
		s[i] = alphabet[half];
	}
	s[chars] = '\0';
	*out = (struct text){ s, chars };
	return ERR_OK;
}

static const uint8_t *
read_raw(struct text_source *t, uint8_t tag, size_t *n)
{
	if (tag == WIRE_BINARY_8)
		*n = reader_u8(&t->in);
	else if (tag == WIRE_BINARY_20)
		*n = reader_u24be(&t->in) & 0xfffffu;
	else
		*n = reader_u32be(&t->in);
	return reader_bytes(&t->in, *n);
}

static enum err
keep(struct text_source *t, const void *p, size_t n, struct text *out)
{
	char *copy = arena_bytes(t->arena, n + 1);

	if (copy == NULL)
		return ERR_NO_MEMORY;
	if (n > 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	*out = (struct text){ copy, n };
	return ERR_OK;
}

static enum err
read_raw_text(struct text_source *t, uint8_t tag, struct text *out)
{
	size_t n, repaired;
	const char *s = (const char *)read_raw(t, tag, &n);
	char *copy;

	if (!reader_ok(&t->in))
		return ERR_TRUNCATED;
	if (n > 0 && memchr(s, '\0', n) != NULL)
		return ERR_MALFORMED;
	if (str_is_utf8(s, n))
		return keep(t, s, n, out);
	repaired = utf8_repair(s, n, NULL);
	if ((copy = arena_bytes(t->arena, repaired + 1)) == NULL)
		return ERR_NO_MEMORY;
	utf8_repair(s, n, copy);
	copy[repaired] = '\0';
	*out = (struct text){ copy, repaired };
	return ERR_OK;
}

/* Any string but an address; LIST_EMPTY stands for the empty one. */
static enum err
read_plain(struct text_source *t, uint8_t tag, struct text *out)
{
	if (tag == WIRE_LIST_EMPTY) {
		*out = (struct text){ "", 0 };
		return ERR_OK;
	}
	if (tag <= WIRE_DICTIONARY_3)
		return read_token(t, tag, out);
	switch (tag) {
	case WIRE_HEX_8:
	case WIRE_NIBBLE_8:
		return read_packed(t, tag, out);
	case WIRE_BINARY_8:
	case WIRE_BINARY_20:
	case WIRE_BINARY_32:
		return read_raw_text(t, tag, out);
	case WIRE_LIST_8:
	case WIRE_LIST_16:
	case WIRE_INTEROP_JID:
	case WIRE_FB_JID:
	case WIRE_AD_JID:
	case WIRE_JID_PAIR:
		return ERR_MALFORMED;   /* addresses: inside another one */
	default:
		return ERR_UNSUPPORTED;
	}
}

/* --- addresses ------------------------------------------------------------- */

struct address {
	struct text user, server;
	unsigned device;
	char prefix[sizeof "65535-"];   /* the integrator of interop */
};

/* prefix user[:device]@server */
static enum err
join_address(struct text_source *t, const struct address *a, struct text *out)
{
	const size_t prefix_len = strlen(a->prefix);
	char device[sizeof ":65535"] = "", *s, *p;
	size_t device_len, n;

	if (a->server.n == 0)
		return ERR_MALFORMED;
	if (a->device != 0)
		str_format(device, sizeof device, ":%u", a->device);
	device_len = strlen(device);
	n = prefix_len + a->user.n + device_len + 1 + a->server.n;
	if ((s = p = arena_bytes(t->arena, n + 1)) == NULL)
		return ERR_NO_MEMORY;
	memcpy(p, a->prefix, prefix_len);
	memcpy(p += prefix_len, a->user.s, a->user.n);
	memcpy(p += a->user.n, device, device_len);
	*(p += device_len) = '@';
	memcpy(p + 1, a->server.s, a->server.n + 1);
	*out = (struct text){ s, n };
	return ERR_OK;
}

/* Unassigned domains are phone numbers to all clients that were looked at. */
static struct text
server_of_domain(uint8_t domain)
{
	switch (domain) {
	case WIRE_DOMAIN_LID:
		return (struct text){ "lid", 3 };
	case WIRE_DOMAIN_HOSTED:
		return (struct text){ "hosted", 6 };
	case WIRE_DOMAIN_HOSTED_LID:
		return (struct text){ "hosted.lid", 10 };
	default:
		return (struct text){ "s.whatsapp.net", 14 };
	}
}

static enum err
read_part(struct text_source *t, struct text *out)
{
	const uint8_t tag = reader_u8(&t->in);

	return reader_ok(&t->in) ? read_plain(t, tag, out) : ERR_TRUNCATED;
}

static enum err
read_pair_address(struct text_source *t, struct address *a)
{
	enum err err;

	if ((err = read_part(t, &a->user)) != ERR_OK)
		return err;
	return read_part(t, &a->server);
}

static enum err
read_ad_address(struct text_source *t, struct address *a)
{
	enum err err;

	a->server = server_of_domain(reader_u8(&t->in));
	a->device = reader_u8(&t->in);
	if ((err = read_part(t, &a->user)) != ERR_OK)
		return err;
	return a->user.n == 0 ? ERR_MALFORMED : ERR_OK;
}

/* FB_JID and, with one more number, INTEROP_JID */
static enum err
read_wide_address(struct text_source *t, bool interop, struct address *a)
{
	enum err err;

	if ((err = read_part(t, &a->user)) != ERR_OK)
		return err;
	a->device = reader_u16be(&t->in);
	if (interop)
		str_format(a->prefix, sizeof a->prefix, "%u-",
		    (unsigned)reader_u16be(&t->in));
	return read_part(t, &a->server);
}

static enum err
read_address(struct text_source *t, uint8_t tag, struct text *out)
{
	struct address a = { .device = 0 };
	enum err err;

	if (tag == WIRE_AD_JID)
		err = read_ad_address(t, &a);
	else if (tag == WIRE_JID_PAIR)
		err = read_pair_address(t, &a);
	else
		err = read_wide_address(t, tag == WIRE_INTEROP_JID, &a);
	return err == ERR_OK ? join_address(t, &a, out) : err;
}

enum err
text_read_tagged(struct text_source *t, uint8_t tag, struct text *out)
{
	if (tag == WIRE_JID_PAIR ||
	    (tag >= WIRE_INTEROP_JID && tag <= WIRE_AD_JID))
		return read_address(t, tag, out);
	return read_plain(t, tag, out);
}

enum err
text_read(struct text_source *t, struct text *out)
{
	const uint8_t tag = reader_u8(&t->in);

	return reader_ok(&t->in) ? text_read_tagged(t, tag, out) : ERR_TRUNCATED;
}

enum err
text_read_bytes(struct text_source *t, uint8_t tag, struct text *out)
{
	size_t n;
	const uint8_t *p = read_raw(t, tag, &n);

	return reader_ok(&t->in) ? keep(t, p, n, out) : ERR_TRUNCATED;
}
