/*
 * An answer as bytes with its header, or as a stream. Shared answers are
 * counted: who keeps one for the next request refs it.
 */
#ifndef PAIRDESK_HTTPD_RESPONSE_H
#define PAIRDESK_HTTPD_RESPONSE_H

#include <stddef.h>
#include <sys/types.h>

struct response;

#define TYPE_JSON "application/json; charset=utf-8"
#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_HTML "text/html; charset=utf-8"
#define TYPE_EVENTS "text/event-stream; charset=utf-8"

/* type may be NULL for an answer without a body. p is copied. The fields
 * that every answer has (nosniff, no-referrer ...) are set. */
struct response *response_create(unsigned status, const char *type,
    const void *p, size_t n);
/* p is static and lives for ever. */
struct response *response_create_static(unsigned status, const char *type,
    const void *p, size_t n);

/*
 * A stream's source. read: puts at most max bytes, returns how many, 0 if
 * there are none now (server_wake tells of more), below 0 at the end.
 * closed: the reader is gone, nothing is called afterwards.
 */
struct stream_ops {
	ssize_t (*read)(void *ctx, char *to, size_t max);
	void (*closed)(void *ctx);
};
struct response *response_create_stream(const char *type,
    const struct stream_ops *ops, void *ctx);

struct response *response_ref(struct response *r);
void response_unref(struct response *r);        /* NULL ok */

/* Only before it is sent for the first time. */
void response_field(struct response *r, const char *name, const char *value);

unsigned response_status(const struct response *r);

#endif
