#include "core/pool/convoy.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/list.h"
#include "core/base/mem.h"

#define BUCKETS 1024
#define MS_PER_S 1000
#define URGENT INT_MAX          /* before every priority */
#define UNPROVEN_MIN 8          /* dials under way at a time, at least */
#define UNPROVEN_SECONDS 4      /* and no more than so many seconds of them */
#define BUSY_MS 50              /* looked at again, when those are reached */
#define TRIAL_SPREAD_MS 1000    /* a mass drop's first canary, at random */
#define DOUBT_DIALS 2           /* under way at a time, of a doubted egress */
#define DOUBT_PAUSE_MS 1000     /* and after each that was lost: longer */
#define DOUBT_PAUSES_MAX 5

/* Between tries of newer versions: five tries in ten minutes at most. */
static const int64_t newer_gaps_ms[] = { 0, 60000, 180000, 300000, 600000 };

enum egress_mode { EGRESS_UP, EGRESS_TRIAL, EGRESS_DOWN };

struct egress {
	struct list link;               /* in its bucket */
	struct list trouble;            /* in convoy->troubled: not up, or doubted */
	char *name;
	enum egress_mode mode;
	struct turns parked;            /* while it is not up, or doubted */
	size_t members, online, dialling;
	unsigned doubts;                /* dials lost since one came online */
	bool is_doubted;                /* one was lost, none online since */
	int64_t doubt_ms;               /* no further dial before */
	struct convoy_member *canary;
	int64_t probe_ms;               /* the next canary, not before */
	int64_t proof_ms;               /* proven then, if all stays well; 0 no */
	unsigned failures;              /* canaries in a row */
	int64_t drop_from_ms;           /* losses are counted from then */
	size_t drops, drop_base;        /* so many, of so many online */
};

struct refusal {
	bool is_on, is_agent;
	uint64_t version;               /* the newest one refused */
	unsigned tries;                 /* since it was refused, that one too */
	int64_t newer_ms, same_ms;      /* the next try, not before */
	int64_t same_wait_ms;
	struct convoy_member *canary;
};

struct convoy {
	struct convoy_params params;
	struct list buckets[BUCKETS];
	struct list troubled;
	struct turns ready;
	size_t members, waiting, dialling, online;
	uint64_t seq, seq_granted;
	int64_t next_ms;                /* the next turn, not before */
	int64_t ramp_ms;                /* an egress came up then; INT64_MIN: never */
	uint64_t best_version;
	struct refusal refused;
};

struct convoy *
convoy_create(const struct convoy_params *params)
{
	struct convoy *f = xcalloc(1, sizeof *f);

	f->params = *params;
	f->ramp_ms = INT64_MIN;
	turns_init(&f->ready);
	list_init(&f->troubled);
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&f->buckets[i]);
	return f;
}

static void
free_egress(struct egress *e)
{
	turns_finish(&e->parked);
	list_remove(&e->link);
	list_remove(&e->trouble);
	free(e->name);
	free(e);
}

void
convoy_destroy(struct convoy *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		LIST_EACH_SAFE(at, &f->buckets[i])
			free_egress(CONTAINER_OF(at, struct egress, link));
	}
	turns_finish(&f->ready);
	free(f);
}

void
convoy_set_rate(struct convoy *f, unsigned rate)
{
	f->params.rate = rate;
}

static int64_t
random_ms(const struct convoy *f, int64_t below)
{
	return below <= 0 ? 0 :
	    (int64_t)rnd_below(f->params.rnd, (uint32_t)below);
}

/* --- egresses ------------------------------------------------------------------ */

static void
set_mode(struct convoy *f, struct egress *e, enum egress_mode mode)
{
	list_remove(&e->trouble);
	if (mode != EGRESS_UP)
		list_append(&f->troubled, &e->trouble);
	e->mode = mode;
}

/* One that is new has not shown yet that it works. */
static struct egress *
find_egress(struct convoy *f, const char *name)
{
	uint32_t hash = 2166136261u;    /* FNV-1a */
	struct list *bucket;
	struct egress *e;

	for (const char *p = name; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	bucket = &f->buckets[hash % BUCKETS];
	LIST_EACH(at, bucket) {
		e = CONTAINER_OF(at, struct egress, link);
		if (strcmp(e->name, name) == 0)
			return e;
	}
	e = xcalloc(1, sizeof *e);
	e->name = xstrdup(name);
	turns_init(&e->parked);
	list_append(bucket, &e->link);
	list_init(&e->trouble);
	set_mode(f, e, EGRESS_TRIAL);
	return e;
}

/* With few companies each one's own back-off is calm enough. */
static bool
is_small(const struct egress *e)
{
	return e->members < CONVOY_SMALL;
}

static void
move_all(struct turns *from, struct turns *to)
{
	struct turn *turn;

	while ((turn = turns_first(from)) != NULL) {
		turns_remove(turn);
		turns_add(to, turn);
	}
}

static struct convoy_member *
member_of(struct turn *turn)
{
	return CONTAINER_OF(turn, struct convoy_member, turn);
}

/* Those of it that wait; who was asked for by hand keeps its turn. */
static void
park(struct convoy *f, struct egress *e)
{
	struct turns others;
	struct turn *turn;

	turns_init(&others);
	while ((turn = turns_first(&f->ready)) != NULL) {
		struct convoy_member *m = member_of(turn);

		turns_remove(turn);
		turns_add(m->egress == e && !m->is_urgent ? &e->parked :
		    &others, turn);
	}
	move_all(&others, &f->ready);
	turns_finish(&others);
}

/*
 * Not a mass drop yet, but it may become one: silence is noticed one company
 * after the other. Few dial, and slower, until one comes online; it is no
 * alarm, for it may be a single company's trouble.
 */
static bool
is_held(const struct egress *e, int64_t now_ms)
{
	return e->mode == EGRESS_UP && !is_small(e) && e->is_doubted &&
	    (e->dialling >= DOUBT_DIALS || now_ms < e->doubt_ms);
}

static void
doubt(struct egress *e, bool was_dial, int64_t now_ms)
{
	e->is_doubted = true;
	if (!was_dial)
		return;
	if (e->doubts < DOUBT_PAUSES_MAX)
		e->doubts++;
	e->doubt_ms = now_ms + (int64_t)e->doubts * DOUBT_PAUSE_MS;
}

static void
trust(struct egress *e)
{
	e->is_doubted = false;
	e->doubts = 0;
	e->doubt_ms = 0;
}

static void
come_up(struct convoy *f, struct egress *e, int64_t now_ms)
{
	set_mode(f, e, EGRESS_UP);
	e->proof_ms = 0;
	e->failures = 0;
	e->drops = 0;
	e->drop_from_ms = now_ms;
	e->drop_base = e->online;
	if (!is_small(e))
		f->ramp_ms = now_ms;
	move_all(&e->parked, &f->ready);
}

static void
begin_trial(struct convoy *f, struct egress *e, int64_t now_ms)
{
	park(f, e);
	set_mode(f, e, EGRESS_TRIAL);
	e->canary = NULL;
	e->proof_ms = 0;
	e->failures = 0;
	e->probe_ms = now_ms + random_ms(f, TRIAL_SPREAD_MS);
}

/* A canary has failed: longer and longer, at random, until the next one. */
static void
go_down(struct convoy *f, struct egress *e, int64_t now_ms)
{
	int64_t ceiling = CONVOY_PROBE_FIRST_MS;

	for (unsigned i = 0; i < e->failures && ceiling < CONVOY_PROBE_LAST_MS;
	    i++)
		ceiling *= 2;
	if (ceiling > CONVOY_PROBE_LAST_MS)
		ceiling = CONVOY_PROBE_LAST_MS;
	e->failures++;
	e->proof_ms = 0;
	e->probe_ms = now_ms + MS_PER_S + random_ms(f, ceiling - MS_PER_S);
	set_mode(f, e, EGRESS_DOWN);
}

/* One more connection, or try of one, was lost in the network. */
static void
count_loss(struct convoy *f, struct egress *e, int64_t now_ms)
{
	size_t limit;

	if (now_ms - e->drop_from_ms > CONVOY_DROP_MS || e->drops == 0) {
		e->drop_from_ms = now_ms;
		e->drops = 0;
		e->drop_base = e->online + 1;
	}
	e->drops++;
	limit = e->drop_base * CONVOY_DROP_PERCENT / 100;
	if (limit < CONVOY_SMALL)
		limit = CONVOY_SMALL;
	if (e->mode == EGRESS_UP && e->drops >= limit && !is_small(e))
		begin_trial(f, e, now_ms);
}

/* --- members ---------------------------------------------------------------------- */

static void
leave_place(struct convoy *f, struct convoy_member *m)
{
	switch (m->place) {
	case CONVOY_WAITS:
		turns_remove(&m->turn);
		f->waiting--;
		break;
	case CONVOY_DIALS:
		f->dialling--;
		m->egress->dialling--;
		break;
	case CONVOY_ONLINE:
		f->online--;
		m->egress->online--;
		break;
	case CONVOY_RESTS:
	case CONVOY_AWAY:
		break;
	}
}

static void
forget_canary(struct convoy *f, struct convoy_member *m)
{
	if (m->egress != NULL && m->egress->canary == m)
		m->egress->canary = NULL;
	if (f->refused.canary == m)
		f->refused.canary = NULL;
	m->is_canary = false;
}

static void
join(struct convoy *f, struct convoy_member *m, const char *egress)
{
	struct egress *e = find_egress(f, egress);

	if (m->egress == e)
		return;
	if (m->egress != NULL) {
		forget_canary(f, m);
		m->egress->members--;
	} else {
		f->members++;
	}
	m->egress = e;
	e->members++;
}

void
convoy_await(struct convoy *f, struct convoy_member *m, const char *egress,
    int priority, bool urgent, int64_t now_ms)
{
	(void)now_ms;
	leave_place(f, m);
	m->place = CONVOY_RESTS;
	join(f, m, egress);
	m->place = CONVOY_WAITS;
	m->is_urgent = urgent;
	m->turn.priority = urgent ? URGENT : priority;
	m->turn.seq = ++f->seq;
	f->waiting++;
	turns_add(urgent || m->egress->mode == EGRESS_UP ? &f->ready :
	    &m->egress->parked, &m->turn);
}

void
convoy_online(struct convoy *f, struct convoy_member *m, const char *egress,
    int64_t now_ms)
{
	struct egress *e;

	leave_place(f, m);
	m->place = CONVOY_RESTS;
	join(f, m, egress);
	e = m->egress;
	m->place = CONVOY_ONLINE;
	f->online++;
	e->online++;
	trust(e);
	if (e->mode != EGRESS_UP && e->proof_ms == 0)
		e->proof_ms = now_ms + CONVOY_PROOF_MS;
	convoy_accepted(f, now_ms);
	if (f->refused.canary == m)
		f->refused.canary = NULL;
}

static void
note_end(struct convoy *f, struct convoy_member *m, enum convoy_place was,
    enum convoy_end end, int64_t now_ms)
{
	struct egress *e = m->egress;
	const bool was_canary = e->canary == m;

	forget_canary(f, m);
	switch (end) {
	case CONVOY_END_NETWORK:
		if (was_canary)
			go_down(f, e, now_ms);
		else if (was == CONVOY_DIALS || was == CONVOY_ONLINE) {
			doubt(e, was == CONVOY_DIALS, now_ms);
			count_loss(f, e, now_ms);
		}
		break;
	case CONVOY_END_OWN:
		/* it has heard WhatsApp: the way is good */
		if (e->mode != EGRESS_UP && e->proof_ms == 0 &&
		    was == CONVOY_DIALS)
			e->proof_ms = now_ms;
		break;
	case CONVOY_END_STOPPED:
	case CONVOY_END_VERSION:
	case CONVOY_END_AGENT:
		break;
	}
}

void
convoy_ended(struct convoy *f, struct convoy_member *m, enum convoy_end end,
    int64_t now_ms)
{
	const enum convoy_place was = m->place;
	struct egress *e = m->egress;

	if (was == CONVOY_AWAY)
		return;
	leave_place(f, m);
	/* counts as one of the egress while it means to return */
	m->place = end == CONVOY_END_STOPPED ? CONVOY_AWAY : CONVOY_RESTS;
	note_end(f, m, was, end, now_ms);
	if (m->place == CONVOY_AWAY) {
		m->egress = NULL;
		e->members--;
		f->members--;
	}
}

/* --- a refused version --------------------------------------------------------------- */

void
convoy_set_version(struct convoy *f, uint64_t version)
{
	f->best_version = version;
}

void
convoy_try_now(struct convoy *f, int64_t now_ms)
{
	f->refused.newer_ms = f->refused.same_ms = now_ms;
}

/* Once more, and when the next time may be. */
static void
count_try(struct refusal *r, int64_t now_ms)
{
	const size_t gap = r->tries < sizeof newer_gaps_ms /
	    sizeof newer_gaps_ms[0] ? r->tries :
	    sizeof newer_gaps_ms / sizeof newer_gaps_ms[0] - 1;

	r->newer_ms = now_ms + newer_gaps_ms[gap];
	r->same_ms = now_ms + r->same_wait_ms;
	r->same_wait_ms *= 2;
	if (r->same_wait_ms > CONVOY_SAME_VERSION_LAST_MS)
		r->same_wait_ms = CONVOY_SAME_VERSION_LAST_MS;
	r->tries++;
}

void
convoy_refused(struct convoy *f, uint64_t version, bool agent, int64_t now_ms)
{
	struct refusal *r = &f->refused;

	if (r->is_on) {
		if (version > r->version)
			r->version = version;
		return;
	}
	*r = (struct refusal){ .is_on = true, .is_agent = agent,
	    .version = version };
	r->same_wait_ms = agent ? CONVOY_SAME_VERSION_LAST_MS :
	    CONVOY_SAME_VERSION_MS;
	count_try(r, now_ms);
}

void
convoy_accepted(struct convoy *f, int64_t now_ms)
{
	if (!f->refused.is_on)
		return;
	f->refused.is_on = false;
	f->refused.canary = NULL;
	/* all come back, and slowly */
	for (size_t i = 0; i < BUCKETS; i++) {
		LIST_EACH(at, &f->buckets[i]) {
			struct egress *e = CONTAINER_OF(at, struct egress,
			    link);

			if (e->mode == EGRESS_UP && !is_small(e))
				f->ramp_ms = now_ms;
		}
	}
}

static int64_t
try_ms(const struct convoy *f, uint64_t version)
{
	const struct refusal *r = &f->refused;

	return version > r->version ? r->newer_ms : r->same_ms;
}

bool
convoy_may_try(struct convoy *f, uint64_t version, int64_t now_ms,
    int64_t *wait_ms)
{
	const int64_t due = try_ms(f, version);

	*wait_ms = 0;
	if (!f->refused.is_on)
		return true;
	if (now_ms < due || f->refused.canary != NULL) {
		*wait_ms = due > now_ms ? due - now_ms : MS_PER_S;
		return false;
	}
	count_try(&f->refused, now_ms);
	return true;
}

/* --- turns ------------------------------------------------------------------------------ */

static void
grant(struct convoy *f, struct convoy_member *m)
{
	turns_remove(&m->turn);
	f->waiting--;
	f->dialling++;
	m->egress->dialling++;
	m->place = CONVOY_DIALS;
	if (m->turn.seq > f->seq_granted)
		f->seq_granted = m->turn.seq;
	f->params.grant(f->params.ctx, m);
}

static void
grant_canary(struct convoy *f, struct egress *e, struct turn *turn)
{
	struct convoy_member *m = member_of(turn);

	m->is_canary = true;
	if (e->mode != EGRESS_UP)
		e->canary = m;
	grant(f, m);
}

static unsigned
rate_now(const struct convoy *f, int64_t now_ms)
{
	unsigned rate = f->params.rate;

	if (f->ramp_ms == INT64_MIN || now_ms - f->ramp_ms >= 2 * CONVOY_RAMP_MS)
		return rate;
	rate = now_ms - f->ramp_ms < CONVOY_RAMP_MS ? rate / 4 : rate / 2;
	return rate == 0 ? 1 : rate;
}

static void
sooner(int64_t *next, int64_t ms)
{
	if (ms < 0)
		ms = 0;
	if (*next < 0 || ms < *next)
		*next = ms;
}

/* Who may show WhatsApp another version: of an egress that is not down, if
 * there is one. */
static struct turn *
version_canary(const struct convoy *f, int64_t now_ms)
{
	struct turn *last = NULL, *first = turns_first(&f->ready);

	if (first != NULL)
		return first;
	LIST_EACH(at, &f->troubled) {
		const struct egress *e = CONTAINER_OF(at, struct egress,
		    trouble);
		struct turn *turn = turns_first(&e->parked);

		if (turn != NULL && e->mode == EGRESS_TRIAL)
			return turn;
		if (turn != NULL && e->probe_ms <= now_ms)
			last = turn;
	}
	return last;
}

static int64_t
run_refused(struct convoy *f, int64_t now_ms)
{
	struct refusal *r = &f->refused;
	const int64_t due = try_ms(f, f->best_version);
	struct turn *turn;

	if (r->canary != NULL)
		return -1;
	if (now_ms < due)
		return due - now_ms;
	if ((turn = version_canary(f, now_ms)) == NULL)
		return f->waiting > 0 ? MS_PER_S : -1;
	count_try(r, now_ms);
	r->canary = member_of(turn);
	grant_canary(f, member_of(turn)->egress, turn);
	return 0;
}

/* One more may dial, or all. */
static void
run_doubted(struct convoy *f, struct egress *e, int64_t now_ms, int64_t *next)
{
	struct turn *turn;

	if (!e->is_doubted || is_small(e)) {
		list_remove(&e->trouble);
		move_all(&e->parked, &f->ready);
	} else if (is_held(e, now_ms)) {
		sooner(next, e->doubt_ms > now_ms ? e->doubt_ms - now_ms :
		    MS_PER_S);
	} else if ((turn = turns_first(&e->parked)) != NULL) {
		turns_remove(turn);
		turns_add(&f->ready, turn);
	}
}

static void
hold(struct convoy *f, struct egress *e, struct turn *turn)
{
	turns_remove(turn);
	turns_add(&e->parked, turn);
	list_remove(&e->trouble);
	list_append(&f->troubled, &e->trouble);
}

static void
run_egress(struct convoy *f, struct egress *e, int64_t now_ms, int64_t *next)
{
	struct turn *turn;

	if (e->mode == EGRESS_UP) {
		run_doubted(f, e, now_ms, next);
		return;
	}
	if (is_small(e) || (e->proof_ms != 0 && now_ms >= e->proof_ms)) {
		come_up(f, e, now_ms);
		return;
	}
	if (e->proof_ms != 0) {
		sooner(next, e->proof_ms - now_ms);
		return;
	}
	if (e->canary != NULL || (turn = turns_first(&e->parked)) == NULL)
		return;
	if (now_ms < e->probe_ms) {
		sooner(next, e->probe_ms - now_ms);
		return;
	}
	grant_canary(f, e, turn);
	sooner(next, 0);
}

static bool
is_busy(const struct convoy *f)
{
	const size_t most = (size_t)f->params.rate * UNPROVEN_SECONDS;

	return f->dialling >= (most > UNPROVEN_MIN ? most : UNPROVEN_MIN);
}

static void
run_ready(struct convoy *f, int64_t now_ms, int64_t *next)
{
	struct convoy_member *m;
	struct turn *turn;

	/* what was not used is not made up for in one go */
	if (f->next_ms < now_ms - MS_PER_S)
		f->next_ms = now_ms;
	while ((turn = turns_first(&f->ready)) != NULL) {
		if (is_busy(f)) {
			sooner(next, BUSY_MS);
			return;
		}
		if (f->next_ms > now_ms) {
			sooner(next, f->next_ms - now_ms);
			return;
		}
		m = member_of(turn);
		if (!m->is_urgent && is_held(m->egress, now_ms)) {
			hold(f, m->egress, turn);
			sooner(next, BUSY_MS);
			continue;
		}
		f->next_ms += random_ms(f,
		    2 * MS_PER_S / (int64_t)rate_now(f, now_ms) + 1);
		grant(f, m);
	}
}

int64_t
convoy_run(struct convoy *f, int64_t now_ms)
{
	int64_t next = -1;

	if (f->refused.is_on)
		return run_refused(f, now_ms);
	LIST_EACH_SAFE(at, &f->troubled)
		run_egress(f, CONTAINER_OF(at, struct egress, trouble),
		    now_ms, &next);
	if (!f->refused.is_on)
		run_ready(f, now_ms, &next);
	return next;
}

/* --- how it stands --------------------------------------------------------------------- */

bool
convoy_is_alarmed(const struct convoy *f)
{
	if (f->refused.is_on)
		return true;
	LIST_EACH(at, &f->troubled) {
		if (CONTAINER_OF(at, struct egress, trouble)->mode ==
		    EGRESS_DOWN)
			return true;
	}
	return false;
}

/* The egress with the most that wait, the worse mode first. */
static const struct egress *
worst(const struct convoy *f)
{
	const struct egress *found = NULL;

	LIST_EACH(at, &f->troubled) {
		const struct egress *e = CONTAINER_OF(at, struct egress,
		    trouble);

		if (found == NULL || e->mode > found->mode ||
		    (e->mode == found->mode &&
		    e->parked.count > found->parked.count))
			found = e;
	}
	return found;
}

static int64_t
left_ms(int64_t due_ms, int64_t now_ms)
{
	return due_ms > now_ms ? due_ms - now_ms : 0;
}

void
convoy_status(const struct convoy *f, int64_t now_ms, struct convoy_status *out)
{
	const struct egress *e = worst(f);
	const int64_t all = (int64_t)f->waiting * MS_PER_S /
	    (int64_t)f->params.rate;

	*out = (struct convoy_status){
	    .waiting = f->waiting, .dialling = f->dialling,
	    .online = f->online, .offline = f->members - f->online,
	    .rate = f->params.rate, .egress = "",
	    .eta_ms = -1,
	};
	if (f->refused.is_on) {
		out->mode = CONVOY_REFUSED;
		out->is_agent = f->refused.is_agent;
		out->refused_version = f->refused.version;
		out->next_ms = left_ms(try_ms(f, f->best_version), now_ms);
	} else if (e != NULL && e->mode == EGRESS_DOWN) {
		out->mode = CONVOY_DOWN;
		out->egress = e->name;
		out->egress_offline = e->members - e->online;
		out->next_ms = left_ms(e->probe_ms, now_ms);
	} else if (e != NULL && e->parked.count > 0) {
		out->mode = CONVOY_TRIAL;
		out->egress = e->name;
		out->egress_offline = e->members - e->online;
		out->next_ms = left_ms(e->probe_ms, now_ms);
		out->eta_ms = CONVOY_PROOF_MS + CONVOY_RAMP_MS + all;
	} else if (f->waiting > 0) {
		out->mode = CONVOY_RETURNING;
		out->eta_ms = left_ms(f->next_ms, now_ms) + all;
	} else {
		out->mode = CONVOY_CALM;
	}
}

int64_t
convoy_turn_ms(const struct convoy *f, const struct convoy_member *m,
    int64_t now_ms)
{
	const int64_t rate = (int64_t)f->params.rate;
	uint64_t ahead;

	if (m->place != CONVOY_WAITS)
		return -1;
	if (f->refused.is_on)
		return left_ms(try_ms(f, f->best_version), now_ms);
	if (m->egress->mode == EGRESS_DOWN && !m->is_urgent)
		return left_ms(m->egress->probe_ms, now_ms);
	if (m->is_urgent)
		return left_ms(f->next_ms, now_ms);
	ahead = m->turn.seq > f->seq_granted ? m->turn.seq - f->seq_granted :
	    0;
	if (ahead > f->waiting)
		ahead = f->waiting;
	return (m->egress->mode == EGRESS_TRIAL && !is_small(m->egress) ?
	    CONVOY_PROOF_MS + CONVOY_RAMP_MS : 0) +
	    left_ms(f->next_ms, now_ms) + (int64_t)ahead * MS_PER_S / rate;
}
