/* The stages of reaching WhatsApp, and how long each may take. */
#ifndef PAIRDESK_IO_STAGE_H
#define PAIRDESK_IO_STAGE_H

#include <stdint.h>

/* In order; NOISE and LOGIN belong to the layer above and share the list. */
enum stage {
	STAGE_LOOKUP, STAGE_TCP, STAGE_TLS, STAGE_UPGRADE, STAGE_NOISE,
	STAGE_LOGIN, STAGE_OPEN, STAGE_COUNT
};

/* "name_lookup", "tcp", "tls", "upgrade", "noise", "login", "open" */
const char *stage_name(enum stage stage);

/* Deadlines, in our time. */
struct stage_limits {
	int64_t lookup_ms;
	int64_t address_ms;     /* TCP, one address */
	int64_t tcp_ms;         /* TCP, all addresses together */
	int64_t tls_ms;
	int64_t upgrade_ms;
	int64_t close_ms;       /* to write what is queued, and part */
};

/* The ones everybody uses; tests bring their own. Static lifetime. */
const struct stage_limits *stage_limits_usual(void);

#endif
