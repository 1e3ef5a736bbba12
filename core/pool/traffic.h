/*
 * The fleet's turns (convoy.h) for sessions: who waits, dials, is online; one
 * alarm when an egress or the client version fails for all; asks for a newer
 * version while WhatsApp refuses ours.
 */
#ifndef PAIRDESK_POOL_TRAFFIC_H
#define PAIRDESK_POOL_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/pool/convoy.h"
#include "core/session/session.h"

struct traffic;

/* What is wrong for many companies at once. */
enum alarm_kind {
	ALARM_NONE,
	ALARM_NETWORK,                  /* an egress does not reach WhatsApp */
	ALARM_VERSION,                  /* WhatsApp refuses the client version */
	ALARM_AGENT                     /* or how this program presents itself */
};

struct traffic_view {
	enum convoy_mode mode;
	size_t waiting, dialling, online;
	unsigned rate;                  /* turns a second */
	int64_t eta_ms;                 /* wall: the last one dials, 0 unknown */
	enum alarm_kind alarm;
	int64_t alarm_since_ms;         /* wall, 0 none */
	int64_t next_try_ms;            /* wall, 0 unknown */
	size_t affected;                /* companies that wait because of it */
	enum wa_reason reason;          /* of the alarm */
	enum stage stage;               /* where the network fails */
	struct wa_version refused;      /* the version that is */
};

/* An alarm began, ended or became another. */
typedef void (*traffic_fn)(void *ctx);

struct traffic *traffic_create(const struct session_env *env, traffic_fn fn,
    void *ctx);
/* No session may be left. NULL ok. */
void traffic_destroy(struct traffic *t);
/* For session_env.turns; lives as long as t. */
const struct session_turns *traffic_turns(const struct traffic *t);
/* Turns are given from its creation on, at some rate; after a stop, again. */
void traffic_start(struct traffic *t, unsigned rate);
/* From its creation to its end. */
void traffic_join(struct traffic *t, struct session *s);
void traffic_leave(struct traffic *t, struct session *s);
/* Gives no more turns. */
void traffic_stop(struct traffic *t);
/* The version known best has changed by hand: tried as soon as may be. */
void traffic_new_version(struct traffic *t);
void traffic_view(const struct traffic *t, struct traffic_view *out);

#endif
