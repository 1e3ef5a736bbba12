/* One small HTTP/1.1 GET (for WhatsApp's version). Over the same look-up,
 * TCP and TLS as the websocket. */
#ifndef PAIRDESK_IO_FETCH_H
#define PAIRDESK_IO_FETCH_H

#include <stddef.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "core/io/tls.h"
#include "core/io/ws.h"

struct fetch;

/* body: status 200 only, whole, at most max bytes; borrowed. Once. */
typedef void (*fetch_fn)(void *ctx, enum err err, int status,
    const char *body, size_t n, const char *detail);

/* headers: "Name: value\r\n" lines. deadline_ms for all of it. No redirects.
 * Chunked and length-framed bodies, no compression is offered. */
struct fetch *fetch_start(struct loop *loop, const struct tls_config *tls,
    const struct url *url, const char *headers, size_t max,
    int64_t deadline_ms, fetch_fn fn, void *ctx);
/* No callback afterwards; frees itself. NULL ok. */
void fetch_cancel(struct fetch *f);

#endif
