/* The keyring: what is read before and after the master key is known. */
#include <stdlib.h>

#include "core/store/keyring.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct secret master = { .b = { 7 } };
	struct keyring_head head;
	struct key_set data;
	struct secret token;
	const enum err seen = keyring_read_head(p, n, &head);
	const enum err err = keyring_open(p, n, &master, &data, &token);

	/* what has no head has no content, and a cost is bounded */
	if ((seen != ERR_OK) != (err != ERR_OK && err != ERR_WRONG_KEY))
		abort();
	if (seen == ERR_OK && head.memory_kib > 1024 * 1024)
		abort();
	if (err == ERR_OK && (data.count < 1 || data.count > KEYS_MAX))
		abort();
	return 0;
}
