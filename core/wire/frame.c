/*
 * Wire form: u24be length, payload. The accumulator keeps what was not
 * handed out yet; its ceiling is one whole frame and the largest websocket
 * message on top, so a peer that announces 16 MiB and sends nothing costs
 * three bytes.
 */
#include "core/wire/frame.h"

#include <string.h>

void
framer_init(struct framer *f, size_t max)
{
	*f = (struct framer){ .max = max < FRAME_MAX ? max : FRAME_MAX };
	buf_init(&f->in, 2 * (f->max + FRAME_HEADER));
}

void
framer_finish(struct framer *f)
{
	if (f == NULL)
		return;
	buf_finish(&f->in);
	f->at = 0;
}

/*
 * What was handed out goes away only here and when nothing is left: a push
 * of many small frames is moved once, not once a frame.
 */
enum err
framer_push(struct framer *f, const void *p, size_t n)
{
	buf_consume(&f->in, f->at);
	f->at = 0;
	return buf_append(&f->in, p, n);
}

enum err
framer_next(struct framer *f, const uint8_t **p, size_t *n)
{
	struct reader r;
	uint32_t len;
	const uint8_t *payload;

	if (f->at == f->in.len) {
		buf_release(&f->in);
		f->at = 0;
		return ERR_TRUNCATED;
	}
	reader_init(&r, f->in.data + f->at, f->in.len - f->at);
	len = reader_u24be(&r);
	if (len > f->max)
		return ERR_TOO_LARGE;
	payload = reader_bytes(&r, len);
	if (!reader_ok(&r))
		return ERR_TRUNCATED;
	f->at += FRAME_HEADER + len;
	*p = payload;
	*n = len;
	return ERR_OK;
}

/* All or nothing: half a frame would shift all that follow. */
enum err
frame_append(struct buf *out, const void *p, size_t n)
{
	uint8_t *where;
	enum err err;

	if (n > FRAME_MAX)
		return ERR_TOO_LARGE;
	if ((err = buf_extend(out, FRAME_HEADER + n, &where)) != ERR_OK)
		return err;
	where[0] = (uint8_t)(n >> 16);
	where[1] = (uint8_t)(n >> 8);
	where[2] = (uint8_t)n;
	if (n > 0)
		memcpy(where + FRAME_HEADER, p, n);
	return ERR_OK;
}
