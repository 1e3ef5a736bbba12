/*
 * Host names to addresses, by the system's resolver on the LOOKUP lane. One
 * question a host at a time, however many sessions ask; answers are kept for
 * a minute, failures for some seconds. For core/io alone.
 */
#ifndef PAIRDESK_IO_RESOLVE_H
#define PAIRDESK_IO_RESOLVE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/io/loop.h"

#define RESOLVE_ADDRESSES_MAX 8

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} sa;                   /* port 0 */
};

struct lookup;
struct resolver;

/* at: in the resolver's order, borrowed. On error count is 0 and detail
 * says why. The lookup is gone when this is called. */
typedef void (*lookup_fn)(void *ctx, enum err err, const struct address *at,
    size_t count, const char *detail);

/* host: a name or a literal address. fn is called on a later turn. */
struct lookup *lookup_start(struct loop *loop, const char *host, lookup_fn fn,
    void *ctx);
/* fn is not called any more. NULL ok. */
void lookup_cancel(struct lookup *l);

/* The address that a connection to this host came about by; remembered for
 * some minutes, for names that were looked up (RFC 8305 section 4). */
void resolver_note_good(struct loop *loop, const char *host,
    const struct address *at);
/* False, *out untouched: none is remembered. */
bool resolver_good(struct loop *loop, const char *host, struct address *out);

/* Of the loop; made at the first use. No lookup may be left. */
void resolver_destroy(struct resolver *r);

/*
 * Asked on the pool's thread: fills at most RESOLVE_ADDRESSES_MAX addresses,
 * returns 0 or an EAI_ number. Tests bring their own; getaddrinfo otherwise.
 */
typedef int (*resolve_query_fn)(const char *host, struct address *out,
    size_t *count);
void resolver_set_query(struct loop *loop, resolve_query_fn fn);

#endif
