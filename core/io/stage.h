/* The stages of reaching WhatsApp, and how long each may take. */
#ifndef PAIRDESK_IO_STAGE_H
#define PAIRDESK_IO_STAGE_H

#include <stdbool.h>
#include <stdint.h>

/* In order; NOISE and LOGIN belong to the layer above and share the list.
 * With a proxy, LOOKUP and TCP towards the server do not happen: those of the
 * proxy and its handshake take their place. */
enum stage {
	STAGE_LOOKUP, STAGE_TCP, STAGE_PROXY_LOOKUP, STAGE_PROXY_TCP,
	STAGE_PROXY, STAGE_TLS, STAGE_UPGRADE, STAGE_NOISE, STAGE_LOGIN,
	STAGE_OPEN, STAGE_COUNT
};

/* "name_lookup", "tcp", "proxy_lookup", "proxy_tcp", "proxy", "tls",
 * "upgrade", "noise", "login", "open" */
const char *stage_name(enum stage stage);
/* The other direction; false, *out untouched: there is none. */
bool stage_from_name(const char *name, enum stage *out);
static inline bool
stage_is_proxy(enum stage stage)
{
	return stage >= STAGE_PROXY_LOOKUP && stage <= STAGE_PROXY;
}

/* Deadlines, in our time. */
struct stage_limits {
	int64_t lookup_ms;
	int64_t address_ms;     /* TCP, one address */
	int64_t tcp_ms;         /* TCP, all addresses together */
	int64_t tls_ms;
	int64_t upgrade_ms;
	int64_t close_ms;       /* to write what is queued, and part */
	int64_t proxy_ms;       /* the proxy's handshake, and its own dialling */
};

/* The ones everybody uses; tests bring their own. Static lifetime. */
const struct stage_limits *stage_limits_usual(void);

#endif
