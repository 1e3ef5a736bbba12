/* What an admin does to companies, by keys of a whole console. */
#include "tui/console/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/tui/desk.h"
#include "tests/unit/tui/rows.h"

#define ONE(company) DESK_SESSIONS "/" company
#define LINKED "79001234567"

/* --- the table ------------------------------------------------------------------ */

TEST(act_has_a_sentence_for_each_end)
{
	for (int i = 0; i < ACT_COUNT; i++) {
		const struct act_rule *rule = act_rule((enum act)i);
		char text[WORDS_MAX];

		EXPECT(rule->word[0] != '\0');
		EXPECT_INT(rule->destroys, rule->warning != TEXT_NONE);
		EXPECT_INT(rule->in_bulk, rule->warning_many != TEXT_NONE);
		for (int lang = 0; lang < LANG_COUNT; lang++) {
			act_done((enum act)i, (enum lang)lang, "acme",
			    "79001234567", text, sizeof text);
			EXPECT(strstr(text, "acme") != NULL);
			EXPECT(strchr(text, '{') == NULL);
			/* a number is never shown whole */
			EXPECT((enum act)i != ACT_PIN ||
			    strstr(text, "79001234567") == NULL);
		}
	}
}

static bool
possible(enum act act, const struct rows_status *status, char *why,
    size_t size)
{
	struct fleet *f = fleet_create();
	bool is_possible;

	(void)rows_put(f, status);
	is_possible = act_is_possible(act, "acme", fleet_find(f, "acme"),
	    LANG_EN, ROWS_NOW, why, size);
	fleet_destroy(f);
	return is_possible;
}

TEST(act_is_refused_only_for_what_the_row_shows)
{
	static const struct {
		enum act act;
		struct rows_status status;
		const char *why;        /* NULL: possible */
	} rows[] = {
		{ ACT_ADD, { .reason = WA_REASON_OK }, "already" },
		{ ACT_NAME, { .reason = WA_REASON_OK }, NULL },
		{ ACT_PIN, { .reason = WA_REASON_OK }, NULL },
		{ ACT_SHARE, { .reason = WA_REASON_NEVER_LINKED }, NULL },
		{ ACT_REMOVE, { .reason = WA_REASON_NEVER_LINKED }, NULL },
		{ ACT_LINK_CODE, { .reason = WA_REASON_NEVER_LINKED },
		    NULL },
		{ ACT_LINK_QR, { .reason = WA_REASON_OK, .phone = LINKED },
		    "linked already" },
		{ ACT_LINK_QR, { .reason = WA_REASON_PAUSED,
		    .paused = true }, "paused" },
		{ ACT_LINK_CODE, { .reason = WA_REASON_RATE_LIMITED,
		    .until_ms = ROWS_NOW + 12 * 60000 },
		    "Possible again in 12 min (09:58)" },
		{ ACT_LINK_CODE, { .reason = WA_REASON_RATE_LIMITED,
		    .until_ms = ROWS_NOW - 1 }, NULL },
		{ ACT_RECONNECT, { .reason = WA_REASON_OK,
		    .phone = LINKED }, NULL },
		{ ACT_RECONNECT, { .reason = WA_REASON_NEVER_LINKED },
		    "not linked" },
		{ ACT_RECONNECT, { .reason = WA_REASON_PAUSED,
		    .phone = LINKED, .paused = true }, "paused" },
		{ ACT_RECONNECT, { .reason = WA_REASON_FINISHING,
		    .window_ms = ROWS_NOW + 60000 }, "right now" },
		{ ACT_PAUSE, { .reason = WA_REASON_OK, .phone = LINKED },
		    NULL },
		{ ACT_PAUSE, { .reason = WA_REASON_PAUSED, .paused = true },
		    "paused already" },
		{ ACT_PAUSE, { .reason = WA_REASON_NEVER_LINKED },
		    "nothing to pause" },
		{ ACT_PAUSE, { .reason = WA_REASON_ACCOUNT_LOCKED },
		    "nothing to pause" },
		{ ACT_PAUSE, { .reason = WA_REASON_TEMPORARY,
		    .phone = LINKED }, NULL },
		/* the state counts, whatever the number says */
		{ ACT_LINK_CODE, { .reason = WA_REASON_UNLINKED,
		    .phone = LINKED }, NULL },
		{ ACT_LOGOUT, { .reason = WA_REASON_UNLINKED,
		    .phone = LINKED }, "nothing to unlink" },
		{ ACT_RECONNECT, { .reason = WA_REASON_PERMANENT,
		    .phone = LINKED }, "not linked" },
		{ ACT_LINK_QR, { .reason = WA_REASON_NOT_RUNNING,
		    .phone = LINKED }, "linked already" },
		{ ACT_RESUME, { .reason = WA_REASON_OK }, "not paused" },
		{ ACT_RESUME, { .reason = WA_REASON_PAUSED, .paused = true },
		    NULL },
		{ ACT_LOGOUT, { .reason = WA_REASON_OK, .phone = LINKED },
		    NULL },
		{ ACT_LOGOUT, { .reason = WA_REASON_UNLINKED },
		    "nothing to unlink" },
	};

	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rows_status status = rows[i].status;
		char why[WORDS_MAX] = "";
		bool is_possible;

		status.company = "acme";
		status.version = 1;
		is_possible = possible(rows[i].act, &status, why, sizeof why);
		if (is_possible != (rows[i].why == NULL) ||
		    (!is_possible && strstr(why, rows[i].why) == NULL))
			t_fail(__FILE__, __LINE__, "%zu: %s", i, why);
	}
}

TEST(act_on_nobody_is_a_slip_of_the_fingers)
{
	for (int i = 0; i < ACT_COUNT; i++) {
		const bool makes = i == ACT_ADD || i == ACT_LINK_CODE ||
		    i == ACT_LINK_QR;
		char why[WORDS_MAX];

		EXPECT_INT(act_is_possible((enum act)i, "acmee", NULL,
		    LANG_RU, 1, why, sizeof why), makes);
		EXPECT(makes || strstr(why, "acmee нет") != NULL);
	}
}

TEST(act_trouble_says_when_it_is_possible_again)
{
	struct act_answer a = { .trouble = { .sentence = "No.",
	    .advice = "Wait.", .retry_after_s = 12 * 60 } };
	char text[WORDS_MAX];

	act_trouble(&a, LANG_EN, text, sizeof text);
	EXPECT(strncmp(text, "No. Possible again in 12 min (", 30) == 0);
	EXPECT(strstr(text, ":") != NULL);
	EXPECT(strstr(text, "). Wait.") != NULL);
	a.trouble.retry_after_s = 42;
	act_trouble(&a, LANG_EN, text, sizeof text);
	EXPECT(strstr(text, "in 42 s (") != NULL);
	a.trouble.retry_after_s = 0;
	act_trouble(&a, LANG_EN, text, sizeof text);
	EXPECT_STR(text, "No. Wait.");
	a.gone = true;
	act_trouble(&a, LANG_EN, text, sizeof text);
	EXPECT(strstr(text, "does not answer") != NULL);
	a = (struct act_answer){ .ok = false };
	act_trouble(&a, LANG_EN, text, sizeof text);
	EXPECT(strstr(text, "log") != NULL);
}

/* --- with a core -------------------------------------------------------------------- */

static void
type(struct desk *s, const char *line)
{
	desk_keys(s, line);
	desk_keys(s, "\r");
}

TEST(act_add_checks_what_is_typed)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = true, .columns = 120 });
	desk_keys(&s, "a");
	EXPECT(desk_until(&s, "Id of the new company"));
	desk_keys(&s, "ac me");
	EXPECT(desk_shows(&s, "An id has only Latin letters"));
	desk_keys(&s, "\r");
	EXPECT(desk_shows(&s, "Id of the new company"));
	desk_keys(&s, "\x15" "acme");
	EXPECT(!desk_shows(&s, "An id has only"));
	desk_keys(&s, "\r");
	EXPECT(desk_until(&s, "Name of acme"));
	type(&s, "Рога и копыта");
	EXPECT(desk_until(&s, "acme is added"));
	EXPECT(desk_until(&s, "Рога и копыта"));
	/* the same again */
	desk_keys(&s, "a");
	desk_keys(&s, "acme");
	EXPECT(desk_shows(&s, "There is a company acme already"));
	desk_keys(&s, "\033");
	EXPECT(desk_shows(&s, "Nothing was done"));
	desk_close(&s);
}

TEST(act_name_and_pin_are_taken_back)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = true, .columns = 120 });
	type(&s, ":add acme First name");
	EXPECT(desk_until(&s, "acme is added"));
	EXPECT(desk_until(&s, "First name"));
	desk_keys(&s, "n");
	EXPECT(desk_shows(&s, "Name of acme"));
	desk_keys(&s, "\x15");
	type(&s, "Second name");
	EXPECT(desk_until(&s, "acme is now called Second name"));
	desk_keys(&s, "N");
	EXPECT(desk_until(&s, "With which number only"));
	desk_keys(&s, "0900");
	EXPECT(desk_shows(&s, "country code"));
	desk_keys(&s, "\x15" "8 900 123-45-67");
	EXPECT(desk_shows(&s, "+79001234567"));
	desk_keys(&s, "\r");
	EXPECT(desk_until(&s, "acme can be linked with +7******4567 only"));
	/* the number is what it was before: fetched, for rows are masked */
	type(&s, ":pin acme 79007654321");
	EXPECT(desk_until(&s, "with +7******4321 only"));
	desk_keys(&s, "z");
	EXPECT(desk_until(&s,
	    "Taken back: acme can be linked with +7******4567 only"));
	desk_keys(&s, "z");
	EXPECT(desk_until(&s,
	    "Taken back: acme can be linked with any number"));
	desk_keys(&s, "z");
	EXPECT(desk_until(&s, "Taken back: acme is now called First name"));
	desk_keys(&s, "z");
	EXPECT(desk_shows(&s, "nothing to take back"));
	desk_close(&s);
}

TEST(act_remove_wants_the_id)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = true });
	type(&s, ":add acme");
	desk_keys(&s, "\r");
	EXPECT(desk_until(&s, "acme is added"));
	EXPECT(desk_until(&s, "1 not linked"));
	desk_keys(&s, "d");
	EXPECT(desk_shows(&s, "acme is not linked. It will be taken off"));
	EXPECT(desk_shows(&s, "Type acme to confirm"));
	type(&s, "acmx");
	EXPECT(desk_shows(&s, "This is not acme"));
	desk_keys(&s, "\033");
	EXPECT(desk_shows(&s, "Nothing was done"));
	desk_keys(&s, "d");
	type(&s, "acme");
	EXPECT(desk_until(&s, "acme is removed"));
	EXPECT(desk_until(&s, "No companies yet"));
	desk_close(&s);
}

TEST(act_is_refused_by_the_core_in_its_words)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = true });
	type(&s, ":add acme Acme");
	EXPECT(desk_until(&s, "acme is added"));
	EXPECT(desk_until(&s, "1 not linked"));
	desk_keys(&s, "c");
	EXPECT(desk_until(&s, "Nothing listens that such a link"));
	desk_keys(&s, "\033");
	desk_keys(&s, "r");
	EXPECT(desk_shows(&s, "acme is not linked. Link it first"));
	desk_keys(&s, "o");
	EXPECT(desk_shows(&s, "there is nothing to unlink"));
	type(&s, ":resume");
	EXPECT(desk_shows(&s, "acme is not paused"));
	type(&s, ":name nobody Nobody");
	EXPECT(desk_shows(&s, "There is no company nobody"));
	desk_keys(&s, "P");
	EXPECT(desk_shows(&s, "acme is not linked: there is nothing to pause"));
	type(&s, ":status nobody");
	EXPECT(desk_shows(&s, "There is no"));
	EXPECT(!desk_shows(&s, "was removed"));
	desk_close(&s);
}

/* --- with one that answers what we say ---------------------------------------------- */

TEST(act_logout_says_whose_and_does_it)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	desk_put(&s, "acme", "Acme Ltd", LINKED, "");
	desk_keys(&s, "o");
	EXPECT(desk_shows(&s, "acme (Acme Ltd, +7******4567) will be unlinked"));
	type(&s, "acm");
	EXPECT_INT(fake_core_asked(s.fake, "POST", ONE("acme") "/logout"), 0);
	fake_core_mute(s.fake, "POST", ONE("acme") "/logout");
	type(&s, "e");
	EXPECT(desk_shows(&s, "asking WhatsApp"));
	fake_core_data(s.fake, "POST", ONE("acme") "/logout", "{}");
	EXPECT(desk_until(&s, "acme is unlinked"));
	EXPECT_INT(fake_core_asked(s.fake, "POST", ONE("acme") "/logout"), 1);
	desk_close(&s);
}

TEST(act_pause_is_taken_back)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	desk_put(&s, "acme", "", LINKED, "");
	fake_core_data(s.fake, "PATCH", ONE("acme"), "{}");
	desk_keys(&s, "P");
	EXPECT(desk_until(&s, "acme is paused; it stays linked"));
	desk_keys(&s, "z");
	EXPECT(desk_until(&s, "Taken back: acme is no longer paused"));
	EXPECT_STR(fake_core_body(s.fake, "PATCH", ONE("acme")),
	    "{\"paused\":false}");
	desk_close(&s);
}

TEST(act_refusal_that_is_long_gets_a_box)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	desk_put(&s, "acme", "", LINKED, "");
	fake_core_answer(s.fake, "POST", ONE("acme") "/reconnect", 429,
	    "{\"success\":false,\"error\":\"Too many attempts.\","
	    "\"advice\":\"Do not ask for codes until then, the other way is "
	    "limited too.\",\"errorCode\":\"RATE_LIMITED\","
	    "\"retryAfter\":720}");
	desk_keys(&s, "r");
	EXPECT(desk_until(&s, "Too many attempts. Possible again in 12 min"));
	EXPECT(desk_shows(&s, "the other way is limited too."));
	desk_keys(&s, "\r");
	EXPECT(!desk_shows(&s, "Too many attempts"));
	desk_close(&s);
}

/* A ban is not made longer by a slip of the fingers. */
TEST(act_reconnect_during_a_ban_is_asked_for)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	desk_put(&s, "acme", "", LINKED, "\"until\":"
	    "\"2026-11-25T12:46:40.000Z\"");
	fake_core_tell(s.fake, DESK_EVENTS, "", "status", "{\"companyId\":"
	    "\"acme\",\"status\":\"banned\",\"reason\":\"temporary\","
	    "\"phoneNumber\":\"" LINKED "\",\"stateVersion\":90,"
	    "\"until\":\"2026-11-25T12:46:40.000Z\"}");
	EXPECT(desk_until(&s, "banned"));
	fake_core_data(s.fake, "POST", ONE("acme") "/reconnect", "{}");
	desk_keys(&s, "r");
	EXPECT(desk_shows(&s, "wait until 12:46"));
	EXPECT(desk_shows(&s, "may make it longer"));
	desk_keys(&s, "\r");
	EXPECT(desk_shows(&s, "Nothing was done"));
	EXPECT_INT(fake_core_asked(s.fake, "POST", ONE("acme") "/reconnect"),
	    0);
	desk_keys(&s, "ry");
	EXPECT(desk_until(&s, "acme connects again"));
	desk_close(&s);
}

TEST(act_pin_to_another_number_than_the_linked_one_is_asked_for)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	desk_put(&s, "acme", "", LINKED, "");
	fake_core_data(s.fake, "GET", ONE("acme") "/status",
	    "{\"phoneNumber\":\"" LINKED "\",\"pinnedPhoneNumber\":null}");
	fake_core_data(s.fake, "PATCH", ONE("acme"), "{}");
	type(&s, ":pin acme 79007654321");
	EXPECT(desk_until(&s, "linked with +7******4567 now"));
	EXPECT(desk_shows(&s, "only +7******4321 is taken"));
	EXPECT_INT(fake_core_asked(s.fake, "PATCH", ONE("acme")), 0);
	desk_keys(&s, "y");
	EXPECT(desk_until(&s, "acme can be linked with +7******4321 only"));
	/* the same number needs no question */
	type(&s, ":pin acme " LINKED);
	EXPECT(desk_until(&s, "acme can be linked with +7******4567 only"));
	desk_close(&s);
}

static void
add(struct desk *s, const char *company)
{
	desk_keys(s, "a");
	type(s, company);
	desk_keys(s, "\r");
}

/* "Link a phone next", and the next key links it. */
TEST(act_add_moves_the_cursor)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	fake_core_data(s.fake, "PATCH", ONE("zarya"), "{}");
	desk_put(&s, "acme", "", LINKED, "");
	add(&s, "zarya");
	EXPECT(desk_shows(&s, "zarya is added. Link a phone next."));
	/* the core's stream is late: nobody else is linked instead */
	desk_keys(&s, "l");
	EXPECT(desk_shows(&s, "zarya is added and not in this list yet"));
	desk_put(&s, "zarya", "", "", "");
	EXPECT_STR(console_company(s.console), "zarya");
	desk_keys(&s, "\r");
	EXPECT_INT(console_scope(s.console), SCOPE_COMPANY);
	EXPECT_STR(console_company(s.console), "zarya");
	desk_close(&s);
}

TEST(act_add_says_that_the_filter_hides_it)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	fake_core_data(s.fake, "PATCH", ONE("zarya"), "{}");
	desk_put(&s, "acme", "", LINKED, "");
	desk_keys(&s, "/acme\r");
	add(&s, "zarya");
	desk_put(&s, "zarya", "", "", "");
	EXPECT(desk_shows(&s, "zarya is added, but hidden by the filter; Esc "
	    "clears it."));
	desk_keys(&s, "r");
	EXPECT_INT(fake_core_asked(s.fake, "POST", ONE("acme") "/reconnect"),
	    0);
	desk_keys(&s, "l");
	EXPECT(desk_shows(&s, "hidden by the filter"));
	EXPECT(!desk_shows(&s, "Link a phone to"));
	desk_keys(&s, "f");
	desk_keys(&s, "l");
	EXPECT(desk_shows(&s, "only problems are shown; f shows all"));
	desk_keys(&s, "f");
	desk_keys(&s, "\033");
	EXPECT_STR(console_company(s.console), "zarya");
	/* who moves has chosen */
	desk_keys(&s, "/acme\r");
	desk_keys(&s, "g");
	desk_keys(&s, "r");
	EXPECT_INT(fake_core_asked(s.fake, "POST", ONE("acme") "/reconnect"),
	    1);
	desk_close(&s);
}

static void
put_many(struct desk *s, int n, bool linked)
{
	for (int i = 0; i < n; i++) {
		char company[16];

		(void)str_format(company, sizeof company, "c%02d", i);
		desk_put(s, company, "", linked ? LINKED : "", "");
	}
}

TEST(act_in_bulk_wants_the_count_and_sums_up)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	put_many(&s, 12, true);
	fake_core_data(s.fake, "POST", ONE("c00") "/logout", "{}");
	fake_core_data(s.fake, "POST", ONE("c02") "/logout", "{}");
	fake_core_answer(s.fake, "POST", ONE("c01") "/logout", 504,
	    "{\"error\":\"WhatsApp did not answer.\",\"errorCode\":"
	    "\"TIMEOUT\"}");
	desk_keys(&s, "*");
	desk_keys(&s, "o");
	EXPECT(desk_shows(&s, "12 companies will be unlinked"));
	EXPECT(desk_shows(&s, "c00, c01, c02 and 9 more"));
	EXPECT(desk_shows(&s, "Type 12 to confirm"));
	type(&s, "c00");
	EXPECT_INT(fake_core_asked(s.fake, "POST", ONE("c00") "/logout"), 0);
	desk_keys(&s, "\x15");
	type(&s, "12");
	EXPECT(desk_until(&s, "Done for 2 of 12 companies, 10 refused"));
	EXPECT(desk_shows(&s, "c01: WhatsApp did not answer."));
	EXPECT(desk_shows(&s, "c11: "));
	desk_keys(&s, "\033");
	EXPECT(!desk_shows(&s, "10 refused"));
	desk_close(&s);
}

/* Who cannot be unlinked is not counted as if it were. */
TEST(act_in_bulk_leaves_out_for_whom_it_makes_no_sense)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false, .rows = 14 });
	put_many(&s, 3, true);
	desk_put(&s, "gamma", "", "", "");
	desk_keys(&s, "*");
	desk_keys(&s, "o");
	EXPECT(desk_shows(&s, "3 companies will be unlinked"));
	EXPECT(desk_shows(&s, "c00, c01, c02."));
	EXPECT(desk_shows(&s, "Left out: 1 for which it makes no sense"));
	EXPECT(desk_shows(&s, "Type 3 to confirm"));
	desk_keys(&s, "\033");
	put_many(&s, 3, false);
	desk_keys(&s, "P");
	EXPECT(desk_shows(&s, "no sense for any of the 4"));
	EXPECT(desk_shows(&s, "gamma: gamma is not linked"));
	EXPECT_INT(fake_core_asked(s.fake, "PATCH", ONE("c00")), 0);
	desk_keys(&s, "\033");
	desk_close(&s);
}

TEST(act_in_bulk_is_stopped_by_esc)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	put_many(&s, 5, true);
	fake_core_data(s.fake, "PATCH", ONE("c00"), "{}");
	fake_core_mute(s.fake, "PATCH", ONE("c01"));
	desk_keys(&s, "*");
	desk_keys(&s, "P");
	EXPECT(desk_shows(&s, "5 companies will be paused"));
	/* Enter alone does nothing to many */
	desk_keys(&s, "\r");
	EXPECT(desk_shows(&s, "Nothing was done"));
	desk_keys(&s, "P");
	desk_keys(&s, "y");
	EXPECT(desk_until(&s, "1 of 5. Esc stops the rest."));
	desk_keys(&s, "\033");
	EXPECT(desk_shows(&s, "Stopping after the one"));
	fake_core_data(s.fake, "PATCH", ONE("c01"), "{}");
	EXPECT(desk_until(&s, "Stopped: done for 2 of 5 companies"));
	EXPECT_INT(fake_core_asked(s.fake, "PATCH", ONE("c02")), 0);
	/* and those two go on again */
	desk_keys(&s, "z");
	EXPECT(desk_until(&s, "Done for 2 companies"));
	EXPECT_STR(fake_core_body(s.fake, "PATCH", ONE("c01")),
	    "{\"paused\":false}");
	EXPECT_INT(fake_core_asked(s.fake, "PATCH", ONE("c02")), 0);
	desk_close(&s);
}

TEST(act_for_one_is_not_done_to_many)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	put_many(&s, 3, true);
	desk_keys(&s, "*");
	desk_keys(&s, "n");
	EXPECT(desk_shows(&s, "one company at a time, and 3 are tagged"));
	desk_close(&s);
}

TEST(act_share_shows_links_and_copies_them)
{
	struct desk s;
	size_t n;

	desk_open(&s, &(struct desk_params){ .real = false, .columns = 120 });
	desk_put(&s, "acme", "", "", "");
	fake_core_data(s.fake, "POST", ONE("acme") "/share",
	    "{\"pairingUrl\":\"http://h/p?company=acme#t=one\","
	    "\"qrUrl\":\"http://h/q?company=acme#t=two\","
	    "\"expiresAt\":\"2026-11-26T09:46:40.000Z\"}");
	desk_keys(&s, "c");
	EXPECT(desk_until(&s, "http://h/p?company=acme#t=one"));
	EXPECT(desk_shows(&s, "http://h/q?company=acme#t=two"));
	EXPECT(desk_shows(&s, "until 26 Nov 09:46"));
	(void)screen_take_sent(s.screen, &n);
	desk_keys(&s, "q");
	EXPECT(desk_shows(&s, "sent to your terminal"));
	EXPECT(strstr(screen_take_sent(s.screen, &n), "\033]52;") != NULL);
	EXPECT(!desk_shows(&s, "#t="));
	desk_close(&s);
}

TEST(act_read_only_refuses_everything)
{
	static const char *const keys[] = { "a", "n", "N", "r", "P", "o", "d",
	    "c", "z" };
	static const char *const lines[] = { ":add x", ":name acme y",
	    ":pin acme none", ":reconnect", ":pause", ":resume", ":logout",
	    ":remove", ":share", ":undo", ":stop" };
	struct desk s;

	desk_open(&s, &(struct desk_params){ .read_only = true });
	desk_put(&s, "acme", "", LINKED, "");
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		desk_keys(&s, keys[i]);
		EXPECT(desk_shows(&s, "without --read-only"));
		desk_keys(&s, "\033");
		EXPECT(!desk_shows(&s, "without --read-only"));
	}
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		type(&s, lines[i]);
		EXPECT(desk_shows(&s, "without --read-only"));
		desk_keys(&s, "\033");
	}
	EXPECT_INT(fake_core_asked(s.fake, "PATCH", ONE("acme")), 0);
	EXPECT_INT(fake_core_asked(s.fake, "DELETE", ONE("acme")), 0);
	desk_close(&s);
}

TEST(act_without_a_core_says_so)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	desk_put(&s, "acme", "", LINKED, "");
	fake_core_mute(s.fake, "POST", ONE("acme") "/reconnect");
	desk_keys(&s, "r");
	fake_core_go(s.fake, true);
	EXPECT(desk_until(&s, "It may not have been done"));
	desk_keys(&s, "\033");
	EXPECT(desk_until(&s, "no core: :start"));
	desk_keys(&s, "r");
	EXPECT(desk_until(&s, "so nothing was done"));
	desk_close(&s);
}

/* Whatever is under way when the console goes. */
TEST(act_ends_with_the_console)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .real = false });
	put_many(&s, 4, true);
	fake_core_mute(s.fake, "POST", ONE("c00") "/reconnect");
	fake_core_mute(s.fake, "GET", ONE("c00") "/status");
	desk_keys(&s, "r");
	desk_keys(&s, "N");
	desk_keys(&s, "*");
	desk_keys(&s, "r");
	desk_keys(&s, "y");
	EXPECT(desk_shows(&s, "0 of 4"));
	desk_close(&s);
}
