#include "core/io/http.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

static struct span
span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

TEST(http_line_cuts)
{
	static const char text[] = "one\r\n\r\ntw\to\r\nthree";
	struct span line;
	size_t at = 0;
	char *p = (char *)t_exact(text, sizeof text - 1);

	EXPECT_INT(http_line(p, sizeof text - 1, &at, &line), ERR_OK);
	EXPECT(http_is(line, "one"));
	EXPECT_INT(http_line(p, sizeof text - 1, &at, &line), ERR_OK);
	EXPECT_INT(line.n, 0);
	EXPECT_INT(http_line(p, sizeof text - 1, &at, &line), ERR_OK);
	EXPECT(http_is(line, "tw\to"));
	EXPECT_INT(http_line(p, sizeof text - 1, &at, &line), ERR_TRUNCATED);
	EXPECT_INT(at, sizeof text - 1 - 5);
	free(p);
}

TEST(http_words_in_lists)
{
	EXPECT(http_has_word(span_of("Upgrade"), "upgrade"));
	EXPECT(http_has_word(span_of("a, Upgrade ,b"), "upgrade"));
	EXPECT(http_has_word(span_of(",,upgrade"), "upgrade"));
	EXPECT(!http_has_word(span_of(""), "upgrade"));
	EXPECT(!http_has_word(span_of("upgrades"), "upgrade"));
	EXPECT(!http_has_word(span_of("up grade"), "upgrade"));
	EXPECT(!http_has_word(span_of("a,"), "upgrade"));
}

/* Fed whole and byte by byte; both must agree. */
static enum err
feed(enum http_framing framing, uint64_t length, const char *text,
    size_t step, struct buf *out, bool *done)
{
	const size_t n = strlen(text);
	struct http_body b;
	enum err err = ERR_OK;

	http_body_init(&b, framing, length);
	for (size_t i = 0; i < n && err == ERR_OK; i += step) {
		const size_t part = n - i < step ? n - i : step;
		uint8_t *p = t_exact(text + i, part);

		err = http_body_feed(&b, p, part, out);
		free(p);
	}
	*done = b.done;
	return err;
}

struct body_row {
	enum http_framing framing;
	uint64_t length;
	const char *text;
	enum err err;
	bool done;
	const char *body;
};

static const struct body_row bodies[] = {
	{ HTTP_LENGTH, 5, "hello", ERR_OK, true, "hello" },
	{ HTTP_LENGTH, 6, "hello", ERR_OK, false, "hello" },
	{ HTTP_LENGTH, 4, "hello", ERR_MALFORMED, true, "hell" },
	{ HTTP_LENGTH, 0, "", ERR_OK, true, "" },
	{ HTTP_LENGTH, 0, "x", ERR_MALFORMED, true, "" },
	{ HTTP_UNFRAMED, 0, "x", ERR_MALFORMED, false, "" },
	{ HTTP_CHUNKED, 0, "5\r\nhello\r\n0\r\n\r\n", ERR_OK, true, "hello" },
	{ HTTP_CHUNKED, 0, "2;a=\"b\"\r\nhe\r\n3 \r\nllo\r\n00\r\n\r\n", ERR_OK,
	    true, "hello" },
	{ HTTP_CHUNKED, 0, "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n"
	    "X-Trailer: y\r\nZ: 1\r\n\r\n", ERR_OK, true,
	    "01234567890123456789" },
	{ HTTP_CHUNKED, 0, "0\r\n\r\n", ERR_OK, true, "" },
	{ HTTP_CHUNKED, 0, "0\r\n\r\nx", ERR_MALFORMED, true, "" },
	{ HTTP_CHUNKED, 0, "5\r\nhello", ERR_OK, false, "hello" },
	{ HTTP_CHUNKED, 0, "5\r\nhello\r\n", ERR_OK, false, "hello" },
	{ HTTP_CHUNKED, 0, "5\r\nhellox", ERR_MALFORMED, false, "hello" },
	{ HTTP_CHUNKED, 0, "5\r\nhello\n", ERR_MALFORMED, false, "hello" },
	{ HTTP_CHUNKED, 0, "\r\n", ERR_MALFORMED, false, "" },
	{ HTTP_CHUNKED, 0, ";x\r\n", ERR_MALFORMED, false, "" },
	{ HTTP_CHUNKED, 0, "-1\r\n", ERR_MALFORMED, false, "" },
	{ HTTP_CHUNKED, 0, "0x5\r\n", ERR_MALFORMED, false, "" },
	{ HTTP_CHUNKED, 0, "5\nhello", ERR_MALFORMED, false, "" },
	{ HTTP_CHUNKED, 0, "000000001\r\n", ERR_MALFORMED, false, "" },
	{ HTTP_CHUNKED, 0, "ffffffff\r\nab", ERR_OK, false, "ab" },
	{ HTTP_CHUNKED, 0, "1;\n", ERR_MALFORMED, false, "" },
	{ HTTP_CHUNKED, 0, "0\r\nX\n", ERR_MALFORMED, false, "" },
};

TEST(http_bodies)
{
	for (size_t i = 0; i < ARRAY_LEN(bodies) * 3; i++) {
		static const size_t steps[] = { 1, 3, 1000 };
		const struct body_row *r = &bodies[i / 3];
		struct buf out;
		const char *text;
		bool done;
		enum err err;

		buf_init(&out, 1000);
		err = feed(r->framing, r->length, r->text, steps[i % 3], &out,
		    &done);
		if (err != r->err || done != r->done ||
		    buf_cstr(&out, &text) != ERR_OK ||
		    strcmp(text, r->body) != 0)
			t_fail(__FILE__, __LINE__, "row %zu: %s, %d", i / 3,
			    err_name(err), done);
		buf_finish(&out);
	}
}

TEST(http_body_is_capped)
{
	struct buf out;
	bool done;

	buf_init(&out, 9);
	EXPECT_INT(feed(HTTP_CHUNKED, 0, "5\r\nhello\r\n5\r\nworld\r\n", 100,
	    &out, &done), ERR_TOO_LARGE);
	EXPECT_INT(out.len, 5);
	buf_finish(&out);
}

TEST(http_lines_that_nobody_reads_are_capped)
{
	static const char *const starts[] = { "1;", "0\r\n", "0\r\nX:" };

	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		char text[1000] = "";
		struct buf out;
		bool done;

		memset(text, 'x', sizeof text - 1);
		memcpy(text, starts[i], strlen(starts[i]));
		buf_init(&out, 9);
		EXPECT_INT(feed(HTTP_CHUNKED, 0, text, 100, &out, &done),
		    ERR_MALFORMED);
		buf_finish(&out);
	}
}
