#include "core/base/secret.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <sodium.h>

void
secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

void
secret_finish(struct secret *s)
{
	if (s != NULL)
		sodium_memzero(s, sizeof *s);
}

void
keypair_finish(struct keypair *k)
{
	if (k != NULL)
		sodium_memzero(k, sizeof *k);
}

bool
secret_is_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

enum err
secret_process_init(void)
{
	const struct rlimit none = { 0, 0 };

	if (sodium_init() < 0)
		return ERR_INTERNAL;
	if (setrlimit(RLIMIT_CORE, &none) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) != 0)
		return ERR_PERMISSION;
	return ERR_OK;
}
