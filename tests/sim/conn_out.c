#include "tests/sim/conn.h"

#include <stdlib.h>

#include <zlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/sim/must.h"

#define FIN 0x80

void
conn_write(struct conn *c, const void *p, size_t n)
{
	if (c->stalled || c->closing || c->net == NULL)
		return;
	c->sim->count.bytes_out += (int64_t)n;
	net_write(c->net, p, n);
}

void
conn_message(struct conn *c, enum ws_opcode op, const void *p, size_t n)
{
	struct buf out;

	buf_init(&out, n + 64);
	ws_frame(&out, FIN, op, p, n);
	conn_write(c, out.data, out.len);
	buf_finish(&out);
}

/* One message in many websocket frames, pings in between if asked for. */
static void
write_fragments(struct conn *c, const uint8_t *p, size_t n, size_t piece)
{
	struct buf out;
	bool first = true;

	buf_init(&out, piece + 64);
	while (n > 0) {
		size_t some = n < piece ? n : piece;

		buf_clear(&out);
		ws_frame(&out, n == some ? FIN : 0,
		    first ? WS_BINARY : WS_CONTINUATION, p, some);
		conn_write(c, out.data, out.len);
		if (c->shape.wsping)
			conn_message(c, WS_PING, "between", 7);
		first = false;
		p += some;
		n -= some;
	}
	buf_finish(&out);
}

static void
write_messages(struct conn *c, const uint8_t *p, size_t n, size_t piece)
{
	while (n > 0) {
		size_t some = piece == 0 || n < piece ? n : piece;

		conn_message(c, WS_BINARY, p, some);
		if (c->shape.wsping)
			conn_message(c, WS_PING, NULL, 0);
		p += some;
		n -= some;
	}
}

static void
write_shaped(struct conn *c, const uint8_t *p, size_t n)
{
	if (c->shape.fragment)
		write_fragments(c, p, n, c->shape.split == 0 ? 7 :
		    c->shape.split);
	else
		write_messages(c, p, n, c->shape.split);
}

void
conn_flush(struct conn *c)
{
	if (c->joined.len > 0)
		write_shaped(c, c->joined.data, c->joined.len);
	buf_release(&c->joined);
}

static void
on_join_due(struct conn *c, void *arg)
{
	(void)arg;
	conn_flush(c);
}

void
conn_frame(struct conn *c, const void *p, size_t n)
{
	struct buf out;

	if (c->shape.join && c->is_transport) {
		if (c->joined.len == 0)
			conn_later(c, 5, on_join_due, NULL);
		must(frame_append(&c->joined, p, n));
		return;
	}
	buf_init(&out, n + FRAME_HEADER);
	must(frame_append(&out, p, n));
	write_shaped(c, out.data, out.len);
	buf_finish(&out);
}

void
conn_seal(struct conn *c, const void *p, size_t n)
{
	struct buf sealed;

	if (!c->is_transport || c->closing || c->stalled)
		return;
	buf_init(&sealed, FRAME_MAX);
	must(noise_cipher_seal(&c->send, p, n, &sealed));
	conn_frame(c, sealed.data, sealed.len);
	buf_finish(&sealed);
}

/* Flag byte 02 and the rest of frame deflated. */
static void
seal_zlib(struct conn *c, const struct buf *frame)
{
	uLongf n = compressBound(frame->len);
	uint8_t *out = xcalloc(1, n + 1);

	out[0] = 0x02;
	if (compress(out + 1, &n, frame->data + 1, frame->len - 1) != Z_OK)
		abort();
	conn_seal(c, out, n + 1);
	free(out);
}

static void
send_node(struct conn *c, struct node *node, bool zlib)
{
	struct buf frame;

	buf_init(&frame, FRAME_MAX);
	must(node_encode(node, &frame));
	if (zlib)
		seal_zlib(c, &frame);
	else
		conn_seal(c, frame.data, frame.len);
	buf_finish(&frame);
	node_destroy(node);
}

void
conn_send(struct conn *c, struct node *node)
{
	send_node(c, node, c->shape.zlib);
}

void
conn_send_zlib(struct conn *c, struct node *node)
{
	send_node(c, node, true);
}

void
conn_new_id(struct conn *c, char *out, size_t size)
{
	str_format(out, size, "%u.%u-%u", (unsigned)(c->id & 0xffff), 4711u,
	    (unsigned)++c->next_iq);
}
