#include "tui/reply.h"

#include <string.h>

#include "tests/t.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static enum err
feed(struct reply *r, const char *text, size_t piece)
{
	const size_t n = strlen(text);
	enum err err = ERR_OK;

	reply_init(r);
	for (size_t at = 0; at < n && err == ERR_OK; at += piece)
		err = reply_feed(r, text + at, n - at < piece ? n - at : piece);
	return err == ERR_OK ? reply_end(r) : err;
}

TEST(reply_in_any_pieces)
{
	static const struct {
		const char *text;
		enum err want;
		int status;
		const char *body;
	} rows[] = {
		{ OK_HEAD "Content-Length: 2\r\n\r\nhi", ERR_OK, 200, "hi" },
		{ OK_HEAD "Content-Length: 0\r\n\r\n", ERR_OK, 200, "" },
		{ "HTTP/1.1 404 Not Found\r\ncontent-length: 1\r\n\r\nx",
		    ERR_OK, 404, "x" },
		{ OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
		    "2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n", ERR_OK, 200, "hi!" },
		{ OK_HEAD "A: b\r\n\r\nuntil it closes", ERR_OK, 200,
		    "until it closes" },
		{ "HTTP/1.1 100 Continue\r\n\r\n" OK_HEAD
		    "Content-Length: 2\r\n\r\nhi", ERR_OK, 200, "hi" },
		{ "HTTP/1.1 204 No Content\r\n\r\n", ERR_OK, 204, "" },
		{ "", ERR_TRUNCATED, 0, NULL },
		{ OK_HEAD "Content-Length: 3\r\n\r\nhi", ERR_TRUNCATED, 200,
		    NULL },
		{ OK_HEAD "Content-Length: 2\r\n\r\nhi!", ERR_MALFORMED, 200,
		    NULL },
		{ OK_HEAD "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
		    ERR_MALFORMED, 200, NULL },
		{ OK_HEAD "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"
		    "\r\n", ERR_MALFORMED, 200, NULL },
		{ OK_HEAD "Content-Length: -2\r\n\r\n", ERR_MALFORMED, 200,
		    NULL },
		{ OK_HEAD "Content-Length: 99999999999\r\n\r\n",
		    ERR_MALFORMED, 200, NULL },
		{ "HTTP/1.0 200 OK\r\n\r\n", ERR_MALFORMED, 0, NULL },
		{ OK_HEAD "no colon\r\n\r\n", ERR_MALFORMED, 200, NULL },
	};
	struct reply r;
	const char *body;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t piece = 1; piece < 80; piece += 3) {
			EXPECT_INT(feed(&r, rows[i].text, piece),
			    rows[i].want);
			EXPECT_INT(r.status, rows[i].status);
			if (rows[i].body != NULL) {
				EXPECT_INT(buf_cstr(&r.body, &body), ERR_OK);
				EXPECT_STR(body, rows[i].body);
			}
			reply_finish(&r);
		}
	}
}

TEST(reply_knows_a_stream)
{
	struct reply r;

	EXPECT_INT(feed(&r, OK_HEAD "Content-Type: text/event-stream; "
	    "charset=utf-8\r\n\r\n", 7), ERR_OK);
	EXPECT(r.is_events);
	reply_finish(&r);
	EXPECT_INT(feed(&r, OK_HEAD "Content-Type: application/json\r\n\r\n",
	    7), ERR_OK);
	EXPECT(!r.is_events);
	reply_finish(&r);
}

TEST(reply_head_is_bounded)
{
	static const char line[] = "Some-Field: some value\r\n";
	struct reply r;
	enum err err = ERR_OK;
	size_t fed = 0;

	reply_init(&r);
	EXPECT_INT(reply_feed(&r, OK_HEAD, sizeof OK_HEAD - 1), ERR_OK);
	while (err == ERR_OK && fed < 2 * REPLY_HEAD_MAX) {
		err = reply_feed(&r, line, sizeof line - 1);
		fed += sizeof line - 1;
	}
	EXPECT_INT(err, ERR_TOO_LARGE);
	EXPECT(fed <= REPLY_HEAD_MAX + sizeof line);
	reply_finish(&r);
}
