/*
 * Where the listener listens: "[ADDR:]PORT" or ADDR, as the option
 * http.listen has it and as it is changed at run time.
 */
#ifndef PAIRDESK_APP_LISTEN_SPEC_H
#define PAIRDESK_APP_LISTEN_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LISTEN_DEFAULT_HOST "127.0.0.1"
#define LISTEN_DEFAULT_PORT 3000
#define LISTEN_TEXT_MAX 64

struct listen_spec {
	char host[64];          /* IP, normalised, no brackets; "localhost" */
	uint16_t port;          /* 0: any free one */
};

/* "3000", "127.0.0.1", "127.0.0.1:3000", "[::1]:3000", "localhost:3000";
 * names are not looked up, so no other name is one. */
bool listen_spec_parse(const char *text, struct listen_spec *out);
/* Always with its port. */
void listen_spec_format(const struct listen_spec *spec,
    char out[LISTEN_TEXT_MAX]);

/* 127.0.0.0/8, ::1 or "localhost", literally. */
bool listen_spec_is_loopback(const struct listen_spec *spec);

/* What to bind: itself, or for "localhost" 127.0.0.1 and ::1 (a machine
 * without IPv6 has only the first). Returns how many. */
#define LISTEN_ADDRESSES_MAX 2
size_t listen_spec_addresses(const struct listen_spec *spec,
    struct listen_spec out[LISTEN_ADDRESSES_MAX]);

/* They would bind the same address and port. Two of port 0 never do. */
bool listen_spec_collides(const struct listen_spec *a,
    const struct listen_spec *b);

#endif
