/*
 * WhatsApp's side of a connection in the hands of a test's script: noise over
 * the websocket server of tests/unit/io, then stanzas. Runs in that server's
 * thread.
 */
#ifndef PAIRDESK_TESTS_UNIT_SESSION_FAR_H
#define PAIRDESK_TESTS_UNIT_SESSION_FAR_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/wire/node.h"
#include "core/wire/noise.h"
#include "tests/unit/io/server.h"

struct far {
	struct peer *peer;
	struct noise_cipher send, recv;
	struct buf message;             /* the last one, whole */
	struct buf payload;             /* ClientPayload */
	unsigned pings;                 /* seen, and answered unless: */
	bool is_mute;
};

/* Trusted by those who are to connect; certificates are good for years. */
struct noise_trust far_trust(void);

/* Upgrade and handshake. False: it came to nothing. far_finish either way. */
bool far_meet(struct far *f, struct peer *p);
void far_finish(struct far *f);

/* The same in two halves: the ServerHello is appended as a frame, for the
 * caller to send in its own way; then the ClientFinish is read. */
bool far_begin(struct far *f, struct peer *p, struct buf *hello,
    struct noise_sym *sym);
bool far_end(struct far *f, struct noise_sym *sym);
/* A stanza as its encrypted frame, appended. Takes node over. */
void far_seal(struct far *f, struct node *node, struct buf *out);

/* Takes node over. */
bool far_send(struct far *f, struct node *node);
/* The next stanza, pings aside; NULL at the end. The caller destroys it. */
struct node *far_read(struct far *f);
/* Reads until one with that tag and, if given, that child. */
struct node *far_wait(struct far *f, const char *tag, const char *child);
/* The same; answers the iq with type and one child (NULL: none). */
bool far_answer(struct far *f, const char *child, const char *type,
    struct node *answer);

/* A node from pairs of key and value, ended by NULL. */
struct node *far_node(const char *tag, ...);
/* <stream:error code><conflict type/></stream:error>; NULL leaves out. */
struct node *far_stream_error(const char *code, const char *conflict);

/* pair-device with so many refs "ref-1", "ref-2"... */
struct node *far_pair_device(int refs);
/* What a phone does that has scanned this text. flip: with a wrong HMAC. */
struct node *far_pair_success(const char *qr_text, bool flip);

/* success, pre-key count, active: until the client is online. */
bool far_log_in(struct far *f, const char *prekeys);

#endif
