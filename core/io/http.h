/* Answers of HTTP/1.1, as far as a small client needs them: lines, fields,
 * body framing. Pure; strict where leniency lets two readers disagree. */
#ifndef PAIRDESK_IO_HTTP_H
#define PAIRDESK_IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

/* Borrowed text, not terminated. */
struct span {
	const char *p;
	size_t n;
};

/*
 * The line that starts at *at, without its CRLF; *at moves behind it. An
 * empty line is the end of a head. ERR_TRUNCATED: the line has no end yet.
 * ERR_MALFORMED: a bare CR or LF or another control character, said as soon
 * as it is seen.
 */
MUST_CHECK enum err http_line(const void *p, size_t n, size_t *at,
    struct span *out);

/* "HTTP/1.1 200 OK" to 200; false when it is no such line. */
bool http_status(struct span line, int *status);

/* "Name: value", the value without the blanks around it. False for folded
 * lines, blanks before the colon and names that are none. */
bool http_field(struct span line, struct span *name, struct span *value);

/* ASCII, in any case. */
bool http_is(struct span text, const char *want);
/* Whether the comma-separated list has the word. */
bool http_has_word(struct span list, const char *word);

/* Body framing. */
enum http_framing { HTTP_UNFRAMED, HTTP_LENGTH, HTTP_CHUNKED };

struct http_body {
	enum http_framing framing;
	uint64_t left;          /* of the body, or of this chunk */
	int state;
	unsigned digits, line;  /* bounds of chunk heads and trailers */
	bool done;
};

/* How a head says that its body is framed; zeroes: nothing said yet. */
struct http_frame {
	enum http_framing framing;
	uint64_t length;        /* HTTP_LENGTH */
};
/* Takes what a field says about it. False: two lengths, or a length and
 * chunks, which is how one answer is made to look like two (RFC 9112 section
 * 6.3), or a value that is none. */
bool http_frame_note(struct http_frame *f, struct span name,
    struct span value);

void http_body_init(struct http_body *b, enum http_framing framing,
    uint64_t length);
/*
 * Appends the body's bytes to out. ERR_OK: look at b->done. ERR_TOO_LARGE:
 * out is full. ERR_MALFORMED, also for bytes behind the end.
 */
MUST_CHECK enum err http_body_feed(struct http_body *b, const void *p,
    size_t n, struct buf *out);

#endif
