/* Rows of companies, and the view that is kept in order. */
#include "tui/console/fleet.h"

#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/tui/rows.h"

static void
expect_shown(const struct fleet *f, const char *want)
{
	char got[1024];

	rows_shown(f, got, sizeof got);
	EXPECT_STR(got, want);
}

/* a broken, b waits, c never linked, d and e fine */
static struct fleet *
five(void)
{
	struct fleet *f = fleet_create();

	rows_put(f, &(struct rows_status){ .company = "d",
	    .reason = WA_REASON_OK, .since_ms = 500, .phone = "79001234567",
	    .name = "Тёплый дом" });
	rows_put(f, &(struct rows_status){ .company = "c",
	    .reason = WA_REASON_NEVER_LINKED, .since_ms = 400 });
	rows_put(f, &(struct rows_status){ .company = "b", .reconnects = 3,
	    .reason = WA_REASON_CONNECTION_LOST, .since_ms = 300,
	    .phone = "79001239967" });
	rows_put(f, &(struct rows_status){ .company = "a", .version = 7,
	    .reason = WA_REASON_UNLINKED, .since_ms = 200,
	    .name = "Zebra Ltd" });
	rows_put(f, &(struct rows_status){ .company = "e", .priority = 2,
	    .reason = WA_REASON_OK, .since_ms = 100, .name = "Apple" });
	return f;
}

TEST(fleet_problems_first)
{
	struct fleet *f = five();
	size_t at = 99;

	expect_shown(f, "a b c d e ");
	EXPECT_INT(fleet_count(f), 5);
	EXPECT_INT(fleet_count_status(f, WA_STATUS_CONNECTED), 2);
	EXPECT_INT(fleet_count_need(f, NEED_ADMIN), 1);
	EXPECT_INT(fleet_count_need(f, NEED_NOTHING), 2);
	EXPECT(fleet_place(f, "c", &at));
	EXPECT_INT(at, 2);
	EXPECT(!fleet_place(f, "x", &at));
	EXPECT_NULL(fleet_at(f, 5));
	/* the newest trouble first; what is fine stays where it is */
	EXPECT_INT(rows_put(f, &(struct rows_status){ .company = "e",
	    .reason = WA_REASON_REPLACED, .since_ms = 900 }), NEED_NOTHING);
	expect_shown(f, "e a b c d ");
	EXPECT_INT(rows_put(f, &(struct rows_status){ .company = "e",
	    .reason = WA_REASON_OK, .since_ms = 950 }), NEED_ADMIN);
	expect_shown(f, "a b c d e ");
	EXPECT_INT(rows_put(f, &(struct rows_status){ .company = "f",
	    .reason = WA_REASON_OK }), NEED_COUNT);
	fleet_destroy(f);
}

TEST(fleet_ignores_what_is_older)
{
	struct fleet *f = five();
	const uint64_t version = fleet_version(f);

	EXPECT_NULL(rows_put_text(f, "{\"companyId\":\"a\","
	    "\"status\":\"connected\",\"stateVersion\":6}"));
	EXPECT_INT(fleet_version(f), version);
	EXPECT_INT(fleet_find(f, "a")->status, WA_STATUS_LOGGED_OUT);
	EXPECT(rows_put_text(f, "{\"companyId\":\"a\","
	    "\"status\":\"connected\",\"stateVersion\":7}") != NULL);
	EXPECT(fleet_version(f) > version);
	fleet_destroy(f);
}

TEST(fleet_whole_state_takes_the_rest_away)
{
	struct fleet *f = five();

	fleet_tag(f, "c", true);
	fleet_begin_all(f);
	/* of another core: counted anew */
	EXPECT(rows_put_text(f, "{\"companyId\":\"a\",\"stateVersion\":1,"
	    "\"status\":\"idle\",\"reason\":\"paused\"}") != NULL);
	EXPECT_NULL(rows_put_text(f, "{\"companyId\":\"a\","
	    "\"stateVersion\":0}"));
	EXPECT_INT(fleet_count(f), 5);
	fleet_end_all(f);
	expect_shown(f, "a ");
	EXPECT_INT(fleet_count(f), 1);
	EXPECT_INT(fleet_tagged(f), 0);
	EXPECT_INT(fleet_count_status(f, WA_STATUS_IDLE), 1);
	EXPECT_INT(fleet_count_status(f, WA_STATUS_CONNECTED), 0);
	fleet_begin_all(f);
	fleet_keep_all(f);
	fleet_end_all(f);
	EXPECT_INT(fleet_count(f), 1);
	EXPECT_NULL(rows_put_text(f, "{\"companyId\":\"a\","
	    "\"stateVersion\":0}"));
	fleet_destroy(f);
}

TEST(fleet_garbage_is_no_row)
{
	static const char *const none[] = { "null", "[]", "7", "\"x\"", "{}",
	    "{\"companyId\":7}", "{\"companyId\":\"\"}",
	    "{\"companyId\":\"a b\"}", "{\"companyId\":null}",
	    "{\"companyId\":[\"a\"]}", "[{\"companyId\":\"a\"}]" };
	static const char odd[] = "{\"companyId\":\"a\",\"name\":[1],"
	    "\"status\":3,\"reason\":{},\"phoneNumber\":true,\"paused\":1,"
	    "\"priority\":\"5\",\"reconnectAttempts\":-4,\"since\":12,"
	    "\"lastSeen\":\"yesterday\",\"stateVersion\":1e300,"
	    "\"lastError\":[],\"until\":{}}";
	struct fleet *f = fleet_create();
	const struct row *row;

	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		EXPECT_NULL(rows_put_text(f, none[i]));
	EXPECT_INT(fleet_count(f), 0);
	row = rows_put_text(f, odd);
	ASSERT(row != NULL);
	EXPECT_STR(row->name, "");
	EXPECT_STR(row->phone, "");
	EXPECT_INT(row->status, WA_STATUS_ERROR);
	EXPECT_INT(row->reconnects, 0);
	EXPECT_INT(row->since_ms + row->last_seen_ms + row->until_ms, 0);
	EXPECT_INT(row->state_version, 0);
	EXPECT(!row->paused);
	fleet_destroy(f);
}

TEST(fleet_cleans_names_and_masks_numbers)
{
	struct fleet *f = fleet_create();
	const struct row *row = rows_put_text(f, "{\"companyId\":\"a\","
	    "\"name\":\"A\\u001b[2J\\n\\u202eB\","
	    "\"phoneNumber\":\"79001234567\","
	    "\"pinnedPhoneNumber\":\"447700900123\"}");

	ASSERT(row != NULL);
	EXPECT_STR(row->name, "A?[2J??B");
	EXPECT_STR(row->phone, "+7******4567");
	EXPECT(strstr(row->pinned, "7700") == NULL);
	fleet_destroy(f);
}

/* --- filter ------------------------------------------------------------------------ */

static void
expect_filtered(struct fleet *f, enum lang lang, const char *filter,
    const char *want)
{
	char got[1024];

	fleet_filter(f, filter, lang);
	rows_shown(f, got, sizeof got);
	if (strcmp(got, want) != 0)
		t_fail(__FILE__, __LINE__, "\"%s\" shows \"%s\", not \"%s\"",
		    filter, got, want);
}

TEST(fleet_filter_words)
{
	struct fleet *f = five();

	expect_filtered(f, LANG_EN, "", "a b c d e ");
	expect_filtered(f, LANG_EN, "  ", "a b c d e ");
	expect_filtered(f, LANG_EN, "ZEBRA", "a ");
	expect_filtered(f, LANG_EN, "ltd zeb", "a ");
	expect_filtered(f, LANG_EN, "ltd apple", "");
	expect_filtered(f, LANG_EN, "ltd|APPLE", "a e ");
	expect_filtered(f, LANG_EN, "!ltd|apple", "b c d ");
	expect_filtered(f, LANG_EN, "!ltd !apple", "b c d ");
	expect_filtered(f, LANG_EN, "connected !apple", "d ");
	/* while it is typed */
	expect_filtered(f, LANG_EN, "!", "a b c d e ");
	expect_filtered(f, LANG_EN, "ltd|", "a ");
	expect_filtered(f, LANG_EN, "|", "a b c d e ");
	expect_filtered(f, LANG_EN, "!|", "a b c d e ");
	fleet_destroy(f);
}

TEST(fleet_filter_cyrillic_numbers_and_statuses)
{
	struct fleet *f = five();

	expect_filtered(f, LANG_EN, "ДОМ", "d ");
	expect_filtered(f, LANG_EN, "ТЕПЛЫЙ", "d ");
	expect_filtered(f, LANG_EN, "тЁпл", "d ");
	expect_filtered(f, LANG_EN, "67", "b d ");
	expect_filtered(f, LANG_EN, "4567", "d ");
	expect_filtered(f, LANG_EN, "+79001234567", "d ");
	expect_filtered(f, LANG_EN, "79001234568", "");
	expect_filtered(f, LANG_EN, "7", "");
	expect_filtered(f, LANG_EN, "logged_out", "a ");
	expect_filtered(f, LANG_EN, "Unlinked", "a ");
	expect_filtered(f, LANG_RU, "СВЯЗЬ удалена", "a ");
	expect_filtered(f, LANG_RU, "!подкл", "a c ");
	fleet_destroy(f);
}

TEST(fleet_filter_paused)
{
	struct fleet *f = five();

	rows_put(f, &(struct rows_status){ .company = "p", .paused = true,
	    .reason = WA_REASON_PAUSED });
	expect_filtered(f, LANG_RU, "паузе", "p ");
	expect_filtered(f, LANG_EN, "paused", "p ");
	expect_filtered(f, LANG_EN, "idle", "c ");
	fleet_destroy(f);
}

TEST(fleet_filter_of_any_length)
{
	struct fleet *f = five();
	char words[2048];

	/* no more than fit count, and half a character is none */
	for (size_t n = 0; n + 3 < sizeof words; n += 3)
		memcpy(words + n, "!\xd1\x8f", 4);
	fleet_filter(f, words, LANG_EN);
	for (size_t n = 0; n + 2 < sizeof words; n += 2)
		memcpy(words + n, "a ", 3);
	fleet_filter(f, words, LANG_EN);
	for (size_t n = 0; n + 2 < sizeof words; n += 2)
		memcpy(words + n, "q|", 3);
	expect_filtered(f, LANG_EN, words, "");
	expect_filtered(f, LANG_EN, "\xff\xc3", "");
	fleet_destroy(f);
}

/* --- sort and tags ----------------------------------------------------------------- */

TEST(fleet_sorts)
{
	static const struct {
		enum sort by;
		const char *up, *down;
	} cases[] = {
		{ SORT_NEED, "a b c d e ", "e d c b a " },
		{ SORT_COMPANY, "a b c d e ", "e d c b a " },
		{ SORT_NAME, "e a d b c ", "c b d a e " },
		{ SORT_STATUS, "c d e b a ", "a b e d c " },
		{ SORT_SINCE, "d c b a e ", "e a b c d " },
		{ SORT_SEEN, "a b c d e ", "e d c b a " },
		{ SORT_RECONNECTS, "b a c d e ", "e d c a b " },
		{ SORT_PRIORITY, "e a b c d ", "d c b a e " },
	};
	struct fleet *f = five();

	_Static_assert(sizeof cases / sizeof cases[0] == SORT_COUNT,
	    "every order is tried");
	for (size_t i = 0; i < SORT_COUNT; i++) {
		fleet_sort(f, cases[i].by, false);
		expect_shown(f, cases[i].up);
		fleet_sort(f, cases[i].by, true);
		expect_shown(f, cases[i].down);
	}
	fleet_sort(f, SORT_NEED, false);
	fleet_only_problems(f, true);
	expect_shown(f, "a b ");
	fleet_destroy(f);
}

TEST(fleet_tags)
{
	struct fleet *f = five();
	const char *tagged[5];

	fleet_tag(f, "e", true);
	fleet_tag(f, "e", true);
	fleet_tag(f, "nobody", true);
	EXPECT_INT(fleet_tagged(f), 1);
	fleet_only_problems(f, true);
	fleet_tag_shown(f, true);
	EXPECT_INT(fleet_tagged(f), 3);
	EXPECT_INT(fleet_tagged_list(f, tagged, 5), 3);
	EXPECT_STR(tagged[0], "a");
	EXPECT_STR(tagged[1], "b");
	EXPECT_STR(tagged[2], "e");
	EXPECT_INT(fleet_tagged_list(f, tagged, 2), 2);
	fleet_remove(f, "a");
	EXPECT_INT(fleet_tagged(f), 2);
	fleet_tag_shown(f, false);
	EXPECT_INT(fleet_tagged(f), 1);
	fleet_destroy(f);
}

/* --- the property ------------------------------------------------------------------ */

/* The same rows, told anew to a fleet with the same view. */
static struct fleet *
told_anew(const struct rows_status *rows, size_t n, enum sort by,
    bool reverse, const char *filter, bool problems)
{
	struct fleet *f = fleet_create();

	for (size_t i = 0; i < n; i++) {
		if (rows[i].company != NULL)
			rows_put(f, &rows[i]);
	}
	fleet_filter(f, filter, LANG_EN);
	fleet_only_problems(f, problems);
	fleet_sort(f, by, reverse);
	return f;
}

static void
expect_same(const struct fleet *a, const struct fleet *b)
{
	EXPECT_INT(fleet_count(a), fleet_count(b));
	ASSERT(fleet_shown(a) == fleet_shown(b));
	for (size_t i = 0; i < fleet_shown(a); i++) {
		size_t at = 0;

		EXPECT_STR(fleet_at(a, i)->company, fleet_at(b, i)->company);
		EXPECT(fleet_place(a, fleet_at(a, i)->company, &at));
		EXPECT_INT(at, i);
	}
	for (int i = 0; i < WA_STATUS_COUNT; i++)
		EXPECT_INT(fleet_count_status(a, (enum wa_status)i),
		    fleet_count_status(b, (enum wa_status)i));
	for (int i = 0; i < NEED_COUNT; i++)
		EXPECT_INT(fleet_count_need(a, (enum need)i),
		    fleet_count_need(b, (enum need)i));
}

#define COMPANIES 150

TEST(fleet_view_is_what_a_rebuild_would_be)
{
	static const char *const filters[] = { "", "1", "!2", "connected",
	    "name|shop !7", "!idle" };
	static struct rows_status rows[COMPANIES];
	static char ids[COMPANIES][16];
	const char *filter = "";
	bool reverse = false, problems = false;
	enum sort by = SORT_NEED;
	struct fleet *f = fleet_create();
	struct t_rnd r;

	t_rnd_init(&r, 4);
	memset(rows, 0, sizeof rows);
	for (unsigned round = 1; round < 6000; round++) {
		const size_t i = rnd_below(&r.rnd, COMPANIES);

		(void)str_format(ids[i], sizeof ids[i], "shop%zu", i);
		switch (rnd_below(&r.rnd, 24)) {
		case 0:
			by = (enum sort)rnd_below(&r.rnd, SORT_COUNT);
			reverse = rnd_below(&r.rnd, 2) != 0;
			fleet_sort(f, by, reverse);
			break;
		case 1:
			filter = filters[rnd_below(&r.rnd, 6)];
			fleet_filter(f, filter, LANG_EN);
			break;
		case 2:
			problems = !problems;
			fleet_only_problems(f, problems);
			break;
		case 3:
		case 4:
			fleet_remove(f, ids[i]);
			rows[i].company = NULL;
			break;
		default:
			rows[i] = (struct rows_status){ .company = ids[i],
			    .reason = (enum wa_reason)rnd_below(&r.rnd,
			    WA_REASON_COUNT), .version = round,
			    .name = rnd_below(&r.rnd, 2) != 0 ? "Name 7" : NULL,
			    .priority = (int)rnd_below(&r.rnd, 3),
			    .reconnects = (unsigned)rnd_below(&r.rnd, 3),
			    .since_ms = (int64_t)rnd_below(&r.rnd, 50),
			    .seen_ms = (int64_t)rnd_below(&r.rnd, 50),
			    .paused = rnd_below(&r.rnd, 10) == 0 };
			rows_put(f, &rows[i]);
		}
		if (round % 100 == 0) {
			struct fleet *same = told_anew(rows, COMPANIES, by,
			    reverse, filter, problems);

			expect_same(f, same);
			fleet_destroy(same);
		}
	}
	/* a whole state in between */
	fleet_begin_all(f);
	for (size_t i = 0; i < COMPANIES; i++) {
		if (i % 3 == 0)
			rows[i].company = NULL;
		else if (rows[i].company != NULL)
			rows_put(f, &rows[i]);
	}
	fleet_end_all(f);
	{
		struct fleet *same = told_anew(rows, COMPANIES, by, reverse,
		    filter, problems);

		expect_same(f, same);
		fleet_destroy(same);
	}
	fleet_destroy(f);
}
