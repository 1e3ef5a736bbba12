/*
 * Frames: u24be length and payload, in both directions (protocol notes 1).
 * Websocket messages and frames do not line up; this accumulates bytes and
 * cuts frames. Pure.
 */
#ifndef PAIRDESK_WIRE_FRAME_H
#define PAIRDESK_WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

#define FRAME_MAX 0xffffffu     /* bytes of payload */
#define FRAME_HEADER 3

/* 'W' 'A', protocol 6, dictionary 3: before the first frame of a connection */
#define FRAME_PROLOGUE "WA\x06\x03"
#define FRAME_PROLOGUE_LEN 4

struct framer {
	struct buf in;
	size_t max;             /* payloads over this are ERR_TOO_LARGE */
	size_t at;              /* bytes of in handed out already */
};

/* max is cut to FRAME_MAX */
void framer_init(struct framer *f, size_t max);
void framer_finish(struct framer *f);

/*
 * Copies. Drain with framer_next before the next push: ERR_TOO_LARGE when
 * more than two whole frames of max would be held.
 */
MUST_CHECK enum err framer_push(struct framer *f, const void *p, size_t n);

/*
 * The next whole frame: *p borrowed until the next framer call, *n its
 * length. ERR_TRUNCATED: push more. ERR_TOO_LARGE is final. Memory is given
 * back when nothing is left over, so that idle connections hold none.
 */
MUST_CHECK enum err framer_next(struct framer *f, const uint8_t **p, size_t *n);

/* Appends header and payload, or nothing: ERR_TOO_LARGE, ERR_NO_MEMORY. */
MUST_CHECK enum err frame_append(struct buf *out, const void *p, size_t n);

#endif
