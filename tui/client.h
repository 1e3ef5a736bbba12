/*
 * A small HTTP client of our own listener, on the loop: one connection a
 * request, over the control socket or a socket pair. Answers are JSON.
 */
#ifndef PAIRDESK_TUI_CLIENT_H
#define PAIRDESK_TUI_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "tui/sse.h"

struct client;

/* Gives a connected stream socket, which the client then owns, or -1. */
typedef int (*client_dial_fn)(void *ctx);

struct client *client_create(struct loop *loop, client_dial_fn dial,
    void *ctx);
/* Ends what is under way without a call. Also from within a call of its own;
 * NULL ok. */
void client_destroy(struct client *c);

/* Each request asks for answers in this language: "en", "ru". Static. */
void client_speak(struct client *c, const char *lang);

/*
 * err is not ERR_OK when there is no answer: the core is gone (ERR_IO and
 * others), or silent (ERR_TIMEOUT). Else status and json: NULL when the body
 * is no JSON object. Borrowed for the call.
 */
struct client_answer {
	enum err err;
	int status;
	const cJSON *json;
};

typedef void (*client_fn)(void *ctx, const struct client_answer *answer);

struct call;

/*
 * path may have a query; body is a JSON text or NULL. fn is called once, never
 * from within this. timeout_ms for all of it, by the clock on the wall.
 */
struct call *client_request(struct client *c, const char *method,
    const char *path, const char *body, int64_t timeout_ms, client_fn fn,
    void *ctx);

/* on_end is called once when no more events come, with the answer if it was
 * no stream (404). Never from within this. last_id: that of the last event
 * that was heard, "" none: what came since is told first. */
struct call *client_events(struct client *c, const char *path,
    const char *last_id, sse_fn on_event, client_fn on_end, void *ctx);

/* p goes by free() when the call has ended, in whatever way. */
void call_own(struct call *call, void *p);

/*
 * Of a stream that is under way: what comes one by one for longer is waited
 * for so long each time, and comes together. A change each two milliseconds
 * then wakes this process a few times a second. 0: no more.
 */
void call_pace(struct call *call, int64_t ms);

/*
 * Of a stream: so long without a byte, comments too, and it ends with
 * ERR_TIMEOUT, as whoever hangs closes nothing. The core says something each
 * 15 s.
 */
#define CLIENT_SILENCE_MS 45000
void call_expect(struct call *call, int64_t ms);

/* Of a stream: called once when it has begun, before any event. */
void call_on_begin(struct call *call, loop_fn fn, void *ctx);

/* Not after its end. NULL ok. */
void call_cancel(struct call *call);

#endif
