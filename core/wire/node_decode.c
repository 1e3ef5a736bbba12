/*
 * Frame: one flag byte, then a node, deflated if the flag says so.
 *
 * Node: a list header with a count c, the tag, (c - 1) / 2 pairs of key and
 * value, and the content when c is even. Content is a list of nodes, bytes,
 * or a string in one of the short forms (text_decode.c). A list header is
 * LIST_EMPTY, LIST_8 and u8, or LIST_16 and u16be.
 *
 * Hostile input: a count is compared with the bytes left before anything of
 * its size is allocated; depth, nodes, attributes and inflated bytes have
 * ceilings (node.h).
 */
#include "core/wire/node.h"

#include <zlib.h>

#include "core/wire/arena.h"
#include "core/wire/node_tree.h"
#include "core/wire/text.h"
#include "core/wire/wire_tag.h"

#define FLAG_ZLIB 0x02u
#define INFLATE_STEP 8192

struct decoder {
	struct text_source text;
	uint32_t nodes, attrs;          /* so far, in the whole tree */
};

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
		count = reader_u8(&d->text.in);
	else if (tag == WIRE_LIST_16)
		count = reader_u16be(&d->text.in);
	if (!reader_ok(&d->text.in) || count > d->text.in.left)
		return ERR_TRUNCATED;
	*out = count;
	return ERR_OK;
}

static enum err
read_attr(struct decoder *d, struct node *node)
{
	struct attr attr, *same;
	enum err err;

	if ((err = text_read(&d->text, &attr.key)) != ERR_OK ||
	    (err = text_read(&d->text, &attr.value)) != ERR_OK)
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
	node->attrs = arena_alloc(d->text.arena, count * sizeof *node->attrs);
	if (node->attrs == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		if ((err = read_attr(d, node)) != ERR_OK)
			return err;
	}
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
	const uint8_t tag = reader_u8(&d->text.in);

	if (!reader_ok(&d->text.in))
		return ERR_TRUNCATED;
	if (is_list(tag))
		return read_children(d, tag, depth, node);
	if (tag >= WIRE_BINARY_8 && tag <= WIRE_BINARY_32) {
		node->content = NODE_BYTES;
		return text_read_bytes(&d->text, tag, &node->data);
	}
	node->content = NODE_TEXT;
	return text_read_tagged(&d->text, tag, &node->data);
}

/* Recursion ends at NODE_DEPTH_MAX. */
static enum err
read_node(struct decoder *d, unsigned depth, struct node **out)
{
	const uint8_t tag = reader_u8(&d->text.in);
	struct node *node;
	size_t count;
	enum err err;

	if (!reader_ok(&d->text.in))
		return ERR_TRUNCATED;
	if (depth > NODE_DEPTH_MAX)
		return ERR_TOO_DEEP;
	if (++d->nodes > NODE_COUNT_MAX)
		return ERR_TOO_LARGE;
	if ((err = read_count(d, tag, &count)) != ERR_OK)
		return err;
	if (count == 0)
		return ERR_MALFORMED;
	if ((node = node_alloc(d->text.arena)) == NULL)
		return ERR_NO_MEMORY;
	if ((err = text_read(&d->text, &node->tag)) != ERR_OK)
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

	reader_init(&d.text.in, body, n);
	if (n == 1 && *d.text.in.p == WIRE_STREAM_END)
		reader_init(&d.text.in, stream_end, sizeof stream_end);
	/* a tree takes some four times its bytes on the wire */
	if ((d.text.arena = arena_create(4 * n)) == NULL)
		return ERR_NO_MEMORY;
	if ((err = read_node(&d, 1, &node)) != ERR_OK) {
		arena_destroy(d.text.arena);
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
	if ((p[0] & FLAG_ZLIB) == 0)
		return decode_body(p + 1, n - 1, out);
	buf_init(&plain, NODE_INFLATED_MAX);
	if ((err = inflate_body(p + 1, n - 1, &plain)) == ERR_OK)
		err = decode_body(plain.data, plain.len, out);
	buf_finish(&plain);
	return err;
}
