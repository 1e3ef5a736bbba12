#include "tui/sse.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"

struct heard {
	struct buf text;
	int count;
};

static void
on_event(void *ctx, const struct sse_event *e)
{
	struct heard *h = ctx;

	h->count++;
	EXPECT_INT(buf_printf(&h->text, "%s|%s|%s;", e->id, e->name, e->data),
	    ERR_OK);
}

/* In pieces of so many bytes. */
static enum err
hear(struct heard *h, const char *text, size_t piece)
{
	struct sse s;
	enum err err = ERR_OK;
	size_t n = strlen(text);

	h->count = 0;
	buf_clear(&h->text);
	sse_init(&s, on_event, h);
	EXPECT_INT(sse_feed(&s, NULL, 0), ERR_OK);
	for (size_t at = 0; at < n && err == ERR_OK; at += piece)
		err = sse_feed(&s, text + at, n - at < piece ? n - at : piece);
	sse_finish(&s);
	return err;
}

TEST(sse_events_in_any_pieces)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "data: x\n\n", "|message|x;" },
		{ "retry: 2000\n\nid: b-1\nevent: qr\ndata: {}\n\n",
		    "b-1|qr|{};" },
		{ ": comment\n\ndata:x\n\n", "|message|x;" },
		{ "data:  x\r\n\r\n", "|message| x;" },
		{ "data: x\r\rdata: y\r\r", "|message|x;|message|y;" },
		{ "data: a\ndata: b\ndata\n\n", "|message|a\nb\n;" },
		{ "id: 7\ndata: a\n\nevent: s\ndata: b\n\n",
		    "7|message|a;7|s|b;" },
		{ "event: lost\n\ndata: b\n\n", "|message|b;" },
		{ "data: never ended\n", "" },
		{ "nonsense\n:\nx: y\ndata: a\n\n", "|message|a;" },
	};
	struct heard h;
	const char *got;

	buf_init(&h.text, 4096);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t piece = 1; piece < 12; piece++) {
			EXPECT_INT(hear(&h, rows[i].text, piece), ERR_OK);
			EXPECT_INT(buf_cstr(&h.text, &got), ERR_OK);
			EXPECT_STR(got, rows[i].want);
		}
	}
	buf_finish(&h.text);
}

TEST(sse_is_bounded)
{
	static const char line[] = "data: 0123456789012345678901234567890\n";
	struct heard h = { .count = 0 };
	struct sse s;
	enum err err = ERR_OK;
	size_t fed = 0;

	buf_init(&h.text, 64);
	sse_init(&s, on_event, &h);
	while (err == ERR_OK && fed < 2 * SSE_LINE_MAX) {
		err = sse_feed(&s, line, sizeof line - 1);
		fed += sizeof line - 1;
	}
	EXPECT_INT(err, ERR_TOO_LARGE);
	sse_finish(&s);
	sse_init(&s, on_event, &h);
	err = ERR_OK;
	for (fed = 0; err == ERR_OK && fed < 2 * SSE_LINE_MAX; fed += 10)
		err = sse_feed(&s, "0123456789", 10);
	EXPECT_INT(err, ERR_TOO_LARGE);
	EXPECT_INT(h.count, 0);
	sse_finish(&s);
	buf_finish(&h.text);
}
