/* The command line of wasim. */
#ifndef PAIRDESK_SIM_OPTIONS_H
#define PAIRDESK_SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/sim/sim.h"

struct options {
	char host[64];
	uint16_t port;
	const char *tls_dir, *control, *state, *log;    /* NULL: none */
	bool until_eof;
	bool has_seed;
	uint64_t seed;
};

/* False: usage was printed (help: on stdout, and *status is 0). */
bool options_read(int argc, char **argv, struct options *out,
    struct settings *set, int *status);

#endif
