/* Chunked bodies, whole and byte by byte, with one result. */
#include <stdlib.h>
#include <string.h>

#include "core/io/http.h"

#define BODY_MAX 512

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct http_body whole, bytes;
	struct buf a, b;
	enum err err_a, err_b = ERR_OK;

	buf_init(&a, BODY_MAX);
	buf_init(&b, BODY_MAX);
	http_body_init(&whole, HTTP_CHUNKED, 0);
	http_body_init(&bytes, HTTP_CHUNKED, 0);
	err_a = http_body_feed(&whole, p, n, &a);
	for (size_t i = 0; i < n && err_b == ERR_OK; i++)
		err_b = http_body_feed(&bytes, p + i, 1, &b);
	/* only how much fits before the limit depends on the pieces */
	if (err_a != err_b || (err_a == ERR_OK && (whole.done != bytes.done ||
	    a.len != b.len)))
		abort();
	if (a.len > BODY_MAX || b.len < a.len ||
	    (a.len > 0 && memcmp(a.data, b.data, a.len) != 0))
		abort();
	buf_finish(&a);
	buf_finish(&b);
	return 0;
}
