/* ClientPayload read and judged (protocol notes 4). */
#ifndef PAIRDESK_SIM_PAYLOAD_IN_H
#define PAIRDESK_SIM_PAYLOAD_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/secret.h"

struct conn;

/* What an unlinked device says of itself. */
struct registration {
	uint8_t identity[KEY_LEN], skey[KEY_LEN];
	uint32_t registration_id, skey_id;
	char os[64];            /* shown on the phone */
	uint32_t platform_type;
};

struct client_payload {
	bool is_registration;
	bool has_username, has_device;
	uint64_t username, device;
	bool passive, pull, lid_migrated;
	uint64_t lc;
	uint32_t revision;
	struct registration reg;
};

/*
 * Fills out and records what is wrong. Gives the reason of the failure that
 * the real server would answer, or 0.
 */
unsigned payload_read(struct conn *c, const uint8_t *p, size_t n,
    struct client_payload *out);

#endif
