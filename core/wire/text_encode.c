/*
 * Strings take the shortest form all clients choose: token, packed digits,
 * packed hex, address, raw. Tag bytes are in wire_tag.h.
 *
 * Addresses are split by their text alone, in a way that the decoder joins
 * to the same text again whatever the text is. What does not fit the short
 * address forms (a device on a group, one over 255) stays in the user part
 * of a plain pair.
 */
#include "core/wire/text.h"

#include <string.h>

#include "core/wire/token.h"
#include "core/wire/wire_tag.h"

/* --- strings --------------------------------------------------------------- */

static enum err
write_token(struct buf *out, unsigned id)
{
	if (id < 256)
		return buf_u8(out, (uint8_t)id);
	/* the dictionary's tag, then the index */
	return buf_u16be(out,
	    (uint16_t)(id + 256u * (WIRE_DICTIONARY_0 - 1)));
}

enum err
text_write_bytes(struct buf *out, const void *p, size_t n)
{
	enum err err;

	if (n > UINT32_MAX)
		return ERR_TOO_LARGE;
	if (n < 0x100)
		err = buf_u16be(out, (uint16_t)(WIRE_BINARY_8 << 8 | n));
	else if (n < 0x100000)
		err = buf_u32be(out, (uint32_t)WIRE_BINARY_20 << 24 |
		    (uint32_t)n);
	else if ((err = buf_u8(out, WIRE_BINARY_32)) == ERR_OK)
		err = buf_u32be(out, (uint32_t)n);
	return err == ERR_OK ? buf_append(out, p, n) : err;
}

/* The value of a packed character, 15 for one outside the alphabet. */
static uint8_t
nibble_value(char c)
{
	if (c >= '0' && c <= '9')
		return (uint8_t)(c - '0');
	return c == '-' ? 10 : c == '.' ? 11 : 15;
}

/* The same for hex, 16 for one outside the alphabet. */
static uint8_t
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return (uint8_t)(c - '0');
	return c >= 'A' && c <= 'F' ? (uint8_t)(c - 'A' + 10) : 16;
}

/* NIBBLE_8 or HEX_8, or LIST_EMPTY if s has other characters or too many. */
static uint8_t
packed_tag(struct text s)
{
	bool nibble = true, hex = true;

	if (s.n == 0 || s.n > WIRE_PACKED_MAX)
		return WIRE_LIST_EMPTY;
	for (size_t i = 0; i < s.n && (nibble || hex); i++) {
		nibble = nibble && nibble_value(s.s[i]) != 15;
		hex = hex && hex_value(s.s[i]) != 16;
	}
	if (!nibble && !hex)
		return WIRE_LIST_EMPTY;
	return nibble ? WIRE_NIBBLE_8 : WIRE_HEX_8;
}

static enum err
write_packed(struct buf *out, uint8_t tag, struct text s)
{
	uint8_t (*const value)(char) = tag == WIRE_HEX_8 ? hex_value
	    : nibble_value;
	const size_t whole = s.n / 2;
	uint8_t *p;
	enum err err;

	if ((err = buf_extend(out, 2 + (s.n + 1) / 2, &p)) != ERR_OK)
		return err;
	p[0] = tag;
	p[1] = (uint8_t)((s.n % 2) << 7 | (s.n + 1) / 2);
	for (size_t i = 0; i < whole; i++)
		p[2 + i] = (uint8_t)(value(s.s[2 * i]) << 4 |
		    value(s.s[2 * i + 1]));
	if (s.n % 2 != 0)
		p[2 + whole] = (uint8_t)(value(s.s[s.n - 1]) << 4 | 0x0f);
	return ERR_OK;
}

/* Any string, but not as an address. */
static enum err
write_plain(struct buf *out, struct text s)
{
	const unsigned id = token_find(s.s, s.n);
	uint8_t tag;

	if (id != 0)
		return write_token(out, id);
	if ((tag = packed_tag(s)) != WIRE_LIST_EMPTY)
		return write_packed(out, tag, s);
	return text_write_bytes(out, s.s, s.n);
}

/* --- addresses ------------------------------------------------------------- */

static bool
text_is(struct text text, const char *s)
{
	return text.n == strlen(s) && memcmp(text.s, s, text.n) == 0;
}

/* A decimal as the decoder would print it: no leading zeros. */
static bool
read_decimal(struct text text, unsigned max, unsigned *out)
{
	unsigned v = 0;

	if (text.n == 0 || text.n > 5 || (text.n > 1 && text.s[0] == '0'))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.s[i] < '0' || text.s[i] > '9')
			return false;
		v = v * 10 + (unsigned)(text.s[i] - '0');
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

/* Splits "user:device" at the last colon; device 1 to max, user not empty. */
static bool
split_device(struct text *user, unsigned max, unsigned *device)
{
	const char *colon = memrchr(user->s, ':', user->n);
	struct text digits;

	if (colon == NULL || colon == user->s)
		return false;
	digits.s = colon + 1;
	digits.n = user->n - (size_t)(digits.s - user->s);
	if (!read_decimal(digits, max, device) || *device == 0)
		return false;
	user->n = (size_t)(colon - user->s);
	return true;
}

/* Splits "integrator-user"; user not empty. */
static bool
split_integrator(struct text *user, unsigned *integrator)
{
	const char *dash = memchr(user->s, '-', user->n);
	struct text digits = { user->s, 0 };

	if (dash == NULL || dash + 1 == user->s + user->n)
		return false;
	digits.n = (size_t)(dash - user->s);
	if (!read_decimal(digits, 0xffff, integrator))
		return false;
	user->s = dash + 1;
	user->n -= digits.n + 1;
	return true;
}

static bool
domain_of_server(struct text server, uint8_t *out)
{
	if (text_is(server, "s.whatsapp.net"))
		*out = WIRE_DOMAIN_PN;
	else if (text_is(server, "lid"))
		*out = WIRE_DOMAIN_LID;
	else if (text_is(server, "hosted"))
		*out = WIRE_DOMAIN_HOSTED;
	else if (text_is(server, "hosted.lid"))
		*out = WIRE_DOMAIN_HOSTED_LID;
	else
		return false;
	return true;
}

static enum err
write_ad(struct buf *out, struct text user, uint8_t domain, unsigned device)
{
	const uint8_t head[] = { WIRE_AD_JID, domain, (uint8_t)device };
	enum err err;

	if ((err = buf_append(out, head, sizeof head)) != ERR_OK)
		return err;
	return write_plain(out, user);
}

static enum err
write_fb(struct buf *out, struct text user, unsigned device,
    struct text server)
{
	enum err err;

	if ((err = buf_u8(out, WIRE_FB_JID)) != ERR_OK ||
	    (err = write_plain(out, user)) != ERR_OK ||
	    (err = buf_u16be(out, (uint16_t)device)) != ERR_OK)
		return err;
	return write_plain(out, server);
}

static enum err
write_interop(struct buf *out, struct text user, unsigned device,
    unsigned integrator, struct text server)
{
	enum err err;

	if ((err = buf_u8(out, WIRE_INTEROP_JID)) != ERR_OK ||
	    (err = write_plain(out, user)) != ERR_OK ||
	    (err = buf_u16be(out, (uint16_t)device)) != ERR_OK ||
	    (err = buf_u16be(out, (uint16_t)integrator)) != ERR_OK)
		return err;
	return write_plain(out, server);
}

static enum err
write_pair(struct buf *out, struct text user, struct text server)
{
	enum err err;

	if ((err = buf_u8(out, WIRE_JID_PAIR)) != ERR_OK)
		return err;
	err = user.n == 0 ? buf_u8(out, WIRE_LIST_EMPTY)
	    : write_plain(out, user);
	return err == ERR_OK ? write_plain(out, server) : err;
}

static enum err
write_address(struct buf *out, struct text user, struct text server)
{
	struct text short_user = user;
	unsigned device, integrator;
	uint8_t domain;

	if (domain_of_server(server, &domain) &&
	    split_device(&short_user, 0xff, &device))
		return write_ad(out, short_user, domain, device);
	if (text_is(server, "msgr") &&
	    split_device(&short_user, 0xffff, &device))
		return write_fb(out, short_user, device, server);
	if (text_is(server, "interop") &&
	    split_device(&short_user, 0xffff, &device) &&
	    split_integrator(&short_user, &integrator))
		return write_interop(out, short_user, device, integrator,
		    server);
	return write_pair(out, user, server);
}

enum err
text_write(struct buf *out, struct text s)
{
	const char *at = s.n == 0 ? NULL : memchr(s.s, '@', s.n);
	struct text user, server;

	if (at == NULL || at + 1 == s.s + s.n)
		return write_plain(out, s);
	user = (struct text){ s.s, (size_t)(at - s.s) };
	server = (struct text){ at + 1, s.n - user.n - 1 };
	return write_address(out, user, server);
}
