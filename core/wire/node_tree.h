/*
 * The inside of a node tree, for node.c and its decoder and encoder only.
 * A decoded tree is one arena. A built one starts an arena with node_create;
 * node_add_new takes from the parent's, node_add has it adopted.
 */
#ifndef PAIRDESK_WIRE_NODE_TREE_H
#define PAIRDESK_WIRE_NODE_TREE_H

#include "core/wire/node.h"
#include "core/wire/text.h"

struct attr {
	struct text key, value;
};

struct node {
	struct arena *arena;
	struct node *next;              /* sibling */
	struct text tag;
	struct attr *attrs;             /* in the order they were given */
	uint32_t attr_count, attr_cap;
	enum node_content content;      /* NODE_CHILDREN may have none yet */
	bool is_child;                  /* freed with its parent */
	union {
		struct text data;       /* NODE_TEXT, NODE_BYTES */
		struct {
			struct node *first, *last;
			uint32_t count;
		} list;                 /* NODE_CHILDREN */
	};
};

/* A node without tag, attributes or content; NULL when out of memory. */
struct node *node_alloc(struct arena *arena);

/* Makes the content a list, which stays as it is if it was one already. */
void node_make_list(struct node *node);
void node_append(struct node *node, struct node *child);

/* The attribute with this key, or NULL. */
struct attr *node_find_attr(const struct node *node, struct text key);

#endif
