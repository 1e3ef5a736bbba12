/* The fleet's policy in virtual time, with companies that are only numbers. */
#include "core/pool/convoy.h"

#include <stdlib.h>

#include "core/base/list.h"
#include "core/base/mem.h"
#include "tests/t.h"

#define OLD 100                 /* versions */
#define NEW 101
#define STEP_MS 20
#define MINUTE_MS 60000
#define LOGIN_MS 100            /* from a turn to its outcome */

enum outcome { GOOD, REFUSE_OLD, NO_NETWORK, BANNED };

struct mate {
	struct convoy_member m;
	int id;
	int64_t due_ms;                 /* outcome, or end of back-off */
	enum { AT_HOME, DIALLING, UP, RESTING } at;
	unsigned dials;
};

struct ship {
	struct convoy *convoy;
	struct mate *mates;
	int count;
	int64_t now;
	enum outcome outcome;           /* of every dial */
	uint64_t version;               /* the one shown */
	uint64_t good;                  /* versions below are refused */
	unsigned dials, most_in_second, in_second;
	int64_t second;
	int first;                      /* id of the last mate that dialled */
	unsigned alarms;                /* begun */
	bool was_alarmed;
	const char *egress;
};

static void
on_grant(void *ctx, struct convoy_member *m)
{
	struct ship *s = ctx;
	struct mate *mate = CONTAINER_OF(m, struct mate, m);

	mate->at = DIALLING;
	mate->due_ms = s->now + LOGIN_MS;
	mate->dials++;
	s->dials++;
	s->first = mate->id;
	if (s->now / 1000 != s->second) {
		s->second = s->now / 1000;
		s->in_second = 0;
	}
	if (++s->in_second > s->most_in_second)
		s->most_in_second = s->in_second;
}

static void
ship_init(struct ship *s, int count, unsigned rate)
{
	*s = (struct ship){ .count = count, .version = OLD, .egress = "",
	    .now = 1000000 };
	s->mates = xcalloc((size_t)count, sizeof *s->mates);
	s->convoy = convoy_create(&(struct convoy_params){ .rate = rate,
	    .rnd = rnd_system(), .grant = on_grant, .ctx = s });
	convoy_set_version(s->convoy, OLD);
	for (int i = 0; i < count; i++)
		s->mates[i].id = i;
}

static void
ship_finish(struct ship *s)
{
	convoy_destroy(s->convoy);
	free(s->mates);
}

static void
await(struct ship *s, struct mate *mate)
{
	mate->at = AT_HOME;
	convoy_await(s->convoy, &mate->m, s->egress, 0, false, s->now);
}

static void
rest(struct ship *s, struct mate *mate, enum convoy_end end)
{
	mate->at = RESTING;
	mate->due_ms = s->now + 1000;
	convoy_ended(s->convoy, &mate->m, end, s->now);
}

static void
conclude(struct ship *s, struct mate *mate)
{
	if (s->outcome == REFUSE_OLD && s->version < s->good) {
		rest(s, mate, CONVOY_END_VERSION);
		convoy_refused(s->convoy, s->version, false, s->now);
	} else if (s->outcome == NO_NETWORK) {
		rest(s, mate, CONVOY_END_NETWORK);
	} else if (s->outcome == BANNED && mate->id % 2 == 0) {
		mate->at = AT_HOME;
		convoy_ended(s->convoy, &mate->m, CONVOY_END_OWN, s->now);
	} else {
		mate->at = UP;
		convoy_online(s->convoy, &mate->m, s->egress, s->now);
	}
}

static void
sail(struct ship *s, int64_t ms)
{
	for (const int64_t end = s->now + ms; s->now < end;
	    s->now += STEP_MS) {
		for (int i = 0; i < s->count; i++) {
			struct mate *mate = &s->mates[i];

			if (mate->at == DIALLING && s->now >= mate->due_ms)
				conclude(s, mate);
			else if (mate->at == RESTING && s->now >= mate->due_ms)
				await(s, mate);
		}
		while (convoy_run(s->convoy, s->now) == 0)
			;
		if (convoy_is_alarmed(s->convoy) && !s->was_alarmed)
			s->alarms++;
		s->was_alarmed = convoy_is_alarmed(s->convoy);
	}
}

static void
start(struct ship *s)
{
	for (int i = 0; i < s->count; i++)
		await(s, &s->mates[i]);
}

static int
count_up(const struct ship *s)
{
	int up = 0;

	for (int i = 0; i < s->count; i++)
		up += s->mates[i].at == UP;
	return up;
}

static void
drop_all(struct ship *s)
{
	for (int i = 0; i < s->count; i++) {
		if (s->mates[i].at == UP)
			rest(s, &s->mates[i], CONVOY_END_NETWORK);
	}
}

TEST(convoy_starts_behind_a_canary_at_the_rate)
{
	struct convoy_status status;
	struct ship s;

	ship_init(&s, 300, 10);
	start(&s);
	sail(&s, LOGIN_MS);
	EXPECT_INT(s.dials, 1);                 /* the canary */
	convoy_status(s.convoy, s.now, &status);
	EXPECT_INT(status.mode, CONVOY_TRIAL);
	EXPECT_INT(status.waiting, 299);
	EXPECT(status.eta_ms > 29000 && status.eta_ms < 40000);
	sail(&s, CONVOY_PROOF_MS - 2 * LOGIN_MS);
	EXPECT_INT(s.dials, 1);
	sail(&s, 10000);
	convoy_status(s.convoy, s.now, &status);
	EXPECT_INT(status.mode, CONVOY_RETURNING);
	sail(&s, 40000);
	EXPECT_INT(count_up(&s), 300);
	EXPECT_INT(s.dials, 300);
	EXPECT(s.most_in_second <= 22);         /* twice the rate: jitter */
	convoy_status(s.convoy, s.now, &status);
	EXPECT_INT(status.mode, CONVOY_CALM);
	EXPECT_INT(status.online, 300);
	EXPECT_INT(s.alarms, 0);
	ship_finish(&s);
}

TEST(convoy_of_few_has_no_canary)
{
	struct ship s;

	ship_init(&s, CONVOY_SMALL - 1, 10);
	start(&s);
	sail(&s, 1500);
	EXPECT_INT(count_up(&s), CONVOY_SMALL - 1);
	ship_finish(&s);
}

TEST(convoy_takes_priority_first_and_urgent_before_all)
{
	struct ship s;

	ship_init(&s, 3, 1);
	convoy_await(s.convoy, &s.mates[0].m, "", 0, false, s.now);
	convoy_await(s.convoy, &s.mates[1].m, "", 7, false, s.now);
	while (convoy_run(s.convoy, s.now) == 0)
		;
	EXPECT_INT(s.first, 1);
	convoy_await(s.convoy, &s.mates[2].m, "", -5, true, s.now);
	while (s.dials < 2) {
		s.now += STEP_MS;
		(void)convoy_run(s.convoy, s.now);
	}
	EXPECT_INT(s.first, 2);
	ship_finish(&s);
}

/* The bar: at most as many connections as companies, after any length. */
TEST(convoy_returns_from_a_cut_with_one_dial_each)
{
	static const int lengths_s[] = { 60, 600 };

	for (size_t i = 0; i < ARRAY_LEN(lengths_s); i++) {
		unsigned failed;
		struct ship s;

		ship_init(&s, 300, 10);
		start(&s);
		sail(&s, MINUTE_MS);
		EXPECT_INT(count_up(&s), 300);
		s.outcome = NO_NETWORK;
		s.dials = 0;
		drop_all(&s);
		sail(&s, lengths_s[i] * 1000);
		failed = s.dials;
		EXPECT(failed <= 12u + (unsigned)lengths_s[i] / 15);
		EXPECT_INT(s.alarms, 1);
		s.outcome = GOOD;
		sail(&s, 2 * MINUTE_MS);
		EXPECT_INT(count_up(&s), 300);
		EXPECT_INT(s.dials - failed, 300);
		EXPECT_INT(s.alarms, 1);
		EXPECT(!convoy_is_alarmed(s.convoy));
		ship_finish(&s);
	}
}

/* Lost one by one: those before the mass is seen dial in vain, few. */
TEST(convoy_sees_a_slow_drop)
{
	struct ship s;

	ship_init(&s, 300, 10);
	start(&s);
	sail(&s, MINUTE_MS);
	s.outcome = NO_NETWORK;
	s.dials = 0;
	for (int i = 0; i < 300; i++) {
		rest(&s, &s.mates[i], CONVOY_END_NETWORK);
		sail(&s, 40);
	}
	EXPECT(s.dials <= 10);
	sail(&s, MINUTE_MS);
	EXPECT(convoy_is_alarmed(s.convoy));
	s.dials = 0;
	s.outcome = GOOD;
	sail(&s, 2 * MINUTE_MS);
	EXPECT_INT(count_up(&s), 300);
	EXPECT_INT(s.dials, 300);
	ship_finish(&s);
}

/* One company's own bad luck slows nobody down for long, and is no alarm. */
TEST(convoy_doubts_without_an_alarm)
{
	struct ship s;

	ship_init(&s, 50, 10);
	start(&s);
	sail(&s, MINUTE_MS);
	EXPECT_INT(count_up(&s), 50);
	s.outcome = NO_NETWORK;
	rest(&s, &s.mates[7], CONVOY_END_NETWORK);
	sail(&s, 10000);
	EXPECT_INT(s.alarms, 0);
	/* another one meanwhile: the way is good again, and it waits little */
	s.outcome = GOOD;
	rest(&s, &s.mates[8], CONVOY_END_NETWORK);
	sail(&s, 8000);
	EXPECT_INT(count_up(&s), 50);
	EXPECT_INT(s.alarms, 0);
	ship_finish(&s);
}

/* A version set by hand is tried at once, an older one too. */
TEST(convoy_tries_at_once_what_was_set_by_hand)
{
	struct ship s;

	ship_init(&s, 300, 10);
	s.outcome = REFUSE_OLD;
	s.good = NEW;
	start(&s);
	sail(&s, MINUTE_MS);
	EXPECT(s.dials >= 1 && s.dials <= 5);
	s.dials = 0;
	s.outcome = GOOD;
	convoy_set_version(s.convoy, OLD - 1);
	convoy_try_now(s.convoy, s.now);
	sail(&s, 1000);
	EXPECT_INT(s.dials, 1);
	sail(&s, MINUTE_MS);
	EXPECT_INT(count_up(&s), 300);
	EXPECT_INT(s.dials, 300);
	ship_finish(&s);
}

/* The bar: 300 answered with 405, five attempts in ten minutes, one alarm. */
TEST(convoy_stops_for_a_refused_version)
{
	struct convoy_status status;
	struct ship s;

	ship_init(&s, 300, 10);
	s.outcome = REFUSE_OLD;
	s.good = NEW;
	start(&s);
	sail(&s, 10 * MINUTE_MS);
	EXPECT(s.dials >= 2 && s.dials <= 5);
	EXPECT_INT(s.alarms, 1);
	convoy_status(s.convoy, s.now, &status);
	EXPECT_INT(status.mode, CONVOY_REFUSED);
	EXPECT_INT(status.refused_version, OLD);
	EXPECT_INT(status.waiting, 300);
	/* a newer one is learned: one goes first, the others follow slowly */
	s.dials = 0;
	s.version = NEW;
	convoy_set_version(s.convoy, NEW);
	sail(&s, 1000);
	EXPECT_INT(s.dials, 1);
	sail(&s, MINUTE_MS);
	EXPECT_INT(count_up(&s), 300);
	EXPECT_INT(s.dials, 300);
	EXPECT_INT(s.alarms, 1);
	ship_finish(&s);
}

/* Newer ones each minute, all refused. */
TEST(convoy_tries_newer_versions_rarely)
{
	struct ship s;

	ship_init(&s, 300, 10);
	s.outcome = REFUSE_OLD;
	s.good = 1000;
	start(&s);
	for (int i = 0; i < 100; i++) {
		s.version++;
		convoy_set_version(s.convoy, s.version);
		sail(&s, 6000);
	}
	EXPECT(s.dials >= 3 && s.dials <= 5);
	EXPECT_INT(s.alarms, 1);
	ship_finish(&s);
}

/* Those who are online stay so, and a link attempt may be the canary. */
TEST(convoy_lets_a_link_attempt_try_when_it_is_time)
{
	int64_t wait;
	struct ship s;

	ship_init(&s, 6, 10);
	EXPECT(convoy_may_try(s.convoy, OLD, s.now, &wait));
	convoy_refused(s.convoy, OLD, false, s.now);
	EXPECT(!convoy_may_try(s.convoy, OLD, s.now, &wait));
	EXPECT(wait > 0 && wait <= CONVOY_SAME_VERSION_MS);
	EXPECT(convoy_may_try(s.convoy, NEW, s.now, &wait));
	EXPECT(!convoy_may_try(s.convoy, NEW, s.now, &wait));
	convoy_accepted(s.convoy, s.now);
	EXPECT(convoy_may_try(s.convoy, OLD, s.now, &wait));
	ship_finish(&s);
}

/* One company's ban says nothing about the way to WhatsApp. */
TEST(convoy_is_not_held_up_by_a_banned_canary)
{
	struct ship s;

	ship_init(&s, 20, 10);
	s.outcome = BANNED;
	start(&s);
	sail(&s, 15000);
	EXPECT_INT(count_up(&s), 10);
	EXPECT_INT(s.dials, 20);
	EXPECT_INT(s.alarms, 0);
	ship_finish(&s);
}

/* Two ways out: the one that fails holds up nobody of the other. */
TEST(convoy_keeps_egresses_apart)
{
	struct convoy_status status;
	struct ship s;

	ship_init(&s, 40, 10);
	for (int i = 0; i < 40; i++) {
		s.egress = i % 2 == 0 ? "" : "socks5://a";
		await(&s, &s.mates[i]);
	}
	for (int step = 0; step < 20000 / STEP_MS; step++) {
		s.now += STEP_MS;
		for (int i = 0; i < 40; i++) {
			struct mate *mate = &s.mates[i];

			s.egress = i % 2 == 0 ? "" : "socks5://a";
			s.outcome = i % 2 == 0 ? GOOD : NO_NETWORK;
			if (mate->at == DIALLING && s.now >= mate->due_ms)
				conclude(&s, mate);
			else if (mate->at == RESTING && s.now >= mate->due_ms)
				await(&s, mate);
		}
		while (convoy_run(s.convoy, s.now) == 0)
			;
	}
	EXPECT_INT(count_up(&s), 20);
	convoy_status(s.convoy, s.now, &status);
	EXPECT_INT(status.mode, CONVOY_DOWN);
	EXPECT_STR(status.egress, "socks5://a");
	EXPECT_INT(status.egress_offline, 20);
	ship_finish(&s);
}

/* Who leaves while it waits, dials or is the canary is missed by nobody. */
TEST(convoy_forgets_who_leaves)
{
	struct ship s;

	ship_init(&s, 50, 10);
	for (int round = 0; round < 20; round++) {
		start(&s);
		sail(&s, 200 * (round % 7));
		for (int i = 0; i < 50; i++) {
			s.mates[i].at = AT_HOME;
			convoy_ended(s.convoy, &s.mates[i].m,
			    CONVOY_END_STOPPED, s.now);
			convoy_ended(s.convoy, &s.mates[i].m,
			    CONVOY_END_STOPPED, s.now);
		}
	}
	start(&s);
	sail(&s, MINUTE_MS);
	EXPECT_INT(count_up(&s), 50);
	ship_finish(&s);
}

TEST(convoy_of_ten_thousand_returns_at_the_rate)
{
	struct ship s;

	ship_init(&s, 10000, 1000);
	start(&s);
	sail(&s, 20000);
	EXPECT_INT(count_up(&s), 10000);
	EXPECT_INT(s.dials, 10000);
	EXPECT(s.most_in_second < 1500);
	ship_finish(&s);
}
