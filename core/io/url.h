/* Addresses of servers, as configured. Strict: what is not plainly right is
 * refused, because what browsers repair is where checks are fooled. */
#ifndef PAIRDESK_IO_URL_H
#define PAIRDESK_IO_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

struct url {
	bool tls;               /* wss, https */
	char host[256];         /* lower case, without brackets */
	uint16_t port;
	char path[1024];        /* starts with '/'; with the query */
};

/* schemes ws, wss, http, https. ERR_INVALID. No user info, no fragment. */
MUST_CHECK enum err url_parse(const char *text, struct url *out);
/* 127.0.0.0/8, ::1 or "localhost", literally: nothing is looked up. */
bool url_is_loopback(const struct url *url);

/* "host", "host:8443", "[::1]:8443", as the Host header has it. */
#define URL_AUTHORITY_SIZE 272
void url_authority(const struct url *url, char dst[URL_AUTHORITY_SIZE]);

#endif
