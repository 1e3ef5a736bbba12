/* Event streams over a socket pair. */
#include "tests/unit/httpd/hall.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

#define FLEET "/api/whatsapp/events"
#define ACME "/api/whatsapp/sessions/acme/events"
#define MANY 200

static void
name_many(struct hall *h, int n)
{
	char company[16];

	for (int i = 0; i < n; i++) {
		str_format(company, sizeof company, "c%04d", i);
		hall_name(h, company, "first");
	}
}

/* What an event of this boot is told with. */
static const char *
id_of(const struct hall *h, uint64_t seq)
{
	static char text[64];

	str_format(text, sizeof text, "id: %s-%" PRIu64 "\n", h->h->boot,
	    seq);
	return text;
}

/* All up to the newest event has come, its data too. */
static bool
until_newest(struct caller *c)
{
	const char *id = id_of(c->hall, app_last_seq(c->hall->app));

	for (int i = 0; i < HALL_TURNS; i++) {
		const char *at = strstr(c->text, id);

		if (at != NULL && strstr(at, "\n\n") != NULL)
			return true;
		loop_turn(app_loop(c->hall->app), true);
		caller_take(c, 65536);
	}
	return false;
}

/* Of the last status of this company, 0: there is none. Versions that sink
 * are a failure. */
static uint64_t
last_version(const char *text, const char *company)
{
	char key[128];
	uint64_t version = 0;

	str_format(key, sizeof key, "data: {\"companyId\":\"%s\"", company);
	for (const char *at = text; (at = strstr(at, key)) != NULL; at++) {
		const char *v = strstr(at, "\"stateVersion\":");
		const uint64_t next = v == NULL ? 0 :
		    strtoull(v + strlen("\"stateVersion\":"), NULL, 10);

		EXPECT(next >= version);
		version = next;
	}
	return version;
}

TEST(live_begins_with_the_state)
{
	struct session_view view;
	struct caller c;
	struct hall h;

	hall_init(&h);
	hall_name(&h, "acme", "Acme");
	caller_init(&c, &h, ACME, "");
	EXPECT(caller_until(&c, "serverTime"));
	EXPECT(strstr(c.text, "Content-Type: text/event-stream") != NULL);
	EXPECT(strstr(c.text, "Cache-Control: no-store") != NULL);
	EXPECT(strstr(c.text, "X-Accel-Buffering: no") != NULL);
	EXPECT(strstr(c.text, "\r\n\r\nretry: 2000\n\nid: ") != NULL);
	EXPECT(strstr(c.text, id_of(&h, app_last_seq(h.app))) != NULL);
	EXPECT_INT(caller_count(&c, "event: "), 1);
	ASSERT(app_view(h.app, "acme", &view));
	EXPECT_INT(last_version(c.text, "acme"), view.state_version);
	caller_finish(&c);
	hall_finish(&h);
}

TEST(live_refuses_an_unknown_company)
{
	struct caller c;
	struct hall h;

	hall_init(&h);
	caller_init(&c, &h, ACME, "");
	EXPECT(caller_until(&c, "SESSION_NOT_FOUND"));
	EXPECT(strncmp(c.text, "HTTP/1.0 404", 12) == 0 ||
	    strncmp(c.text, "HTTP/1.1 404", 12) == 0);
	caller_finish(&c);
	hall_finish(&h);
}

TEST(live_tells_each_what_is_its_own)
{
	struct caller acme, beta, all;
	struct hall h;

	hall_init(&h);
	hall_name(&h, "acme", "x");
	hall_name(&h, "beta", "x");
	caller_init(&acme, &h, ACME, "");
	caller_init(&beta, &h, "/api/whatsapp/sessions/beta/events", "");
	caller_init(&all, &h, FLEET, "Accept-Language: ru\r\n");
	EXPECT(caller_until(&acme, "serverTime"));
	EXPECT(caller_until(&beta, "serverTime"));
	EXPECT(caller_until(&all, "\"beta\""));
	EXPECT_INT(app_link(h.app, "acme", NULL), ERR_OK);
	EXPECT(caller_until(&acme, "event: error"));
	EXPECT(caller_until(&all, "event: error"));
	caller_take(&beta, 65536);
	EXPECT_INT(caller_count(&beta, "event: "), 1);
	EXPECT(strstr(acme.text, "WhatsApp") != NULL);
	EXPECT(strstr(acme.text, "Подожд") == NULL);
	EXPECT_INT(caller_count(&acme, "beta"), 0);
	/* the same event, told in each one's language */
	EXPECT(strstr(all.text, id_of(&h, app_last_seq(h.app))) != NULL);
	EXPECT(strstr(acme.text, id_of(&h, app_last_seq(h.app))) != NULL);
	EXPECT(strcmp(strstr(all.text, "event: error"),
	    strstr(acme.text, "event: error")) != 0);
	caller_finish(&acme);
	caller_finish(&beta);
	caller_finish(&all);
	hall_finish(&h);
}

TEST(live_tells_the_fleet_once_each)
{
	struct caller c;
	struct hall h;
	const char *at;

	hall_init(&h);
	name_many(&h, MANY);
	caller_init(&c, &h, FLEET, "");
	EXPECT(until_newest(&c));
	EXPECT(caller_until(&c, "\"c0199\""));
	EXPECT_INT(caller_count(&c, "event: status"), MANY);
	/* until all were told, who leaves comes back to the whole */
	EXPECT_INT(caller_count(&c, id_of(&h, 0)), MANY);
	EXPECT_INT(caller_count(&c, "event: ready"), 1);
	EXPECT(strstr(c.text, "{\"full\":true,\"companies\":200,") != NULL);
	at = c.text;
	for (int i = 0; i < MANY; i++) {
		char key[64];

		str_format(key, sizeof key, "{\"companyId\":\"c%04d\"", i);
		at = strstr(at, key);
		ASSERT(at != NULL);
	}
	caller_finish(&c);
	hall_finish(&h);
}

TEST(live_tells_a_fleet_of_none)
{
	struct caller c;
	struct hall h;

	hall_init(&h);
	caller_init(&c, &h, FLEET, "");
	EXPECT(caller_until(&c, "-0\nevent: ready\ndata: {\"full\":true,"
	    "\"companies\":0,"));
	EXPECT_INT(caller_count(&c, "event: "), 1);
	caller_finish(&c);
	hall_finish(&h);
}

/* Companies change, come and go while a slow reader gets the beginning. */
TEST(live_snapshot_never_tells_the_older_after_the_newer)
{
	struct session_view view;
	struct caller c;
	struct hall h;
	char company[16], name[32];

	hall_init(&h);
	name_many(&h, MANY);
	caller_init(&c, &h, FLEET, "");
	for (int round = 0; round < 400; round++) {
		str_format(company, sizeof company, "c%04d",
		    round * 37 % (MANY + 20));
		str_format(name, sizeof name, "round %d", round);
		hall_name(&h, company, name);
		hall_turn(&h, 2);
		caller_take(&c, 700);
	}
	hall_name(&h, "c0000", "the end");
	EXPECT(caller_until(&c, "the end"));
	EXPECT(until_newest(&c));
	while (h.patching > 0)
		loop_turn(app_loop(h.app), true);
	for (int i = 0; i < MANY + 20; i++) {
		str_format(company, sizeof company, "c%04d", i);
		ASSERT(app_view(h.app, company, &view));
		EXPECT_INT(last_version(c.text, company), view.state_version);
	}
	caller_finish(&c);
	hall_finish(&h);
}

/* Asks for what came after seq. */
static void
resume(struct caller *c, struct hall *h, const char *boot, uint64_t seq)
{
	char field[128];

	str_format(field, sizeof field, "Last-Event-ID: %s-%" PRIu64 "\r\n",
	    boot, seq);
	caller_init(c, h, FLEET, field);
}

TEST(live_fleet_goes_on_where_it_was)
{
	struct caller c;
	struct hall h;
	uint64_t seq;

	hall_init(&h);
	name_many(&h, 20);
	seq = app_last_seq(h.app);
	hall_name(&h, "c0007", "x");
	hall_name(&h, "c0003", "x");
	hall_name(&h, "c0007", "y");
	resume(&c, &h, h.h->boot, seq);
	EXPECT(until_newest(&c));
	EXPECT_INT(caller_count(&c, "event: status"), 2);
	/* until both were told, it would have to come back to the same */
	EXPECT_INT(caller_count(&c, id_of(&h, seq)), 2);
	EXPECT_INT(caller_count(&c, "\"y\""), 1);
	EXPECT_INT(caller_count(&c, "event: ready\ndata: {\"full\":false"), 1);
	caller_finish(&c);
	/* nothing since */
	resume(&c, &h, h.h->boot, app_last_seq(h.app));
	EXPECT(until_newest(&c));
	EXPECT_INT(caller_count(&c, "event: "), 1);
	EXPECT_INT(caller_count(&c, "event: ready"), 1);
	caller_finish(&c);
	/* another boot, and a number that never was */
	resume(&c, &h, "0000000000000000", seq);
	EXPECT(caller_until(&c, "\"c0019\""));
	EXPECT_INT(caller_count(&c, "event: status"), 20);
	caller_finish(&c);
	resume(&c, &h, h.h->boot, app_last_seq(h.app) + 1);
	EXPECT(caller_until(&c, "\"c0019\""));
	EXPECT_INT(caller_count(&c, "event: status"), 20);
	caller_finish(&c);
	hall_finish(&h);
}

static void
on_removed(void *ctx, enum err err)
{
	*(bool *)ctx = true;
	EXPECT_INT(err, ERR_OK);
}

TEST(live_ends_with_its_company)
{
	struct caller c, all;
	struct hall h;
	bool removed = false;
	uint64_t seq;

	hall_init(&h);
	hall_name(&h, "acme", "x");
	while (h.patching > 0)
		loop_turn(app_loop(h.app), true);
	seq = app_last_seq(h.app);
	caller_init(&c, &h, ACME, "");
	EXPECT(caller_until(&c, "serverTime"));
	EXPECT_INT(app_remove(h.app, "acme", true, true, on_removed,
	    &removed), ERR_OK);
	EXPECT(caller_until(&c, "event: error"));
	EXPECT(caller_until_end(&c));
	EXPECT(strstr(c.text, "\"SESSION_NOT_FOUND\"") != NULL);
	caller_finish(&c);
	/* who missed it hears of it as well */
	resume(&all, &h, h.h->boot, seq);
	EXPECT(caller_until(&all, "\"SESSION_NOT_FOUND\""));
	EXPECT(strstr(all.text, "\"companyId\":\"acme\"") != NULL);
	caller_finish(&all);
	for (int i = 0; i < HALL_TURNS && !removed; i++)
		loop_turn(app_loop(h.app), true);
	EXPECT(removed);
	hall_finish(&h);
}

TEST(live_drops_who_does_not_read)
{
	struct live_counts counts;
	struct caller lazy, good;
	struct hall h;
	int told = 0;

	hall_init(&h);
	hall_name(&h, "acme", "x");
	caller_init(&lazy, &h, ACME, "");
	caller_init(&good, &h, ACME, "");
	do {
		hall_name(&h, "acme", told % 2 == 0 ? "one" : "two");
		hall_turn(&h, 3);
		caller_take(&good, 65536);
		live_counts(h.h->live, &counts);
	} while (counts.dropped == 0 && ++told < 4000);
	EXPECT_INT(counts.dropped, 1);
	hall_turn(&h, 10);
	live_counts(h.h->live, &counts);
	EXPECT_INT(counts.streams, 1);
	EXPECT(!good.ended);
	hall_name(&h, "acme", "the end");
	EXPECT(caller_until(&good, "the end"));
	/* it gets what was on its way, and the end */
	EXPECT(caller_until_end(&lazy));
	EXPECT(caller_count(&lazy, "event: ") < (size_t)told);
	caller_finish(&lazy);
	caller_finish(&good);
	hall_finish(&h);
}

/* More at once than a queue holds: a fleet reader gets each company once. */
TEST(live_fleet_survives_a_burst)
{
	struct live_counts counts;
	struct session_view view;
	struct caller c;
	struct hall h;
	char company[16];

	hall_init(&h);
	name_many(&h, MANY);
	caller_init(&c, &h, FLEET, "");
	EXPECT(caller_until(&c, "\"c0199\""));
	name_many(&h, MANY);
	EXPECT(until_newest(&c));
	live_counts(h.h->live, &counts);
	EXPECT_INT(counts.dropped, 0);
	for (int i = 0; i < MANY; i++) {
		str_format(company, sizeof company, "c%04d", i);
		ASSERT(app_view(h.app, company, &view));
		EXPECT_INT(last_version(c.text, company), view.state_version);
	}
	caller_finish(&c);
	hall_finish(&h);
}

TEST(live_follows_the_log)
{
	struct caller c, warnings;
	struct hall h;

	hall_init(&h);
	hall_name(&h, "acme", "x");
	hall_name(&h, "beta", "x");
	caller_init(&c, &h, "/api/whatsapp/sessions/acme/log?follow", "");
	caller_init(&warnings, &h, "/api/whatsapp/log?follow&level=error", "");
	EXPECT(caller_until(&c, "retry: 2000"));
	EXPECT_INT(app_link(h.app, "beta", NULL), ERR_OK);
	EXPECT_INT(app_link(h.app, "acme", NULL), ERR_OK);
	EXPECT(caller_until(&c, "status=connecting"));
	EXPECT(strstr(c.text, "event: log\ndata: {\"seq\":") != NULL);
	EXPECT(strstr(c.text, "\"companyId\":\"acme\"") != NULL);
	EXPECT(strstr(c.text, "beta") == NULL);
	caller_take(&warnings, 65536);
	EXPECT(strstr(warnings.text, "level=info") == NULL);
	caller_finish(&c);
	caller_finish(&warnings);
	hall_finish(&h);
}

/* What was told last has woken them, and they go to sleep again some turns
 * later: the end may come at any moment between. */
TEST(live_ends_while_readers_are_told)
{
	struct caller c[2];
	struct hall h;

	for (int turns = 0; turns < 6; turns++) {
		hall_init(&h);
		hall_name(&h, "acme", "x");
		caller_init(&c[0], &h, ACME, "");
		caller_init(&c[1], &h, FLEET, "");
		EXPECT(caller_until(&c[0], "serverTime"));
		EXPECT(caller_until(&c[1], "serverTime"));
		while (h.patching > 0)
			loop_turn(app_loop(h.app), true);
		hall_turn(&h, 20);
		hall_name(&h, "acme", "y");
		hall_turn(&h, turns);
		hall_finish_now(&h);
		caller_finish(&c[0]);
		caller_finish(&c[1]);
	}
}

TEST(live_ends_with_readers_on_it)
{
	struct caller c[8];
	struct hall h;

	hall_init(&h);
	name_many(&h, MANY);
	hall_name(&h, "acme", "x");
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		caller_init(&c[i], &h, i % 2 == 0 ? ACME : FLEET, "");
		hall_turn(&h, (int)i);
	}
	hall_finish(&h);
	for (size_t i = 0; i < ARRAY_LEN(c); i++)
		caller_finish(&c[i]);
}
