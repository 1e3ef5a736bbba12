/* Which columns a width has room for. Drawing is test_view_companies'. */
#include "tui/console/columns.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tui/console/when.h"

#define LEAST_WIDTH 20
#define MOST_WIDTH 300

/* In order, not over each other, nothing beyond the edge. */
static void
check_fits(int width, bool wide, unsigned skip)
{
	struct columns cs;
	int end = 0;

	columns_layout(width, wide, skip, &cs);
	EXPECT(cs.count >= 3);
	for (size_t i = 0; i < cs.count; i++) {
		const struct column_rule *rule =
		    column_rule(cs.shown[i].column);
		const int w = cs.shown[i].width;

		EXPECT(cs.shown[i].at >= end);
		/* mark and sign touch, all others are apart */
		if (i > 1)
			EXPECT(cs.shown[i].at > end);
		EXPECT(w >= rule->least && w <= rule->most);
		EXPECT(wide || !rule->wide);
		if (i > 0)
			EXPECT(cs.shown[i].column > cs.shown[i - 1].column);
		end = cs.shown[i].at + w;
	}
	EXPECT(end <= width);
}

TEST(columns_fit_every_width)
{
	for (int width = LEAST_WIDTH; width <= MOST_WIDTH; width++) {
		for (unsigned skip = 0; skip <= COLUMN_COUNT + 1; skip++) {
			check_fits(width, false, skip);
			check_fits(width, true, skip);
		}
	}
}

TEST(columns_most_important_stay)
{
	for (int width = LEAST_WIDTH; width <= MOST_WIDTH; width++) {
		struct columns cs;
		int worst = 0;

		columns_layout(width, true, 0, &cs);
		for (size_t i = 0; i < cs.count; i++) {
			const int rank = column_rule(cs.shown[i].column)->rank;

			worst = rank > worst ? rank : worst;
		}
		/* no gaps in the ranks: nothing pushed a better one out */
		EXPECT_INT(worst + 1, cs.count);
		EXPECT(columns_have(&cs, COLUMN_COMPANY));
		EXPECT(columns_have(&cs, COLUMN_SYMBOL));
	}
}

TEST(columns_wider_only_adds)
{
	size_t before[2] = { 0, 0 };

	for (int width = LEAST_WIDTH; width <= MOST_WIDTH; width++) {
		for (int wide = 0; wide < 2; wide++) {
			struct columns cs;

			columns_layout(width, wide, 0, &cs);
			EXPECT(cs.count >= before[wide]);
			before[wide] = cs.count;
		}
	}
	EXPECT_INT(before[0], COLUMN_PRIORITY);
	EXPECT_INT(before[1], COLUMN_COUNT);
}

/* The columns by name, with widths. */
static void
expect_layout(int width, bool wide, unsigned skip, const char *want)
{
	struct columns cs;
	char got[512] = "";

	columns_layout(width, wide, skip, &cs);
	for (size_t i = 2; i < cs.count; i++) {
		const size_t used = strlen(got);

		(void)str_format(got + used, sizeof got - used, "%s%s:%d",
		    i > 2 ? " " : "", column_rule(cs.shown[i].column)->id,
		    cs.shown[i].width);
	}
	(void)str_format(got + strlen(got), sizeof got - strlen(got), "%s%s",
	    cs.more_left ? " <" : "", cs.more_right ? " >" : "");
	EXPECT_STR(got, want);
}

TEST(columns_at_sizes_people_have)
{
	expect_layout(20, false, 0, "company:17 >");
	expect_layout(40, false, 0, "company:14 next:22 >");
	expect_layout(80, false, 0, "state:14 company:14 phone:5 since:6 "
	    "seen:6 reconnects:3 next:23 >");
	expect_layout(132, false, 0, "state:16 company:24 name:20 phone:12 "
	    "since:6 seen:6 reconnects:4 next:27");
}

TEST(columns_scroll_to_what_is_hidden)
{
	unsigned skip = 0;
	struct columns cs;
	bool seen[COLUMN_COUNT] = { false };

	/* all of them come into sight by going right, and the last ends it */
	do {
		columns_layout(80, true, skip, &cs);
		for (size_t i = 0; i < cs.count; i++)
			seen[cs.shown[i].column] = true;
		EXPECT_INT(cs.more_left, skip > 0);
		ASSERT(skip++ < COLUMN_COUNT);
	} while (cs.more_right);
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		EXPECT(seen[i]);
	expect_layout(40, false, 2, "company:13 phone:5 since:6 "
	    "seen:6 reconnects:3 < >");
}

TEST(columns_ranks_are_one_each)
{
	bool has[COLUMN_COUNT] = { false };

	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		const struct column_rule *rule = column_rule((enum column)i);

		ASSERT(rule->rank >= 0 && rule->rank < COLUMN_COUNT);
		EXPECT(!has[rule->rank]);
		has[rule->rank] = true;
		EXPECT(rule->least <= rule->best && rule->best <= rule->most);
		EXPECT_INT(rule->cell == NULL, i <= COLUMN_SYMBOL);
	}
}

TEST(columns_are_found_by_place)
{
	struct columns cs;

	columns_layout(80, false, 0, &cs);
	for (size_t i = 0; i < cs.count; i++) {
		const int at = cs.shown[i].at;

		EXPECT_INT(columns_at(&cs, at), cs.shown[i].column);
		EXPECT_INT(columns_at(&cs, at + cs.shown[i].width - 1),
		    cs.shown[i].column);
	}
	EXPECT_INT(columns_at(&cs, 2), COLUMN_COUNT);
	EXPECT_INT(columns_at(&cs, -1), COLUMN_COUNT);
}

/* --- cells -------------------------------------------------------------------- */

static char name[] = "Bakery";

static struct row
a_row(void)
{
	return (struct row){ .company = "acme", .name = name,
	    .phone = "+7*****4567", .status = WA_STATUS_CONNECTED,
	    .reason = WA_REASON_OK, .connected = true, .reconnects = 12,
	    .since_ms = 1700000000000, .last_seen_ms = 1700000000000 };
}

static void
expect_cell(enum column column, const struct row *row, struct cell_env env,
    int width, const char *want)
{
	char got[CELL_MAX] = "?";

	column_rule(column)->cell(row, &env, width, got, sizeof got);
	EXPECT_STR(got, want);
}

TEST(columns_cells_say_what_is_known)
{
	struct row row = a_row();
	const struct cell_env env = { .now_ms = 1700000600000,
	    .has_state = true };
	const struct cell_env ru = { .now_ms = 1700000600000,
	    .lang = LANG_RU, .has_state = true };

	expect_cell(COLUMN_STATE, &row, env, 16, "connected");
	expect_cell(COLUMN_STATE, &row, ru, 16, "подключена");
	expect_cell(COLUMN_PHONE, &row, env, 11, "+7*****4567");
	expect_cell(COLUMN_PHONE, &row, env, 10, "*4567");
	expect_cell(COLUMN_SEEN, &row, env, 6, "live");
	expect_cell(COLUMN_SEEN, &row, ru, 6, "в сети");
	expect_cell(COLUMN_RECONNECTS, &row, env, 3, "12");
	expect_cell(COLUMN_NEXT, &row, env, 20, "");
	expect_cell(COLUMN_REASON, &row, env, 20, "");
	expect_cell(COLUMN_CODE, &row, env, 4, "");
	row.reconnects = 0;
	row.paused = true;
	row.phone[0] = '\0';
	row.code = 403;
	row.reason = WA_REASON_ACCOUNT_LOCKED;
	expect_cell(COLUMN_STATE, &row, env, 16, "paused");
	expect_cell(COLUMN_RECONNECTS, &row, env, 3, "");
	expect_cell(COLUMN_PHONE, &row, env, 5, "");
	expect_cell(COLUMN_CODE, &row, env, 4, "403");
	expect_cell(COLUMN_REASON, &row, env, 20, "account_locked");
}

/* With nobody to say so, nothing is known to live. */
TEST(columns_proof_of_life_is_a_time_when_lost)
{
	struct row row = a_row();
	struct cell_env env = { .now_ms = 1700000600000, .is_stale = true };
	char when[WHEN_MAX];

	when_short(when, sizeof when, LANG_EN, row.last_seen_ms, env.now_ms);
	expect_cell(COLUMN_SEEN, &row, env, 6, when);
	env.is_stale = false;
	row.connected = false;
	expect_cell(COLUMN_SEEN, &row, env, 6, when);
	row.last_seen_ms = 0;
	expect_cell(COLUMN_SEEN, &row, env, 6, "");
}

/* Where the state has no column, it stands where there is nothing to do. */
TEST(columns_next_gives_its_place_to_the_state)
{
	const struct row row = a_row();

	expect_cell(COLUMN_NEXT, &row, (struct cell_env){ .has_state = false },
	    20, "connected");
}
