/* The simulator's own work does not fail quietly: a test would hang. */
#ifndef PAIRDESK_SIM_MUST_H
#define PAIRDESK_SIM_MUST_H

#include <stdio.h>
#include <stdlib.h>

#include "core/base/err.h"

static inline void
must_at(enum err err, const char *what, const char *file, int line)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "wasim: %s:%d: %s: %s\n", file, line, what,
	    err_text(err));
	abort();
}

#define must(call) must_at((call), #call, __FILE__, __LINE__)

#endif
