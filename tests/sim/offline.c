#include "tests/sim/offline.h"

#include <string.h>

#include "tests/sim/conn.h"
#include "tests/sim/makes.h"
#include "tests/sim/owed.h"

#define BATCH 20

static uint32_t
waiting(const struct backlog *b)
{
	return b->messages + b->receipts + b->notifications;
}

void
offline_preview(struct conn *c)
{
	const struct backlog *b = &c->device->backlog;
	struct node *ib, *preview;

	if (waiting(b) == 0)
		return;
	ib = node_create("ib");
	node_set(ib, "from", "@s.whatsapp.net");
	preview = node_add_new(ib, "offline_preview");
	node_set_u64(preview, "count", waiting(b));
	node_set_u64(preview, "message", b->messages);
	node_set_u64(preview, "notification", b->notifications);
	node_set_u64(preview, "receipt", b->receipts);
	node_set_u64(preview, "appdata", 0);
	conn_send(c, ib);
}

static void
finish(struct conn *c)
{
	struct node *ib = node_create("ib");

	node_set(ib, "from", "@s.whatsapp.net");
	node_set_u64(node_add_new(ib, "offline"), "count", c->queue_total);
	conn_send(c, ib);
	event_say_int(c->sim, c, "offline_done", "n", c->queue_total);
	c->queue_total = 0;
}

static void
send_one(struct conn *c)
{
	struct backlog *q = &c->queue;
	struct node *n;

	if (q->notifications > 0) {
		q->notifications--;
		n = makes_notification(c, "account_sync");
	} else if (q->receipts > 0) {
		q->receipts--;
		n = makes_receipt(c, NULL);
	} else {
		q->messages--;
		n = makes_message(c, NULL);
	}
	node_set_u64(n, "offline", waiting(q));
	owed_ack(c, n, true);
	c->batch_owed++;
	conn_send(c, n);
}

static void
next_batch(struct conn *c)
{
	uint32_t size = c->queue.batch == 0 ? BATCH : c->queue.batch;

	while (waiting(&c->queue) > 0 && c->batch_owed < size && !c->closing)
		send_one(c);
	if (c->batch_owed == 0 && !c->closing)
		finish(c);
}

void
offline_start(struct conn *c)
{
	struct backlog *b = &c->device->backlog;

	c->queue.messages += b->messages;
	c->queue.receipts += b->receipts;
	c->queue.notifications += b->notifications;
	c->queue.batch = b->batch;
	c->queue_total += waiting(b);
	memset(b, 0, sizeof *b);
	next_batch(c);
}

void
offline_acked(struct conn *c)
{
	if (c->batch_owed == 0)
		return;
	if (--c->batch_owed == 0)
		next_batch(c);
}

void
offline_put_back(struct conn *c)
{
	struct backlog *b = &c->device->backlog;

	b->messages += c->queue.messages;
	b->receipts += c->queue.receipts;
	b->notifications += c->queue.notifications + c->batch_owed;
	b->batch = c->queue.batch;
	memset(&c->queue, 0, sizeof c->queue);
	c->batch_owed = 0;
}
