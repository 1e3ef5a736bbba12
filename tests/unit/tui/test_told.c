#include "tui/told.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "core/base/mem.h"
#include "tests/t.h"

TEST(told_members_of_any_type)
{
	cJSON *o = cJSON_Parse("{\"text\":\"x\",\"n\":7,\"yes\":true,"
	    "\"null\":null,\"huge\":1e300,"
	    "\"serverTime\":\"2026-11-22T12:00:00.000Z\","
	    "\"soon\":\"2026-11-22T12:00:01.500Z\","
	    "\"past\":\"2026-11-22T11:00:00.000Z\"}");

	EXPECT_STR(told_text(o, "text"), "x");
	EXPECT_STR(told_text(o, "n"), "");
	EXPECT_STR(told_text(o, "null"), "");
	EXPECT_STR(told_text(o, "none"), "");
	EXPECT_STR(told_text(NULL, "none"), "");
	EXPECT_INT(told_number(o, "n"), 7);
	EXPECT_INT(told_number(o, "text"), 0);
	EXPECT_INT(told_number(o, "huge"), 0);
	EXPECT(told_true(o, "yes") && !told_true(o, "n"));
	EXPECT_INT(told_left_ms(o, "soon"), 1500);
	EXPECT_INT(told_left_ms(o, "past"), 0);
	EXPECT_INT(told_left_ms(o, "none"), 0);
	told_wipe(o);
}

TEST(told_lines_move_no_cursor)
{
	cJSON *o = cJSON_Parse("{\"name\":\"a\\u202Eb\\u2028c\\u001b[2J\","
	    "\"n\":7}");
	char out[32];

	told_line(o, "name", out, sizeof out);
	EXPECT_STR(out, "a?b?c?[2J");
	told_line(o, "n", out, sizeof out);
	EXPECT_STR(out, "");
	told_wipe(o);
}

TEST(told_exit_codes)
{
	static const struct {
		const char *error;
		int act, link;
	} rows[] = {
		{ "{\"errorCode\":\"INVALID_COMPANY\"}", EX_USAGE, EX_USAGE },
		{ "{\"errorCode\":\"INVALID_PHONE\"}", EX_USAGE, EX_DATAERR },
		{ "{\"errorCode\":\"SESSION_NOT_FOUND\"}", EX_NOUSER,
		    EX_NOUSER },
		{ "{\"errorCode\":\"NOT_LINKED\"}", EX_DATAERR, EX_DATAERR },
		{ "{\"errorCode\":\"NOT_LINKED\",\"reason\":\"paused\"}",
		    EX_DATAERR, EX_DATAERR },
		{ "{\"errorCode\":\"RATE_LIMITED\"}", EX_TEMPFAIL,
		    EX_TEMPFAIL },
		{ "{\"errorCode\":\"TIMEOUT\"}", EX_UNAVAILABLE,
		    EX_UNAVAILABLE },
		{ "{\"errorCode\":\"FORBIDDEN\"}", EX_NOPERM, EX_NOPERM },
		{ "{\"errorCode\":\"INTERNAL_ERROR\"}", EX_SOFTWARE,
		    EX_SOFTWARE },
		{ "{\"errorCode\":\"NEW_ONE\"}", EX_SOFTWARE, EX_SOFTWARE },
		{ "{\"errorCode\":\"RATE_LIMITED\","
		    "\"reason\":\"rate_limited\"}", EX_TEMPFAIL, EX_TEMPFAIL },
		{ "{\"reason\":\"refused\",\"code\":400}", EX_UNAVAILABLE,
		    EX_DATAERR },
		{ "{\"reason\":\"refused\",\"code\":418}", EX_UNAVAILABLE,
		    EX_UNAVAILABLE },
		{ "{\"reason\":\"code_expired\"}", EX_UNAVAILABLE,
		    EX_TEMPFAIL },
		{ "{\"reason\":\"temporary\"}", EX_TEMPFAIL, EX_UNAVAILABLE },
		{ "{\"reason\":\"store_damaged\"}", EX_DATAERR, EX_DATAERR },
		{ "{\"reason\":\"internal\",\"stage\":\"name_lookup\"}",
		    EX_CONFIG, EX_CONFIG },
		{ "{\"reason\":\"internal\",\"stage\":\"open\"}", EX_CONFIG,
		    EX_IOERR },
	};
	struct trouble t;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cJSON *o = cJSON_Parse(rows[i].error);

		trouble_of_error(o, &t);
		EXPECT_INT(trouble_exit_code(&t, false), rows[i].act);
		EXPECT_INT(trouble_exit_code(&t, true), rows[i].link);
		cJSON_Delete(o);
	}
}

TEST(told_what_passes)
{
	static const struct {
		const char *error;
		bool passes;
	} rows[] = {
		{ "{\"reason\":\"connection_lost\",\"nextAttemptAt\":\"x\"}",
		    true },
		{ "{\"reason\":\"connection_lost\"}", false },
		{ "{\"reason\":\"temporary\",\"nextAttemptAt\":\"x\"}",
		    false },
		{ "{\"reason\":\"internal\",\"nextAttemptAt\":\"x\"}",
		    false },
		{ "{\"reason\":\"client_outdated\",\"nextAttemptAt\":\"x\"}",
		    false },
	};
	struct trouble t;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cJSON *o = cJSON_Parse(rows[i].error);

		trouble_of_error(o, &t);
		EXPECT_INT(trouble_passes(&t), rows[i].passes);
		cJSON_Delete(o);
	}
}

/* One who has waited long enough hears of the last trouble. */
TEST(told_trouble_of_a_status)
{
	static const struct {
		const char *status;
		enum wa_reason reason;
		const char *sentence;   /* NULL: the table's */
	} rows[] = {
		{ "{\"status\":\"banned\",\"reason\":\"temporary\","
		    "\"message\":\"m\",\"advice\":\"a\"}",
		    WA_REASON_TEMPORARY, "m" },
		{ "{\"status\":\"connecting\",\"reason\":\"tcp\","
		    "\"lastError\":{\"reason\":\"server_busy\","
		    "\"message\":\"busy\"}}", WA_REASON_SERVER_BUSY, "busy" },
		/* what ended long ago is no trouble of this wait */
		{ "{\"status\":\"connecting\",\"reason\":\"login\","
		    "\"lastError\":{\"reason\":\"unlinked\","
		    "\"message\":\"gone\"}}", WA_REASON_NOT_ANSWERING, NULL },
		{ "{}", WA_REASON_NOT_ANSWERING, NULL },
	};
	struct trouble t;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cJSON *o = cJSON_Parse(rows[i].status);

		trouble_of_status(o, LANG_EN, &t);
		EXPECT_INT(t.reason, rows[i].reason);
		EXPECT_STR(t.sentence, rows[i].sentence != NULL ?
		    rows[i].sentence : words_get(LANG_EN,
		    WORD_NOT_ANSWERING));
		cJSON_Delete(o);
	}
}

TEST(told_advice_at_an_end)
{
	cJSON *o = cJSON_Parse("{\"reason\":\"connection_lost\","
	    "\"advice\":\"wait\"}");
	struct trouble t;

	trouble_of_error(o, &t);
	trouble_end(&t, LANG_EN, ENDING_LOGIN);
	EXPECT_STR(t.advice, words_get(LANG_EN, WORD_LOGIN_AGAIN_ADVICE));
	trouble_of_error(o, &t);
	trouble_end(&t, LANG_RU, ENDING_LOGOUT);
	EXPECT_STR(t.advice, words_get(LANG_RU, WORD_LOGOUT_AGAIN_ADVICE));
	cJSON_Delete(o);
	o = cJSON_Parse("{\"reason\":\"network_blocked\",\"advice\":\"net\"}");
	trouble_of_error(o, &t);
	trouble_end(&t, LANG_EN, ENDING_LOGIN);
	EXPECT_STR(t.advice, "net");
	cJSON_Delete(o);
}
