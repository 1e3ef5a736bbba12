/* Everything the tables say stands in the help, whatever the language. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/tui/desk.h"
#include "tui/console/command.h"

#define WIDE 400        /* columns: no text is broken, two beside each other */
#define TALL 120

static void
expect(struct desk *s, const char *text)
{
	if (!desk_shows(s, text))
		t_fail(__FILE__, __LINE__, "not in the help: %s", text);
}

TEST(help_has_every_key_and_every_command)
{
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		const struct desk_params params = { .lang = (enum lang)lang,
		    .rows = TALL, .columns = WIDE };
		struct desk s;
		char name[32];

		desk_open(&s, &params);
		desk_keys(&s, "?");
		for (size_t i = 0; i < binding_count; i++) {
			binding_key_name(&bindings[i], 0, name, sizeof name);
			expect(&s, name);
			expect(&s, text_get(params.lang, bindings[i].help));
		}
		for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
			const struct command_rule *rule =
			    command_rule((enum command)i);

			expect(&s, rule->usage);
			expect(&s, text_get(params.lang, rule->help));
		}
		expect(&s, "NO_COLOR");
		expect(&s, "--plain");
		expect(&s, "--read-only");
		desk_close(&s);
	}
}

TEST(help_begins_with_where_it_was_asked_from)
{
	const struct desk_params params = { .rows = 24, .columns = 80 };
	struct desk s;

	desk_open(&s, &params);
	desk_keys(&s, "?");
	EXPECT(desk_shows(&s, "In the list of companies"));
	EXPECT(!desk_shows(&s, "In the log"));
	desk_keys(&s, "q");
	desk_keys(&s, "L");
	desk_keys(&s, "?");
	EXPECT(desk_shows(&s, "In the log"));
	EXPECT(!desk_shows(&s, "In the list of companies"));
	/* the same key takes it away */
	desk_keys(&s, "?");
	EXPECT(!desk_shows(&s, "In the log F"));
	desk_close(&s);
}

TEST(help_is_searched_as_it_is_typed)
{
	struct desk s;

	desk_open(&s, &(struct desk_params){ .lang = LANG_RU });
	desk_keys(&s, "?");
	desk_keys(&s, "/");
	desk_keys(&s, "КАРАНТИН");
	EXPECT(desk_shows(&s, "Такого нет"));
	for (int i = 0; i < 8; i++)
		desk_keys(&s, "\x7f");
	desk_keys(&s, "ПАУЗ");
	EXPECT(desk_shows(&s, "поставить на паузу или снять с неё"));
	EXPECT(!desk_shows(&s, "вверх"));
	desk_keys(&s, "\r");
	/* letters are keys again */
	desk_keys(&s, "j");
	EXPECT(desk_shows(&s, "поставить на паузу или снять с неё"));
	desk_keys(&s, "\033");
	EXPECT(desk_shows(&s, "открыть компанию"));
	desk_close(&s);
}

TEST(help_scrolls_to_its_end_on_any_screen)
{
	static const int sizes[][2] = { { 24, 80 }, { 10, 40 }, { 5, 20 },
	    { 40, 132 }, { 60, 200 } };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct desk s;

		desk_open(&s, &(struct desk_params){
		    .rows = sizes[i][0], .columns = sizes[i][1] });
		desk_keys(&s, "?");
		desk_keys(&s, "G");
		EXPECT(desk_shows(&s, "layout as well"));
		desk_keys(&s, "k");
		desk_keys(&s, "j");
		EXPECT(desk_shows(&s, "layout as well"));
		desk_keys(&s, "g");
		EXPECT(desk_shows(&s, "Enter"));
		desk_close(&s);
	}
}
