/* Event streams, whole and byte by byte, with one result; behind the head of
 * an answer when the first byte says so. */
#include <stdlib.h>
#include <string.h>

#include "tui/reply.h"
#include "tui/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct sum {
	size_t events, bytes;
};

static void
count(void *ctx, const struct sse_event *e)
{
	struct sum *sum = ctx;

	sum->events++;
	sum->bytes += strlen(e->id) + strlen(e->name) + strlen(e->data);
}

static enum err
run(const uint8_t *p, size_t n, size_t piece, bool has_head, struct sum *sum)
{
	struct reply r;
	struct sse s;
	enum err err = ERR_OK;

	reply_init(&r);
	sse_init(&s, count, sum);
	for (size_t at = 0; at < n && err == ERR_OK; at += piece) {
		const size_t take = n - at < piece ? n - at : piece;

		if (!has_head) {
			err = sse_feed(&s, p + at, take);
			continue;
		}
		err = reply_feed(&r, p + at, take);
		if (err == ERR_OK && r.has_head) {
			err = sse_feed(&s, r.body.data, r.body.len);
			buf_clear(&r.body);
		}
	}
	sse_finish(&s);
	reply_finish(&r);
	return err;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sum whole = { 0, 0 }, bytes = { 0, 0 };
	enum err a, b;
	bool has_head;

	if (n == 0)
		return 0;
	has_head = *p++ == 'H';
	n--;
	a = run(p, n, n + 1, has_head, &whole);
	b = run(p, n, 1, has_head, &bytes);
	/* an answer that turns out bad has told some of its events by then */
	if (a != b || (a == ERR_OK && (whole.events != bytes.events ||
	    whole.bytes != bytes.bytes)))
		abort();
	return 0;
}
