/*
 * The client's side of HTTP CONNECT (RFC 9110 section 9.3.6) with Basic
 * credentials (RFC 7617). Pure: bytes in, bytes out. For core/io alone.
 */
#ifndef PAIRDESK_IO_TUNNEL_HTTP_H
#define PAIRDESK_IO_TUNNEL_HTTP_H

#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/io/proxy.h"

#define TUNNEL_ANSWER_MAX 16384 /* a head that never ends */
#define TUNNEL_LINES_MAX 128
#define TUNNEL_DETAIL_SIZE 96

/* Appends the request; host is a name or a literal address. */
MUST_CHECK enum err tunnel_http_request(const struct proxy *proxy,
    const char *host, uint16_t port, struct buf *out);

/*
 * Judges all that has come so far. ERR_OK: a 2xx; the tunnel begins behind
 * *used. ERR_TRUNCATED: wait for more. ERR_PROXY_AUTH (407), ERR_PROXY
 * (another status), ERR_MALFORMED, ERR_TOO_LARGE: detail says how it failed.
 */
MUST_CHECK enum err tunnel_http_answer(const void *p, size_t n, size_t *used,
    char detail[TUNNEL_DETAIL_SIZE]);

#endif
