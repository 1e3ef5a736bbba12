/*
 * Stored records. What is read must be complete, so that it can be written,
 * and what was written must be read as the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/identity.h"

#define RECORD_MAX 16384

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
expect(int ok)
{
	if (!ok)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct creds first, second;
	struct buf once, twice;

	if (creds_decode(p, n, &first) != ERR_OK)
		return 0;
	buf_init_secret(&once, RECORD_MAX);
	buf_init_secret(&twice, RECORD_MAX);
	expect(creds_encode(&first, &once) == ERR_OK);
	expect(creds_decode(once.data, once.len, &second) == ERR_OK);
	expect(creds_encode(&second, &twice) == ERR_OK);
	expect(once.len == twice.len);
	expect(memcmp(once.data, twice.data, once.len) == 0);
	expect(memcmp(&first.id, &second.id, sizeof first.id) == 0);
	buf_finish(&once);
	buf_finish(&twice);
	return 0;
}
