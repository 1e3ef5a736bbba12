#include "core/wire/stanza.h"

#include <stdlib.h>

#include "tests/t.h"

/* Destroys node. */
static void
expect_bytes(struct node *node, const char *hex)
{
	size_t n;
	uint8_t *want = t_hex(hex, &n);
	struct buf out;

	buf_init(&out, 4096);
	EXPECT(node != NULL && node_encode(node, &out) == ERR_OK);
	EXPECT_INT(out.len, n);
	if (out.len == n)
		EXPECT_MEM(out.data, want, n);
	buf_finish(&out);
	node_destroy(node);
	free(want);
}

TEST(stanza_iq_has_the_form_of_the_notes)
{
	struct node *iq = stanza_iq("get", "1.2-3", "w:p");

	EXPECT_STR(node_attr(iq, "to"), "@s.whatsapp.net");
	EXPECT_STR(node_attr(iq, "type"), "get");
	EXPECT_STR(node_attr(iq, "id"), "1.2-3");
	EXPECT_STR(node_attr(iq, "xmlns"), "w:p");
	expect_bytes(iq, "00f8091911fa000304290" "8ff831b2a3f1657");
}

TEST(stanza_iq_result_may_lack_the_id)
{
	expect_bytes(stanza_iq_result("01234"), "00f8071911fa0003041408ff83"
	    "01234f");
	expect_bytes(stanza_iq_result(NULL), "00f8051911fa00030414");
}

static struct node *
incoming(const char *tag)
{
	struct node *node = node_create(tag);

	node_set(node, "from", "15551234567:12@s.whatsapp.net");
	node_set(node, "id", "ABCDE");
	return node;
}

TEST(stanza_ack_answers_with_what_came)
{
	struct node *in = incoming("receipt"), *ack = stanza_ack(in, 0);

	ASSERT(ack != NULL);
	EXPECT_INT(node_attr_count(ack), 3);
	node_destroy(in);       /* the ack keeps nothing of it */
	expect_bytes(ack, "00f8071b150708fb83abcdef11f7000cff86155512345"
	    "67f");
}

TEST(stanza_ack_copies_only_what_was_there)
{
	struct node *in = incoming("notification"), *ack;

	node_set(in, "type", "devices");
	node_set(in, "participant", "1:2@lid");
	node_set(in, "recipient", "3@lid");
	node_set(in, "t", "1780000000");
	ack = stanza_ack(in, 500);
	ASSERT(ack != NULL);
	EXPECT(node_is(ack, "ack"));
	EXPECT_STR(node_attr(ack, "class"), "notification");
	EXPECT_STR(node_attr(ack, "type"), "devices");
	EXPECT_STR(node_attr(ack, "participant"), "1:2@lid");
	EXPECT_STR(node_attr(ack, "recipient"), "3@lid");
	EXPECT_STR(node_attr(ack, "error"), "500");
	EXPECT_INT(node_attr_count(ack), 7);
	node_destroy(ack);
	node_destroy(in);
}

TEST(stanza_ack_of_a_message_has_no_type)
{
	struct node *in = incoming("message"), *ack;

	node_set(in, "type", "text");
	ack = stanza_ack(in, 0);
	ASSERT(ack != NULL);
	EXPECT_NULL(node_attr(ack, "type"));
	node_destroy(ack);
	node_destroy(in);
}

TEST(stanza_ack_needs_somebody_to_answer)
{
	struct node *in = incoming("receipt");

	node_set(in, "id", NULL);
	EXPECT_NULL(stanza_ack(in, 0));
	node_set(in, "id", "1");
	node_set(in, "from", NULL);
	EXPECT_NULL(stanza_ack(in, 0));
	node_destroy(in);
}

TEST(stanza_offline_batch_asks_for_a_hundred)
{
	struct node *ib = stanza_offline_batch();
	const struct node *batch = node_child(ib, "offline_batch");

	EXPECT(node_is(ib, "ib"));
	EXPECT_INT(node_attr_count(ib), 0);
	ASSERT(batch != NULL);
	EXPECT(node_attr_is(batch, "count", "100"));
	node_destroy(ib);
}
