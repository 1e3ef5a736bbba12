#include "tests/sim/ws.h"

#include <string.h>

#include "tests/sim/must.h"

static void
broken(struct ws *ws, const struct ws_handler *h, void *ctx, const char *what)
{
	ws->broken = true;
	h->on_broken(ctx, what);
}

static size_t
head_size(const struct ws *ws)
{
	size_t size = 2;

	if (ws->head_len < 2)
		return size;
	if ((ws->head[1] & 0x7f) == 126)
		size += 2;
	else if ((ws->head[1] & 0x7f) == 127)
		size += 8;
	return size + ((ws->head[1] & 0x80) != 0 ? 4 : 0);
}

static const char *
head_problem(const struct ws *ws)
{
	uint8_t op = ws->head[0] & 0x0f;
	bool is_control = op >= 8;

	if ((ws->head[0] & 0x70) != 0)
		return "reserved bits set";
	if ((ws->head[1] & 0x80) == 0)
		return "frame not masked";
	if (op > WS_BINARY && op != WS_CLOSE && op != WS_PING && op != WS_PONG)
		return "unknown opcode";
	if (is_control && ((ws->head[0] & 0x80) == 0 ||
	    (ws->head[1] & 0x7f) > WS_CONTROL_MAX))
		return "control frame fragmented or too long";
	if (op == WS_CONTINUATION && !ws->in_message)
		return "continuation of nothing";
	if ((op == WS_TEXT || op == WS_BINARY) && ws->in_message)
		return "new message inside a message";
	return NULL;
}

static const char *
length_problem(const struct ws *ws, uint64_t n)
{
	uint8_t small = ws->head[1] & 0x7f;

	if ((small == 126 && n < 126) || (small == 127 && n < 65536))
		return "length not in its shortest form";
	if (n > (uint64_t)INT64_MAX)
		return "length too large";
	return NULL;
}

static void
begin_payload(struct ws *ws, const struct ws_handler *h, void *ctx)
{
	uint8_t small = ws->head[1] & 0x7f;
	size_t bytes = small == 126 ? 2 : small == 127 ? 8 : 0;
	const char *what;

	ws->left = bytes == 0 ? small : 0;
	for (size_t i = 0; i < bytes; i++)
		ws->left = ws->left << 8 | ws->head[2 + i];
	if ((what = length_problem(ws, ws->left)) != NULL) {
		broken(ws, h, ctx, what);
		return;
	}
	memcpy(ws->mask, ws->head + 2 + bytes, 4);
	ws->mask_at = 0;
	ws->opcode = ws->head[0] & 0x0f;
	ws->is_fin = (ws->head[0] & 0x80) != 0;
	ws->control_len = 0;
	ws->in_payload = true;
	if (ws->opcode == WS_TEXT || ws->opcode == WS_BINARY) {
		ws->in_message = ws->begins = true;
		ws->is_text = ws->opcode == WS_TEXT;
	}
}

static void
end_frame(struct ws *ws, const struct ws_handler *h, void *ctx)
{
	ws->head_len = 0;
	ws->in_payload = false;
	if (ws->opcode >= 8) {
		h->on_control(ctx, (enum ws_opcode)ws->opcode, ws->control,
		    ws->control_len);
		return;
	}
	if (!ws->is_fin)
		return;
	ws->in_message = false;
	if (ws->is_text)
		h->on_control(ctx, WS_TEXT, NULL, 0);
}

/* Unmasks in pieces that fit the stack. */
static void
payload(struct ws *ws, const struct ws_handler *h, void *ctx,
    const uint8_t *p, size_t n)
{
	uint8_t plain[4096];

	while (n > 0 && !ws->broken) {
		size_t some = n < sizeof plain ? n : sizeof plain;

		for (size_t i = 0; i < some; i++)
			plain[i] = p[i] ^ ws->mask[ws->mask_at++ & 3];
		if (ws->opcode >= 8) {
			memcpy(ws->control + ws->control_len, plain, some);
			ws->control_len = (uint8_t)(ws->control_len + some);
		} else if (!ws->is_text) {
			h->on_data(ctx, plain, some, ws->begins);
			ws->begins = false;
		}
		p += some;
		n -= some;
	}
}

void
ws_feed(struct ws *ws, const struct ws_handler *h, void *ctx,
    const uint8_t *p, size_t n)
{
	const char *what;

	while (n > 0 && !ws->broken) {
		if (!ws->in_payload) {
			ws->head[ws->head_len++] = *p++;
			n--;
			if (ws->head_len == 2 &&
			    (what = head_problem(ws)) != NULL) {
				broken(ws, h, ctx, what);
				return;
			}
			if (ws->head_len < 2 || ws->head_len < head_size(ws))
				continue;
			begin_payload(ws, h, ctx);
		} else {
			size_t some = ws->left < n ? (size_t)ws->left : n;

			payload(ws, h, ctx, p, some);
			ws->left -= some;
			p += some;
			n -= some;
		}
		if (ws->in_payload && ws->left == 0 && !ws->broken)
			end_frame(ws, h, ctx);
	}
}

void
ws_frame(struct buf *out, uint8_t flags, enum ws_opcode op, const void *p,
    size_t n)
{
	must(buf_u8(out, (uint8_t)(flags | op)));
	if (n < 126) {
		must(buf_u8(out, (uint8_t)n));
	} else if (n < 65536) {
		must(buf_u8(out, 126));
		must(buf_u16be(out, (uint16_t)n));
	} else {
		must(buf_u8(out, 127));
		must(buf_u32be(out, 0));
		must(buf_u32be(out, (uint32_t)n));
	}
	must(buf_append(out, p, n));
}
