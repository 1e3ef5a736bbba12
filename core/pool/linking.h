/*
 * Whether linking may be begun, kept over restarts: the budget of companies,
 * phones and sources, in fleet.db (core/store/ledger.h).
 */
#ifndef PAIRDESK_POOL_LINKING_H
#define PAIRDESK_POOL_LINKING_H

#include "core/pool/budget.h"
#include "core/session/session.h"

struct linking;

struct linking_limits {
	unsigned links_per_hour;        /* of a company, of a phone; 0 off */
	unsigned links_per_source;      /* 0 off */
};

/* Who asks for what; NULL: does not count. */
struct linking_ask {
	const char *company, *phone, *source;
};

/* The attempt of this number is on disk, or cannot be recorded. */
typedef void (*linking_fn)(void *ctx, const char *company, uint64_t number,
    enum err err);

struct linking *linking_create(const struct session_env *env, linking_fn fn,
    void *ctx);
/* Waits for what is being recorded by turning the loop. NULL ok. */
void linking_destroy(struct linking *l);
/* Reads what is kept. Until then there is no limit and nothing is kept. A
 * ledger that is lost shuts all of them for an hour: it must not be the way
 * to fresh attempts. */
void linking_open(struct linking *l, const struct linking_limits *limits);
bool linking_is_quiet(const struct linking *l);

/* How long until it may be begun, 0 now; *why: WA_REASON_BUDGET, or
 * WA_REASON_RATE_LIMITED (NULL ok). */
int64_t linking_wait_ms(const struct linking *l, const struct linking_ask *ask,
    enum wa_reason *why);
/* Counts. The number that fn will tell; 0: nothing is to be recorded. */
uint64_t linking_spend(struct linking *l, const struct linking_ask *ask);
/* WhatsApp refused; told_ms 0: not told for how long. How long they are to
 * leave it alone now: the longest. */
int64_t linking_refused(struct linking *l, const struct linking_ask *ask,
    int64_t told_ms);
void linking_worked(struct linking *l, const struct linking_ask *ask);

/* As if it had never asked. False: nothing was known. */
bool linking_clear(struct linking *l, const struct linking_ask *ask);
struct linking_view {
	struct budget_key key;
	unsigned used, limit, refusals;
	int64_t wait_ms;
	bool is_shut;
};
typedef void (*linking_view_fn)(void *ctx, const struct linking_view *view);
/* Of what still counts; of one ask only if not NULL. */
void linking_each(const struct linking *l, const struct linking_ask *ask,
    linking_view_fn fn, void *ctx);

#endif
