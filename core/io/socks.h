/*
 * The client's side of SOCKS5 (RFC 1928) with user name and password (RFC
 * 1929), for CONNECT to a name. Pure: bytes in, bytes out. For core/io alone.
 */
#ifndef PAIRDESK_IO_SOCKS_H
#define PAIRDESK_IO_SOCKS_H

#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/io/proxy.h"

#define SOCKS_DETAIL_SIZE 96

enum socks_state { SOCKS_METHOD, SOCKS_AUTH, SOCKS_REPLY, SOCKS_DONE };

struct socks {
	const struct proxy *proxy;      /* borrowed */
	const char *host;               /* the target; borrowed */
	uint16_t port;
	enum socks_state state;
	char detail[SOCKS_DETAIL_SIZE]; /* why it failed, in English */
};

/* Appends the first message. host: a name or a literal address, as it is;
 * at most 255 bytes (ERR_TOO_LARGE). */
MUST_CHECK enum err socks_start(struct socks *s, const struct proxy *proxy,
    const char *host, uint16_t port, struct buf *out);

/*
 * Takes what has come; *used bytes of it are dealt with, the rest is to be
 * given again with what follows. Appends what is to be sent. ERR_OK: the way
 * is open, what is behind *used is the target's. ERR_TRUNCATED: go on.
 * ERR_PROXY_AUTH, ERR_PROXY (a reply other than success), ERR_MALFORMED: it
 * has failed, detail says how.
 */
MUST_CHECK enum err socks_feed(struct socks *s, const uint8_t *p, size_t n,
    size_t *used, struct buf *out);

#endif
