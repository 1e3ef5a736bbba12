/*
 * The server's side of RFC 6455, without wslay, so that one library's
 * opinion is not on both ends. Reading streams: payload is handed on as it
 * comes, nothing is stored.
 */
#ifndef PAIRDESK_SIM_WS_H
#define PAIRDESK_SIM_WS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

enum ws_opcode {
	WS_CONTINUATION = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8,
	WS_PING = 9, WS_PONG = 10
};

#define WS_CONTROL_MAX 125

struct ws_handler {
	/* begins: first bytes of a message, the message may be empty */
	void (*on_data)(void *ctx, const uint8_t *p, size_t n, bool begins);
	/* WS_TEXT is reported here too, without its payload */
	void (*on_control)(void *ctx, enum ws_opcode op, const uint8_t *p,
	    size_t n);
	/* The peer broke a rule; the text is static. Nothing is read after. */
	void (*on_broken)(void *ctx, const char *what);
};

struct ws {
	uint8_t head[14];       /* header bytes so far */
	uint8_t head_len;
	bool in_payload, in_message, begins, is_text, broken, is_fin;
	uint8_t opcode;
	uint8_t mask[4];
	unsigned mask_at;
	uint64_t left;          /* payload bytes of this frame to come */
	uint8_t control[WS_CONTROL_MAX];
	uint8_t control_len;
};

void ws_feed(struct ws *ws, const struct ws_handler *h, void *ctx,
    const uint8_t *p, size_t n);
/* Appends one frame. flags: 0x80 is FIN, 0x70 reserved bits. */
void ws_frame(struct buf *out, uint8_t flags, enum ws_opcode op,
    const void *p, size_t n);

#endif
