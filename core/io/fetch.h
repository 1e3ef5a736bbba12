/* One small HTTP/1.1 GET (for WhatsApp's version). Over the same look-up,
 * TCP, proxy and TLS as the websocket. */
#ifndef PAIRDESK_IO_FETCH_H
#define PAIRDESK_IO_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "core/io/proxy.h"
#include "core/io/tls.h"
#include "core/io/url.h"

struct fetch;

/*
 * Once; the fetch is gone then. ERR_OK: status is 200 and body, borrowed, is
 * whole and has n bytes. Another status, also a redirect, is
 * ERR_UNSUPPORTED with that status; what is no HTTP is
 * ERR_MALFORMED, more than max bytes ERR_TOO_LARGE; else as on_lost of ws.h.
 */
typedef void (*fetch_fn)(void *ctx, enum err err, int status,
    const char *body, size_t n, const char *detail);

/*
 * headers: "Name: value\r\n" lines, may be empty. deadline_ms for all of it.
 * proxy: proxy_direct() for none. No redirects. Chunked and length-framed bodies; no compression is offered.
 * url, proxy and headers are copied; the first callback comes on a later turn.
 */
struct fetch *fetch_start(struct loop *loop, const struct tls_config *tls,
    const struct url *url, const struct proxy *proxy, const char *headers,
    size_t max, int64_t deadline_ms, fetch_fn fn, void *ctx);
/* No callback afterwards; frees itself. NULL ok. */
void fetch_cancel(struct fetch *f);

#endif
