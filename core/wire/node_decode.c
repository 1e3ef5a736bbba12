/*
 * Frame: one flag byte, then a node, deflated if the flag says so.
 *
 * Node: a list header with a count c, the tag, (c - 1) / 2 pairs of key and
 * value, and the content when c is even. Content is a list of nodes, bytes,
 * or a string in one of the short forms. A list header is LIST_EMPTY, LIST_8
 * and u8, or LIST_16 and u16be.
 *
 * Everything is read from a hostile peer: a count is compared with the bytes
 * left before anything of its size is allocated, depth, nodes and attributes
 * have ceilings (node.h), addresses do not nest, and text holds no NUL, so
 * that nothing hides behind what strcmp sees.
 */
#include "core/wire/node.h"

#include <string.h>

#include <zlib.h>

#include "core/base/str.h"
#include "core/wire/arena.h"
#include "core/wire/node_tree.h"
#include "core/wire/node_wire.h"
#include "core/wire/token.h"
#include "core/wire/utf8.h"

#define INFLATE_STEP 8192

struct decoder {
	struct reader in;
	struct arena *arena;
	uint32_t nodes, attrs;          /* so far, in the whole tree */
};

/* --- strings --------------------------------------------------------------- */

static enum err
read_token(struct decoder *d, uint8_t tag, struct text *out)
{
	unsigned id = tag;

	if (tag >= WIRE_DICTIONARY_0)
		id = 256 * (id - WIRE_DICTIONARY_0 + 1) + reader_u8(&d->in);
	if (!reader_ok(&d->in))
		return ERR_TRUNCATED;
	out->s = token_text(id, &out->n);
	return out->s == NULL ? ERR_UNSUPPORTED : ERR_OK;
}

/*
 * A length byte, then two characters a byte. Bit 7: the last half byte is
 * filler, which some send as 15 and others as anything.
 */
static enum err
read_packed(struct decoder *d, uint8_t tag, struct text *out)
{
	static const char nibbles[] = "0123456789-.", hex[] = "0123456789ABCDEF";
	const char *alphabet = tag == WIRE_HEX_8 ? hex : nibbles;
	const size_t letters = tag == WIRE_HEX_8 ? 16 : 12;
	const uint8_t head = reader_u8(&d->in);
	const uint8_t *p = reader_bytes(&d->in, head & WIRE_PACKED_MAX);
	const size_t n = 2 * (size_t)(head & WIRE_PACKED_MAX);
	const size_t chars = (head & 0x80) != 0 && n > 0 ? n - 1 : n;
	char *s;

	if (!reader_ok(&d->in))
		return ERR_TRUNCATED;
	if ((s = arena_bytes(d->arena, chars + 1)) == NULL)
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
read_raw(struct decoder *d, uint8_t tag, size_t *n)
{
	if (tag == WIRE_BINARY_8)
		*n = reader_u8(&d->in);
	else if (tag == WIRE_BINARY_20)
		*n = reader_u24be(&d->in) & 0xfffffu;
	else
		*n = reader_u32be(&d->in);
	return reader_bytes(&d->in, *n);
}

/* n bytes and a NUL; NULL when out of memory. */
static char *
keep(struct decoder *d, const void *p, size_t n)
{
	char *copy = arena_bytes(d->arena, n + 1);

	if (copy == NULL)
		return NULL;
	if (n > 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

static enum err
read_raw_text(struct decoder *d, uint8_t tag, struct text *out)
{
	const char *s = (const char *)read_raw(d, tag, &out->n);
	char *copy;
	size_t n;

	if (!reader_ok(&d->in))
		return ERR_TRUNCATED;
	if (out->n > 0 && memchr(s, '\0', out->n) != NULL)
		return ERR_MALFORMED;
	if (str_is_utf8(s, out->n)) {
		out->s = keep(d, s, out->n);
		return out->s == NULL ? ERR_NO_MEMORY : ERR_OK;
	}
	n = utf8_repair(s, out->n, NULL);
	if ((copy = arena_bytes(d->arena, n + 1)) == NULL)
		return ERR_NO_MEMORY;
	utf8_repair(s, out->n, copy);
	copy[n] = '\0';
	*out = (struct text){ copy, n };
	return ERR_OK;
}

/* Any string but an address; LIST_EMPTY stands for the empty one. */
static enum err
read_plain(struct decoder *d, uint8_t tag, struct text *out)
{
	if (tag == WIRE_LIST_EMPTY) {
		*out = (struct text){ "", 0 };
		return ERR_OK;
	}
	if (tag <= WIRE_DICTIONARY_3)
		return read_token(d, tag, out);
	switch (tag) {
	case WIRE_HEX_8:
	case WIRE_NIBBLE_8:
		return read_packed(d, tag, out);
	case WIRE_BINARY_8:
	case WIRE_BINARY_20:
	case WIRE_BINARY_32:
		return read_raw_text(d, tag, out);
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
join_address(struct decoder *d, const struct address *a, struct text *out)
{
	const size_t prefix_len = strlen(a->prefix);
	char device[sizeof ":65535"] = "", *s, *p;
	size_t device_len;

	if (a->server.n == 0)
		return ERR_MALFORMED;
	if (a->device != 0)
		str_format(device, sizeof device, ":%u", a->device);
	device_len = strlen(device);
	out->n = prefix_len + a->user.n + device_len + 1 + a->server.n;
	if ((s = p = arena_bytes(d->arena, out->n + 1)) == NULL)
		return ERR_NO_MEMORY;
	memcpy(p, a->prefix, prefix_len);
	memcpy(p += prefix_len, a->user.s, a->user.n);
	memcpy(p += a->user.n, device, device_len);
	*(p += device_len) = '@';
	memcpy(p + 1, a->server.s, a->server.n + 1);
	out->s = s;
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
read_part(struct decoder *d, struct text *out)
{
	const uint8_t tag = reader_u8(&d->in);

	return reader_ok(&d->in) ? read_plain(d, tag, out) : ERR_TRUNCATED;
}

static enum err
read_pair_address(struct decoder *d, struct address *a)
{
	enum err err;

	if ((err = read_part(d, &a->user)) != ERR_OK)
		return err;
	return read_part(d, &a->server);
}

static enum err
read_ad_address(struct decoder *d, struct address *a)
{
	enum err err;

	a->server = server_of_domain(reader_u8(&d->in));
	a->device = reader_u8(&d->in);
	if ((err = read_part(d, &a->user)) != ERR_OK)
		return err;
	return a->user.n == 0 ? ERR_MALFORMED : ERR_OK;
}

/* FB_JID and, with one more number, INTEROP_JID */
static enum err
read_wide_address(struct decoder *d, bool interop, struct address *a)
{
	enum err err;

	if ((err = read_part(d, &a->user)) != ERR_OK)
		return err;
	a->device = reader_u16be(&d->in);
	if (interop)
		str_format(a->prefix, sizeof a->prefix, "%u-",
		    (unsigned)reader_u16be(&d->in));
	return read_part(d, &a->server);
}

static enum err
read_address(struct decoder *d, uint8_t tag, struct text *out)
{
	struct address a = { .device = 0 };
	enum err err;

	if (tag == WIRE_AD_JID)
		err = read_ad_address(d, &a);
	else if (tag == WIRE_JID_PAIR)
		err = read_pair_address(d, &a);
	else
		err = read_wide_address(d, tag == WIRE_INTEROP_JID, &a);
	return err == ERR_OK ? join_address(d, &a, out) : err;
}

static enum err
read_text_of(struct decoder *d, uint8_t tag, struct text *out)
{
	if (tag == WIRE_JID_PAIR ||
	    (tag >= WIRE_INTEROP_JID && tag <= WIRE_AD_JID))
		return read_address(d, tag, out);
	return read_plain(d, tag, out);
}

static enum err
read_text(struct decoder *d, struct text *out)
{
	const uint8_t tag = reader_u8(&d->in);

	return reader_ok(&d->in) ? read_text_of(d, tag, out) : ERR_TRUNCATED;
}

/* --- the tree -------------------------------------------------------------- */

static bool
is_list(uint8_t tag)
{
	return tag == WIRE_LIST_EMPTY || tag == WIRE_LIST_8 ||
	    tag == WIRE_LIST_16;
}

/* Each element takes a byte at least: more than are left cannot be there. */
static enum err
read_count(struct decoder *d, uint8_t tag, size_t *out)
{
	size_t count = 0;

	if (!is_list(tag))
		return ERR_MALFORMED;
	if (tag == WIRE_LIST_8)
		count = reader_u8(&d->in);
	else if (tag == WIRE_LIST_16)
		count = reader_u16be(&d->in);
	if (!reader_ok(&d->in) || count > d->in.left)
		return ERR_TRUNCATED;
	*out = count;
	return ERR_OK;
}

static enum err
read_attr(struct decoder *d, struct node *node)
{
	struct attr attr, *same;
	enum err err;

	if ((err = read_text(d, &attr.key)) != ERR_OK ||
	    (err = read_text(d, &attr.value)) != ERR_OK)
		return err;
	if ((same = node_find_attr(node, attr.key)) != NULL)
		same->value = attr.value;
	else
		node->attrs[node->attr_count++] = attr;
	return ERR_OK;
}

static enum err
read_attrs(struct decoder *d, struct node *node, size_t count)
{
	enum err err;

	if (count == 0)
		return ERR_OK;
	if (count > NODE_ATTRS_MAX ||
	    count > NODE_ATTRS_TOTAL_MAX - d->attrs)
		return ERR_TOO_LARGE;
	d->attrs += (uint32_t)count;
	node->attr_cap = (uint32_t)count;
	node->attrs = arena_alloc(d->arena, count * sizeof *node->attrs);
	if (node->attrs == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		if ((err = read_attr(d, node)) != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static enum err
read_bytes(struct decoder *d, uint8_t tag, struct node *node)
{
	const uint8_t *p = read_raw(d, tag, &node->data.n);

	if (!reader_ok(&d->in))
		return ERR_TRUNCATED;
	if ((node->data.s = keep(d, p, node->data.n)) == NULL)
		return ERR_NO_MEMORY;
	node->content = NODE_BYTES;
	return ERR_OK;
}

static enum err read_node(struct decoder *d, unsigned depth,
    struct node **out);

static enum err
read_children(struct decoder *d, uint8_t tag, unsigned depth,
    struct node *node)
{
	struct node *child;
	size_t count;
	enum err err;

	if ((err = read_count(d, tag, &count)) != ERR_OK)
		return err;
	node_make_list(node);
	for (; count > 0; count--) {
		if ((err = read_node(d, depth + 1, &child)) != ERR_OK)
			return err;
		node_append(node, child);
	}
	return ERR_OK;
}

static enum err
read_content(struct decoder *d, unsigned depth, struct node *node)
{
	const uint8_t tag = reader_u8(&d->in);
	enum err err;

	if (!reader_ok(&d->in))
		return ERR_TRUNCATED;
	if (is_list(tag))
		return read_children(d, tag, depth, node);
	if (tag >= WIRE_BINARY_8 && tag <= WIRE_BINARY_32)
		return read_bytes(d, tag, node);
	if ((err = read_text_of(d, tag, &node->data)) == ERR_OK)
		node->content = NODE_TEXT;
	return err;
}

/* Recursion ends at NODE_DEPTH_MAX. */
static enum err
read_node(struct decoder *d, unsigned depth, struct node **out)
{
	const uint8_t tag = reader_u8(&d->in);
	struct node *node;
	size_t count;
	enum err err;

	if (!reader_ok(&d->in))
		return ERR_TRUNCATED;
	if (depth > NODE_DEPTH_MAX)
		return ERR_TOO_DEEP;
	if (++d->nodes > NODE_COUNT_MAX)
		return ERR_TOO_LARGE;
	if ((err = read_count(d, tag, &count)) != ERR_OK)
		return err;
	if (count == 0)
		return ERR_MALFORMED;
	if ((node = node_alloc(d->arena)) == NULL)
		return ERR_NO_MEMORY;
	if ((err = read_text(d, &node->tag)) != ERR_OK)
		return err;
	if (node->tag.n == 0)
		return ERR_MALFORMED;
	if ((err = read_attrs(d, node, (count - 1) / 2)) != ERR_OK ||
	    (count % 2 == 0 && (err = read_content(d, depth, node)) != ERR_OK))
		return err;
	*out = node;
	return ERR_OK;
}

static enum err
decode_body(const void *body, size_t n, struct node **out)
{
	static const uint8_t stream_end[] = { WIRE_LIST_8, 1, WIRE_STREAM_END };
	struct decoder d = { .nodes = 0 };
	struct node *node = NULL;
	enum err err;

	reader_init(&d.in, body, n);
	if (n == 1 && *d.in.p == WIRE_STREAM_END)
		reader_init(&d.in, stream_end, sizeof stream_end);
	/* a tree takes some four times its bytes on the wire */
	if ((d.arena = arena_create(4 * n)) == NULL)
		return ERR_NO_MEMORY;
	if ((err = read_node(&d, 1, &node)) != ERR_OK) {
		arena_destroy(d.arena);
		return err;
	}
	*out = node;
	return ERR_OK;
}

/* --- compressed frames ----------------------------------------------------- */

static enum err
inflate_all(z_stream *z, struct buf *out)
{
	uint8_t step[INFLATE_STEP];
	enum err err;
	int result;

	do {
		z->next_out = step;
		z->avail_out = sizeof step;
		result = inflate(z, Z_NO_FLUSH);
		if (result == Z_MEM_ERROR)
			return ERR_NO_MEMORY;
		if (result != Z_OK && result != Z_STREAM_END &&
		    result != Z_BUF_ERROR)
			return ERR_MALFORMED;
		if ((err = buf_append(out, step,
		    sizeof step - z->avail_out)) != ERR_OK)
			return err;
	} while (result == Z_OK);
	return result == Z_STREAM_END ? ERR_OK : ERR_TRUNCATED;
}

static enum err
inflate_body(const uint8_t *p, size_t n, struct buf *out)
{
	union {
		const uint8_t *in;
		Bytef *for_zlib;        /* which only reads, but says not so */
	} next = { p };
	z_stream z = { .next_in = next.for_zlib, .avail_in = (uInt)n };
	enum err err;

	if (inflateInit(&z) != Z_OK)
		return ERR_NO_MEMORY;
	err = inflate_all(&z, out);
	inflateEnd(&z);
	return err;
}

enum err
node_decode(const void *frame, size_t n, struct node **out)
{
	const uint8_t *p = frame;
	struct buf plain;
	enum err err;

	if (n == 0)
		return ERR_TRUNCATED;
	if (n > NODE_FRAME_MAX)
		return ERR_TOO_LARGE;
	if ((p[0] & NODE_FLAG_ZLIB) == 0)
		return decode_body(p + 1, n - 1, out);
	buf_init(&plain, NODE_INFLATED_MAX);
	if ((err = inflate_body(p + 1, n - 1, &plain)) == ERR_OK)
		err = decode_body(plain.data, plain.len, out);
	buf_finish(&plain);
	return err;
}
