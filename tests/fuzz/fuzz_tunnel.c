/* The answer to a CONNECT: an early verdict is the verdict on all that
 * follows, and what is taken ends with an empty line. */
#include <stdlib.h>
#include <string.h>

#include "core/io/tunnel_http.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char detail[TUNNEL_DETAIL_SIZE] = "", early[TUNNEL_DETAIL_SIZE] = "";
	size_t used = SIZE_MAX, used_half = SIZE_MAX;
	const enum err err = tunnel_http_answer(p, n, &used, detail);
	const enum err half = tunnel_http_answer(p, n / 2, &used_half, early);

	if (err == ERR_OK && (used > n || used > TUNNEL_ANSWER_MAX ||
	    used < 4 || memcmp(p + used - 4, "\r\n\r\n", 4) != 0))
		abort();
	if (err != ERR_OK && err != ERR_TRUNCATED && detail[0] == '\0')
		abort();
	if (half != ERR_TRUNCATED && (half != err || used_half != used))
		abort();
	return 0;
}
