#include "core/session/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/session/version_hand.h"
#include "tests/t.h"
#include "tests/unit/io/server.h"

#define POISON 0x5a5a5a5au
#define NEWER "2.3000.1099999999"
#define NEWER_N 1099999999u
#define DAY_MS (24LL * 60 * 60 * 1000)

/* --- finding --------------------------------------------------------------- */

static const struct {
	const char *body;
	uint32_t want;          /* 0: none */
} bodies[] = {
	{ "{\"client_revision\":1045649367,", 1045649367 },
	{ "\\\"client_revision\\\":1045649367,", 1045649367 },
	{ "\\\\\\\"client_revision\\\\\\\": 1045649367}", 1045649367 },
	{ "client_revision:7", 7 },
	{ "\"client_revision\": \t 7 }", 7 },
	{ "\"client_revision\":4294967295,", 4294967295 },
	{ "\"client_revision\":4294967296,", 0 },
	{ "\"client_revision\":99999999999999999999999999999,", 0 },
	{ "\"client_revision\":0,", 0 },
	{ "\"client_revision\":-5,", 0 },
	{ "\"client_revision\":\"5\"", 0 },
	{ "\"client_revision\":", 0 },
	{ "\"client_revision\"", 0 },
	{ "client_revision", 0 },
	{ "\"client_revisions\":5", 0 },
	{ "client_revisio", 0 },
	{ "", 0 },
	{ "<html>nothing</html>", 0 },
	/* the first that is one */
	{ "client_revision and \"client_revision\":null,"
	    "\"client_revision\":12,\"client_revision\":13", 12 },
};

TEST(version_is_found_in_scripts_and_pages)
{
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		const size_t n = strlen(bodies[i].body);
		char *exact = (char *)t_exact(bodies[i].body, n);
		uint32_t got = POISON;

		EXPECT_INT(version_find(exact, n, &got),
		    bodies[i].want != 0);
		EXPECT_INT(got, bodies[i].want != 0 ? bodies[i].want :
		    POISON);
		free(exact);
	}
}

TEST(version_find_reads_no_further_than_told)
{
	static const char body[] = "x\\\"client_revision\\\": 1045649367,";
	uint32_t got;

	for (size_t n = 0; n < sizeof body; n++) {
		char *exact = (char *)t_exact(body, n);

		got = POISON;
		EXPECT_INT(version_find(exact, n, &got), n >= 23);
		free(exact);
	}
	EXPECT(!version_find("\"client_revision\0\":5", 20, &got));
}

/* --- the cache ------------------------------------------------------------- */

struct shelf {
	struct loop *loop;
	struct t_clock clock;
	char *dir, path[512];
	struct versions *v;
	struct server *server;
	int answers;
	struct wa_version got;
	struct version_wait *wait, *other;
	bool cancel_other, ask_again;
};

static void
shelf_init(struct shelf *s)
{
	memset(s, 0, sizeof *s);
	if (loop_create(&s->loop) != ERR_OK)
		abort();
	t_clock_init(&s->clock);
	s->dir = t_dir();
	str_format(s->path, sizeof s->path, "%s/wa-version", s->dir);
}

static void
shelf_open(struct shelf *s, const char *fixed, const char *url)
{
	versions_destroy(s->v);
	s->v = versions_create(&(struct versions_params){ .loop = s->loop,
	    .clock = &s->clock.clock, .fixed = fixed, .url = url,
	    .cache_path = s->path });
}

static void
shelf_finish(struct shelf *s)
{
	versions_destroy(s->v);
	loop_run(s->loop);
	loop_destroy(s->loop);
	if (s->server != NULL)
		server_stop(s->server);
	unlink(s->path);
	EXPECT(rmdir(s->dir) == 0);     /* nothing else was left there */
	free(s->dir);
}

static void
write_file(const struct shelf *s, const char *text, size_t n)
{
	FILE *f = fopen(s->path, "we");

	if (f == NULL || fwrite(text, 1, n, f) != n || fclose(f) != 0)
		abort();
}

#define URL "http://127.0.0.1:1/sw.js"

TEST(version_cache_is_read_with_care)
{
	static const struct {
		const char *text;
		bool counts;
	} files[] = {
		{ NEWER " 1779999999000\n", true },
		{ NEWER " 1779999999000", true },
		{ NEWER " 1880000000000\n", true },     /* its age is void */
		{ "2.3000.1045649368 1779999999000\n", false },
		{ NEWER "\n", false },
		{ NEWER " x\n", false },
		{ NEWER " -1\n", false },
		{ NEWER "0 1779999999000\n", false },
		{ "2.3000 1779999999000\n", false },
		{ "2.3000.1099999999.1 1779999999000\n", false },
		{ " \n", false },
		{ "", false },
		{ "\n" NEWER " 1779999999000\n", false },
		{ "99999999999999999999.1.1 1779999999000\n", false },
	};
	struct shelf s;

	shelf_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		write_file(&s, files[i].text, strlen(files[i].text));
		shelf_open(&s, NULL, URL);
		if (i == 3)     /* newer than the floor by one: counts */
			EXPECT_INT(versions_best(s.v).tertiary, 1045649368);
		else if ((versions_best(s.v).tertiary == NEWER_N) !=
		    files[i].counts)
			t_fail(__FILE__, __LINE__, "cache %zu: %s", i,
			    files[i].text);
	}
	/* a file of another size altogether */
	write_file(&s, (const char *)bodies, sizeof bodies);
	shelf_open(&s, NULL, URL);
	EXPECT_INT(versions_best(s.v).tertiary, VERSION_FLOOR_N);
	shelf_finish(&s);
}

TEST(version_floor_wins_over_an_older_cache)
{
	struct shelf s;

	shelf_init(&s);
	write_file(&s, "2.3000.1045649366 1779999999000\n", 32);
	shelf_open(&s, NULL, URL);
	EXPECT_INT(versions_best(s.v).tertiary, VERSION_FLOOR_N);
	unlink(s.path);
	shelf_open(&s, NULL, URL);
	EXPECT_INT(versions_best(s.v).tertiary, VERSION_FLOOR_N);
	shelf_finish(&s);
}

/* --- asking ---------------------------------------------------------------- */

static void
on_version(void *ctx, const struct wa_version *version)
{
	struct shelf *s = ctx;

	s->answers++;
	s->got = *version;
	s->wait = NULL;
	if (s->cancel_other) {
		version_wait_cancel(s->other);
		s->other = NULL;
	}
	if (s->ask_again) {
		s->ask_again = false;
		s->wait = versions_get(s->v, DAY_MS, proxy_direct(), on_version, s);
	}
}

TEST(version_that_is_set_is_the_answer)
{
	struct shelf s;

	shelf_init(&s);
	write_file(&s, NEWER " 1779999999000\n", 32);
	shelf_open(&s, "2.3000.5", URL);
	s.wait = versions_get(s.v, 0, proxy_direct(), on_version, &s);
	EXPECT_INT(s.answers, 0);       /* never from within the call */
	loop_run(s.loop);
	EXPECT_INT(s.answers, 1);
	EXPECT_INT(s.got.tertiary, 5);
	shelf_finish(&s);
}

TEST(version_by_hand_goes_first_and_is_kept)
{
	const struct wa_version by_hand = { 2, 3000, 7 };
	struct version_told told;
	char hand[600];
	struct shelf s;

	shelf_init(&s);
	str_format(hand, sizeof hand, "%s/set", s.dir);
	for (int i = 0; i < 2; i++) {
		versions_destroy(s.v);
		s.v = versions_create(&(struct versions_params){
		    .loop = s.loop, .clock = &s.clock.clock,
		    .fixed = "2.3000.5", .url = URL, .hand_path = hand });
		versions_told(s.v, &told);
		EXPECT_INT(told.version.tertiary, i == 0 ? 5 : 7);
		EXPECT_INT(told.source, i == 0 ? VERSION_CONFIGURED :
		    VERSION_BY_HAND);
		EXPECT_INT(versions_set(s.v, &by_hand), ERR_OK);
		/* nothing is fetched: nobody listens there */
		s.wait = versions_get(s.v, 0, proxy_direct(), on_version, &s);
		loop_run(s.loop);
		EXPECT_INT(s.got.tertiary, 7);
	}
	EXPECT_INT(versions_set(s.v, NULL), ERR_OK);
	EXPECT_INT(access(hand, F_OK), -1);
	EXPECT_INT(versions_best(s.v).tertiary, 5);
	EXPECT_INT(versions_set(s.v, NULL), ERR_OK);
	/* what cannot be stored is not set */
	versions_destroy(s.v);
	str_format(hand, sizeof hand, "%s/none/set", s.dir);
	s.v = versions_create(&(struct versions_params){ .loop = s.loop,
	    .clock = &s.clock.clock, .hand_path = hand });
	EXPECT(versions_set(s.v, &by_hand) != ERR_OK);
	versions_told(s.v, &told);
	EXPECT_INT(told.source, VERSION_BUILT_IN);
	EXPECT_INT(told.version.tertiary, VERSION_FLOOR_N);
	shelf_finish(&s);
}

TEST(version_by_hand_is_read_with_care)
{
	static const char *const texts[] = { "", "\n", "x", "2.3000", "2.3000.5.6",
	    "\n2.3000.5", "99999999999999999999.1.1",
	    "2.3000.1111111111111111111111111111111111111111111" };
	struct wa_version got;
	struct shelf s;

	shelf_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		write_file(&s, texts[i], strlen(texts[i]));
		got.tertiary = POISON;
		EXPECT(!version_hand_read(s.path, &got));
		EXPECT_INT(got.tertiary, POISON);
	}
	write_file(&s, "2.3000.5\n", 9);
	EXPECT(version_hand_read(s.path, &got));
	EXPECT_INT(got.tertiary, 5);
	shelf_finish(&s);
}

TEST(version_without_an_address_is_the_floor)
{
	struct shelf s;

	shelf_init(&s);
	shelf_open(&s, NULL, NULL);
	s.wait = versions_get(s.v, 0, proxy_direct(), on_version, &s);
	loop_run(s.loop);
	EXPECT_INT(s.answers, 1);
	EXPECT_INT(s.got.tertiary, VERSION_FLOOR_N);
	shelf_finish(&s);
}

TEST(version_waits_can_be_cancelled_and_asked_within_answers)
{
	struct shelf s;

	shelf_init(&s);
	shelf_open(&s, "2.3000.5", NULL);
	s.cancel_other = true;
	s.wait = versions_get(s.v, 0, proxy_direct(), on_version, &s);
	s.other = versions_get(s.v, 0, proxy_direct(), on_version, &s);
	loop_run(s.loop);
	EXPECT_INT(s.answers, 1);
	s.ask_again = true;
	s.wait = versions_get(s.v, 0, proxy_direct(), on_version, &s);
	loop_run(s.loop);
	EXPECT_INT(s.answers, 3);
	s.wait = versions_get(s.v, 0, proxy_direct(), on_version, &s);
	version_wait_cancel(s.wait);
	version_wait_cancel(NULL);
	loop_run(s.loop);
	EXPECT_INT(s.answers, 3);
	/* one that waits when all ends is never called */
	s.wait = versions_get(s.v, 0, proxy_direct(), on_version, &s);
	shelf_finish(&s);
	EXPECT_INT(s.answers, 3);
}

/* --- learning -------------------------------------------------------------- */

struct page {
	const char *script, *index;     /* bodies; NULL: 404 */
	int asked;
};

static void
serve_page(struct peer *p, void *ctx)
{
	struct page *page = ctx;
	const char *body;
	char text[512];
	struct buf head;

	buf_init(&head, 16384);
	if (peer_read_request(p, &head)) {
		page->asked++;
		body = memmem(head.data, head.len, "GET /sw.js ", 11) != NULL
		    ? page->script : page->index;
		str_format(text, sizeof text, "HTTP/1.1 %s\r\n"
		    "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		    body == NULL ? "404 Not Found" : "200 OK",
		    body == NULL ? 0 : strlen(body), body == NULL ? "" : body);
		peer_say(p, text);
	}
	buf_finish(&head);
}

static void
shelf_serve(struct shelf *s, struct page *page)
{
	char url[64];

	s->server = server_start(&(struct server_params){
	    .script = serve_page, .ctx = page });
	str_format(url, sizeof url, "http://127.0.0.1:%u/sw.js",
	    (unsigned)server_port(s->server));
	shelf_open(s, NULL, url);
}

static void
ask(struct shelf *s, int64_t max_age_ms)
{
	s->wait = versions_get(s->v, max_age_ms, proxy_direct(), on_version, s);
	loop_run(s->loop);
}

TEST(version_is_learned_kept_and_asked_again_when_old)
{
	struct page page = { .script = "\\\"client_revision\\\":1099999999" };
	struct shelf s;

	shelf_init(&s);
	shelf_serve(&s, &page);
	ask(&s, DAY_MS);
	EXPECT_INT(s.answers, 1);
	EXPECT_INT(s.got.tertiary, NEWER_N);
	EXPECT_INT(page.asked, 1);
	ask(&s, DAY_MS);
	EXPECT_INT(page.asked, 1);      /* fresh */
	ask(&s, 0);
	EXPECT_INT(page.asked, 2);      /* forced */
	s.clock.wall_ms += DAY_MS + 1;
	ask(&s, DAY_MS);
	EXPECT_INT(page.asked, 3);
	/* two at once are one request */
	s.other = versions_get(s.v, 0, proxy_direct(), on_version, &s);
	ask(&s, 0);
	EXPECT_INT(page.asked, 4);
	EXPECT_INT(s.answers, 6);
	/* an older one than we have is not believed */
	page.script = "\\\"client_revision\\\":1099999998";
	ask(&s, 0);
	EXPECT_INT(s.got.tertiary, NEWER_N);
	/* the cache outlives us */
	shelf_open(&s, NULL, URL);
	EXPECT_INT(versions_best(s.v).tertiary, NEWER_N);
	shelf_finish(&s);
}

TEST(version_falls_back_to_the_page_and_then_to_what_is_known)
{
	struct page page = { .index = "{\"client_revision\":1099999999}" };
	struct shelf s;

	shelf_init(&s);
	shelf_serve(&s, &page);
	ask(&s, DAY_MS);
	EXPECT_INT(page.asked, 2);
	EXPECT_INT(s.got.tertiary, NEWER_N);
	page.index = "nothing here";
	page.script = "nor here";
	ask(&s, 0);
	EXPECT_INT(page.asked, 4);
	EXPECT_INT(s.answers, 2);
	EXPECT_INT(s.got.tertiary, NEWER_N);
	/* after a failure it is left alone for a minute, unless forced */
	s.clock.wall_ms += 2 * DAY_MS;
	ask(&s, DAY_MS);
	EXPECT_INT(page.asked, 4);
	EXPECT_INT(s.answers, 3);
	s.clock.mono_ms += 61000;
	ask(&s, DAY_MS);
	EXPECT_INT(page.asked, 6);
	shelf_finish(&s);
}

TEST(version_source_that_is_dead_costs_little)
{
	struct shelf s;

	shelf_init(&s);
	shelf_open(&s, NULL, URL);      /* nobody listens */
	ask(&s, DAY_MS);
	EXPECT_INT(s.answers, 1);
	EXPECT_INT(s.got.tertiary, VERSION_FLOOR_N);
	shelf_finish(&s);
}
