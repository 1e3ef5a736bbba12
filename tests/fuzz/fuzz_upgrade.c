/* The answer to an upgrade. What is accepted must say what the rules want;
 * and an early verdict must be the verdict on all that follows. */
#include <stdlib.h>
#include <string.h>

#include "core/io/upgrade.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* of RFC 6455 section 1.3, so that seeds can be right */
static const struct upgrade rfc = {
	.key = "dGhlIHNhbXBsZSBub25jZQ==",
	.accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
};

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	size_t used = SIZE_MAX, used_half = SIZE_MAX;
	int status = -1, status_half = -1;
	const enum err err = upgrade_answer(&rfc, p, n, &used, &status);
	const enum err half = upgrade_answer(&rfc, p, n / 2, &used_half,
	    &status_half);

	if (err == ERR_OK && (used > n || used > UPGRADE_ANSWER_MAX ||
	    memmem(p, used, rfc.accept, strlen(rfc.accept)) == NULL))
		abort();
	if (err == ERR_UPGRADE && (status < 0 || status > 599))
		abort();
	if (half != ERR_TRUNCATED && (half != err || used_half != used ||
	    status_half != status))
		abort();
	return 0;
}
