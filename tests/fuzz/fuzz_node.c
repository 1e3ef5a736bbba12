/*
 * Whatever decodes must be writable, and what was written must decode to the
 * same tree: nothing that a peer sends changes on its way through.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/jid.h"
#include "core/wire/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
expect(int ok)
{
	if (!ok)
		abort();
}

/*
 * Text may come back as bytes: a packed string that we would not pack (empty,
 * over 127 characters) is written raw, and raw content is bytes.
 */
static void
expect_same_data(const struct node *a, const struct node *b)
{
	size_t n, k;
	const uint8_t *p = node_bytes(a, &n), *q = node_bytes(b, &k);

	expect(node_content(a) == node_content(b) ||
	    (node_content(a) == NODE_TEXT && node_content(b) == NODE_BYTES));
	expect((p == NULL) == (q == NULL) && n == k);
	expect(p == NULL || (memcmp(p, q, n) == 0 && p[n] == 0 && q[n] == 0));
}

static void
expect_same_attrs(const struct node *a, const struct node *b)
{
	const char *key, *value, *key_again, *value_again;

	expect(node_attr_count(a) == node_attr_count(b));
	for (size_t i = 0; i < node_attr_count(a); i++) {
		node_attr_at(a, i, &key, &value);
		node_attr_at(b, i, &key_again, &value_again);
		expect(strcmp(key, key_again) == 0);
		expect(strcmp(value, value_again) == 0);
		expect(strcmp(node_attr(a, key), value) == 0);
	}
}

/* Recursion ends with the depth the decoder allows. */
static void
expect_same(const struct node *a, const struct node *b)
{
	const struct node *x = node_first(a), *y = node_first(b);

	expect(strcmp(node_tag(a), node_tag(b)) == 0);
	expect_same_attrs(a, b);
	expect_same_data(a, b);
	for (; x != NULL && y != NULL; x = node_next(x), y = node_next(y))
		expect_same(x, y);
	expect(x == NULL && y == NULL);
}

/* Addresses that parse keep their meaning through their text. */
static void
try_addresses(const struct node *node)
{
	char text[JID_TEXT_MAX + 1];
	const char *key, *value;
	struct jid jid, again;

	for (size_t i = 0; i < node_attr_count(node); i++) {
		node_attr_at(node, i, &key, &value);
		if (!jid_parse(value, &jid))
			continue;
		jid_format(&jid, text, sizeof text);
		expect(jid_parse(text, &again));
		expect(strcmp(jid.user, again.user) == 0 &&
		    strcmp(jid.server, again.server) == 0 &&
		    jid.device == again.device && jid.agent == again.agent);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct node *node = NULL, *again = NULL;
	struct buf out;

	if (node_decode(p, n, &node) != ERR_OK) {
		expect(node == NULL);
		return 0;
	}
	try_addresses(node);
	buf_init(&out, NODE_FRAME_MAX);
	/* it may not fit: inflated, or two characters a packed byte */
	if (node_encode(node, &out) == ERR_OK) {
		expect(node_decode(out.data, out.len, &again) == ERR_OK);
		expect_same(node, again);
	}
	node_destroy(again);
	node_destroy(node);
	buf_finish(&out);
	return 0;
}
