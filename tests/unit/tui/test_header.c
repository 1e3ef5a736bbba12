/* The console's first row at every width and in every state. */
#include "tui/console/header.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/tui/rows.h"
#include "tui/console/screen.h"

#define LINE_MAX_BYTES 2048

struct fix {
	struct screen *screen;
	struct fleet *fleet;
	cJSON *listener;
	struct header header;
	char line[LINE_MAX_BYTES];
};

static void
open_fix(struct fix *f)
{
	*f = (struct fix){ 0 };
	EXPECT_INT(screen_open_memory(&(struct screen_params){ 0 },
	    "xterm-256color", true, 5, 80, &f->screen), ERR_OK);
	f->fleet = fleet_create();
	f->header = (struct header){ .fleet = f->fleet, .feed = FEED_LIVE };
}

static void
close_fix(struct fix *f)
{
	fleet_destroy(f->fleet);
	cJSON_Delete(f->listener);
	screen_close(f->screen);
}

static void
listen(struct fix *f, const char *json)
{
	cJSON_Delete(f->listener);
	f->listener = cJSON_Parse(json);
	f->header.listener = f->listener;
}

static void
put(struct fix *f, unsigned n, enum wa_reason reason)
{
	for (unsigned i = 0; i < n; i++) {
		char company[32];

		(void)str_format(company, sizeof company, "c%d-%u", reason, i);
		(void)rows_put(f->fleet, &(struct rows_status){
		    .company = company, .reason = reason, .version = 1 });
	}
}

static const char *
line(struct fix *f, int width)
{
	struct canvas *c = canvas_create(1, width);

	header_draw(canvas_area(c), &f->header);
	canvas_read(c, 0, f->line, sizeof f->line);
	canvas_destroy(c);
	return f->line;
}

static void
fill(struct fix *f)
{
	put(f, 2, WA_REASON_UNLINKED);
	put(f, 5, WA_REASON_CONNECTION_LOST);
	put(f, 1, WA_REASON_NONE);
	put(f, 3, WA_REASON_NEVER_LINKED);
	put(f, 289, WA_REASON_OK);
	listen(f, "{\"addresses\":[\"http://127.0.0.1:3000\"],\"running\":true,"
	    "\"version\":\"1.2\",\"pid\":4711,\"user\":\"ops\"}");
}

TEST(header_says_what_matters)
{
	struct fix f;

	open_fix(&f);
	fill(&f);
	EXPECT_STR(line(&f, 132), " 300: 2 need you, 5 waiting, 1 linking, "
	    "289 connected, 3 not linked"
	    "             http://127.0.0.1:3000  pid 4711 (ops)  pairdesk 1.2");
	EXPECT_STR(line(&f, 80), " 300: 2 need you, 5 waiting, 1 linking, "
	    "289 connected, 3 not linked");
	EXPECT_STR(line(&f, 40), " 2 need you, 5 waiting, 289 connected");
	EXPECT_STR(line(&f, 20), " 300: 2 need you");
	close_fix(&f);
}

TEST(header_is_calm_when_all_is_well)
{
	struct fix f;

	open_fix(&f);
	EXPECT_STR(line(&f, 40), " no companies yet              pairdesk");
	put(&f, 3, WA_REASON_OK);
	EXPECT_STR(line(&f, 40), " 3: all connected              pairdesk");
	listen(&f, "{\"addresses\":[],\"running\":false}");
	EXPECT_STR(line(&f, 50), " 3: all connected          listener off  "
	    "pairdesk");
	close_fix(&f);
}

TEST(header_says_when_the_rows_are_not_the_truth)
{
	struct fix f;

	open_fix(&f);
	fill(&f);
	f.header.feed = FEED_LOST;
	f.header.lost_ms = f.header.now_ms = 1700000000000;
	EXPECT(strstr(line(&f, 80), "no core: :start as of ") != NULL);
	/* what needs a person is still before it */
	EXPECT(strstr(line(&f, 41), "2 need you") != NULL);
	EXPECT(strstr(f.line, "no core: :start") != NULL);
	f.header.feed = FEED_LOADING;
	EXPECT(strstr(line(&f, 40), "loading 300") != NULL);
	f.header.feed = FEED_FROZEN;
	EXPECT(strstr(line(&f, 40), "held still") != NULL);
	close_fix(&f);
}

TEST(header_speaks_russian)
{
	struct fix f;

	open_fix(&f);
	f.header.lang = LANG_RU;
	f.header.read_only = true;
	fill(&f);
	EXPECT(strstr(line(&f, 200), " 300: 2 ждут вас, 5 ожидают, 1 "
	    "подключают, 289 на связи, 3 без телефона") == f.line);
	EXPECT(strstr(f.line, "только чтение") != NULL);
	put(&f, 1, WA_REASON_UNLINKED);
	put(&f, 21, WA_REASON_CONNECTION_LOST);
	EXPECT(strstr(line(&f, 200), "21 ожидает") != NULL);
	close_fix(&f);
}

/* Every company is in one of them. */
TEST(header_counts_sum_up)
{
	struct fix f;

	open_fix(&f);
	put(&f, 3, WA_REASON_OK);
	put(&f, 4, WA_REASON_NEVER_LINKED);
	put(&f, 2, WA_REASON_TCP);
	put(&f, 5, WA_REASON_NOT_RUNNING);
	put(&f, 1, WA_REASON_PHONE_SILENT);
	(void)rows_put(f.fleet, &(struct rows_status){ .company = "rest",
	    .reason = WA_REASON_PAUSED, .paused = true, .version = 1 });
	EXPECT_STR(line(&f, 100), " 16: 1 needs you, 2 connecting, 3 connected,"
	    " 1 paused, 5 not started, 4 not linked         pairdesk");
	close_fix(&f);
}

/* Each width is filled without a part being cut, and no width that is larger
 * loses the count that matters most. */
TEST(header_fits_every_width)
{
	struct fix f;

	open_fix(&f);
	fill(&f);
	f.header.read_only = true;
	for (int state = FEED_LOADING; state <= FEED_FROZEN; state++) {
		f.header.feed = (enum feed_state)state;
		for (int width = 20; width <= 300; width++) {
			line(&f, width);
			EXPECT(strstr(f.line, "2 need you") != NULL);
			EXPECT(str_width_cells(f.line) <= (size_t)width);
			EXPECT(strstr(f.line, "\u2026") == NULL);
		}
	}
	EXPECT(strstr(f.line, "pairdesk 1.2") != NULL);
	for (int width = 1; width < 20; width++)
		line(&f, width);
	close_fix(&f);
}

TEST(header_need_stands_out)
{
	struct fix f;
	struct canvas *c;

	open_fix(&f);
	fill(&f);
	c = canvas_create(1, 80);
	header_draw(canvas_area(c), &f.header);
	/* " 300: 2 need you" */
	EXPECT_INT(canvas_style(c, 0, 6), ROLE_BAR_BAD);
	EXPECT_INT(canvas_style(c, 0, 0), ROLE_BAR);
	EXPECT_INT(canvas_style(c, 0, 79), ROLE_BAR);
	canvas_destroy(c);
	close_fix(&f);
}
