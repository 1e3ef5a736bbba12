#include "tui/console/command.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tui/commands.h"

static void
put(struct fleet *f, const char *company, const char *name)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "companyId", company);
	cJSON_AddStringToObject(o, "name", name);
	cJSON_AddStringToObject(o, "status", "idle");
	cJSON_AddNumberToObject(o, "stateVersion", 1);
	EXPECT(fleet_put(f, o, NULL) != NULL);
	cJSON_Delete(o);
}

TEST(command_takes_good_lines)
{
	static const struct {
		const char *line;
		enum command command;
		const char *company, *first, *second;
	} rows[] = {
		{ "", COMMAND_NONE, "", "", "" },
		{ " \t ", COMMAND_NONE, "", "", "" },
		{ "pause", COMMAND_PAUSE, "", "", "" },
		{ "  pause   acme  ", COMMAND_PAUSE, "acme", "", "" },
		{ "resume acme", COMMAND_RESUME, "acme", "", "" },
		{ "reconnect acme", COMMAND_RECONNECT, "acme", "", "" },
		{ "logout acme", COMMAND_LOGOUT, "acme", "", "" },
		{ "remove acme", COMMAND_REMOVE, "acme", "", "" },
		{ "status acme", COMMAND_STATUS, "acme", "", "" },
		{ "share acme", COMMAND_SHARE, "acme", "", "" },
		{ "logs", COMMAND_LOGS, "", "", "" },
		{ "link", COMMAND_LINK, "", "", "" },
		{ "link acme", COMMAND_LINK, "acme", "", "" },
		{ "link acme +7 900 123-45-67", COMMAND_LINK, "acme",
		    "79001234567", "" },
		{ "link acme 8 (900) 123-45-67", COMMAND_LINK, "acme",
		    "79001234567", "" },
		{ "name acme Acme Ltd", COMMAND_NAME, "acme", "Acme Ltd",
		    "" },
		{ "name acme  Рога и  копыта ", COMMAND_NAME, "acme",
		    "Рога и  копыта", "" },
		{ "pin acme none", COMMAND_PIN, "acme", "none", "" },
		{ "pin acme 79001234567", COMMAND_PIN, "acme",
		    "79001234567", "" },
		{ "add", COMMAND_ADD, "", "", "" },
		{ "add new Some name", COMMAND_ADD, "new", "Some name", "" },
		{ "companies", COMMAND_COMPANIES, "", "", "" },
		{ "listener", COMMAND_LISTENER, "", "", "" },
		{ "token", COMMAND_TOKEN, "", "", "" },
		{ "token list", COMMAND_TOKEN, "", "list", "" },
		{ "token add", COMMAND_TOKEN, "", "add", "" },
		{ "token add our crm", COMMAND_TOKEN, "", "add", "our crm" },
		{ "token revoke abcdefgh", COMMAND_TOKEN, "", "revoke",
		    "abcdefgh" },
		{ "doctor", COMMAND_DOCTOR, "", "", "" },
		{ "serve", COMMAND_SERVE, "", "", "" },
		{ "serve --http 3000", COMMAND_SERVE, "", "--http 3000", "" },
		{ "stop", COMMAND_STOP, "", "", "" },
		{ "filter", COMMAND_FILTER, "", "", "" },
		{ "filter !acme a|b", COMMAND_FILTER, "", "!acme a|b", "" },
		{ "sort", COMMAND_SORT, "", "", "" },
		{ "sort name", COMMAND_SORT, "", "name", "" },
		{ "sort problems", COMMAND_SORT, "", "problems", "" },
		{ "sort need", COMMAND_SORT, "", "need", "" },
		{ "sort name reverse", COMMAND_SORT, "", "name", "reverse" },
		{ "problems", COMMAND_PROBLEMS, "", "", "" },
		{ "wide", COMMAND_WIDE, "", "", "" },
		{ "export csv", COMMAND_EXPORT, "", "csv", "" },
		{ "export json my list.json", COMMAND_EXPORT, "", "json",
		    "my list.json" },
		{ "undo", COMMAND_UNDO, "", "", "" },
		{ "help", COMMAND_HELP, "", "", "" },
		{ "quit", COMMAND_QUIT, "", "", "" },
		{ "q", COMMAND_QUIT, "", "", "" },
		/* the same keys on the Russian layout: pause, q */
		{ "зфгыу acme", COMMAND_PAUSE, "acme", "", "" },
		{ "й", COMMAND_QUIT, "", "", "" },
	};
	char why[WORDS_MAX];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct command_line out = { .command = COMMAND_COUNT };

		EXPECT(command_parse(rows[i].line, LANG_EN, &out, why,
		    sizeof why));
		EXPECT_INT(out.command, rows[i].command);
		EXPECT_STR(out.company, rows[i].company);
		EXPECT_STR(out.words[0], rows[i].first);
		EXPECT_STR(out.words[1], rows[i].second);
	}
}

TEST(command_says_what_is_wrong)
{
	static const struct {
		const char *line, *why;
	} rows[] = {
		{ "name", "name COMPANY NAME" },
		{ "name acme", "name COMPANY NAME" },
		{ "pin", "pin COMPANY PHONE|none" },
		{ "pin acme", "pin COMPANY PHONE|none" },
		{ "pin acme nobody", "digits" },
		{ "pin acme 0900", "country code" },
		{ "pin acme 12", "too short" },
		{ "link acme 79001234567890123", "too long" },
		{ "link ac.me", "ac.me cannot be a company id" },
		{ "pause acme beta", "pause [COMPANY]" },
		{ "quit now", "quit" },
		{ "stop it", "stop" },
		{ "token list all", "token list|add|revoke" },
		{ "token make", "It goes: token list|add" },
		{ "doctor acme", "doctor" },
		{ "export", "export csv|json [FILE]" },
		{ "export xml", "not as xml" },
		{ "sort up", "problems, company, name" },
		{ "sort name up", "sort [ORDER [reverse]]" },
		{ "bogus", "no command bogus" },
		{ "pasue acme", "did you mean pause?" },
		{ "xyzzyplugh", "no command xyzzyplugh" },
		{ "pause aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaa", "company id" },
	};
	char why[WORDS_MAX];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct command_line out = { .command = COMMAND_COUNT };

		why[0] = '\0';
		EXPECT(!command_parse(rows[i].line, LANG_EN, &out, why,
		    sizeof why));
		if (strstr(why, rows[i].why) == NULL)
			t_fail(__FILE__, __LINE__, "%s: %s", rows[i].line,
			    why);
		EXPECT_INT(out.command, COMMAND_COUNT);
		EXPECT(!command_parse(rows[i].line, LANG_RU, &out, why,
		    sizeof why));
		EXPECT(strchr(why, '{') == NULL);
	}
}

/* What the command line has, the console has under the same word. */
TEST(command_knows_each_subcommand)
{
	const struct cmd *cmd;
	size_t i;

	for (i = 0; (cmd = commands_at(i)) != NULL; i++) {
		struct command_line out;
		char line[128], why[WORDS_MAX] = "";

		if ((cmd->takes & ARG_SHELL) != 0)
			continue;       /* the command line's alone */
		(void)str_format(line, sizeof line, "%s%s%s", cmd->name,
		    (cmd->takes & ARG_COMPANY) != 0 ? " acme" : "",
		    strcmp(cmd->name, "proxy") == 0 ? " direct" :
		    (cmd->takes & ARG_VALUE) != 0 ? " 79001234567" :
		    (cmd->takes & ARG_VERB) != 0 ? " list" : "");
		if (!command_parse(line, LANG_EN, &out, why, sizeof why))
			t_fail(__FILE__, __LINE__, "%s: %s", line, why);
		else
			EXPECT_STR(command_rule(out.command)->word,
			    cmd->name);
	}
	EXPECT(i > 10);
}

/* Each rule by itself: alone, with as much as it takes, with a word more. */
TEST(command_keeps_its_rules)
{
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const struct command_rule *rule =
		    command_rule((enum command)i);
		struct command_line out;
		char line[256], why[WORDS_MAX];

		EXPECT(rule->word[0] != '\0');
		EXPECT(strncmp(rule->usage, rule->word,
		    strlen(rule->word)) == 0);
		EXPECT(rule->help != TEXT_NONE);
		EXPECT_INT(command_parse(rule->word, LANG_EN, &out, why,
		    sizeof why), rule->least == 0);
		if (rule->most > 0)
			continue;       /* its last word takes what comes */
		(void)str_format(line, sizeof line, "%s%s", rule->word,
		    rule->wants_company ? " acme" : "");
		EXPECT(command_parse(line, LANG_EN, &out, why, sizeof why));
		(void)str_format(line + strlen(line),
		    sizeof line - strlen(line), " more");
		EXPECT(!command_parse(line, LANG_EN, &out, why, sizeof why));
		EXPECT(strstr(why, rule->usage) != NULL);
	}
}

TEST(command_completes)
{
	static const struct {
		const char *line, *out, *candidates;
	} rows[] = {
		{ "pa", "pause ", "pause " },
		{ "re", "re", "reconnect resume remove " },
		{ "rec", "reconnect ", "reconnect " },
		{ "xx", "xx", "" },
		{ "qu", "quit", "quit " },
		{ "pause a", "pause acme", "acme acme-2 " },
		{ "pause acme-", "pause acme-2", "acme-2 " },
		{ "name b", "name beta ", "beta " },
		{ "pause z", "pause z", "" },
		/* by name */
		{ "pause horn", "pause beta", "beta " },
		{ "pause ltd", "pause ltd", "acme acme-2 " },
		{ "pin beta n", "pin beta none", "none " },
		{ "export ", "export ", "csv json " },
		{ "export j", "export json ", "json " },
		{ "sort r", "sort reconnects ", "reconnects " },
		{ "sort pro", "sort problems ", "problems " },
		{ "sort name r", "sort name reverse", "reverse " },
		{ "filter a", "filter a", "" },
		{ "add a", "add a", "" },
		{ "nonsense a", "nonsense a", "" },
		{ "quit a", "quit a", "" },
	};
	struct fleet *f = fleet_create();

	put(f, "acme", "Acme Ltd");
	put(f, "acme-2", "Other Ltd");
	put(f, "beta", "Horns and Hooves");
	fleet_sort(f, SORT_COMPANY, false);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct command_candidate list[8];
		char out[256], all[512] = "";
		size_t n = command_complete(rows[i].line, f, out, sizeof out,
		    list, ARRAY_LEN(list));

		EXPECT_STR(out, rows[i].out);
		for (size_t k = 0; k < n && k < ARRAY_LEN(list); k++)
			(void)str_format(all + strlen(all),
			    sizeof all - strlen(all), "%s ", list[k].text);
		EXPECT_STR(all, rows[i].candidates);
	}
	fleet_destroy(f);
}

TEST(command_completes_every_word_and_no_more_than_fits)
{
	struct fleet *f = fleet_create();
	struct command_candidate list[2];
	char out[256];
	size_t n = command_complete("", f, out, sizeof out, list, 2);

	EXPECT_INT(n, COMMAND_COUNT - 1);
	EXPECT_STR(out, "");
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const char *word = command_rule((enum command)i)->word;

		n = command_complete(word, f, out, sizeof out, list, 2);
		EXPECT(n >= 1);
		EXPECT(strncmp(out, word, strlen(word)) == 0);
	}
	fleet_destroy(f);
}

TEST(command_knows_each_order)
{
	for (int i = 0; i < SORT_COUNT; i++) {
		enum sort got = SORT_COUNT;

		EXPECT(command_sort(command_sort_word((enum sort)i), &got));
		EXPECT_INT(got, i);
	}
	EXPECT(!command_sort("nothing", &(enum sort){ SORT_NEED }));
}
