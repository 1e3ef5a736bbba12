/* The HTTP upgrade of a websocket client: request text and a bounded parser
 * of the answer (RFC 6455 section 4). Pure. */
#ifndef PAIRDESK_IO_UPGRADE_H
#define PAIRDESK_IO_UPGRADE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/rnd.h"

#define UPGRADE_ANSWER_MAX 8192 /* bytes of head; a slow drip stops here */
#define UPGRADE_LINES_MAX 64

struct upgrade {
	char key[25];           /* base64 of 16 random bytes */
	char accept[29];        /* what the answer must say */
};

void upgrade_init(struct upgrade *u, const struct rnd *rnd);
MUST_CHECK enum err upgrade_request(const struct upgrade *u, const char *host,
    const char *path, const char *origin, struct buf *out);
/*
 * ERR_OK: accepted, *used bytes of p were the head. ERR_TRUNCATED: more is
 * needed. ERR_UPGRADE: refused or wrong (*status gets the HTTP status, 0 if
 * it was no HTTP). ERR_TOO_LARGE. Checks status 101, Upgrade, Connection,
 * Sec-WebSocket-Accept (each exactly once), and that no extension or
 * subprotocol we did not ask for is claimed.
 */
MUST_CHECK enum err upgrade_answer(const struct upgrade *u, const void *p,
    size_t n, size_t *used, int *status);

#endif
