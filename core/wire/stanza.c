#include "core/wire/stanza.h"

#include "core/wire/jid.h"

/* How many stanzas the server sends of what piled up while we were away. */
#define OFFLINE_BATCH 100

struct node *
stanza_iq(const char *type, const char *id, const char *xmlns)
{
	struct node *iq = node_create("iq");

	node_set(iq, "to", JID_S);
	node_set(iq, "type", type);
	node_set(iq, "id", id);
	node_set(iq, "xmlns", xmlns);
	return iq;
}

struct node *
stanza_iq_result(const char *id)
{
	struct node *iq = node_create("iq");

	node_set(iq, "to", JID_S);
	node_set(iq, "type", "result");
	node_set(iq, "id", id);
	return iq;
}

/*
 * A type is echoed but never invented, which ends the stream (notes 13.1);
 * for messages it is left out, as the official clients do.
 */
struct node *
stanza_ack(const struct node *incoming, unsigned error)
{
	const char *id = node_attr(incoming, "id");
	const char *from = node_attr(incoming, "from");
	struct node *ack;

	if (id == NULL || from == NULL)
		return NULL;
	ack = node_create("ack");
	node_set(ack, "class", node_tag(incoming));
	node_set(ack, "id", id);
	node_set(ack, "to", from);
	node_set(ack, "participant", node_attr(incoming, "participant"));
	node_set(ack, "recipient", node_attr(incoming, "recipient"));
	if (!node_is(incoming, "message"))
		node_set(ack, "type", node_attr(incoming, "type"));
	if (error != 0)
		node_set_u64(ack, "error", error);
	return ack;
}

struct node *
stanza_offline_batch(void)
{
	struct node *ib = node_create("ib");

	node_set_u64(node_add_new(ib, "offline_batch"), "count",
	    OFFLINE_BATCH);
	return ib;
}
