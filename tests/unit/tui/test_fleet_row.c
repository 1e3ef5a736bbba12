/* What a row looks like, and what comes next. */
#include "tui/console/fleet.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/str.h"
#include "httpd/fleet_query.h"
#include "tests/t.h"
#include "tests/unit/tui/rows.h"

#define EN_CELLS 24
#define RU_CELLS 30

/* Code points; all that these texts have are one cell wide. */
static size_t
cells(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static struct row
row_of(enum wa_reason reason)
{
	static char name[] = "";
	struct row row = { .company = "a", .name = name, .reason = reason,
	    .status = WA_STATUS_QR };

	(void)wa_reason_status(reason, &row.status);
	row.paused = reason == WA_REASON_PAUSED;
	return row;
}

/* Every reason, with and without its time, says something that fits. */
TEST(row_next_of_every_reason)
{
	for (int reason = 0; reason < WA_REASON_COUNT; reason++) {
		for (int lang = 0; lang < LANG_COUNT; lang++) {
			for (int64_t left = 0; left < 3; left++) {
				struct row row = row_of((enum wa_reason)reason);
				char text[128];

				row.next_attempt_ms = row.until_ms =
				    row.window_ends_ms = left == 0 ? 0 :
				    ROWS_NOW + left * 90000 * 1000;
				row_next(&row, (enum lang)lang, ROWS_NOW,
				    text, sizeof text);
				EXPECT_INT(text[0] == '\0',
				    reason == WA_REASON_OK);
				EXPECT(strchr(text, '{') == NULL);
				if (cells(text) > (lang == LANG_EN ? EN_CELLS :
				    RU_CELLS))
					t_fail(__FILE__, __LINE__,
					    "too long: %s", text);
			}
		}
	}
}

/* What differs in what has to be done differs in the list. */
TEST(row_word_tells_the_trouble)
{
	static const struct {
		enum wa_reason reason;
		const char *en, *ru;
	} rows[] = {
		{ WA_REASON_OK, "connected", "подключена" },
		{ WA_REASON_PHONE_SILENT, "phone silent", "телефон молчит" },
		{ WA_REASON_LIMITED, "limited", "ограничена" },
		{ WA_REASON_UNLINKED, "unlinked", "связь удалена" },
		{ WA_REASON_ACCOUNT_LOCKED, "locked", "заперта" },
		{ WA_REASON_PAUSED, "paused", "на паузе" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row row = row_of(rows[i].reason);
		struct fleet *f = fleet_create();

		EXPECT_STR(row_word(&row, LANG_EN), rows[i].en);
		EXPECT_STR(row_word(&row, LANG_RU), rows[i].ru);
		(void)rows_put(f, &(struct rows_status){ .company = "a",
		    .version = 1, .reason = rows[i].reason,
		    .paused = row.paused });
		fleet_filter(f, rows[i].en, LANG_EN);
		EXPECT_INT(fleet_shown(f), 1);
		fleet_filter(f, "unlinked", LANG_EN);
		EXPECT_INT(fleet_shown(f),
		    rows[i].reason == WA_REASON_UNLINKED);
		fleet_destroy(f);
	}
}

static void
expect_next(const struct row *row, enum lang lang, const char *want)
{
	char got[128];

	row_next(row, lang, ROWS_NOW, got, sizeof got);
	EXPECT_STR(got, want);
}

TEST(row_next_counts_down)
{
	struct row row = row_of(WA_REASON_CONNECTION_LOST);

	row.next_attempt_ms = ROWS_NOW + 40001;
	expect_next(&row, LANG_EN, "retry in 0:41");
	expect_next(&row, LANG_RU, "повтор через 0:41");
	EXPECT_INT(row_next_changes_ms(&row, ROWS_NOW), ROWS_NOW + 1);
	EXPECT_INT(row_next_changes_ms(&row, ROWS_NOW + 1), ROWS_NOW + 1001);
	row.next_attempt_ms = ROWS_NOW + 3723000;
	expect_next(&row, LANG_EN, "retry in 1:02:03");
	row.next_attempt_ms = ROWS_NOW;
	expect_next(&row, LANG_EN, "trying again");
	EXPECT_INT(row_next_changes_ms(&row, ROWS_NOW), 0);
	row = row_of(WA_REASON_BUDGET);
	row.until_ms = ROWS_NOW + 2470000;
	expect_next(&row, LANG_EN, "wait 41:10");
	row = row_of(WA_REASON_NONE);
	row.window_ends_ms = ROWS_NOW + 160000;
	expect_next(&row, LANG_EN, "scan the QR: 2:40");
	row.status = WA_STATUS_CODE;
	expect_next(&row, LANG_RU, "введите код: 2:40");
}

/* While the text is the same nothing is drawn, at the moment said it is not. */
TEST(row_next_changes_when_it_says)
{
	struct row row = row_of(WA_REASON_RATE_LIMITED);
	int64_t now = ROWS_NOW, next;
	int changes = 0;

	row.until_ms = ROWS_NOW + 4500;
	while ((next = row_next_changes_ms(&row, now)) != 0) {
		char before[64], just_before[64], at[64];

		row_next(&row, LANG_EN, now, before, sizeof before);
		row_next(&row, LANG_EN, next - 1, just_before,
		    sizeof just_before);
		row_next(&row, LANG_EN, next, at, sizeof at);
		EXPECT_STR(just_before, before);
		EXPECT(strcmp(at, before) != 0);
		now = next;
		changes++;
	}
	EXPECT_INT(changes, 5);
	EXPECT_INT(now, row.until_ms);
}

TEST(row_next_until_a_time)
{
	struct row row = row_of(WA_REASON_TEMPORARY);

	EXPECT_INT(setenv("TZ", "UTC", 1), 0);
	tzset();
	row.until_ms = ROWS_NOW + 3600000;
	EXPECT_INT(row_next_changes_ms(&row, ROWS_NOW), row.until_ms);
	expect_next(&row, LANG_EN, "wait until 10:46");
	row.until_ms = ROWS_NOW + 86400000 * 3LL;
	expect_next(&row, LANG_RU, "подождите до 28 ноя");
	row.until_ms = 0;
	expect_next(&row, LANG_EN, "wait");
}

/* The API's list of problems and the console's are the same. */
TEST(row_is_a_problem_as_the_api_says)
{
	for (int reason = 0; reason < WA_REASON_COUNT; reason++) {
		struct row row = row_of((enum wa_reason)reason);
		struct session_view view = { .status = row.status,
		    .reason = row.reason };

		EXPECT_INT(row_is_problem(&row), fleet_is_problem(&view));
		EXPECT_INT(row_is_problem(&row), row_need(&row) == NEED_ADMIN ||
		    row_need(&row) == NEED_PATIENCE);
		row.paused = true;
		EXPECT(!row_is_problem(&row));
		EXPECT_INT(row_symbol(&row), SYM_PAUSED);
	}
}

TEST(row_signs)
{
	struct row row = row_of(WA_REASON_OK);

	EXPECT_INT(row_symbol(&row), SYM_OK);
	EXPECT_INT(row_role(&row), ROLE_OK);
	row = row_of(WA_REASON_LOGIN);
	EXPECT_INT(row_symbol(&row), SYM_WORKING);
	row = row_of(WA_REASON_UNLINKED);
	EXPECT_INT(row_role(&row), ROLE_BAD);
	row = row_of(WA_REASON_BUDGET);
	EXPECT_INT(row_role(&row), ROLE_WAITING);
	row = row_of(WA_REASON_NEVER_LINKED);
	EXPECT_INT(row_role(&row), ROLE_IDLE);
	row = row_of(WA_REASON_NOT_RUNNING);
	EXPECT_INT(row_role(&row), ROLE_IDLE);
}

TEST(fleet_row_knows_the_code_of_its_trouble)
{
	struct fleet *f = fleet_create();
	const struct row *row = rows_put_text(f, "{\"companyId\":\"acme\","
	    "\"status\":\"banned\",\"reason\":\"temporary\",\"lastError\":{"
	    "\"code\":\"CONNECTION_CLOSED\",\"whatsappCode\":402,"
	    "\"at\":\"2026-11-25T09:46:40.000Z\"},\"stateVersion\":1}");

	ASSERT(row != NULL);
	EXPECT_INT(row->code, 402);
	EXPECT_INT(row->last_error_ms, ROWS_NOW);
	row = rows_put_text(f, "{\"companyId\":\"acme\",\"status\":\"idle\","
	    "\"lastError\":{\"whatsappCode\":1e9},\"stateVersion\":2}");
	ASSERT(row != NULL);
	EXPECT_INT(row->code, 0);
	fleet_destroy(f);
}
