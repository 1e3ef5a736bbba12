/* The list of companies, drawn off-screen by a whole console whose core is
 * none. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/tui/fake_core.h"
#include "tests/unit/tui/rows.h"
#include "tui/console/console.h"
#include "tui/console/console_impl.h"

#define EVENTS "/api/whatsapp/events"
#define ROW_MAX 2048
#define LIMIT_MS 20000          /* for what must come; nothing waits for it */

struct fix {
	struct loop *loop;
	struct fake_core *core;
	struct client *client;
	struct screen *screen;
	struct console *console;
	struct fleet *fleet;
	char row[ROW_MAX];
};

static void
on_leave(void *ctx, bool stop)
{
	(void)ctx;
	(void)stop;
}

struct look {
	const char *term;
	bool ascii;
	enum lang lang;
	const char *prefs;
	bool loading;
};

/* Turns until it has come; a loaded machine may take its time. */
static void
wait_stream(struct fix *f)
{
	const int64_t since_ms = clock_mono_ms(clock_system());

	while (fake_core_streams(f->core, EVENTS) == 0 &&
	    clock_mono_ms(clock_system()) - since_ms < LIMIT_MS)
		loop_turn(f->loop, false);
	EXPECT_INT(fake_core_streams(f->core, EVENTS), 1);
}

static void
go_live(struct fix *f)
{
	const int64_t since_ms = clock_mono_ms(clock_system());

	wait_stream(f);
	fake_core_tell(f->core, EVENTS, "1", "ready", "{\"full\":true,"
	    "\"serverTime\":\"2026-11-25T09:46:40.000Z\"}");
	while (console_feed_state(f->console) != FEED_LIVE &&
	    clock_mono_ms(clock_system()) - since_ms < LIMIT_MS)
		loop_turn(f->loop, false);
	EXPECT_INT(console_feed_state(f->console), FEED_LIVE);
}

static void
open_fix(struct fix *f, int rows, int columns, struct look look)
{
	struct screen_params params;

	*f = (struct fix){ 0 };
	setenv("TZ", "UTC", 1);
	EXPECT_INT(loop_create(&f->loop), ERR_OK);
	f->core = fake_core_create(f->loop);
	fake_core_data(f->core, "GET", "/api/whatsapp/sessions",
	    "{\"sessions\":[]}");
	fake_core_data(f->core, "GET", "/api/whatsapp/listener",
	    "{\"addresses\":[],\"running\":false,\"version\":\"1.2\"}");
	fake_core_stream(f->core, EVENTS);
	f->client = client_create(f->loop, fake_core_dial, f->core);
	params = (struct screen_params){ .loop = f->loop,
	    .handlers = console_screen_handlers(&f->console) };
	EXPECT_INT(screen_open_memory(&params, look.term != NULL ? look.term :
	    "xterm-256color", !look.ascii, rows, columns, &f->screen), ERR_OK);
	f->console = console_create(&(struct console_params){
	    .loop = f->loop, .client = f->client, .screen = f->screen,
	    .lang = look.lang, .prefs_path = look.prefs,
	    .on_leave = on_leave });
	f->fleet = console_fleet(f->console);
	fake_core_settle(f->core);
	wait_stream(f);
	while (console_listener(f->console) == NULL)
		loop_turn(f->loop, true);
	if (!look.loading)
		go_live(f);
}

static void
close_fix(struct fix *f)
{
	console_destroy(f->console);
	f->console = NULL;
	screen_close(f->screen);
	client_destroy(f->client);
	fake_core_destroy(f->core);
	loop_destroy(f->loop);
}

static const char *
row(struct fix *f, int at)
{
	screen_now(f->screen);
	screen_read(f->screen, at, f->row, sizeof f->row);
	return f->row;
}

static bool
has(struct fix *f, int at, const char *text)
{
	return strstr(row(f, at), text) != NULL;
}

static bool
is_anywhere(struct fix *f, const char *text)
{
	for (int i = 0; i < screen_rows(f->screen); i++) {
		if (has(f, i, text))
			return true;
	}
	return false;
}

static void
keys(struct fix *f, const char *sent)
{
	screen_feed(f->screen, sent, strlen(sent));
	screen_now(f->screen);
}

static void
act(struct fix *f, enum action action)
{
	console_act(f->console, action);
	screen_now(f->screen);
}

static void
put(struct fix *f, const char *company, enum wa_reason reason)
{
	static unsigned version;

	(void)rows_put(f->fleet, &(struct rows_status){ .company = company,
	    .reason = reason, .version = ++version,
	    .since_ms = ROWS_NOW - 3600000, .seen_ms = ROWS_NOW - 60000,
	    .phone = reason == WA_REASON_NEVER_LINKED ? NULL :
	    "+7*****4567" });
}

static void
put_many(struct fix *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char company[32];

		(void)str_format(company, sizeof company, "c%05zu", i);
		put(f, company, i % 1000 == 7 ? WA_REASON_UNLINKED :
		    WA_REASON_OK);
	}
}

static bool
changed(struct fix *f, const char *company)
{
	const struct level *top = console_top(f->console);

	return top->ops->changed(top->view, fleet_find(f->fleet, company));
}

#define CURSOR(f) console_company((f)->console)

/* --- how it looks -------------------------------------------------------------- */

TEST(companies_at_80)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put(&f, "acme", WA_REASON_OK);
	put(&f, "bakery", WA_REASON_UNLINKED);
	put(&f, "cafe", WA_REASON_NEVER_LINKED);
	EXPECT_STR(row(&f, 0), " 3: 1 needs you, 1 connected, 1 not linked"
	    "           listener off  pairdesk 1.2");
	EXPECT_STR(row(&f, 1), " \u2191 STATE          COMPANY        PHONE "
	    "SINCE  SEEN    RE NEXT                  \u25ba");
	EXPECT_STR(row(&f, 2), " \u00d7 unlinked       bakery         *4567 "
	    "08:46  09:45      link again");
	EXPECT_STR(row(&f, 3), " \u25cb idle           cafe                 "
	    "08:46  09:45      link a phone");
	EXPECT_STR(row(&f, 4), " \u25cf connected      acme           *4567 "
	    "08:46  live");
	EXPECT_STR(row(&f, 5), "");
	close_fix(&f);
}

TEST(companies_names_share_the_ids_cell_at_80)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	(void)rows_put(f.fleet, &(struct rows_status){ .company = "962302",
	    .name = "Salon", .reason = WA_REASON_UNLINKED, .version = 1 });
	(void)rows_put(f.fleet, &(struct rows_status){
	    .company = "a-long-company-id", .name = "Bakery",
	    .reason = WA_REASON_UNLINKED, .version = 1 });
	EXPECT(is_anywhere(&f, "962302 Salon"));
	EXPECT(!is_anywhere(&f, "Bakery"));
	close_fix(&f);
}

TEST(companies_at_40)
{
	struct fix f;

	open_fix(&f, 10, 40, (struct look){ 0 });
	put(&f, "acme", WA_REASON_OK);
	put(&f, "bakery", WA_REASON_UNLINKED);
	EXPECT_STR(row(&f, 0), " 2: 1 needs you, 1 connected     ? help");
	EXPECT_STR(row(&f, 2), " \u00d7 bakery         link again");
	EXPECT_STR(row(&f, 3), " \u25cf acme           connected");
	close_fix(&f);
}

TEST(companies_at_20_by_5_without_utf8)
{
	struct fix f;

	open_fix(&f, 5, 20, (struct look){ .ascii = true, .term = "vt100" });
	put(&f, "acme", WA_REASON_OK);
	put(&f, "bakery", WA_REASON_UNLINKED);
	EXPECT_STR(row(&f, 0), " 2: 1 needs you");
	EXPECT_STR(row(&f, 2), " x bakery");
	EXPECT_STR(row(&f, 3), " * acme");
	close_fix(&f);
}

TEST(companies_at_132_in_russian)
{
	struct fix f;

	open_fix(&f, 43, 132, (struct look){ .lang = LANG_RU });
	put(&f, "acme", WA_REASON_OK);
	put(&f, "bakery", WA_REASON_UNLINKED);
	EXPECT(has(&f, 0, " 2: 1 ждёт вас, 1 на связи"));
	EXPECT(has(&f, 1, "СОСТОЯНИЕ"));
	EXPECT(has(&f, 2, "\u00d7 связь удалена"));
	EXPECT(has(&f, 2, "подключите снова"));
	EXPECT(has(&f, 3, "\u25cf подключена"));
	EXPECT(has(&f, 3, "в сети"));
	close_fix(&f);
}

/* Where the text of a row begins, in cells. */
static int
cell_of(struct fix *f, int at, const char *text)
{
	const char *found = strstr(row(f, at), text);
	char before[ROW_MAX];

	if (found == NULL)
		return -1;
	(void)str_copy(before, (size_t)(found - f->row) + 1, f->row);
	return (int)str_width_cells(before);
}

TEST(companies_wide_names_keep_columns)
{
	static const char *const names[] = { "plain", "\u6771\u4eac\u6771\u4eac"
	    "\u6771\u4eac\u6771\u4eac\u6771\u4eac\u6771\u4eac\u6771\u4eac"
	    "\u6771\u4eac\u6771\u4eac", "e\u0301e\u0301e\u0301",
	    "\u041f\u0435\u043a\u0430\u0440\u043d\u044f", "" };
	struct fix f;

	open_fix(&f, 60, 200, (struct look){ 0 });
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char company[16];

		(void)str_format(company, sizeof company, "c%zu", i);
		(void)rows_put(f.fleet, &(struct rows_status){
		    .company = company, .name = names[i],
		    .reason = WA_REASON_UNLINKED, .version = 1 });
	}
	for (int i = 2; i < 7; i++)
		EXPECT_INT(cell_of(&f, i, "link again"),
		    cell_of(&f, 1, "NEXT"));
	close_fix(&f);
}

TEST(companies_wide_columns_scroll)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put(&f, "acme", WA_REASON_UNLINKED);
	keys(&f, "w");
	EXPECT(has(&f, 1, "NEXT"));
	EXPECT(is_anywhere(&f, "Right"));
	for (int i = 0; i < 12; i++)
		act(&f, ACTION_RIGHT);
	EXPECT(has(&f, 1, "ERROR"));
	EXPECT(has(&f, 1, "COMPANY"));
	EXPECT(has(&f, 2, "unlinked"));
	EXPECT(!has(&f, 1, "NAME"));
	EXPECT_STR(row(&f, 1) + strlen(f.row) - 5, "ERROR");
	for (int i = 0; i < 12; i++)
		act(&f, ACTION_LEFT);
	EXPECT(has(&f, 1, "STATE"));
	close_fix(&f);
}

TEST(companies_first_start)
{
	static const int sizes[][2] = { { 24, 80 }, { 10, 40 }, { 43, 132 } };

	for (size_t i = 0; i < 3; i++) {
		struct fix f;

		open_fix(&f, sizes[i][0], sizes[i][1], (struct look){
		    .loading = true });
		EXPECT(is_anywhere(&f, "Loading"));
		EXPECT(!is_anywhere(&f, "No companies"));
		go_live(&f);
		EXPECT(is_anywhere(&f, "No companies yet"));
		EXPECT(is_anywhere(&f, "add the first company"));
		EXPECT(is_anywhere(&f, "make demo"));
		EXPECT(!is_anywhere(&f, "STATE"));
		close_fix(&f);
	}
}

/* --- the cursor -------------------------------------------------------------------- */

TEST(companies_cursor_is_a_companys)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put(&f, "acme", WA_REASON_OK);
	put(&f, "bakery", WA_REASON_OK);
	put(&f, "cafe", WA_REASON_OK);
	keys(&f, "j");
	EXPECT_STR(CURSOR(&f), "bakery");
	put(&f, "cafe", WA_REASON_UNLINKED);
	EXPECT(has(&f, 2, "cafe"));
	EXPECT_STR(CURSOR(&f), "bakery");
	put(&f, "bakery", WA_REASON_UNLINKED);
	put(&f, "cafe", WA_REASON_OK);
	EXPECT(has(&f, 2, "bakery"));
	EXPECT_STR(CURSOR(&f), "bakery");
	close_fix(&f);
}

TEST(companies_cursor_goes_to_the_next_when_its_company_goes)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put_many(&f, 5);
	keys(&f, "jj");
	EXPECT_STR(CURSOR(&f), "c00002");
	fleet_remove(f.fleet, "c00002");
	EXPECT_STR(CURSOR(&f), "c00003");
	fleet_remove(f.fleet, "c00004");
	fleet_remove(f.fleet, "c00003");
	EXPECT_STR(CURSOR(&f), "c00001");
	fleet_remove(f.fleet, "c00001");
	fleet_remove(f.fleet, "c00000");
	EXPECT_STR(CURSOR(&f), "");
	screen_now(f.screen);
	keys(&f, "rPdlGgkj\r");
	close_fix(&f);
}

/* In the middle of a long list the row under the eyes stays where it is. */
TEST(companies_cursor_keeps_its_line)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put_many(&f, 100);
	screen_now(f.screen);
	for (int i = 0; i < 40; i++)
		keys(&f, "j");
	keys(&f, "kkk");
	EXPECT(has(&f, 18, "c00037"));
	EXPECT_STR(CURSOR(&f), "c00037");
	put(&f, "c00090", WA_REASON_UNLINKED);
	put(&f, "c00091", WA_REASON_UNLINKED);
	EXPECT(has(&f, 18, "c00037"));
	put(&f, "c00090", WA_REASON_OK);
	EXPECT(has(&f, 18, "c00037"));
	EXPECT_STR(CURSOR(&f), "c00037");
	close_fix(&f);
}

/* Who looks at the top sees new trouble come, also above the cursor. */
TEST(companies_top_stays_the_top)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put_many(&f, 100);
	keys(&f, "jj");
	put(&f, "c00090", WA_REASON_UNLINKED);
	EXPECT(is_anywhere(&f, "c00090"));
	EXPECT_STR(CURSOR(&f), "c00001");
	close_fix(&f);
}

TEST(companies_cursor_is_found_again)
{
	char *dir = t_dir(), path[512];
	struct fix f;

	(void)str_format(path, sizeof path, "%s/console.json", dir);
	open_fix(&f, 24, 80, (struct look){ .prefs = path });
	put_many(&f, 50);
	keys(&f, "G");
	keys(&f, "Sw/c0\r");
	EXPECT_STR(CURSOR(&f), "c00049");
	close_fix(&f);

	open_fix(&f, 24, 80, (struct look){ .prefs = path, .loading = true });
	put_many(&f, 20);
	EXPECT(has(&f, 1, "\u2193"));
	EXPECT(is_anywhere(&f, "20 of 20"));
	put_many(&f, 50);
	EXPECT_STR(CURSOR(&f), "c00049");
	close_fix(&f);

	/* not when somebody has chosen another meanwhile */
	open_fix(&f, 24, 80, (struct look){ .prefs = path, .loading = true });
	put_many(&f, 20);
	screen_now(f.screen);
	keys(&f, "k");
	put_many(&f, 50);
	EXPECT(strcmp(CURSOR(&f), "c00049") != 0);
	close_fix(&f);
	free(dir);
}

/* --- filter, tags --------------------------------------------------------------------- */

TEST(companies_filter_is_live_and_seen)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put(&f, "acme", WA_REASON_OK);
	put(&f, "bakery", WA_REASON_OK);
	put(&f, "cafe", WA_REASON_UNLINKED);
	keys(&f, "G/");
	keys(&f, "ac");
	EXPECT(has(&f, 21, "/ac"));
	EXPECT(has(&f, 21, "1 of 3"));
	EXPECT(has(&f, 2, "acme"));
	EXPECT_STR(row(&f, 3), "");
	keys(&f, "x");
	EXPECT(is_anywhere(&f, "Nothing matches `acx`; Esc clears."));
	keys(&f, "\x7f\r");
	EXPECT(has(&f, 21, "/ac"));
	/* the letter is a key again */
	keys(&f, "f");
	EXPECT(has(&f, 21, "only problems"));
	EXPECT(has(&f, 21, "0 of 3"));
	EXPECT(is_anywhere(&f, "f shows all"));
	keys(&f, "f");
	act(&f, ACTION_BACK);
	EXPECT_STR(row(&f, 21), "");
	EXPECT(has(&f, 4, "bakery"));
	keys(&f, "/!cafe\r");
	EXPECT(has(&f, 21, "2 of 3"));
	EXPECT(!is_anywhere(&f, " cafe "));
	close_fix(&f);
}

/* Esc ends what was typed, and the cursor is back where it was. */
TEST(companies_filter_gives_the_cursor_back)
{
	struct fix f;
	const struct key esc = { .name = K_ESC };
	const struct level *top;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put_many(&f, 30);
	keys(&f, "G");
	keys(&f, "/c00001");
	EXPECT_STR(CURSOR(&f), "c00001");
	top = console_top(f.console);
	EXPECT(top->ops->key(top->view, &esc));
	EXPECT_STR(CURSOR(&f), "c00029");
	EXPECT_STR(console_prefs(f.console)->filter, "");
	close_fix(&f);
}

TEST(companies_tags)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put_many(&f, 6);
	screen_now(f.screen);
	keys(&f, " ");
	EXPECT_STR(CURSOR(&f), "c00001");
	EXPECT_INT(fleet_tagged(f.fleet), 1);
	EXPECT(has(&f, 21, "1 tagged"));
	EXPECT(has(&f, 21, "Esc takes the tags off"));
	EXPECT(has(&f, 2, "\u25c6"));
	keys(&f, "jj");
	act(&f, ACTION_TAG_RANGE);
	EXPECT_INT(fleet_tagged(f.fleet), 4);
	keys(&f, "*");
	EXPECT_INT(fleet_tagged(f.fleet), 6);
	keys(&f, "*");
	EXPECT_INT(fleet_tagged(f.fleet), 0);
	/* what a filter hides goes by Esc too */
	keys(&f, "g /c00005\r");
	EXPECT_INT(fleet_tagged(f.fleet), 1);
	act(&f, ACTION_BACK);
	EXPECT_INT(fleet_shown(f.fleet), 6);
	EXPECT_INT(fleet_tagged(f.fleet), 1);
	act(&f, ACTION_BACK);
	EXPECT_INT(fleet_tagged(f.fleet), 0);
	close_fix(&f);
}

/* --- what is drawn, and when ----------------------------------------------------------- */

TEST(companies_draw_only_for_what_is_seen)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put_many(&f, 1000);
	screen_now(f.screen);
	put(&f, "c00900", WA_REASON_OK);
	EXPECT(!changed(&f, "c00900"));
	put(&f, "c00003", WA_REASON_OK);
	EXPECT(changed(&f, "c00003"));
	/* the totals stand in the header */
	put(&f, "c00900", WA_REASON_CONNECTION_LOST);
	EXPECT(changed(&f, "c00900"));
	close_fix(&f);
}

TEST(companies_tick_only_for_a_countdown)
{
	struct fix f;
	const struct level *top;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put_many(&f, 5);
	screen_now(f.screen);
	top = console_top(f.console);
	/* midnight */
	EXPECT_INT(top->ops->changes_at(top->view, 1795600000000),
	    1795651200000);
	(void)rows_put(f.fleet, &(struct rows_status){ .company = "c00004",
	    .reason = WA_REASON_CONNECTION_LOST, .version = 1000000,
	    .next_ms = 1795600030500 });
	EXPECT_INT(top->ops->changes_at(top->view, 1795600000000),
	    row_next_changes_ms(fleet_find(f.fleet, "c00004"),
	    1795600000000));
	close_fix(&f);
}

/* A key costs the rows that are seen: an O(n) step each would take seconds
 * here. */
TEST(companies_ten_thousand)
{
	struct fix f;
	clock_t began;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put_many(&f, 10000);
	screen_now(f.screen);
	began = clock();
	for (int i = 0; i < 1000; i++)
		keys(&f, i % 2 == 0 ? "\x06" : "k");
	EXPECT(clock() - began < 8 * CLOCKS_PER_SEC);
	keys(&f, "G");
	EXPECT_STR(CURSOR(&f), "c09999");
	keys(&f, "/c0999\r");
	EXPECT(has(&f, 21, "10 of 10000"));
	close_fix(&f);
}

TEST(companies_survive_any_size)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put_many(&f, 200);
	keys(&f, "G /c0\r ");
	for (int i = 0; i < 60; i++) {
		screen_resize_memory(f.screen, 1 + i % 30, 1 + i * 7 % 300);
		keys(&f, i % 3 == 0 ? "k" : i % 3 == 1 ? "w" : "j");
	}
	screen_resize_memory(f.screen, 24, 80);
	EXPECT(is_anywhere(&f, CURSOR(&f)));
	close_fix(&f);
}

/* Keys and news in any order: the cursor is always on a company that is
 * shown, as long as there is one. */
TEST(companies_survive_any_keys)
{
	static const char *const sent[] = { "j", "k", "g", "G", "f", "S", "w",
	    "*", " ", "/c0", "/!c1|c2", "\x15", "\x06", "\x02", "p" };
	static const enum wa_reason reasons[] = { WA_REASON_OK,
	    WA_REASON_UNLINKED, WA_REASON_CONNECTION_LOST,
	    WA_REASON_NEVER_LINKED, WA_REASON_NONE };
	const struct key esc = { .name = K_ESC };
	struct t_rnd rnd;
	struct fix f;
	size_t at;

	open_fix(&f, 24, 80, (struct look){ 0 });
	t_rnd_init(&rnd, 4);
	for (int i = 0; i < 4000; i++) {
		uint8_t r[4];
		char company[16];

		rnd_fill(&rnd.rnd, r, sizeof r);
		(void)str_format(company, sizeof company, "c%d", r[1] % 60);
		if (r[0] < 90)
			put(&f, company, reasons[r[2] % 5]);
		else if (r[0] < 120)
			fleet_remove(f.fleet, company);
		else if (r[0] < 130)
			screen_resize_memory(f.screen, 2 + r[1] % 40,
			    5 + r[2] % 200);
		else if (r[0] < 150)
			console_on_key(f.console, &esc);
		else
			screen_feed(f.screen, sent[r[1] % 15],
			    strlen(sent[r[1] % 15]));
		if (r[3] < 60)
			screen_now(f.screen);
		EXPECT_INT(CURSOR(&f)[0] == '\0', fleet_shown(f.fleet) == 0);
		EXPECT_INT(fleet_place(f.fleet, CURSOR(&f), &at),
		    fleet_shown(f.fleet) > 0);
	}
	close_fix(&f);
}

TEST(companies_selected_over_the_whole_width)
{
	struct fix f;
	struct canvas *c;
	const struct level *top;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put(&f, "acme", WA_REASON_UNLINKED);
	put(&f, "bakery", WA_REASON_OK);
	keys(&f, "j");
	top = console_top(f.console);
	c = canvas_create(10, 80);
	top->ops->draw(top->view, canvas_area(c));
	for (int i = 0; i < 80; i++) {
		EXPECT((canvas_style(c, 2, i) & STYLE_SELECTED) != 0);
		EXPECT((canvas_style(c, 1, i) & STYLE_SELECTED) == 0);
	}
	/* sign, word and next step in the colour of the state */
	EXPECT_INT(canvas_style(c, 1, 1), ROLE_BAD);
	EXPECT_INT(canvas_style(c, 1, 3), ROLE_BAD);
	EXPECT_INT(canvas_style(c, 2, 1), ROLE_OK | STYLE_SELECTED);
	canvas_destroy(c);
	close_fix(&f);
}

/* --- asking -------------------------------------------------------------------------------- */

TEST(companies_sort_is_chosen_and_marked)
{
	struct fix f;

	open_fix(&f, 24, 80, (struct look){ 0 });
	put(&f, "acme", WA_REASON_OK);
	put(&f, "bakery", WA_REASON_UNLINKED);
	keys(&f, "s");
	EXPECT(is_anywhere(&f, "Sort the list by"));
	keys(&f, "c");
	EXPECT(has(&f, 1, "COMPANY\u2191"));
	EXPECT(has(&f, 2, "acme"));
	keys(&f, "S");
	EXPECT(has(&f, 1, "COMPANY\u2193"));
	EXPECT(has(&f, 2, "bakery"));
	EXPECT_INT(console_prefs(f.console)->sort, SORT_COMPANY);
	EXPECT(console_prefs(f.console)->reverse);
	close_fix(&f);
}

TEST(companies_are_exported)
{
	char *dir = t_dir(), path[512], sent[600];
	struct fix f;

	(void)str_format(path, sizeof path, "%s/list.csv", dir);
	(void)str_format(sent, sizeof sent, "x\x15%s", path);
	open_fix(&f, 24, 200, (struct look){ 0 });
	put_many(&f, 3);
	keys(&f, "x");
	EXPECT(is_anywhere(&f, "companies-20261125.csv"));
	keys(&f, "\x15out.txt\r");
	EXPECT(is_anywhere(&f, ".csv or .json"));
	keys(&f, "\x15");
	keys(&f, path);
	keys(&f, "\r");
	EXPECT(is_anywhere(&f, "3 rows written to"));
	EXPECT_INT(access(path, R_OK), 0);
	keys(&f, sent);
	keys(&f, "\r");
	EXPECT(is_anywhere(&f, "is there already"));
	close_fix(&f);
	free(dir);
}
