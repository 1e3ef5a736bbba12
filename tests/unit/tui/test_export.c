/* The list in files that other programs read. */
#include "tui/console/export.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/tui/rows.h"
#include "tui/told.h"

#define MAX ((size_t)1024 * 1024)

/* Hostile names, told from the last to the first. */
static const char *const names[] = { "=cmd|'/c calc'!A0", "+1", "-1", "@x",
    "a,b", "say \"hi\"", "two\r\nlines", "\tcell", "", "Тёплый дом" };
/* As a list of fields has them; controls are gone from rows before. */
static const char *const fields[] = { "\"'=cmd|'/c calc'!A0\"", "\"'+1\"",
    "\"'-1\"", "\"'@x\"", "\"a,b\"", "\"say \"\"hi\"\"\"", "two??lines",
    "?cell", "", "Тёплый дом" };

#define NAMES (sizeof names / sizeof names[0])

static struct fleet *
hostile(void)
{
	struct fleet *f = fleet_create();
	char company[8];

	for (size_t i = NAMES; i-- > 0;) {
		(void)str_format(company, sizeof company, "c%zu", i);
		rows_put(f, &(struct rows_status){ .company = company,
		    .name = names[i], .reason = WA_REASON_CONNECTION_LOST,
		    .phone = "79001234567", .since_ms = ROWS_NOW,
		    .next_ms = ROWS_NOW + 41000, .reconnects = 3 });
	}
	fleet_sort(f, SORT_COMPANY, false);
	return f;
}

TEST(export_csv)
{
	struct fleet *f = hostile();
	const char *text, *line;
	struct buf out;
	char want[256];

	buf_init(&out, MAX);
	EXPECT_INT(export_put(f, EXPORT_CSV, LANG_EN, ROWS_NOW, &out),
	    ERR_OK);
	ASSERT(buf_cstr(&out, &text) == ERR_OK);
	line = "companyId,name,phoneNumber,status,reason,statusText,nextStep,"
	    "connected,paused,since,lastSeen,reconnectAttempts,nextAttemptAt,"
	    "until,pinnedPhoneNumber,priority\r\n";
	EXPECT(strncmp(text, line, strlen(line)) == 0);
	text += strlen(line);
	for (size_t i = 0; i < NAMES; i++) {
		(void)str_format(want, sizeof want, "c%zu,%s,"
		    "\"'+7******4567\",reconnecting,connection_lost,"
		    "reconnecting,retry in 0:41,false,false,"
		    "2026-11-25T09:46:40.000Z,,3,2026-11-25T09:47:21.000Z,,,0"
		    "\r\n", i, fields[i]);
		if (strncmp(text, want, strlen(want)) != 0)
			t_fail(__FILE__, __LINE__, "not \"%s\" but \"%.200s\"",
			    want, text);
		text = strchr(text, '\n') + 1;
	}
	EXPECT_STR(text, "");
	buf_finish(&out);
	fleet_destroy(f);
}

TEST(export_json)
{
	struct fleet *f = hostile();
	const cJSON *list;
	struct buf out;
	cJSON *o;

	buf_init(&out, MAX);
	EXPECT_INT(export_put(f, EXPORT_JSON, LANG_RU, ROWS_NOW, &out),
	    ERR_OK);
	o = cJSON_ParseWithLength((const char *)out.data, out.len);
	EXPECT_STR(told_text(o, "exportedAt"), "2026-11-25T09:46:40.000Z");
	list = cJSON_GetObjectItem(o, "companies");
	EXPECT_INT(cJSON_GetArraySize(list), NAMES);
	for (size_t i = 0; i < NAMES; i++) {
		const cJSON *at = cJSON_GetArrayItem(list, (int)i);
		char company[8];

		(void)str_format(company, sizeof company, "c%zu", i);
		EXPECT_STR(told_text(at, "companyId"), company);
		EXPECT_STR(told_text(at, "name"),
		    fleet_find(f, company)->name);
		EXPECT_STR(told_text(at, "phoneNumber"), "+7******4567");
		EXPECT_STR(told_text(at, "nextStep"), "повтор через 0:41");
		EXPECT_INT(told_number(at, "reconnectAttempts"), 3);
		EXPECT_INT(told_time(at, "since"), ROWS_NOW);
		EXPECT(cJSON_IsNull(cJSON_GetObjectItem(at, "lastSeen")));
	}
	cJSON_Delete(o);
	buf_finish(&out);
	fleet_destroy(f);
}

/* As it is shown: filtered, and in its order. */
TEST(export_of_the_view)
{
	struct fleet *f = hostile();
	struct buf out;
	cJSON *o;

	fleet_filter(f, "c1|c3", LANG_EN);
	fleet_sort(f, SORT_COMPANY, true);
	buf_init(&out, MAX);
	EXPECT_INT(export_put(f, EXPORT_JSON, LANG_EN, ROWS_NOW, &out),
	    ERR_OK);
	o = cJSON_ParseWithLength((const char *)out.data, out.len);
	{
		const cJSON *list = cJSON_GetObjectItem(o, "companies");

		EXPECT_INT(cJSON_GetArraySize(list), 2);
		EXPECT_STR(told_text(cJSON_GetArrayItem(list, 0),
		    "companyId"), "c3");
		EXPECT_STR(told_text(cJSON_GetArrayItem(list, 1),
		    "companyId"), "c1");
	}
	cJSON_Delete(o);
	buf_clear(&out);
	fleet_filter(f, "nobody", LANG_EN);
	EXPECT_INT(export_put(f, EXPORT_JSON, LANG_EN, ROWS_NOW, &out),
	    ERR_OK);
	o = cJSON_ParseWithLength((const char *)out.data, out.len);
	EXPECT(cJSON_IsArray(cJSON_GetObjectItem(o, "companies")));
	cJSON_Delete(o);
	buf_finish(&out);
	buf_init(&out, 64);
	EXPECT_INT(export_put(f, EXPORT_CSV, LANG_EN, ROWS_NOW, &out),
	    ERR_TOO_LARGE);
	buf_finish(&out);
	fleet_destroy(f);
}

TEST(export_file_is_new)
{
	char where[PATH_MAX];
	struct fleet *f = hostile();
	char *dir = t_dir(), path[PATH_MAX], other[PATH_MAX];
	struct stat st;

	EXPECT_INT(setenv("HOME", dir, 1), 0);
	EXPECT_INT(export_file(f, "~/list.CSV", LANG_EN, ROWS_NOW), ERR_OK);
	(void)str_format(path, sizeof path, "%s/list.CSV", dir);
	EXPECT_INT(stat(path, &st), 0);
	EXPECT_INT(st.st_mode & 0777, 0600);
	EXPECT(st.st_size > 500);
	EXPECT_INT(export_file(f, path, LANG_EN, ROWS_NOW), ERR_EXISTS);
	export_where("~/list.CSV", where, sizeof where);
	EXPECT(where[0] == '/' && strstr(where, "/list.CSV") != NULL);
	EXPECT_INT(access(where, R_OK), 0);
	export_where("~/nosuch.csv", where, sizeof where);
	EXPECT_STR(where, "~/nosuch.csv");
	(void)str_format(other, sizeof other, "%s/link.json", dir);
	EXPECT_INT(symlink("/nowhere/x", other), 0);
	EXPECT_INT(export_file(f, other, LANG_EN, ROWS_NOW), ERR_EXISTS);
	EXPECT_INT(export_file(f, "~/list", LANG_EN, ROWS_NOW), ERR_INVALID);
	EXPECT_INT(export_file(f, "~/list.txt", LANG_EN, ROWS_NOW),
	    ERR_INVALID);
	EXPECT_INT(export_file(f, "~/none/list.csv", LANG_EN, ROWS_NOW),
	    ERR_NOT_FOUND);
	EXPECT_INT(unsetenv("HOME"), 0);
	EXPECT_INT(export_file(f, "~/b.csv", LANG_EN, ROWS_NOW),
	    ERR_NOT_FOUND);
	free(dir);
	fleet_destroy(f);
}
