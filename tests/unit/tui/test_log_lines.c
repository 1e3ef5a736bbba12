#include "tui/console/log_lines.h"

#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"

static void
add(struct log_lines *l, const char *level, const char *company,
    const char *text)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "at", "2026-11-22T18:40:00.000Z");
	cJSON_AddStringToObject(o, "level", level);
	if (*company != '\0')
		cJSON_AddStringToObject(o, "companyId", company);
	cJSON_AddStringToObject(o, "text", text);
	EXPECT(log_lines_add(l, o));
	cJSON_Delete(o);
}

static void
filter(struct log_lines *l, const char *text)
{
	struct log_wish wish = *log_lines_wished(l);

	(void)str_copy(wish.filter, sizeof wish.filter, text);
	log_lines_wish(l, &wish);
}

TEST(log_lines_leave_out_what_has_columns)
{
	struct log_lines *l = log_lines_create();

	add(l, "info", "acme", "2026-11-22T12:00:00.000Z level=info "
	    "mod=session session=acme status=qr");
	EXPECT_STR(log_lines_at(l, 0)->text, "session: status=qr");
	EXPECT_STR(log_lines_at(l, 0)->company, "acme");
	/* another one's id is no column of this line */
	add(l, "warn", "acme", "2026-11-22T12:00:00.000Z level=warn mod=pool "
	    "session=acme-2 gone");
	EXPECT_STR(log_lines_at(l, 1)->text, "pool: session=acme-2 gone");
	add(l, "error", "", "no form at all\033[2J");
	EXPECT_STR(log_lines_at(l, 2)->text, "no form at all?[2J");
	EXPECT_INT(log_lines_at(l, 2)->level, LOG_ERROR);
	add(l, "info", "", "");
	EXPECT_STR(log_lines_at(l, 3)->text, "");
	log_lines_destroy(l);
}

TEST(log_lines_that_are_none)
{
	struct log_lines *l = log_lines_create();
	cJSON *o = cJSON_Parse("{\"text\":\"when?\",\"level\":5}");

	EXPECT(!log_lines_add(l, o));
	EXPECT_INT(log_lines_count(l), 0);
	cJSON_Delete(o);
	log_lines_destroy(l);
}

TEST(log_lines_filter)
{
	struct log_lines *l = log_lines_create();

	add(l, "info", "acme", "connected to WhatsApp");
	add(l, "warn", "beta", "connection lost");
	add(l, "error", "acme", "Ошибка ДИСКА");
	EXPECT_INT(log_lines_shown(l), 3);
	filter(l, "CONNECT");
	EXPECT_INT(log_lines_shown(l), 2);
	filter(l, "connect !lost");
	EXPECT_INT(log_lines_shown(l), 1);
	EXPECT_STR(log_lines_at(l, 0)->company, "acme");
	filter(l, "lost|ошибка");
	EXPECT_INT(log_lines_shown(l), 2);
	filter(l, "диска");
	EXPECT_INT(log_lines_shown(l), 1);
	filter(l, "!connect|диска");
	EXPECT_INT(log_lines_shown(l), 0);
	/* while it is typed */
	filter(l, "!");
	EXPECT_INT(log_lines_shown(l), 3);
	filter(l, "beta");
	EXPECT_INT(log_lines_shown(l), 1);
	/* what comes later is judged as well */
	add(l, "info", "beta", "x");
	add(l, "info", "acme", "x");
	EXPECT_INT(log_lines_shown(l), 2);
	EXPECT_INT(log_lines_count(l), 5);
	log_lines_destroy(l);
}

TEST(log_lines_by_level_and_company)
{
	struct log_lines *l = log_lines_create();
	struct log_wish wish = { .least = LOG_WARN };

	add(l, "debug", "acme", "a");
	add(l, "warn", "acme", "b");
	add(l, "error", "beta", "c");
	log_lines_wish(l, &wish);
	EXPECT_INT(log_lines_shown(l), 2);
	(void)str_copy(wish.company, sizeof wish.company, "beta");
	log_lines_wish(l, &wish);
	EXPECT_INT(log_lines_shown(l), 1);
	EXPECT_STR(log_lines_at(l, 0)->text, "c");
	log_lines_destroy(l);
}

TEST(log_lines_keep_the_newest)
{
	struct log_lines *l = log_lines_create();
	char text[24];
	uint64_t n;

	filter(l, "7");
	for (int i = 0; i < LOG_LINES_MAX + 100; i++) {
		(void)str_format(text, sizeof text, "line %d", i);
		add(l, "info", "", text);
	}
	EXPECT_INT(log_lines_count(l), LOG_LINES_MAX);
	EXPECT_STR(log_lines_at(l, 0)->text, "line 107");
	n = log_lines_at(l, 3)->n;
	EXPECT_INT(log_lines_place(l, n), 3);
	EXPECT_INT(log_lines_place(l, n - 1), 3);
	/* those that are gone are before the first */
	EXPECT_INT(log_lines_place(l, 0), 0);
	EXPECT_INT(log_lines_place(l, UINT64_MAX), log_lines_shown(l));
	filter(l, "");
	EXPECT_INT(log_lines_shown(l), LOG_LINES_MAX);
	EXPECT_STR(log_lines_at(l, 0)->text, "line 100");
	log_lines_destroy(l);
}

TEST(log_lines_are_bounded_in_bytes)
{
	struct log_lines *l = log_lines_create();
	char text[LOG_LINE_MAX];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	for (int i = 0; i < 3000; i++)
		add(l, "info", "", text);
	EXPECT(log_lines_count(l) < LOG_LINES_BYTES / sizeof text + 1);
	EXPECT(log_lines_count(l) > LOG_LINES_BYTES / sizeof text / 2);
	log_lines_destroy(l);
}
