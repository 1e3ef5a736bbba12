/*
 * A server on loopback in a thread of its own. It takes connections one
 * after the other and plays the script with each; all its reads and writes
 * are bounded in time.
 */
#ifndef PAIRDESK_TESTS_UNIT_IO_SERVER_H
#define PAIRDESK_TESTS_UNIT_IO_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "tests/unit/io/pki.h"

struct peer;                    /* one connection, in the script's hands */
struct server;

typedef void (*script_fn)(struct peer *p, void *ctx);

struct server_params {
	bool tls;
	enum leaf leaf;
	script_fn script;
	void *ctx;
};

struct server *server_start(const struct server_params *params);
uint16_t server_port(const struct server *s);

/* TLS handshakes that a ticket shortened. */
unsigned server_resumed(const struct server *s);
void server_stop(struct server *s);

/* At most size bytes; 0 at the end, on errors and after some seconds. */
size_t peer_read(struct peer *p, void *buf, size_t size);
bool peer_write(struct peer *p, const void *buf, size_t n);
bool peer_say(struct peer *p, const char *text);
/* Until the client ends it, or some seconds. False for the latter. */
bool peer_wait_end(struct peer *p);
/* TCP ends here and now, without a word of TLS. */
void peer_cut(struct peer *p);
/* The script's connection ends with RST instead of FIN. */
void peer_reset(struct peer *p);

/* Reads the request's head; the answer a websocket server gives. */
bool peer_read_request(struct peer *p, struct buf *head);
bool peer_upgrade(struct peer *p);
/* The answer's text for the request in head. */
void upgrade_text(const struct buf *head, struct buf *out);

/* Frames of a server, unmasked; and of the client, which must be masked. */
void frame_put(struct buf *out, bool fin, int opcode, const void *p,
    size_t n);
bool peer_send_frame(struct peer *p, bool fin, int opcode, const void *buf,
    size_t n);
/* The opcode, or -1. */
int peer_read_frame(struct peer *p, struct buf *payload);

#endif
