/* Handlers over a socket pair, as far as they need no WhatsApp. */
#include "tests/unit/httpd/hall.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

#define API "/api/whatsapp/"
#define ACME API "sessions/acme"

static char told[32768];        /* the newest answer */

/* The status of an answer, which is then told. */
static int
ask(struct hall *h, const char *method, const char *path, const char *body)
{
	struct caller c;
	int status;

	caller_ask(&c, h, method, path, body);
	EXPECT(caller_until_end(&c));
	EXPECT(str_copy(told, sizeof told, c.text));
	status = c.len > 12 ? atoi(c.text + strlen("HTTP/1.1 ")) : 0;
	caller_finish(&c);
	return status;
}

static bool
has(const char *text)
{
	return strstr(told, text) != NULL;
}

/* The text of a member of the newest answer; false: it has none. */
static bool
member(const char *name, char *out, size_t size)
{
	char key[64];
	const char *at;
	size_t n;

	str_format(key, sizeof key, "\"%s\":\"", name);
	if ((at = strstr(told, key)) == NULL)
		return false;
	at += strlen(key);
	n = strcspn(at, "\"");
	return str_format(out, size, "%.*s", (int)n, at);
}

struct refusal_row {
	const char *body;
	int status;
	const char *code, *names;       /* names: in the sentence */
};

static void
refuses(struct hall *h, const char *method, const char *path,
    const struct refusal_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		EXPECT_INT(ask(h, method, path, rows[i].body),
		    rows[i].status);
		if (!has(rows[i].code) || !has(rows[i].names))
			t_fail(__FILE__, __LINE__, "%s: %s", rows[i].body,
			    told);
	}
}

/* --- a company ------------------------------------------------------------------ */

TEST(api_patch_refuses_and_makes_nothing)
{
	static const struct refusal_row rows[] = {
		{ "{\"colour\":\"blue\"}", 400, "INVALID_REQUEST", "colour" },
		{ "{\"Name\":\"x\"}", 400, "INVALID_REQUEST", "Name" },
		{ "{\"name\":5}", 400, "INVALID_REQUEST", "name" },
		{ "{\"name\":\"a\\nb\"}", 400, "INVALID_REQUEST", "name" },
		{ "{\"paused\":null}", 400, "INVALID_REQUEST", "paused" },
		{ "{\"paused\":1}", 400, "INVALID_REQUEST", "paused" },
		{ "{\"priority\":1.5}", 400, "INVALID_REQUEST", "priority" },
		{ "{\"priority\":1e300}", 400, "INVALID_REQUEST",
		    "priority" },
		{ "{\"priority\":101}", 400, "INVALID_REQUEST", "priority" },
		{ "{\"phoneNumber\":7}", 400, "INVALID_REQUEST",
		    "phoneNumber" },
		{ "{\"phoneNumber\":\"12\"}", 400, "INVALID_PHONE", "short" },
		{ "{\"proxy\":\"x\"}", 400, "INVALID_REQUEST", "proxy" },
		{ "{\"proxy\":5}", 400, "INVALID_REQUEST", "proxy" },
		{ "[]", 400, "INVALID_REQUEST", "" },
	};
	struct hall h;

	hall_init(&h);
	refuses(&h, "PATCH", ACME, rows, ARRAY_LEN(rows));
	EXPECT_INT(ask(&h, "GET", ACME "/status", ""), 404);
	hall_finish(&h);
}

TEST(api_patch_sets_and_clears)
{
	struct hall h;

	hall_init(&h);
	EXPECT_INT(ask(&h, "PATCH", ACME, "{\"name\":\"Acme\","
	    "\"phoneNumber\":\"+7 900 123-45-67\",\"priority\":-3,"
	    "\"paused\":true}"), 200);
	EXPECT(has("\"name\":\"Acme\"") && has("\"paused\":true") &&
	    has("\"pinnedPhoneNumber\":\"79001234567\"") &&
	    has("\"priority\":-3") && has("\"reason\":\"paused\""));
	EXPECT_INT(ask(&h, "PATCH", ACME, "{\"name\":null,"
	    "\"phoneNumber\":null}"), 200);
	EXPECT(has("\"name\":null") && has("\"pinnedPhoneNumber\":null") &&
	    has("\"priority\":-3"));
	hall_finish(&h);
}

/* What is under way when the listener ends still calls back. */
TEST(api_patch_outlives_the_listener)
{
	struct session_view view;
	struct caller c;
	struct hall h;

	hall_init(&h);
	caller_ask(&c, &h, "PATCH", ACME, "{\"name\":\"Acme\"}");
	while (!app_view(h.app, "acme", &view))
		loop_turn(app_loop(h.app), true);
	httpd_close(h.h);
	h.h = NULL;
	hall_finish(&h);
	caller_finish(&c);
}

TEST(api_delete_takes_it_away)
{
	struct hall h;

	hall_init(&h);
	hall_name(&h, "acme", "Acme");
	EXPECT_INT(ask(&h, "DELETE", ACME "?purge=yes", ""), 400);
	EXPECT(has("purge"));
	EXPECT_INT(ask(&h, "DELETE", ACME "?purge=true", ""), 200);
	EXPECT(has("\"deleted\":true"));
	EXPECT_INT(ask(&h, "DELETE", ACME, ""), 404);
	hall_finish(&h);
}

/* An attempt that is open is ended first. */
TEST(api_delete_ends_an_attempt)
{
	struct session_view view;
	struct hall h;

	hall_init(&h);
	EXPECT_INT(app_link(h.app, "acme", NULL), ERR_OK);
	EXPECT_INT(ask(&h, "DELETE", ACME, ""), 200);
	EXPECT(!app_view(h.app, "acme", &view));
	hall_finish(&h);
}

TEST(api_reconnect_and_logout_need_a_link)
{
	struct hall h;

	hall_init(&h);
	EXPECT_INT(ask(&h, "POST", ACME "/reconnect", ""), 404);
	EXPECT_INT(ask(&h, "POST", ACME "/logout", ""), 404);
	hall_name(&h, "acme", "Acme");
	EXPECT_INT(ask(&h, "POST", ACME "/reconnect", ""), 409);
	EXPECT(has("NOT_LINKED"));
	EXPECT_INT(ask(&h, "POST", ACME "/logout", ""), 409);
	EXPECT(has("NOT_LINKED"));
	hall_finish(&h);
}

/* --- linking ---------------------------------------------------------------------- */

TEST(api_link_refuses_before_it_dials)
{
	static const struct refusal_row rows[] = {
		{ "{}", 400, "INVALID_PHONE", "needed" },
		{ "{\"phoneNumber\":null}", 400, "INVALID_PHONE", "needed" },
		{ "{\"phoneNumber\":\"\"}", 400, "INVALID_PHONE", "needed" },
		{ "{\"phoneNumber\":79001234567}", 400, "INVALID_REQUEST",
		    "phoneNumber" },
		{ "{\"phoneNumber\":\"79001234567\",\"replace\":1}", 400,
		    "INVALID_REQUEST", "replace" },
		{ "{\"phoneNumber\":\"8900x\"}", 400, "INVALID_PHONE",
		    "digits" },
	};
	struct hall h;

	hall_init(&h);
	refuses(&h, "POST", ACME "/pairing-code", rows, ARRAY_LEN(rows));
	EXPECT_INT(ask(&h, "GET", ACME "/qr?format=gif", ""), 400);
	EXPECT(has("format"));
	EXPECT_INT(ask(&h, "GET", ACME "/qr?replace=maybe", ""), 400);
	EXPECT_INT(ask(&h, "GET", ACME "/status", ""), 404);
	hall_finish(&h);
}

TEST(api_link_says_why_there_is_nothing)
{
	struct hall h;

	hall_init(&h);
	EXPECT_INT(ask(&h, "GET", ACME "/qr", ""), 502);
	EXPECT(has("CONNECTION_CLOSED") && has("network_blocked") &&
	    has("\"stage\":\"tcp\"") && has("\"advice\":"));
	EXPECT_INT(ask(&h, "POST", ACME "/pairing-code",
	    "{\"phoneNumber\":\"79001234567\"}"), 502);
	hall_finish(&h);
}

TEST(api_link_needs_one_that_is_not_paused)
{
	struct hall h;

	hall_init(&h);
	EXPECT_INT(ask(&h, "PATCH", ACME, "{\"paused\":true}"), 200);
	EXPECT_INT(ask(&h, "GET", ACME "/qr", ""), 409);
	EXPECT(has("\"reason\":\"paused\""));
	hall_finish(&h);
}

TEST(api_link_keeps_to_the_bound_number)
{
	struct hall h;

	hall_init(&h);
	EXPECT_INT(ask(&h, "PATCH", ACME,
	    "{\"phoneNumber\":\"79001234567\"}"), 200);
	EXPECT_INT(ask(&h, "POST", ACME "/pairing-code",
	    "{\"phoneNumber\":\"79002223344\"}"), 400);
	EXPECT(has("INVALID_PHONE") && has("4567"));
	/* none named: the bound one, so it dials */
	EXPECT_INT(ask(&h, "POST", ACME "/pairing-code", "{}"), 502);
	hall_finish(&h);
}

/* Who still waits when the listener ends is let go, and the attempt goes on. */
TEST(api_link_outlives_the_listener)
{
	struct session_view view;
	struct caller c;
	struct hall h;

	hall_init(&h);
	caller_ask(&c, &h, "GET", ACME "/qr", "");
	while (!app_view(h.app, "acme", &view))
		loop_turn(app_loop(h.app), true);
	httpd_close(h.h);
	h.h = NULL;
	hall_finish(&h);
	caller_finish(&c);
}

/* --- history, log ---------------------------------------------------------------------- */

/* The seq of an item of the newest answer, 0 when there is no such item. */
static uint64_t
seq_of(int item)
{
	static const char key[] = "\"seq\":";
	const char *at = told;

	for (; (at = strstr(at, key)) != NULL; item--) {
		at += strlen(key);
		if (item == 0)
			return strtoull(at, NULL, 10);
	}
	return 0;
}

TEST(api_history_pages)
{
	char cursor[32], path[128];
	uint64_t first, second;
	struct hall h;

	hall_init(&h);
	EXPECT_INT(ask(&h, "GET", ACME "/history", ""), 404);
	EXPECT_INT(ask(&h, "GET", ACME "/qr", ""), 502);
	EXPECT_INT(ask(&h, "GET", ACME "/history", ""), 200);
	EXPECT(has("\"nextCursor\":null") && has("\"links\":[]"));
	first = seq_of(0);
	second = seq_of(1);
	EXPECT(first > second && second > 0);
	EXPECT_INT(ask(&h, "GET", ACME "/history?limit=1", ""), 200);
	EXPECT_INT(seq_of(0), first);
	EXPECT_INT(seq_of(1), 0);
	ASSERT(member("nextCursor", cursor, sizeof cursor));
	str_format(path, sizeof path, ACME "/history?limit=1&cursor=%s",
	    cursor);
	EXPECT_INT(ask(&h, "GET", path, ""), 200);
	EXPECT_INT(seq_of(0), second);
	EXPECT_INT(ask(&h, "GET", ACME "/history?limit=501", ""), 400);
	EXPECT_INT(ask(&h, "GET", ACME "/history?cursor=x", ""), 400);
	hall_finish(&h);
}

TEST(api_log_of_one_company)
{
	struct hall h;

	hall_init(&h);
	EXPECT_INT(ask(&h, "GET", ACME "/log", ""), 404);
	EXPECT_INT(ask(&h, "GET", ACME "/qr", ""), 502);
	EXPECT_INT(ask(&h, "GET", ACME "/log", ""), 200);
	EXPECT(has("session=acme") && has("\"companyId\":\"acme\"") &&
	    !has("\"companyId\":null"));
	EXPECT_INT(ask(&h, "GET", API "log?level=error", ""), 200);
	EXPECT(!has("\"level\":\"info\""));
	EXPECT_INT(ask(&h, "GET", API "log?level=loud", ""), 400);
	EXPECT_INT(ask(&h, "GET", API "log?limit=1", ""), 200);
	EXPECT(has("\"nextCursor\":\""));
	hall_finish(&h);
}

/* --- tokens, share, listener --------------------------------------------------------------- */

TEST(api_tokens_refuse)
{
	static const struct refusal_row rows[] = {
		{ "{}", 400, "INVALID_REQUEST", "name" },
		{ "{\"name\":\"x\"}", 400, "INVALID_REQUEST", "role" },
		{ "{\"name\":\"x\",\"role\":\"king\"}", 400,
		    "INVALID_REQUEST", "role" },
		{ "{\"name\":\"x\",\"role\":\"company\"}", 400,
		    "INVALID_REQUEST", "companyId" },
		{ "{\"name\":\"x\",\"role\":\"admin\",\"companyId\":\"a\"}",
		    400, "INVALID_REQUEST", "companyId" },
		{ "{\"name\":\"x\",\"role\":\"share\",\"companyId\":\"a b\"}",
		    400, "INVALID_COMPANY", "" },
		{ "{\"name\":\"x\",\"role\":\"admin\",\"expiresIn\":0}", 400,
		    "INVALID_REQUEST", "expiresIn" },
		{ "{\"name\":\"x\",\"role\":\"admin\",\"power\":1}", 400,
		    "INVALID_REQUEST", "power" },
	};
	struct hall h;

	hall_init(&h);
	refuses(&h, "POST", API "tokens", rows, ARRAY_LEN(rows));
	EXPECT_INT(ask(&h, "GET", API "tokens", ""), 200);
	EXPECT(has("\"tokens\":[]"));
	EXPECT_INT(ask(&h, "DELETE", API "tokens", ""), 400);
	EXPECT_INT(ask(&h, "DELETE", API "tokens?id=nosuch", ""), 404);
	hall_finish(&h);
}

TEST(api_tokens_are_shown_once)
{
	char text[64], id[32], path[128];
	struct hall h;

	hall_init(&h);
	EXPECT_INT(ask(&h, "POST", API "tokens", "{\"name\":\"CRM\","
	    "\"role\":\"company\",\"companyId\":\"acme\"}"), 201);
	ASSERT(member("token", text, sizeof text));
	ASSERT(member("id", id, sizeof id));
	EXPECT(strncmp(text, "pd_c_", 5) == 0 && strlen(text) == 48);
	EXPECT(has("\"expiresAt\":null"));
	EXPECT_INT(ask(&h, "GET", API "tokens", ""), 200);
	EXPECT(!has(text) && has(id) && has("\"revokedAt\":null"));
	str_format(path, sizeof path, API "tokens?id=%s", id);
	EXPECT_INT(ask(&h, "DELETE", path, ""), 200);
	EXPECT_INT(ask(&h, "GET", API "tokens", ""), 200);
	EXPECT(has(id) && !has("\"revokedAt\":null"));
	/* one for a phone has an end, also when none is asked for */
	EXPECT_INT(ask(&h, "POST", API "tokens", "{\"name\":\"x\","
	    "\"role\":\"share\",\"companyId\":\"acme\"}"), 201);
	EXPECT(!has("\"expiresAt\":null"));
	hall_finish(&h);
}

TEST(api_share_leads_to_the_listener)
{
	char address[64], url[512], start[128];
	struct hall h;

	hall_init(&h);
	EXPECT_INT(ask(&h, "POST", ACME "/share", ""), 409);
	EXPECT(has("NOT_LISTENING") && has("http.listen"));
	EXPECT_INT(ask(&h, "PATCH", API "listener",
	    "{\"addresses\":[\"127.0.0.1:0\"]}"), 200);
	ASSERT(httpd_address(h.h, 0, address, sizeof address) != NULL);
	EXPECT_INT(ask(&h, "POST", ACME "/share", "{\"expiresIn\":0}"), 400);
	EXPECT_INT(ask(&h, "POST", ACME "/share", ""), 200);
	ASSERT(member("qrUrl", url, sizeof url));
	str_format(start, sizeof start,
	    "http://%s/whatsapp-qr.html?company=acme#t=pd_s_", address);
	EXPECT(strncmp(url, start, strlen(start)) == 0);
	EXPECT_INT(strlen(url), strlen(start) + 43);
	hall_finish(&h);
}

/* 0.0.0.0 is no address that anybody can open. */
TEST(api_share_needs_an_address_to_go_to)
{
	char url[512];
	struct hall h;

	hall_init(&h);
	EXPECT_INT(ask(&h, "PATCH", API "listener",
	    "{\"addresses\":[\"0.0.0.0:0\"]}"), 200);
	EXPECT_INT(ask(&h, "POST", ACME "/share", ""), 409);
	EXPECT(has("\"NO_PUBLIC_URL\"") && has("http.public_url"));
	EXPECT_INT(ask(&h, "PATCH", API "listener",
	    "{\"addresses\":[\"0.0.0.0:0\",\"127.0.0.1:0\"]}"), 200);
	EXPECT_INT(ask(&h, "POST", ACME "/share", ""), 200);
	ASSERT(member("qrUrl", url, sizeof url));
	EXPECT(strncmp(url, "http://127.0.0.1:", 17) == 0);
	hall_finish(&h);
}

static int
listen_on(struct hall *h, const char *a, const char *b, const char *port)
{
	char body[160];

	str_format(body, sizeof body, "{\"addresses\":[\"%s:%s\"%s%s%s%s%s]}",
	    a, port, b != NULL ? ",\"" : "", b != NULL ? b : "",
	    b != NULL ? ":" : "", b != NULL ? port : "",
	    b != NULL ? "\"" : "");
	return ask(h, "PATCH", API "listener", body);
}

/* All addresses and one of them exclude each other: ours make way for ours. */
TEST(api_listener_moves_on_its_own_port)
{
	char address[64], again[64];
	const char *port;
	struct hall h;

	hall_init(&h);
	EXPECT_INT(listen_on(&h, "0.0.0.0", NULL, "0"), 200);
	ASSERT(httpd_address(h.h, 0, address, sizeof address) != NULL);
	port = strrchr(address, ':') + 1;
	EXPECT_INT(listen_on(&h, "127.0.0.1", NULL, port), 200);
	EXPECT(has("[\"127.0.0.1:"));
	EXPECT_INT(listen_on(&h, "0.0.0.0", NULL, port), 200);
	EXPECT(has("[\"0.0.0.0:"));
	/* all or none: both at once cannot be had */
	EXPECT_INT(listen_on(&h, "127.0.0.1", "0.0.0.0", port), 400);
	ASSERT(httpd_address(h.h, 0, again, sizeof again) != NULL);
	EXPECT_STR(again, address);
	EXPECT(httpd_address(h.h, 1, again, sizeof again) == NULL);
	EXPECT_INT(listen_on(&h, "127.0.0.1", NULL, port), 200);
	hall_finish(&h);
}

TEST(api_listener_opens_and_closes)
{
	static const struct refusal_row rows[] = {
		{ "{}", 400, "INVALID_REQUEST", "addresses" },
		{ "{\"addresses\":\"x\"}", 400, "INVALID_REQUEST",
		    "addresses" },
		{ "{\"addresses\":[7]}", 400, "INVALID_REQUEST",
		    "addresses" },
		{ "{\"addresses\":[\"256.1.1.1:80\"]}", 400,
		    "INVALID_REQUEST", "addresses" },
		{ "{\"running\":\"no\"}", 400, "INVALID_REQUEST", "running" },
		{ "{\"running\":false,\"addresses\":[]}", 400,
		    "INVALID_REQUEST", "addresses" },
	};
	struct hall h;

	hall_init(&h);
	refuses(&h, "PATCH", API "listener", rows, ARRAY_LEN(rows));
	EXPECT_INT(ask(&h, "GET", API "listener", ""), 200);
	EXPECT(has("\"running\":false") && has("\"addresses\":[]"));
	EXPECT_INT(ask(&h, "PATCH", API "listener",
	    "{\"addresses\":[\"127.0.0.1:0\"]}"), 200);
	EXPECT(has("\"running\":true") && has("\"auth\":\"open\""));
	EXPECT_INT(ask(&h, "PATCH", API "listener",
	    "{\"running\":false}"), 200);
	EXPECT(has("\"running\":false"));
	hall_finish(&h);
}
