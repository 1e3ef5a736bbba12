#include "core/io/http.h"

#include <string.h>
#include <strings.h>

#include "core/base/str.h"

/* A chunk head is a number of at most 8 digits and perhaps an extension, a
 * trailer is dropped; neither may drip on without end. */
#define CHUNK_DIGITS_MAX 8
#define CHUNK_LINE_MAX 256

enum { SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER,
    TRAILER_TEXT, TRAILER_LF, END_LF };

enum err
http_line(const void *p, size_t n, size_t *at, struct span *out)
{
	const char *s = (const char *)p + *at;
	const size_t left = n - *at;
	size_t i = 0;

	while (i < left && ((unsigned char)s[i] >= ' ' || s[i] == '\t') &&
	    s[i] != 0x7f)
		i++;
	if (i == left || (s[i] == '\r' && i + 1 == left))
		return ERR_TRUNCATED;
	if (s[i] != '\r' || s[i + 1] != '\n')
		return ERR_MALFORMED;
	*out = (struct span){ s, i };
	*at += i + 2;
	return ERR_OK;
}

bool
http_status(struct span line, int *status)
{
	static const char version[] = "HTTP/1.1 ";
	const size_t skip = sizeof version - 1;
	int code = 0;

	if (line.n < skip + 3 || memcmp(line.p, version, skip) != 0)
		return false;
	for (size_t i = skip; i < skip + 3; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			return false;
		code = code * 10 + (line.p[i] - '0');
	}
	if (code < 100 || code > 599 ||
	    (line.n > skip + 3 && line.p[skip + 3] != ' '))
		return false;
	*status = code;
	return true;
}

/* RFC 9110 section 5.6.2 */
static bool
is_token_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static struct span
trim(struct span s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

bool
http_field(struct span line, struct span *name, struct span *value)
{
	size_t n = 0;

	while (n < line.n && is_token_char(line.p[n]))
		n++;
	if (n == 0 || n == line.n || line.p[n] != ':')
		return false;
	*name = (struct span){ line.p, n };
	*value = trim((struct span){ line.p + n + 1, line.n - n - 1 });
	return true;
}

bool
http_is(struct span text, const char *want)
{
	return text.n == strlen(want) &&
	    strncasecmp(text.p, want, text.n) == 0;
}

bool
http_has_word(struct span list, const char *word)
{
	while (list.n > 0) {
		const char *comma = memchr(list.p, ',', list.n);
		const size_t n = comma == NULL ? list.n
		    : (size_t)(comma - list.p);

		if (http_is(trim((struct span){ list.p, n }), word))
			return true;
		if (comma == NULL)
			break;
		list.p += n + 1;
		list.n -= n + 1;
	}
	return false;
}

static bool
parse_length(struct span s, uint64_t *out)
{
	char text[20];

	if (s.n == 0 || s.n >= sizeof text)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return str_to_u64(text, UINT64_MAX / 2, out);
}

bool
http_frame_note(struct http_frame *f, struct span name, struct span value)
{
	const bool is_length = http_is(name, "content-length");

	if (!is_length && !http_is(name, "transfer-encoding"))
		return true;
	if (f->framing != HTTP_UNFRAMED)
		return false;
	f->framing = is_length ? HTTP_LENGTH : HTTP_CHUNKED;
	return is_length ? parse_length(value, &f->length) :
	    http_is(value, "chunked");
}

void
http_body_init(struct http_body *b, enum http_framing framing,
    uint64_t length)
{
	*b = (struct http_body){ .framing = framing,
	    .done = framing == HTTP_LENGTH && length == 0 };
	b->state = framing == HTTP_CHUNKED ? SIZE : DATA;
	b->left = framing == HTTP_LENGTH ? length : 0;
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static enum err
expect(struct http_body *b, uint8_t c, uint8_t want, int next)
{
	if (c != want)
		return ERR_MALFORMED;
	b->state = next;
	return ERR_OK;
}

static void
start_size(struct http_body *b)
{
	b->state = SIZE;
	b->left = 0;
	b->digits = b->line = 0;
}

/* The number is complete; its line may go on with an extension. */
static enum err
size_ends(struct http_body *b, uint8_t c)
{
	if (b->digits == 0)
		return ERR_MALFORMED;
	if (c == '\r')
		b->state = SIZE_LF;
	else if (c == ';' || c == ' ' || c == '\t')
		b->state = EXTENSION;
	else
		return ERR_MALFORMED;
	return ERR_OK;
}

static enum err
size_char(struct http_body *b, uint8_t c)
{
	const int digit = hex_digit(c);

	if (digit < 0)
		return size_ends(b, c);
	if (++b->digits > CHUNK_DIGITS_MAX)
		return ERR_MALFORMED;
	b->left = b->left << 4 | (uint64_t)digit;
	return ERR_OK;
}

/* Text up to a CR: extensions and trailers, which nobody reads. */
static enum err
skip_char(struct http_body *b, uint8_t c, int next)
{
	if (c == '\r')
		b->state = next;
	else if (++b->line > CHUNK_LINE_MAX || (c < ' ' && c != '\t'))
		return ERR_MALFORMED;
	return ERR_OK;
}

/* One byte of a chunked body that is not data. */
static enum err
frame_char(struct http_body *b, uint8_t c)
{
	enum err err = ERR_OK;

	switch (b->state) {
	case SIZE:
		return size_char(b, c);
	case EXTENSION:
		return skip_char(b, c, SIZE_LF);
	case SIZE_LF:
		return expect(b, c, '\n', b->left > 0 ? DATA : TRAILER);
	case DATA_CR:
		return expect(b, c, '\r', DATA_LF);
	case DATA_LF:
		if ((err = expect(b, c, '\n', SIZE)) == ERR_OK)
			start_size(b);
		return err;
	case TRAILER:
		b->state = c == '\r' ? END_LF : TRAILER_TEXT;
		return c == '\r' ? ERR_OK : skip_char(b, c, TRAILER_LF);
	case TRAILER_TEXT:
		return skip_char(b, c, TRAILER_LF);
	case TRAILER_LF:
		return expect(b, c, '\n', TRAILER);
	case END_LF:
		b->done = true;
		return expect(b, c, '\n', END_LF);
	default:
		return ERR_INTERNAL;
	}
}

static void
data_ends(struct http_body *b)
{
	if (b->framing == HTTP_CHUNKED)
		b->state = DATA_CR;
	else
		b->done = true;
}

enum err
http_body_feed(struct http_body *b, const void *p, size_t n, struct buf *out)
{
	const uint8_t *at = p;
	size_t take;
	enum err err;

	while (n > 0) {
		if (b->done || b->framing == HTTP_UNFRAMED)
			return ERR_MALFORMED;
		take = 1;
		if (b->state == DATA) {
			take = b->left < n ? (size_t)b->left : n;
			err = buf_append(out, at, take);
			b->left -= take;
			if (b->left == 0)
				data_ends(b);
		} else {
			err = frame_char(b, *at);
		}
		if (err != ERR_OK)
			return err;
		at += take;
		n -= take;
	}
	return ERR_OK;
}
