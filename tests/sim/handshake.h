/* The server's side of noise XX (protocol notes 2). */
#ifndef PAIRDESK_SIM_HANDSHAKE_H
#define PAIRDESK_SIM_HANDSHAKE_H

#include <stddef.h>
#include <stdint.h>

struct conn;
struct handshake;

/* A frame in clear: ClientHello, then ClientFinish. */
void handshake_frame(struct conn *c, const uint8_t *p, size_t n);
void handshake_destroy(struct handshake *hs);   /* NULL is a no-op */

#endif
