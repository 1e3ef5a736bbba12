/*
 * The first byte chooses how the rest is cut into pushes. However it is cut,
 * the same frames must come out, and they are the bytes that went in.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/frame.h"

#define MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
expect(int ok)
{
	if (!ok)
		abort();
}

/* Takes all whole frames and writes them to out again. */
static enum err
drain(struct framer *f, struct buf *out)
{
	const uint8_t *payload;
	size_t len;
	enum err err;

	while ((err = framer_next(f, &payload, &len)) == ERR_OK) {
		expect(len <= MAX);
		expect(frame_append(out, payload, len) == ERR_OK);
	}
	return err;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct framer f;
	struct buf out;
	size_t step, at = 1;
	enum err err = ERR_TRUNCATED;

	if (n == 0)
		return 0;
	step = 1u + p[0];
	framer_init(&f, MAX);
	buf_init(&out, n);
	while (at < n && err == ERR_TRUNCATED) {
		const size_t len = n - at < step ? n - at : step;

		expect(framer_push(&f, p + at, len) == ERR_OK);
		at += len;
		err = drain(&f, &out);
		if (err == ERR_TRUNCATED)
			expect(out.len + f.in.len - f.at == at - 1);
	}
	expect(err == ERR_TRUNCATED || err == ERR_TOO_LARGE);
	expect(out.len == 0 || memcmp(out.data, p + 1, out.len) == 0);
	framer_finish(&f);
	buf_finish(&out);
	return 0;
}
