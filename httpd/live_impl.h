/* What the files of the hub share, and nobody else sees. */
#ifndef PAIRDESK_HTTPD_LIVE_IMPL_H
#define PAIRDESK_HTTPD_LIVE_IMPL_H

#include "core/app/tokens.h"
#include "core/base/list.h"
#include "httpd/chunk.h"
#include "httpd/impl.h"
#include "httpd/live.h"
#include "httpd/snapshot.h"
#include "httpd/telling.h"

#define ROOMS 256               /* lists of readers, by a hash of company */
#define FEED_AHEAD 16           /* companies or lines in a queue, not more */
#define PING_MS 15000           /* between comments: proxies end what rests */

struct live {
	struct httpd *h;
	struct app_listener *listener;
	struct list rooms[ROOMS];       /* streams of one company */
	struct list fleet;              /* of all */
	struct list logs;
	struct list gone;               /* told nothing, until they are closed */
	struct list feeding;            /* whose snapshot goes on */
	struct timer *feed, *ping;
	struct log_listener *log;       /* NULL while nobody follows it */
	struct timer *lines;
	struct chunk *hello, *beat;
	struct live_counts counts;
};

enum stream_kind { STREAM_COMPANY, STREAM_FLEET, STREAM_LOG };

/* One reader; lives until its connection lets go of it. */
struct stream {
	struct list at;                 /* in a room, fleet, logs or gone */
	struct list feeding;
	struct live *live;              /* NULL: the hub has gone */
	struct link *link;
	enum stream_kind kind;
	enum lang lang;
	enum audience audience;
	bool may_replace;               /* sees codes for it */
	char company[COMPANY_ID_MAX + 1];       /* "" all */
	char token[TOKEN_ID_LEN + 1];   /* that it was opened with, "" none */
	int64_t expires_ms;             /* of the token, wall; 0 never */
	struct queue queue;
	struct snapshot *snapshot;      /* of a fleet; NULL: all is told */
	uint64_t line;                  /* of a log: told last */
	enum log_level least;
	bool moved;                     /* took something since the last ping */
	bool ending;                    /* after what is in the queue */
	bool dropped;
};

/* --- stream.c ------------------------------------------------------------- */

/* Begins with x's answer. */
struct stream *stream_create(struct exchange *x, enum stream_kind kind,
    const char *company, struct list *list);
void stream_answer(struct stream *s, struct exchange *x);
/* False: its queue is full. */
bool stream_push(struct stream *s, struct chunk *c, bool bare);
/* What is in its queue is still sent. */
void stream_end(struct stream *s);
/* At once. */
void stream_drop(struct stream *s);
void stream_drop_slow(struct stream *s);        /* and counts it */
/* Its snapshot goes on in a turn of the loop. */
void stream_feed(struct stream *s);

/* --- live_fleet.c --------------------------------------------------------- */

void live_on_feed(void *live);

/* --- live_log.c ----------------------------------------------------------- */

/* Puts lines that it has not seen in its queue. */
void live_log_fill(struct stream *s);
void live_on_lines(void *live);
/* Nobody may follow any more. */
void live_log_leave(struct live *l);

#endif
