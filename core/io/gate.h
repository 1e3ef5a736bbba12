/*
 * How many connections are being opened at the same time. A handshake costs
 * both ends milliseconds; a thousand at once would each take as long as all
 * together, run out of their time, and begin again. In turns the first are
 * done while the last have not begun. For core/io alone.
 */
#ifndef PAIRDESK_IO_GATE_H
#define PAIRDESK_IO_GATE_H

#include "core/io/loop.h"

#define GATE_WIDTH 32u          /* about 70 a second at 150 ms to a server */
/* Who takes longer waits for the server and not for us, and no longer counts:
 * a thousand connections into nowhere are all under way after half a minute. */
#define GATE_SLOW_MS 1000

struct pass;

/* fn runs once, on a later turn, in the order of entering. */
struct pass *gate_enter(struct loop *loop, loop_fn fn, void *ctx);
/* Open, failed or no longer wanted. Frees; fn does not run afterwards. NULL
 * ok, also from within fn. */
void gate_leave(struct pass *p);

#endif
