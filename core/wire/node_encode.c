/* The form of a node is at the top of node_decode.c. */
#include "core/wire/node.h"

#include "core/wire/node_tree.h"
#include "core/wire/text.h"
#include "core/wire/wire_tag.h"

#define LIST_COUNT_MAX 0xffffu

static enum err
write_count(struct buf *out, size_t count)
{
	const uint8_t wide[] = { WIRE_LIST_16, (uint8_t)(count >> 8),
	    (uint8_t)count };

	if (count == 0)
		return buf_u8(out, WIRE_LIST_EMPTY);
	if (count < 0x100)
		return buf_u16be(out, (uint16_t)(WIRE_LIST_8 << 8 | count));
	if (count > LIST_COUNT_MAX)
		return ERR_TOO_LARGE;
	return buf_append(out, wide, sizeof wide);
}

static enum err write_node(const struct node *node, unsigned depth,
    struct buf *out);

static enum err
write_children(const struct node *node, unsigned depth, struct buf *out)
{
	const struct node *child;
	enum err err;

	if ((err = write_count(out, node->list.count)) != ERR_OK)
		return err;
	for (child = node->list.first; child != NULL; child = child->next) {
		if ((err = write_node(child, depth + 1, out)) != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static enum err
write_content(const struct node *node, unsigned depth, struct buf *out)
{
	switch (node->content) {
	case NODE_TEXT:
		return text_write(out, node->data);
	case NODE_BYTES:
		return text_write_bytes(out, node->data.s, node->data.n);
	case NODE_CHILDREN:
		return write_children(node, depth, out);
	case NODE_EMPTY:
		break;
	}
	return ERR_OK;
}

/* Recursion ends where our own decoder would refuse. */
static enum err
write_node(const struct node *node, unsigned depth, struct buf *out)
{
	const size_t count = 1 + 2 * (size_t)node->attr_count +
	    (node->content != NODE_EMPTY);
	enum err err;

	if (depth > NODE_DEPTH_MAX)
		return ERR_TOO_DEEP;
	if ((err = write_count(out, count)) != ERR_OK ||
	    (err = text_write(out, node->tag)) != ERR_OK)
		return err;
	for (uint32_t i = 0; i < node->attr_count; i++) {
		if ((err = text_write(out, node->attrs[i].key)) != ERR_OK ||
		    (err = text_write(out, node->attrs[i].value)) != ERR_OK)
			return err;
	}
	return write_content(node, depth, out);
}

enum err
node_encode(const struct node *node, struct buf *out)
{
	enum err err;

	if ((err = buf_u8(out, 0)) != ERR_OK)
		return err;
	return write_node(node, 1, out);
}
