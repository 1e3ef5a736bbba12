#include "tests/sim/http.h"

#include <string.h>
#include <strings.h>

#include <mbedtls/md.h>

#include "core/base/str.h"
#include "tests/sim/must.h"

size_t
http_head_len(const void *p, size_t n)
{
	const char *end = memmem(p, n, "\r\n\r\n", 4);

	return end == NULL ? 0 : (size_t)(end - (const char *)p) + 4;
}

/* The text up to sep, which is overwritten; *at moves behind it. */
static char *
cut(char **at, const char *sep)
{
	char *start = *at;
	char *end = strstr(start, sep);

	if (end == NULL)
		return NULL;
	*end = '\0';
	*at = end + strlen(sep);
	return start;
}

static void
trim(char **s)
{
	size_t n;

	*s += strspn(*s, " \t");
	n = strlen(*s);
	while (n > 0 && ((*s)[n - 1] == ' ' || (*s)[n - 1] == '\t'))
		(*s)[--n] = '\0';
}

bool
http_parse(char *head, struct http_request *out)
{
	struct http_request r = { 0 };
	char *at = head, *line;

	if ((line = cut(&at, "\r\n")) == NULL ||
	    (r.method = cut(&line, " ")) == NULL ||
	    (r.path = cut(&line, " ")) == NULL)
		return false;
	r.version = line;
	while ((line = cut(&at, "\r\n")) != NULL && *line != '\0') {
		struct http_header *h = &r.headers[r.count];

		if (r.count++ == HTTP_HEADERS_MAX ||
		    (h->name = cut(&line, ":")) == NULL)
			return false;
		h->value = line;
		trim(&h->value);
	}
	*out = r;
	return true;
}

const char *
http_header(const struct http_request *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++) {
		if (strcasecmp(r->headers[i].name, name) == 0)
			return r->headers[i].value;
	}
	return NULL;
}

size_t
http_header_count(const struct http_request *r, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += strcasecmp(r->headers[i].name, name) == 0;
	return n;
}

bool
http_has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	while (list != NULL && *list != '\0') {
		list += strspn(list, " \t,");
		if (strncasecmp(list, word, n) == 0 &&
		    strchr(" \t,", list[n]) != NULL)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

void
http_accept_key(const char *key, char out[29])
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	const mbedtls_md_info_t *sha1 =
	    mbedtls_md_info_from_type(MBEDTLS_MD_SHA1);
	unsigned char hash[20];
	struct buf text;
	const char *s;

	buf_init(&text, 256);
	must(buf_printf(&text, "%.64s%s", key, guid));
	if (mbedtls_md(sha1, text.data, text.len, hash) != 0)
		abort();
	buf_clear(&text);
	must(str_base64(&text, hash, sizeof hash));
	must(buf_cstr(&text, &s));
	str_copy(out, 29, s);
	buf_finish(&text);
}

static const char *
reason(int status)
{
	switch (status) {
	case 200: return "OK";
	case 302: return "Found";
	case 400: return "Bad Request";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 429: return "Too Many Requests";
	case 500: return "Internal Server Error";
	case 503: return "Service Unavailable";
	default: return "Status";
	}
}

void
http_answer(struct buf *out, int status, const char *type,
    const char *headers, const char *body)
{
	must(buf_printf(out, "HTTP/1.1 %d %s\r\n", status, reason(status)));
	must(buf_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n%s\r\n", type, strlen(body), headers));
	must(buf_str(out, body));
}
