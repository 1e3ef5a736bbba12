/* HTTP/1.1 requests as they come in, and the few answers we give. */
#ifndef PAIRDESK_SIM_HTTP_H
#define PAIRDESK_SIM_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

#define HTTP_HEAD_MAX 16384
#define HTTP_HEADERS_MAX 64

struct http_request {
	char *method, *path, *version;  /* into the head's bytes */
	struct http_header {
		char *name, *value;
	} headers[HTTP_HEADERS_MAX];
	size_t count;
};

/* Bytes of a whole head at the front of p, or 0. */
size_t http_head_len(const void *p, size_t n);
/* Cuts up head (NUL-terminated, changed in place). */
bool http_parse(char *head, struct http_request *out);
/* Value of the first header with this name, or NULL. */
const char *http_header(const struct http_request *r, const char *name);
size_t http_header_count(const struct http_request *r, const char *name);
/* Whether a comma list has this word, whatever its case. */
bool http_has_word(const char *list, const char *word);

/* Sec-WebSocket-Accept for a key; out holds 29 bytes. */
void http_accept_key(const char *key, char out[29]);
/* Appends a whole answer with a text body, connection closing. */
void http_answer(struct buf *out, int status, const char *type,
    const char *headers, const char *body);

#endif
