#include "core/wire/node.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/wire/arena.h"
#include "core/wire/node_tree.h"
#include "core/wire/token.h"

#define ATTRS_FIRST 4

/* What we build ourselves is small: no memory for it is the end (mem.h). */
static void *
checked(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

struct node *
node_alloc(struct arena *arena)
{
	struct node *node = arena_alloc(arena, sizeof *node);

	if (node != NULL)
		*node = (struct node){ .arena = arena };
	return node;
}

/* Tokens, which nearly all tags and keys are, need no copy. */
static struct text
copy_text(struct arena *arena, const char *s)
{
	struct text text = { s, strlen(s) };
	const unsigned id = token_find(s, text.n);
	char *copy;

	if (id != 0) {
		text.s = token_text(id, &text.n);
		return text;
	}
	copy = checked(arena_bytes(arena, text.n + 1));
	memcpy(copy, s, text.n + 1);
	text.s = copy;
	return text;
}

static struct node *
create_in(struct arena *arena, const char *tag)
{
	struct node *node = checked(node_alloc(arena));

	node->tag = copy_text(arena, tag);
	return node;
}

struct node *
node_create(const char *tag)
{
	return create_in(checked(arena_create(0)), tag);
}

void
node_destroy(struct node *node)
{
	if (node == NULL)
		return;
	if (node->is_child)
		abort();        /* its parent still points at it */
	arena_destroy(node->arena);
}

struct attr *
node_find_attr(const struct node *node, struct text key)
{
	for (uint32_t i = 0; i < node->attr_count; i++) {
		struct attr *attr = &node->attrs[i];

		if (attr->key.n == key.n &&
		    memcmp(attr->key.s, key.s, key.n) == 0)
			return attr;
	}
	return NULL;
}

static struct attr *
find(const struct node *node, const char *key)
{
	return node_find_attr(node, (struct text){ key, strlen(key) });
}

static void
drop_attr(struct node *node, struct attr *attr)
{
	const size_t after =
	    (size_t)(node->attrs + node->attr_count - (attr + 1));

	memmove(attr, attr + 1, after * sizeof *attr);
	node->attr_count--;
}

static struct attr *
add_attr(struct node *node)
{
	struct attr *attrs;

	if (node->attr_count == node->attr_cap) {
		const uint32_t cap = node->attr_cap == 0 ? ATTRS_FIRST
		    : node->attr_cap * 2;

		attrs = checked(arena_alloc(node->arena, cap * sizeof *attrs));
		if (node->attr_count > 0)
			memcpy(attrs, node->attrs,
			    node->attr_count * sizeof *attrs);
		node->attrs = attrs;
		node->attr_cap = cap;
	}
	return &node->attrs[node->attr_count++];
}

void
node_set(struct node *node, const char *key, const char *value)
{
	struct attr *attr = find(node, key);

	if (value == NULL) {
		if (attr != NULL)
			drop_attr(node, attr);
		return;
	}
	if (attr == NULL) {
		attr = add_attr(node);
		attr->key = copy_text(node->arena, key);
	}
	attr->value = copy_text(node->arena, value);
}

void
node_set_u64(struct node *node, const char *key, uint64_t value)
{
	char text[24];

	str_format(text, sizeof text, "%" PRIu64, value);
	node_set(node, key, text);
}

void
node_set_text(struct node *node, const char *text)
{
	node->data = copy_text(node->arena, text);
	node->content = NODE_TEXT;
}

void
node_set_bytes(struct node *node, const void *p, size_t n)
{
	char *copy = checked(arena_bytes(node->arena, n + 1));

	if (n > 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	node->data = (struct text){ copy, n };
	node->content = NODE_BYTES;
}

void
node_make_list(struct node *node)
{
	if (node->content == NODE_CHILDREN)
		return;
	node->content = NODE_CHILDREN;
	node->list.first = node->list.last = NULL;
	node->list.count = 0;
}

void
node_set_list(struct node *node)
{
	node->content = NODE_EMPTY;
	node_make_list(node);
}

void
node_append(struct node *node, struct node *child)
{
	node_make_list(node);
	child->is_child = true;
	if (node->list.last == NULL)
		node->list.first = child;
	else
		node->list.last->next = child;
	node->list.last = child;
	node->list.count++;
}

struct node *
node_add(struct node *node, struct node *child)
{
	if (child->is_child || child->arena == node->arena)
		abort();        /* it has a parent, or is our own ancestor */
	arena_adopt(node->arena, child->arena);
	node_append(node, child);
	return child;
}

struct node *
node_add_new(struct node *node, const char *tag)
{
	struct node *child = create_in(node->arena, tag);

	node_append(node, child);
	return child;
}

const char *
node_tag(const struct node *node)
{
	return node->tag.s;
}

bool
node_is(const struct node *node, const char *tag)
{
	return strcmp(node->tag.s, tag) == 0;
}

const char *
node_attr(const struct node *node, const char *key)
{
	const struct attr *attr = find(node, key);

	return attr == NULL ? NULL : attr->value.s;
}

bool
node_attr_is(const struct node *node, const char *key, const char *value)
{
	const char *have = node_attr(node, key);

	return have != NULL && strcmp(have, value) == 0;
}

bool
node_attr_u64(const struct node *node, const char *key, uint64_t max,
    uint64_t *out)
{
	const char *have = node_attr(node, key);

	return have != NULL && str_to_u64(have, max, out);
}

size_t
node_attr_count(const struct node *node)
{
	return node->attr_count;
}

void
node_attr_at(const struct node *node, size_t i, const char **key,
    const char **value)
{
	if (i >= node->attr_count)
		abort();
	*key = node->attrs[i].key.s;
	*value = node->attrs[i].value.s;
}

enum node_content
node_content(const struct node *node)
{
	if (node->content == NODE_CHILDREN && node->list.first == NULL)
		return NODE_EMPTY;
	return node->content;
}

const uint8_t *
node_bytes(const struct node *node, size_t *n)
{
	if (node->content != NODE_TEXT && node->content != NODE_BYTES) {
		*n = 0;
		return NULL;
	}
	*n = node->data.n;
	return (const uint8_t *)node->data.s;
}

const struct node *
node_first(const struct node *node)
{
	return node->content == NODE_CHILDREN ? node->list.first : NULL;
}

const struct node *
node_next(const struct node *node)
{
	return node->next;
}

const struct node *
node_child(const struct node *node, const char *tag)
{
	const struct node *child;

	if (node == NULL)
		return NULL;
	for (child = node_first(node); child != NULL; child = child->next) {
		if (node_is(child, tag))
			return child;
	}
	return NULL;
}

const uint8_t *
node_child_bytes(const struct node *node, const char *tag, size_t *n)
{
	const struct node *child = node_child(node, tag);

	if (child == NULL) {
		*n = 0;
		return NULL;
	}
	return node_bytes(child, n);
}
