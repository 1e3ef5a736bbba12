/* Where connections come from, and how many each source has open. A source
 * is an IPv4 address or an IPv6 /64, as one customer gets it. */
#ifndef PAIRDESK_HTTPD_SOURCE_H
#define PAIRDESK_HTTPD_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "httpd/exchange.h"

#define SOURCE_KEY_LEN 16

/* The peer of a connected TCP socket; false when it has gone already. */
bool source_of(int fd, struct source *out);
/* From text; false when it is no address. */
bool source_parse(const char *text, struct source *out);
/* The same as proxies write it, some with a port: "192.0.2.1:4711",
 * "[2001:db8::1]:4711". */
bool source_parse_forwarded(const char *text, struct source *out);
/* Our own address of a connection, without port; "" if unknown. */
void source_local(int fd, char *out, size_t size);

/* What counts as one: the last 64 bits of IPv6 are cleared. */
void source_key(const struct source *s, uint8_t out[SOURCE_KEY_LEN]);

struct sources;

struct sources *sources_create(void);
void sources_destroy(struct sources *s);        /* NULL ok */
void sources_join(struct sources *s, const struct source *source);
void sources_leave(struct sources *s, const struct source *source);
size_t sources_count(const struct sources *s);          /* connections */
size_t sources_distinct(const struct sources *s);
size_t sources_of(const struct sources *s, const struct source *source);

#endif
