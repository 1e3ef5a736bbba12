/*
 * Happy eyeballs, RFC 8305: of many addresses to one connected TCP socket.
 * For core/io alone. What of the RFC applies:
 *   section 3   no: the system's resolver answers for both families at once,
 *               so there is no answer to wait 50 ms for
 *   section 4   families alternate, IPv6 first (First Address Family Count
 *               1), each in the resolver's order (RFC 6724); the address that
 *               worked last comes before all (race_order)
 *   section 5   one attempt more each RACE_DELAY_MS, or at once when one has
 *               failed; the first that connects wins, the others are closed
 *   section 7   no: no synthesis of addresses behind NAT64; the resolver's
 *               DNS64 does it
 */
#ifndef PAIRDESK_IO_RACE_H
#define PAIRDESK_IO_RACE_H

#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "core/io/resolve.h"
#include "core/io/stage.h"

#define RACE_DELAY_MS 250       /* Connection Attempt Delay */

struct sock {
	uv_tcp_t tcp;
	uv_connect_t connect;
	/* what came behind a proxy's answer, and is the server's; NULL none */
	uint8_t *early;
	size_t early_len;
};

/* Ends it at once and frees it on a later turn, with the connect or write
 * requests that are still under way called back before. NULL ok. */
void sock_close(struct sock *s);

/* Puts them in the order of section 4. good: the one that worked last, NULL
 * none. Pure. */
void race_order(struct address *at, size_t count, const struct address *good);

struct race;

/* Once; the race is gone then. ERR_OK: sock is the callee's, winner what it
 * is connected to. Else both are NULL, and detail says how the last attempt
 * ended; it is borrowed. */
typedef void (*race_fn)(void *ctx, enum err err, struct sock *sock,
    const struct address *winner, const char *detail);

/* at: in the order to be tried, copied. limits: address_ms and tcp_ms;
 * outlives the race. fn is called on a later turn. */
struct race *race_start(struct loop *loop, const struct address *at,
    size_t count, uint16_t port, const struct stage_limits *limits,
    race_fn fn, void *ctx);
/* fn is not called any more. NULL ok. */
void race_cancel(struct race *r);

#endif
