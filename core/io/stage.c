#include "core/io/stage.h"

#include <stddef.h>
#include <string.h>

static const char *const names[] = {
	[STAGE_LOOKUP] = "name_lookup",
	[STAGE_TCP] = "tcp",
	[STAGE_PROXY_LOOKUP] = "proxy_lookup",
	[STAGE_PROXY_TCP] = "proxy_tcp",
	[STAGE_PROXY] = "proxy",
	[STAGE_TLS] = "tls",
	[STAGE_UPGRADE] = "upgrade",
	[STAGE_NOISE] = "noise",
	[STAGE_LOGIN] = "login",
	[STAGE_OPEN] = "open",
};

_Static_assert(sizeof names / sizeof names[0] == STAGE_COUNT,
    "every stage has a name");

const char *
stage_name(enum stage stage)
{
	return (unsigned)stage < STAGE_COUNT ? names[stage] : "unknown";
}

bool
stage_from_name(const char *name, enum stage *out)
{
	for (int i = 0; i < STAGE_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum stage)i;
			return true;
		}
	}
	return false;
}

/* Together 50 s, 65 with a proxy: a black hole is reported within 90 s, with
 * noise and login still to come. */
const struct stage_limits *
stage_limits_usual(void)
{
	static const struct stage_limits usual = {
		.lookup_ms = 10000,
		.address_ms = 10000,
		.tcp_ms = 20000,
		.tls_ms = 10000,
		.upgrade_ms = 10000,
		.close_ms = 2000,
		.proxy_ms = 15000,
	};

	return &usual;
}
