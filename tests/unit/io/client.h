/* A websocket client for tests, which notes what happens to it. */
#ifndef PAIRDESK_TESTS_UNIT_IO_CLIENT_H
#define PAIRDESK_TESTS_UNIT_IO_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/io/ws.h"
#include "tests/unit/io/server.h"

struct client {
	struct loop *loop;
	struct tls_config *tls;
	struct tls_ticket *ticket;
	struct url url;
	struct proxy proxy;     /* none */
	struct stage_limits limits;     /* long ones */
	struct ws *ws;
	struct timer *guard;

	/* called, when set, with the client */
	void (*when_open)(struct client *c);
	void (*when_message)(struct client *c);
	int close_at;           /* CLOSE_AT_*: ws_close from that callback */

	char trace[32];         /* L T l t P S U stages, o open, m message, x lost */
	size_t messages;
	struct buf last;        /* the last message */
	enum err err;
	enum stage stage;
	int http_status;
	char detail[160];
	bool is_late;           /* the guard had to end it */
};

enum { CLOSE_AT_NOTHING, CLOSE_AT_LOOKUP, CLOSE_AT_TCP, CLOSE_AT_TLS,
    CLOSE_AT_PROXY_LOOKUP, CLOSE_AT_PROXY_TCP, CLOSE_AT_PROXY,
    CLOSE_AT_UPGRADE, CLOSE_AT_OPEN, CLOSE_AT_MESSAGE, CLOSE_AT_LOST };

void client_init(struct client *c, const char *url);
/* A short deadline for one stage, which is to be missed. */
void client_hurry(struct client *c, enum stage stage);
/* Opens and runs until it is lost, or somebody stops the loop. */
void client_run(struct client *c);
/* Closes, runs until the loop is empty, frees all. */
void client_finish(struct client *c);

/* A server with this script and a client at it, run and finished except for
 * the notes (last is kept). scheme: "ws" or "wss". */
void client_meet(struct client *c, const char *scheme, script_fn script,
    void *ctx);

#endif
