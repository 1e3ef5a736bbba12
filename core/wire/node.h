/*
 * Binary nodes (WhatsApp's tokenised XML) to and from bytes, dictionary
 * version 3 (protocol notes 5 and 6). Pure: no I/O, no clock, no globals.
 *
 * Addresses are kept in their text form (core/wire/jid.h); an attribute
 * value or string content whose text parses as an address with '@' is
 * written with the address tags, as all clients do.
 */
#ifndef PAIRDESK_WIRE_NODE_H
#define PAIRDESK_WIRE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

#define NODE_FRAME_MAX 0xffffffu                /* bytes of one frame */
#define NODE_INFLATED_MAX (16u * 1024 * 1024)   /* zip bombs stop here */
#define NODE_DEPTH_MAX 128      /* real stanzas: under 12; spares the stack */
#define NODE_COUNT_MAX 100000   /* a large group's answer fits */
#define NODE_ATTRS_MAX 512      /* of one node; finding repeats is quadratic */
#define NODE_ATTRS_TOTAL_MAX (4 * NODE_COUNT_MAX)

enum node_content {
	NODE_EMPTY,             /* no content slot, or an empty list */
	NODE_TEXT,              /* token, packed or address on the wire */
	NODE_BYTES,
	NODE_CHILDREN
};

struct node;                    /* opaque; owned and freed as a tree */

/*
 * Parses one flag byte (0x02: zlib) and one node. Bytes that follow the node
 * are ignored: other clients do, and the frame was authenticated as a whole.
 * Sets *out only on ERR_OK; the caller destroys it. The end-of-stream frame
 * gives a node with the tag "xmlstreamend". All text in the tree is UTF-8
 * without NULs; broken UTF-8 becomes U+FFFD. Of a repeated attribute the last
 * value counts.
 * Errors: ERR_TRUNCATED, ERR_MALFORMED, ERR_TOO_LARGE, ERR_TOO_DEEP,
 * ERR_UNSUPPORTED (unassigned tag byte), ERR_NO_MEMORY.
 */
MUST_CHECK enum err node_decode(const void *frame, size_t n,
    struct node **out);

/*
 * Appends flag byte 00 and the node. Attributes keep their order.
 * Errors: those of out, ERR_TOO_DEEP, ERR_TOO_LARGE (over 65535 children),
 * after which out may hold part of the node.
 */
MUST_CHECK enum err node_encode(const struct node *node, struct buf *out);

/*
 * Building: everything is copied and memory is only given back with the
 * tree, so trees are made, sent and destroyed, not edited for long.
 */
struct node *node_create(const char *tag);
/* The root of a tree only; NULL is a no-op. */
void node_destroy(struct node *node);

/* An existing key keeps its place and gets the value; NULL drops it. */
void node_set(struct node *node, const char *key, const char *value);
void node_set_u64(struct node *node, const char *key, uint64_t value);

/* Content: each replaces what was there. */
void node_set_text(struct node *node, const char *text);
void node_set_bytes(struct node *node, const void *p, size_t n);
/* A list of children, still empty: written as such, unlike no content. */
void node_set_list(struct node *node);

/*
 * Appends a child (the root of its tree until then) and takes it over.
 * Returns child, for building in place.
 */
struct node *node_add(struct node *node, struct node *child);
/* node_add(node, node_create(tag)) */
struct node *node_add_new(struct node *node, const char *tag);

const char *node_tag(const struct node *node);
bool node_is(const struct node *node, const char *tag);

/* Borrowed, NUL-terminated; NULL when absent. */
const char *node_attr(const struct node *node, const char *key);
/* Whether the attribute is there and equals value. */
bool node_attr_is(const struct node *node, const char *key, const char *value);
/* False when absent or no decimal number up to max. */
bool node_attr_u64(const struct node *node, const char *key, uint64_t max,
    uint64_t *out);
size_t node_attr_count(const struct node *node);
/* i < count; borrowed */
void node_attr_at(const struct node *node, size_t i, const char **key,
    const char **value);

enum node_content node_content(const struct node *node);
/*
 * Text or bytes alike, since senders use either for the same thing. Borrowed;
 * *n gets the length; NULL and 0 when there are children or nothing. The data
 * is followed by a NUL that is not counted.
 */
const uint8_t *node_bytes(const struct node *node, size_t *n);

/* First child, or NULL; next sibling, or NULL. Borrowed. */
const struct node *node_first(const struct node *node);
const struct node *node_next(const struct node *node);
/* First child with this tag, or NULL; node may be NULL. */
const struct node *node_child(const struct node *node, const char *tag);
/* node_bytes of that child; NULL and 0 as well when there is none */
const uint8_t *node_child_bytes(const struct node *node, const char *tag,
    size_t *n);

#endif
