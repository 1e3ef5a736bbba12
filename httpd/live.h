/*
 * The hub of event streams: hears the app once and tells every reader.
 * Nothing is rendered while nobody reads; what is rendered is shared. A
 * reader that does not read costs its bounded queue and then goes.
 */
#ifndef PAIRDESK_HTTPD_LIVE_H
#define PAIRDESK_HTTPD_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/log.h"
#include "httpd/exchange.h"

struct live;

struct live *live_create(struct httpd *h);
/* Ends all streams. Before or after the server's end; NULL ok. */
void live_destroy(struct live *l);

/* Each answers with a stream. Of x->company, which exists: */
void live_session_stream(struct exchange *x);
/* Of all companies: */
void live_fleet_stream(struct exchange *x);
/* The log, from its newest lines on: of one company, or NULL of all. */
void live_log_stream(struct exchange *x, const char *company,
    enum log_level least);

/* The token is no longer good: what was opened with it ends. */
void live_end_token(struct live *l, const char *token);

struct live_counts {
	size_t streams;                 /* open now */
	uint64_t opened;
	uint64_t events;                /* put in queues */
	uint64_t bytes;                 /* taken by readers */
	uint64_t dropped;               /* readers that were too slow */
};
void live_counts(const struct live *l, struct live_counts *out);

#endif
