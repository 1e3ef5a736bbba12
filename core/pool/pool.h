/*
 * All companies of the process: id to session, start in a calm order, stop.
 * A session is made for every company of the index and lives as long as the
 * pool, or until it is removed.
 */
#ifndef PAIRDESK_POOL_POOL_H
#define PAIRDESK_POOL_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/pool/linking.h"
#include "core/pool/traffic.h"
#include "core/session/session.h"

#define POOL_COMPANIES_MAX 100000       /* a stranger's ids must end somewhere */

struct pool;

struct pool_limits {
	struct linking_limits linking;
	size_t companies_max;           /* 1 .. POOL_COMPANIES_MAX */
};


/* env is copied; its pointers must outlive the pool. */
struct pool *pool_create(const struct session_env *env);
/* Before anything is linked; without it only POOL_COMPANIES_MAX counts. */
void pool_set_limits(struct pool *p, const struct pool_limits *limits);
void pool_destroy(struct pool *p);      /* only when pool_is_quiet; NULL ok */

/* Makes the sessions of all stored companies, none connected. */
MUST_CHECK enum err pool_load(struct pool *p);

/* NULL when there is no such company. */
struct session *pool_find(struct pool *p, const char *company);
/* Finds or makes it, as stored if it is. ERR_INVALID (id), ERR_FULL (one more
 * than companies_max). */
MUST_CHECK enum err pool_get(struct pool *p, const char *company,
    struct session **out);
/* Forgets a quiet session. */
void pool_drop(struct pool *p, struct session *s);

size_t pool_count(const struct pool *p);
struct session *pool_at(const struct pool *p, size_t i);  /* in order of id */
/* Place of the first whose id is behind this one; pool_count: none is. */
size_t pool_after(const struct pool *p, const char *company);

/* A link attempt beside the link that there may be (session_replace). */
struct pool_replace {
	bool other_number;
};

/*
 * As session_link, or with replace as session_replace; makes the company if needed, and counts. ERR_INVALID (id),
 * ERR_FULL, ERR_LIMIT: the company, the phone or who asks has had its
 * attempts, or WhatsApp has said of one that it is too much. Joining an
 * attempt costs nothing, asking in it for another number costs that number
 * one.
 */
MUST_CHECK enum err pool_link(struct pool *p, const char *company,
    const char *phone, const struct pool_replace *replace);
/* Who asks in the calls that follow (pool_link, pool_link_wait_ms): a name
 * below BUDGET_NAME_SIZE; NULL: nobody whose attempts are limited. */
void pool_set_asker(struct pool *p, const char *source);
/* How long until the limits let them link, 0 now, and *why (NULL ok): our
 * budget, or that WhatsApp refuses. phone may be NULL. */
int64_t pool_link_wait_ms(struct pool *p, const char *company,
    const char *phone, enum wa_reason *why);
/* What was spent and refused counts no more. False: nothing was known. */
bool pool_clear_budget(struct pool *p, const struct linking_ask *ask);
/* As linking_each. */
void pool_each_budget(const struct pool *p, const struct linking_ask *ask,
    linking_view_fn fn, void *ctx);

/* Connects all that are linked and not paused, rate a second: those of the
 * highest priority first, then by id, behind a canary (convoy.h). Also starts
 * to take away companies that came to nothing (sweep.h). */
void pool_start(struct pool *p, unsigned rate);
/* Disconnects all; pool_is_quiet tells when saving is over too. */
void pool_stop(struct pool *p);
bool pool_is_quiet(const struct pool *p);

/* --- all of them together --- */

/* What many wait for, how long it will take. */
void pool_traffic(const struct pool *p, struct traffic_view *out);
/* fn hears when an alarm for all begins, changes or ends; one listener. */
typedef void (*pool_alarm_fn)(void *ctx);
void pool_listen_alarm(struct pool *p, pool_alarm_fn fn, void *ctx);
/* The version known best was changed by hand. */
void pool_new_version(struct pool *p);

#endif
