/* What the console does around its views: alerts, keys nobody has, what is
 * pasted, the stack, the command line. */
#include "tui/console/console.h"

#include <string.h>

#include "tests/t.h"
#include "tests/unit/tui/stage.h"

#define EVENTS "/api/whatsapp/events"
#define STATUS(company, status, reason, version) \
	"{\"companyId\":\"" company "\",\"status\":\"" status "\"," \
	"\"reason\":\"" reason "\",\"stateVersion\":" version "}"

static void
open_stage(struct stage *s)
{
	*s = (struct stage){ .utf8 = true };
	stage_init(s);
	stage_start(s, 24, 80, LANG_EN);
}

/* Whether these bytes went to the terminal since the last look. */
static bool
was_sent(struct stage *s, const char *what)
{
	size_t n;

	return strstr(screen_take_sent(s->screen, &n), what) != NULL;
}

TEST(console_rings_and_says_how_many_need_somebody)
{
	struct stage s;

	open_stage(&s);
	(void)was_sent(&s, "");
	fake_core_tell(s.core, EVENTS, "b-3", "status",
	    STATUS("acme", "reconnecting", "connection_lost", "900"));
	stage_settle(&s);
	EXPECT(!was_sent(&s, "\a"));
	fake_core_tell(s.core, EVENTS, "b-4", "status",
	    STATUS("acme", "logged_out", "unlinked", "901"));
	stage_settle(&s);
	/* one look: what was sent is told once */
	EXPECT(was_sent(&s, "\033]0;pairdesk: 1 needs you\a\a"));
	fake_core_tell(s.core, EVENTS, "b-5", "status",
	    STATUS("acme", "connected", "ok", "902"));
	stage_settle(&s);
	EXPECT(!was_sent(&s, "needs you"));
	stage_finish(&s);
}

TEST(console_says_that_a_key_does_nothing)
{
	struct stage s;

	open_stage(&s);
	stage_keys(&s, "Y");
	EXPECT(stage_has(&s, "That key does nothing here"));
	stage_keys(&s, "j");
	EXPECT(!stage_has(&s, "That key does nothing here"));
	stage_finish(&s);
}

/* What somebody pastes by mistake is no command. */
TEST(console_pasted_text_presses_no_keys)
{
	struct stage s;

	open_stage(&s);
	stage_keys(&s, "\033[200~dacme\rqH?:quit\r\033[201~");
	EXPECT(stage_has(&s, "STATE"));
	EXPECT(!stage_has(&s, "Type acme to confirm"));
	stage_keys(&s, "?");
	EXPECT(stage_has(&s, "In the list of companies"));
	stage_finish(&s);
}

TEST(console_views_stack_and_come_back)
{
	struct stage s;

	open_stage(&s);
	stage_keys(&s, "L");
	EXPECT(stage_has(&s, "Log"));
	stage_keys(&s, "H");
	EXPECT(stage_has(&s, "Listener"));
	stage_keys(&s, "L");            /* the one that is open already */
	EXPECT(stage_has(&s, "Log"));
	stage_keys(&s, "q");
	EXPECT(stage_has(&s, "STATE"));
	stage_finish(&s);
}

TEST(console_bodies_begin_at_column_1)
{
	static const struct view_ops *const views[] = { &view_companies,
	    &view_company, &view_log, &view_listener, &view_help };

	for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
		struct stage s;
		bool has_1 = false;

		open_stage(&s);
		stage_show(&s, views[i], "acme");
		for (int row = 1; row < 22; row++) {
			const char *text = stage_row(&s, row);

			EXPECT(text[0] == ' ' || text[0] == '\0');
			has_1 = has_1 || (text[0] == ' ' && text[1] != ' ');
		}
		EXPECT(has_1);
		stage_finish(&s);
	}
}

static const char long_notice[] = "The core of this directory is of another "
    "version than this console, and some of what is shown may be wrong. Stop "
    "it by pairdesk stop, and start again.";

/* What to do stands at the end of a notice, and is never cut. */
TEST(console_notices_wrap)
{
	static const int sizes[][2] = { { 24, 80 }, { 10, 40 }, { 24, 40 } };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct stage s;
		int row;

		open_stage(&s);
		stage_resize(&s, sizes[i][0], sizes[i][1]);
		console_say_text(s.console, ROLE_NOTICE, long_notice);
		stage_settle(&s);
		screen_now(s.screen);
		row = stage_find(&s, "again.");
		EXPECT_INT(row, sizes[i][0] < 14 ? 2 : 22);
		EXPECT(stage_row(&s, row)[0] == ' ');
		EXPECT(i > 0 || stage_has(&s, "The core of this directory"));
		/* a question stays whole beside it */
		stage_keys(&s, "a");
		console_say_text(s.console, ROLE_NOTICE, long_notice);
		stage_settle(&s);
		screen_now(s.screen);
		EXPECT(stage_has(&s, "Id of the new company"));
		EXPECT(stage_has(&s, "again."));
		stage_keys(&s, "x");
		EXPECT(!stage_has(&s, "again."));
		stage_finish(&s);
	}
}

TEST(console_command_line_completes_recalls_and_refuses)
{
	struct stage s;

	open_stage(&s);
	stage_keys(&s, ":bogus\r");
	EXPECT(stage_find(&s, "bogus") == 22);
	stage_keys(&s, ":list\t");
	EXPECT(stage_has(&s, ":listener"));
	stage_keys(&s, "\r");
	EXPECT(stage_has(&s, "Listener"));
	stage_keys(&s, ":\033[A\033[A");
	EXPECT(stage_has(&s, ":bogus"));
	stage_keys(&s, "\033");
	EXPECT(!stage_has(&s, ":bogus"));
	stage_finish(&s);
}

static bool
offers(struct stage *s, const char *text)
{
	return strstr(stage_row(s, 23), text) != NULL;
}

TEST(console_key_line_shows_what_holds)
{
	struct stage s;

	open_stage(&s);
	EXPECT(offers(&s, "Enter open  l link  / filter"));
	stage_keys(&s, "/");
	EXPECT_STR(stage_row(&s, 23), " Enter keep  Esc clear");
	stage_keys(&s, "\r:");
	EXPECT_STR(stage_row(&s, 23), " Tab complete  Up/Down history  "
	    "Enter run  Esc cancel");
	stage_keys(&s, "\003a");
	EXPECT_STR(stage_row(&s, 23), " Enter: go on   Esc: cancel");
	/* said there, it is not said in the box as well */
	EXPECT_INT(stage_find(&s, "Enter: go on"), 23);
	stage_keys(&s, "\003L/");
	EXPECT_STR(stage_row(&s, 23), " Enter keep  Esc clear");
	stage_keys(&s, "\rH");
	EXPECT(!offers(&s, "H listener"));
	stage_keys(&s, "q?/");
	EXPECT_STR(stage_row(&s, 23), " Enter keep  Esc clear");
	stage_finish(&s);
}

TEST(console_key_line_of_an_empty_list)
{
	struct stage s = { .utf8 = true };

	stage_init(&s);
	stage_start(&s, 24, 80, LANG_EN);
	fleet_remove(console_fleet(s.console), "acme");
	stage_keys(&s, "j");
	EXPECT(stage_has(&s, "No companies yet"));
	EXPECT_STR(stage_row(&s, 23), " a add  H listener  ? help  q quit");
	stage_finish(&s);
}

TEST(console_keys_of_a_cyrillic_layout)
{
	struct stage s;

	open_stage(&s);
	stage_keys(&s, "\u0420");               /* H */
	EXPECT(stage_has(&s, "Listener"));
	stage_keys(&s, "\u0439");               /* q */
	EXPECT(stage_has(&s, "STATE"));
	stage_finish(&s);
}

TEST(console_interrupt_leaves_questions_and_views)
{
	struct stage s;

	open_stage(&s);
	stage_keys(&s, ":quit\003");
	EXPECT(stage_has(&s, "STATE"));
	EXPECT(!stage_has(&s, ":quit"));
	stage_keys(&s, "a");
	EXPECT(stage_has(&s, "Id of the new company"));
	stage_keys(&s, "\003");
	EXPECT(!stage_has(&s, "Id of the new company"));
	stage_keys(&s, "H\003");
	EXPECT(stage_has(&s, "STATE"));
	stage_finish(&s);
}

/* Its answer would be told to a view that is no more. */
TEST(console_question_goes_with_its_view)
{
	struct stage s;

	open_stage(&s);
	stage_keys(&s, "Ha");
	EXPECT(stage_has(&s, "Esc: cancel"));
	stage_show(&s, &view_companies, "");
	EXPECT(!stage_has(&s, "Esc: cancel"));
	stage_keys(&s, "name\r");
	EXPECT(!stage_has(&s, "Listener"));
	stage_keys(&s, "a");
	EXPECT(stage_has(&s, "Id of the new company"));
	stage_finish(&s);               /* and with the console */
}

TEST(console_small_screens_have_no_key_line)
{
	struct stage s;

	open_stage(&s);
	EXPECT(strstr(stage_row(&s, 23), "q quit") != NULL);
	stage_resize(&s, 10, 40);
	EXPECT(!stage_has(&s, "q quit"));
	EXPECT(strstr(stage_row(&s, 0), "? help") != NULL);
	stage_keys(&s, "Y");
	EXPECT(strstr(stage_row(&s, 0), "does nothing") != NULL);
	stage_finish(&s);
}

TEST(console_says_where_a_paste_is_taken)
{
	struct stage s;

	stage_init(&s);
	stage_start(&s, 24, 80, LANG_EN);
	stage_keys(&s, "\033[200~dq\033[201~");
	EXPECT(stage_has(&s, "Pasted text is taken only by a field."));
	EXPECT(stage_has(&s, "acme"));
	stage_keys(&s, ":");
	stage_keys(&s, "\033[200~help\033[201~");
	EXPECT(stage_has(&s, ":help"));
	stage_finish(&s);
}

TEST(console_says_that_columns_are_wide)
{
	struct stage s;

	stage_init(&s);
	stage_start(&s, 24, 80, LANG_EN);
	stage_keys(&s, "w");
	EXPECT(stage_has(&s, "Wide columns on: Right goes through them."));
	stage_keys(&s, "w");
	EXPECT(stage_has(&s, "Wide columns off."));
	stage_finish(&s);
}
