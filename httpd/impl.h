/* The listener's inside, for the files of this directory only. */
#ifndef PAIRDESK_HTTPD_IMPL_H
#define PAIRDESK_HTTPD_IMPL_H

#include <sys/types.h>

#include "core/app/app.h"
#include "core/app/cidr.h"
#include "core/app/listen_spec.h"
#include "httpd/answer.h"
#include "httpd/httpd.h"
#include "httpd/server.h"

#define TRUSTED_MAX 64          /* ranges of http.trusted_proxies */
#define LISTEN_MAX 32           /* sockets */
#define REFUSALS_KEPT 64        /* newest, for the listener's view */

struct limits;
struct live;
struct qr_cache;
struct spending;
struct status_cache;

/* One bound address. */
struct bound {
	struct listen_spec spec;        /* with the port that it got */
	struct server_port *port;
	bool is_closed;                 /* it was in the way of a new one */
};

/* Who was turned away, for the admin. */
struct refusal {
	int64_t at_ms;                  /* wall, of the newest */
	char source[64];
	char code[24];                  /* errorCode */
	uint64_t count;
};

struct httpd {
	struct app *app;
	const struct config *config;
	enum lang lang;                 /* of who asks for none */
	bool is_open;                   /* open mode, else token mode */
	bool is_serving;                /* a core that stays, not a command's */
	struct server *server;
	struct server_limits limits;
	struct limits *rates;           /* limits.c */
	struct live *live;              /* live.c: event streams */
	struct qr_cache *qrs;           /* qr_cache.c */
	struct spending *spending;      /* spending.c: share links */
	struct status_cache *statuses;  /* api_status.c */
	struct cidr trusted[TRUSTED_MAX];
	size_t trusted_count;
	struct bound bound[LISTEN_MAX];
	size_t bound_count;
	char control_path[4096];        /* "" none */
	struct server_port *control;
	gid_t control_group;
	struct page *pages;             /* pages.c */
	size_t page_count;
	char csp[2048];                 /* of the pages */
	struct refusal refusals[REFUSALS_KEPT];
	size_t refusal_count;           /* so far; the ring's next is % KEPT */
	uint64_t errors[API_ERROR_COUNT];       /* answered so far */
	bool is_stopping;               /* what is answered is still sent */
	char boot[17];                  /* hex, of this process: event ids */
	int64_t started_ms;             /* wall */
	char user[64];                  /* who this process is, or the number */
};

/* Notes who was refused, and why, for the admin and the log. */
void httpd_note_refusal(struct httpd *h, const struct source *source,
    const char *code);

#endif
