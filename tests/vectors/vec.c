#include "tests/vectors/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/node.h"

bool
vec_check(struct vec_count *c, bool ok, const char *id, const char *what)
{
	if (ok) {
		c->passed++;
	} else {
		c->failed++;
		fprintf(stderr, "FAILED %s: %s\n", id == NULL ? "?" : id, what);
	}
	return ok;
}

const char *
vec_str(const cJSON *object, const char *name)
{
	return cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(object, name));
}

uint8_t *
vec_hex(const cJSON *object, const char *name, size_t *n)
{
	const char *hex = vec_str(object, name);
	uint8_t *p;

	if (hex == NULL)
		return NULL;
	*n = strlen(hex) / 2;
	p = xcalloc(*n + 1, 1);
	if (!str_from_hex(hex, p, *n)) {
		free(p);
		return NULL;
	}
	return p;
}

/* --- texts and bytes of the tree form, plain or as a pattern --------------- */

struct data {
	char *p;                /* heap, NUL behind it; NULL: not in the form */
	size_t n;
};

/* The pattern over and over, cut after n bytes. */
static struct data
repeat(const char *pattern, size_t len, size_t n)
{
	struct data d = { NULL, n };

	if (len == 0)
		return d;
	d.p = xcalloc(n + 1, 1);
	for (size_t i = 0; i < n; i++)
		d.p[i] = pattern[i % len];
	return d;
}

/* Bytes of the first n characters of the repeated pattern. */
static size_t
repeated_bytes(const char *pattern, size_t n)
{
	const size_t len = strlen(pattern);
	size_t i, chars = 0;

	if (len == 0)
		return 0;
	for (i = 0; chars <= n; i++) {
		if (((unsigned char)pattern[i % len] & 0xc0) != 0x80)
			chars++;
	}
	return i - 1;
}

/* A JSON string, or an object {type: string | bytes | *_pattern}. */
static struct data
data_of(const cJSON *value)
{
	const char *type = vec_str(value, "type"), *s;
	const cJSON *length = cJSON_GetObjectItemCaseSensitive(value, "length");
	const size_t n = cJSON_IsNumber(length) && length->valuedouble >= 0
	    ? (size_t)length->valuedouble : 0;
	struct data d = { NULL, 0 }, unit = { NULL, 0 };

	if ((s = cJSON_GetStringValue(value)) != NULL)
		return repeat(s, strlen(s) + 1, strlen(s));
	if (type == NULL)
		return d;
	if (strcmp(type, "string") == 0 && (s = vec_str(value, "value")) != NULL)
		return repeat(s, strlen(s) + 1, strlen(s));
	if (strcmp(type, "bytes") == 0) {
		d.p = (char *)vec_hex(value, "hex", &d.n);
		return d;
	}
	if (strcmp(type, "string_pattern") == 0 &&
	    (s = vec_str(value, "pattern")) != NULL)
		return repeat(s, strlen(s), repeated_bytes(s, n));
	if (strcmp(type, "bytes_pattern") == 0) {
		unit.p = (char *)vec_hex(value, "pattern_hex", &unit.n);
		if (unit.p != NULL)
			d = repeat(unit.p, unit.n, n);
		free(unit.p);
	}
	return d;
}

static bool
data_is(const cJSON *value, const void *p, size_t n)
{
	struct data d = data_of(value);
	const bool same = d.p != NULL && d.n == n && memcmp(d.p, p, n) == 0;

	free(d.p);
	return same;
}

/* --- tree form to node ----------------------------------------------------- */

static bool
set_attrs(struct node *node, const cJSON *attrs)
{
	const cJSON *pair;

	cJSON_ArrayForEach(pair, attrs) {
		const char *key = cJSON_GetStringValue(
		    cJSON_GetArrayItem(pair, 0));
		struct data value = data_of(cJSON_GetArrayItem(pair, 1));

		if (key == NULL || value.p == NULL) {
			free(value.p);
			return false;
		}
		node_set(node, key, value.p);
		free(value.p);
	}
	return true;
}

static bool
set_children(struct node *node, const cJSON *nodes)
{
	const cJSON *tree;
	struct node *child;

	if (!cJSON_IsArray(nodes))
		return false;
	node_set_list(node);
	cJSON_ArrayForEach(tree, nodes) {
		if ((child = vec_node(tree)) == NULL)
			return false;
		node_add(node, child);
	}
	return true;
}

static bool
set_content(struct node *node, const cJSON *content)
{
	const char *type = vec_str(content, "type");
	struct data d;

	if (content == NULL)
		return true;
	if (type == NULL)
		return false;
	if (strcmp(type, "children") == 0)
		return set_children(node,
		    cJSON_GetObjectItemCaseSensitive(content, "nodes"));
	d = data_of(content);
	if (d.p == NULL)
		return false;
	if (strncmp(type, "string", 6) == 0)
		node_set_text(node, d.p);
	else
		node_set_bytes(node, d.p, d.n);
	free(d.p);
	return true;
}

struct node *
vec_node(const cJSON *tree)
{
	const char *tag = vec_str(tree, "tag");
	struct node *node;

	if (tag == NULL)
		return NULL;
	node = node_create(tag);
	if (set_attrs(node, cJSON_GetObjectItemCaseSensitive(tree, "attrs")) &&
	    set_content(node,
	    cJSON_GetObjectItemCaseSensitive(tree, "content")))
		return node;
	node_destroy(node);
	return NULL;
}

/* --- node against tree form ------------------------------------------------ */

static bool
attrs_equal(const struct node *node, const cJSON *attrs)
{
	const char *key, *value, *want;
	const cJSON *pair;
	size_t i = 0;

	cJSON_ArrayForEach(pair, attrs) {
		if (i == node_attr_count(node))
			return false;
		node_attr_at(node, i++, &key, &value);
		want = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
		if (want == NULL || strcmp(key, want) != 0 ||
		    !data_is(cJSON_GetArrayItem(pair, 1), value,
		    strlen(value)))
			return false;
	}
	return i == node_attr_count(node);
}

static bool
children_equal(const struct node *node, const cJSON *nodes)
{
	const struct node *child = node_first(node);
	const cJSON *tree;

	cJSON_ArrayForEach(tree, nodes) {
		if (child == NULL || !vec_node_equal(child, tree))
			return false;
		child = node_next(child);
	}
	return child == NULL;
}

/* Text may have come as bytes: the wire does not tell them apart. */
static bool
content_equal(const struct node *node, const cJSON *content)
{
	const enum node_content have = node_content(node);
	const char *type = vec_str(content, "type");
	const uint8_t *p;
	size_t n;

	if (content == NULL)
		return have == NODE_EMPTY;
	if (type == NULL)
		return false;
	if (strcmp(type, "children") == 0)
		return (have == NODE_CHILDREN || have == NODE_EMPTY) &&
		    children_equal(node,
		    cJSON_GetObjectItemCaseSensitive(content, "nodes"));
	if (have != NODE_BYTES &&
	    (have != NODE_TEXT || strncmp(type, "string", 6) != 0))
		return false;
	p = node_bytes(node, &n);
	return data_is(content, p, n);
}

bool
vec_node_equal(const struct node *node, const cJSON *tree)
{
	const char *tag = vec_str(tree, "tag");

	return tag != NULL && node_is(node, tag) && attrs_equal(node,
	    cJSON_GetObjectItemCaseSensitive(tree, "attrs")) &&
	    content_equal(node,
	    cJSON_GetObjectItemCaseSensitive(tree, "content"));
}
