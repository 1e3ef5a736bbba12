/* Building and reading trees; bytes are in test_node_wire.c. */
#include "core/wire/node.h"

#include <string.h>

#include "tests/t.h"

TEST(node_set_keeps_order_and_replaces_in_place)
{
	struct node *node = node_create("iq");
	const char *key, *value;

	node_set(node, "b", "1");
	node_set(node, "a", "2");
	node_set(node, "id", "3");
	node_set(node, "b", "4");
	ASSERT(node_attr_count(node) == 3);
	node_attr_at(node, 0, &key, &value);
	EXPECT_STR(key, "b");
	EXPECT_STR(value, "4");
	node_attr_at(node, 2, &key, &value);
	EXPECT_STR(key, "id");
	EXPECT_STR(value, "3");
	node_destroy(node);
}

TEST(node_set_null_drops_and_empty_stays)
{
	struct node *node = node_create("iq");
	const char *key, *value;

	node_set(node, "absent", NULL);
	EXPECT_INT(node_attr_count(node), 0);
	node_set(node, "a", "1");
	node_set(node, "b", "");
	node_set(node, "c", "3");
	node_set(node, "a", NULL);
	ASSERT(node_attr_count(node) == 2);
	EXPECT_NULL(node_attr(node, "a"));
	EXPECT_STR(node_attr(node, "b"), "");
	node_attr_at(node, 1, &key, &value);
	EXPECT_STR(key, "c");
	node_set(node, "c", NULL);
	node_set(node, "b", NULL);
	EXPECT_INT(node_attr_count(node), 0);
	node_destroy(node);
}

TEST(node_copies_what_it_is_given)
{
	char tag[] = "zz-tag", key[] = "zz-key", value[] = "zz-value";
	char text[] = "zz-text";
	struct node *node = node_create(tag);
	size_t n;

	node_set(node, key, value);
	node_set_text(node, text);
	memset(tag, 'x', 2);
	memset(key, 'x', 2);
	memset(value, 'x', 2);
	memset(text, 'x', 2);
	EXPECT_STR(node_tag(node), "zz-tag");
	EXPECT_STR(node_attr(node, "zz-key"), "zz-value");
	EXPECT_STR((const char *)node_bytes(node, &n), "zz-text");
	node_destroy(node);
}

TEST(node_attr_u64_refuses_what_is_no_number)
{
	struct node *node = node_create("iq");
	uint64_t v = 77;

	node_set_u64(node, "big", UINT64_MAX);
	node_set(node, "empty", "");
	node_set(node, "text", "12x");
	node_set(node, "minus", "-1");
	EXPECT(!node_attr_u64(node, "absent", 100, &v));
	EXPECT(!node_attr_u64(node, "empty", 100, &v));
	EXPECT(!node_attr_u64(node, "text", 100, &v));
	EXPECT(!node_attr_u64(node, "minus", 100, &v));
	EXPECT(!node_attr_u64(node, "big", UINT64_MAX - 1, &v));
	EXPECT_INT(v, 77);
	EXPECT(node_attr_u64(node, "big", UINT64_MAX, &v));
	EXPECT(v == UINT64_MAX);
	node_destroy(node);
}

TEST(node_attr_is_compares_all_of_it)
{
	struct node *node = node_create("iq");

	node_set(node, "type", "result");
	EXPECT(node_attr_is(node, "type", "result"));
	EXPECT(!node_attr_is(node, "type", "resul"));
	EXPECT(!node_attr_is(node, "type", "results"));
	EXPECT(!node_attr_is(node, "typ", "result"));
	EXPECT(!node_attr_is(node, "xmlns", ""));
	node_destroy(node);
}

TEST(node_content_is_replaced)
{
	static const uint8_t bytes[] = { 0, 1, 0 };
	struct node *node = node_create("enc");
	const uint8_t *p;
	size_t n = 9;

	EXPECT_INT(node_content(node), NODE_EMPTY);
	EXPECT_NULL(node_bytes(node, &n));
	EXPECT_INT(n, 0);
	node_set_text(node, "text");
	EXPECT_INT(node_content(node), NODE_TEXT);
	node_set_bytes(node, bytes, sizeof bytes);
	EXPECT_INT(node_content(node), NODE_BYTES);
	p = node_bytes(node, &n);
	ASSERT(p != NULL && n == sizeof bytes);
	EXPECT_MEM(p, bytes, sizeof bytes);
	EXPECT_INT(p[n], 0);
	EXPECT_NULL(node_first(node));
	node_add_new(node, "child");
	EXPECT_INT(node_content(node), NODE_CHILDREN);
	EXPECT_NULL(node_bytes(node, &n));
	node_set_list(node);
	EXPECT_INT(node_content(node), NODE_EMPTY);
	EXPECT_NULL(node_first(node));
	node_set_bytes(node, NULL, 0);
	EXPECT_INT(node_content(node), NODE_BYTES);
	EXPECT(node_bytes(node, &n) != NULL);
	EXPECT_INT(n, 0);
	node_destroy(node);
}

TEST(node_child_bytes_are_those_of_the_first)
{
	struct node *reg = node_create("reg");
	const uint8_t *p;
	size_t n = 9;

	EXPECT_NULL(node_child_bytes(NULL, "ref", &n));
	EXPECT_INT(n, 0);
	n = 9;
	EXPECT_NULL(node_child_bytes(reg, "ref", &n));
	EXPECT_INT(n, 0);
	node_set_text(node_add_new(reg, "ref"), "one");
	node_set_text(node_add_new(reg, "ref"), "other");
	node_add_new(reg, "empty");
	p = node_child_bytes(reg, "ref", &n);
	ASSERT(p != NULL && n == 3);
	EXPECT_MEM(p, "one", 3);
	EXPECT_NULL(node_child_bytes(reg, "empty", &n));
	EXPECT_INT(n, 0);
	node_destroy(reg);
}

TEST(node_children_keep_their_order)
{
	struct node *list = node_create("list"), *item;
	const struct node *child;
	uint64_t v, i = 0;

	for (i = 0; i < 1000; i++) {
		item = i % 2 == 0 ? node_add_new(list, "item")
		    : node_add(list, node_create("item"));
		node_set_u64(item, "v", i);
		node_set_u64(node_add_new(item, "deeper"), "v", i);
	}
	i = 0;
	for (child = node_first(list); child != NULL;
	    child = node_next(child)) {
		ASSERT(node_attr_u64(child, "v", 1000, &v) && v == i);
		ASSERT(node_attr_u64(node_child(child, "deeper"), "v", 1000,
		    &v) && v == i);
		i++;
	}
	EXPECT_INT(i, 1000);
	node_destroy(list);
}

TEST(node_child_is_the_first_with_the_tag)
{
	struct node *list = node_create("list");

	node_add_new(list, "a");
	node_set(node_add_new(list, "b"), "v", "1");
	node_set(node_add_new(list, "b"), "v", "2");
	EXPECT_STR(node_attr(node_child(list, "b"), "v"), "1");
	EXPECT_NULL(node_child(list, "c"));
	EXPECT_NULL(node_child(NULL, "a"));
	EXPECT_NULL(node_child(node_child(list, "c"), "a"));
	node_destroy(list);
	node_destroy(NULL);
}
