/*
 * What a session stands on, for tests: a store in a fresh directory, a loop,
 * a server in a thread that plays a script. Notes what sessions tell.
 */
#ifndef PAIRDESK_TESTS_UNIT_SESSION_HOUSE_H
#define PAIRDESK_TESTS_UNIT_SESSION_HOUSE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "core/session/session.h"
#include "tests/unit/session/far.h"
#include "tests/unit/store/fix.h"

#define HOUSE_QR_MAX 512

struct house {
	struct fix fix;
	struct server *server;          /* NULL: nobody listens */
	struct url url;
	struct noise_trust trust;
	struct clock clock;
	int64_t wall_ms;                /* at mono 0 */
	struct session_env env;

	/* the script's */
	void (*script)(struct house *h, struct far *f, int nth);
	atomic_int connections;
	int qr_pipe[2];                 /* texts, each HOUSE_QR_MAX bytes */

	/* the loop's */
	void (*on_event)(struct house *h, struct session *s,
	    const struct session_event *e);
	int qrs, codes, linked, errors, changes;
	struct verdict verdict;         /* of the last error */
	struct session_view told;       /* by the last SESSION_CHANGED */
	char shown[2048];               /* "status/reason " as they came */
	char code[16];
};

/* script gets each connection after its handshake, the first is nth 1. NULL:
 * nobody listens. */
void house_init(struct house *h,
    void (*script)(struct house *h, struct far *f, int nth));
void house_finish(struct house *h);

/* A linked company, in the store. */
void house_link(struct house *h, const char *company);
/* A session for what is stored of the company, or for a new one. */
struct session *house_session(struct house *h, const char *company);
/* Stops it, waits until it is quiet, destroys it. */
void house_end(struct house *h, struct session *s);

/* Turns the loop until the session shows this; false after some seconds of
 * real time. */
bool house_until(struct house *h, struct session *s, enum wa_status status,
    enum wa_reason reason);
bool house_until_quiet(struct house *h, struct session *s);
/* So long of the loop's time. */
void house_run(struct house *h, int64_t ms);

/* For scripts: the text of the next QR; false when none comes. */
bool house_take_qr(struct house *h, char text[HOUSE_QR_MAX]);

/*
 * Tests whose waits take minutes run in a process of their own, whose clock
 * is hurried: true there; the caller runs that process by returning at once
 * on false.
 */
bool house_hurry(const char *test, const char *speed);

#endif
