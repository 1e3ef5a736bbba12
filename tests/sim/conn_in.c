#include "tests/sim/conn.h"

#include <string.h>

#include "tests/sim/check.h"
#include "tests/sim/handshake.h"
#include "tests/sim/serve.h"
#include "tests/sim/web.h"

/* --- frames ------------------------------------------------------------ */

static void
take_frame(struct conn *c, const uint8_t *p, size_t n)
{
	struct buf plain;

	if (!c->is_transport) {
		handshake_frame(c, p, n);
		return;
	}
	buf_init(&plain, FRAME_MAX);
	if (noise_cipher_open(&c->recv, p, n, &plain) != ERR_OK)
		check_close(c, RULE_FRAME_TAG, "%zu bytes", n);
	else
		serve_frame(c, plain.data, plain.len);
	buf_finish(&plain);
}

static void
take_frames(struct conn *c, const uint8_t *p, size_t n)
{
	const uint8_t *frame;
	size_t len;

	if (framer_push(&c->framer, p, n) != ERR_OK) {
		conn_close(c, "no memory");
		return;
	}
	while (!c->closing && framer_next(&c->framer, &frame, &len) == ERR_OK)
		take_frame(c, frame, len);
}

/* --- prologue ---------------------------------------------------------- */

/* 'E' 'D' 00 01, u24be length, routing info; then 'W' 'A' 06 03. */
static bool
is_routing(struct conn *c)
{
	if (c->prologue_len < 7 || memcmp(c->prologue, "ED\0\1", 4) != 0)
		return false;
	c->routing_left = (uint64_t)c->prologue[4] << 16 |
	    (uint64_t)c->prologue[5] << 8 | c->prologue[6];
	c->prologue_len = 0;
	return true;
}

static bool
prologue_is_wrong(const struct conn *c)
{
	size_t n = c->prologue_len;

	if (n >= 1 && c->prologue[0] == 'E')
		return n <= 4 && memcmp(c->prologue, "ED\0\1", n) != 0;
	return memcmp(c->prologue, FRAME_PROLOGUE, n) != 0;
}

/* How many of n bytes belong to what stands before the first frame. */
static size_t
take_prologue(struct conn *c, const uint8_t *p, size_t n)
{
	size_t used = 0;

	while (used < n && !c->prologue_done && !c->closing) {
		if (c->routing_left > 0) {
			size_t some = c->routing_left < n - used ?
			    (size_t)c->routing_left : n - used;

			c->routing_left -= some;
			used += some;
			continue;
		}
		c->prologue[c->prologue_len++] = p[used++];
		if (prologue_is_wrong(c))
			check_close(c, RULE_PROLOGUE, "byte %zu is %02x",
			    c->prologue_len, (unsigned)p[used - 1]);
		else if (c->prologue_len == FRAME_PROLOGUE_LEN &&
		    c->prologue[0] == 'W')
			c->prologue_done = true;
		else
			(void)is_routing(c);
	}
	return used;
}

/* --- websocket --------------------------------------------------------- */

static void
on_ws_data(void *ctx, const uint8_t *p, size_t n, bool begins)
{
	struct conn *c = ctx;
	size_t used = 0;

	(void)begins;
	if (c->closing)
		return;
	c->sim->count.bytes_in += (int64_t)n;
	if (!c->prologue_done) {
		used = take_prologue(c, p, n);
		if (c->prologue_done && used == n)
			check_note(c, RULE_PROLOGUE_ALONE, "%zu bytes", n);
	}
	if (!c->closing && used < n)
		take_frames(c, p + used, n - used);
}

static void
on_ws_control(void *ctx, enum ws_opcode op, const uint8_t *p, size_t n)
{
	struct conn *c = ctx;

	switch (op) {
	case WS_TEXT:
		check_note(c, RULE_WS_TEXT, "a text message");
		break;
	case WS_PING:
		conn_message(c, WS_PONG, p, n);
		break;
	case WS_PONG:
		event_say(c->sim, c, "pong", NULL, NULL);
		break;
	case WS_CLOSE:
		event_say_int(c->sim, c, "ws_close", "code",
		    n >= 2 ? p[0] << 8 | p[1] : 1005);
		conn_close(c, "closing handshake");
		break;
	default:
		break;
	}
}

static void
on_ws_broken(void *ctx, const char *what)
{
	struct conn *c = ctx;

	check_note(c, RULE_WS_FRAME, "%s", what);
	conn_close_code(c, what, 1002);
}

static const struct ws_handler ws_handler = {
	.on_data = on_ws_data, .on_control = on_ws_control,
	.on_broken = on_ws_broken,
};

void
conn_input(struct conn *c, const uint8_t *p, size_t n)
{
	if (!c->upgraded) {
		size_t used = web_input(c, p, n);

		p += used;
		n -= used;
	}
	if (c->upgraded && n > 0 && !c->closing && !c->stalled)
		ws_feed(&c->ws, &ws_handler, c, p, n);
}
