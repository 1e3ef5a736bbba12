/*
 * When a linked company may dial, so that many of them neither storm
 * WhatsApp nor knock at a door that is shut for all (users.md P4, P17).
 *
 * Whoever wants to dial waits here for its turn. Turns are given at a rate,
 * with jitter, priority first. Companies that leave by the same way (their
 * proxy, or none) share an egress:
 *
 *	up	turns are given
 *	trial	one canary dials; once it has stayed online for a moment the
 *		others follow, slowly at first
 *	down	a canary has failed in the network: nobody dials before the
 *		next canary, another company, after a growing pause
 *
 * A trial begins at the start and when many of an egress lose their
 * connections within a short time. What is a company's own trouble (a ban, an
 * unlinking) counts for no egress. An egress with few companies has no
 * trials: they back off by themselves.
 *
 * A client version that WhatsApp refuses (405) stops everybody: one canary
 * tries a newer version as soon as one is known, or rarely the same again.
 *
 * Pure: the caller brings the time (monotonic, ms) and the randomness.
 */
#ifndef PAIRDESK_POOL_CONVOY_H
#define PAIRDESK_POOL_CONVOY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/rnd.h"
#include "core/pool/turn.h"

#define CONVOY_SMALL 5           /* an egress with fewer has no trials */
#define CONVOY_DROP_MS 15000     /* losses within it count together */
#define CONVOY_DROP_PERCENT 20   /* of an egress: more is a mass drop */
#define CONVOY_PROOF_MS 2000     /* a canary must stay online so long */
#define CONVOY_PROBE_FIRST_MS 2000       /* ceiling of the pause, doubles */
#define CONVOY_PROBE_LAST_MS 60000
#define CONVOY_RAMP_MS 2000      /* at a quarter of the rate, then at half */
#define CONVOY_SAME_VERSION_MS (5LL * 60 * 1000) /* until tried again; doubles */
#define CONVOY_SAME_VERSION_LAST_MS (60LL * 60 * 1000)

struct convoy;
struct egress;

enum convoy_place {
	CONVOY_AWAY,                     /* not of our concern */
	CONVOY_RESTS,                    /* backs off, and will wait again */
	CONVOY_WAITS,
	CONVOY_DIALS,
	CONVOY_ONLINE
};

/* Embedded in a session; zeroed before its first use. */
struct convoy_member {
	struct turn turn;
	struct egress *egress;          /* while not away */
	enum convoy_place place;
	bool is_urgent;                 /* asked for by hand */
	bool is_canary;
};

/* How a connection, or the try of one, ended. */
enum convoy_end {
	CONVOY_END_STOPPED,              /* asked for */
	CONVOY_END_OWN,                  /* WhatsApp said something to it alone */
	CONVOY_END_NETWORK,              /* anybody of this egress may meet it */
	CONVOY_END_VERSION,              /* 405 */
	CONVOY_END_AGENT                 /* 409: how we present ourselves */
};

struct convoy_params {
	unsigned rate;                  /* turns a second, >= 1 */
	const struct rnd *rnd;
	/* May dial now: called from within convoy_run alone. */
	void (*grant)(void *ctx, struct convoy_member *m);
	void *ctx;
};

struct convoy *convoy_create(const struct convoy_params *params);
void convoy_destroy(struct convoy *f);    /* members are not told; NULL ok */
void convoy_set_rate(struct convoy *f, unsigned rate);

/* Waits for a turn. egress: the way out, "" the direct one; copied. urgent:
 * asked for by hand, so that only a refused version holds it up. */
void convoy_await(struct convoy *f, struct convoy_member *m, const char *egress,
    int priority, bool urgent, int64_t now_ms);
/* Is about to be online; whether it had a turn or not. */
void convoy_online(struct convoy *f, struct convoy_member *m, const char *egress,
    int64_t now_ms);
/* Its waiting, dialling or connection is over. No-op when it is away. */
void convoy_ended(struct convoy *f, struct convoy_member *m,
    enum convoy_end end, int64_t now_ms);

/* WhatsApp refuses the version of that number, or how we present ourselves
 * (agent); also of a link attempt. */
void convoy_refused(struct convoy *f, uint64_t version, bool agent,
    int64_t now_ms);
/* WhatsApp took it: the pause is over. Of a link attempt; a login says
 * convoy_online. */
void convoy_accepted(struct convoy *f, int64_t now_ms);
/* The best version known; a newer one than that refused is tried soon. */
void convoy_set_version(struct convoy *f, uint64_t version);
/* Somebody has set it by hand: it is tried now, whether newer or not. */
void convoy_try_now(struct convoy *f, int64_t now_ms);
/* Whether somebody without a turn, a link attempt, may show WhatsApp this
 * version now: it then is the canary. *wait_ms: how long not yet. */
bool convoy_may_try(struct convoy *f, uint64_t version, int64_t now_ms,
    int64_t *wait_ms);

/* Gives the turns that are due. Returns how long until it is to be called
 * again; -1: when something has happened. */
int64_t convoy_run(struct convoy *f, int64_t now_ms);

enum convoy_mode {
	CONVOY_CALM,                     /* nobody waits */
	CONVOY_RETURNING,                /* turns are given */
	CONVOY_TRIAL,                    /* a canary is out */
	CONVOY_DOWN,                     /* an egress, or all */
	CONVOY_REFUSED                   /* version or agent */
};

struct convoy_status {
	enum convoy_mode mode;           /* the worst that is so */
	size_t waiting, dialling, online;
	size_t offline;                 /* all that mean to be online */
	unsigned rate;
	int64_t next_ms;                /* until the next try, when down or refused */
	int64_t eta_ms;                 /* until the last one dials, -1 unknown */
	const char *egress;             /* that is down, borrowed; "" direct */
	size_t egress_offline;          /* of it, whether they wait or back off */
	bool is_agent;                  /* refused: not the version */
	uint64_t refused_version;
};
void convoy_status(const struct convoy *f, int64_t now_ms,
    struct convoy_status *out);
/* How long until its turn, as far as can be said now; -1 unknown. */
int64_t convoy_turn_ms(const struct convoy *f, const struct convoy_member *m,
    int64_t now_ms);
/* An egress is down, or the version refused: one alarm for all. */
bool convoy_is_alarmed(const struct convoy *f);

#endif
