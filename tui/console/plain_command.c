/* What is typed in the line mode: the words of the subcommands, done as these
 * do them. */
#include "tui/console/plain_impl.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/commands.h"
#include "tui/console/export.h"

#define LOG_LINES 20
#define TOKEN_USAGE "token [list] | token add NAME | token revoke ID"

static enum lang
lang(const struct plain *p)
{
	return p->params.args->lang;
}

/* --- as the subcommand ----------------------------------------------------------------- */

static const char *
given(const char *word)
{
	return *word != '\0' ? word : NULL;
}

/* It asks the core by itself, and everything else waits that long. */
static void
do_subcommand(struct plain *p, const char *word,
    const struct command_line *line)
{
	struct cmd_args args = *p->params.args;
	int code;

	args.cmd = commands_find(word);
	args.company = given(line->company);
	args.verb = given(line->words[0]);
	args.value = given(line->words[1]);
	args.lines = LOG_LINES;
	fflush(stdout);
	if ((code = args.cmd->run(&args)) != EX_OK)
		p->exit_code = code;
	fflush(stdout);
}

/* "list", "add NAME", "revoke ID"; nothing: list. */
static void
do_token(struct plain *p, const char *words)
{
	const size_t n = strcspn(words, " \t");
	const char *rest = words + n + strspn(words + n, " \t");
	struct command_line line = { .command = COMMAND_TOKEN };
	char *verb = line.words[0];

	if (n >= sizeof line.words[0] ||
	    !str_copy(line.words[1], sizeof line.words[1], rest)) {
		plain_refuse_text(p, EX_USAGE, TEXT_PLAIN_TOO_LONG, NULL);
		return;
	}
	memcpy(verb, *words == '\0' ? "list" : words, *words == '\0' ? 4 : n);
	if (strcmp(verb, "list") == 0 && *rest == '\0')
		do_subcommand(p, "token", &line);
	else if (*rest == '\0' || (strcmp(verb, "add") != 0 &&
	    strcmp(verb, "revoke") != 0))
		plain_refuse_text(p, EX_USAGE, TEXT_PLAIN_USAGE,
		    &(struct words_args){ .reason = TOKEN_USAGE });
	else if (p->params.read_only)
		plain_refuse_text(p, EX_NOPERM, TEXT_PLAIN_READ_ONLY, NULL);
	else
		do_subcommand(p, "token", &line);
}

/* --- the list ---------------------------------------------------------------------------- */

static void
do_companies(struct plain *p)
{
	fleet_filter(p->fleet, "", lang(p));
	if (fleet_count(p->fleet) == 0)
		plain_overview(p);
	else
		plain_list(p, SIZE_MAX);
}

static void
do_filter(struct plain *p, const struct command_line *line)
{
	fleet_filter(p->fleet, line->words[0], lang(p));
	plain_out(p, TEXT_PLAIN_SHOWN, &(struct words_args){
	    .n = (int64_t)fleet_shown(p->fleet),
	    .m = (int64_t)fleet_count(p->fleet) });
	plain_list(p, SIZE_MAX);
}

static void
do_sort(struct plain *p, const struct command_line *line)
{
	enum sort by;

	if (!command_sort(line->words[0], &by)) {
		plain_refuse_text(p, EX_USAGE, TEXT_PLAIN_USAGE,
		    &(struct words_args){
		    .reason = command_rule(COMMAND_SORT)->usage });
		return;
	}
	fleet_sort(p->fleet, by, line->words[1][0] != '\0');
	plain_list(p, SIZE_MAX);
}

static void
do_problems(struct plain *p)
{
	fleet_only_problems(p->fleet, true);
	plain_out(p, TEXT_PLAIN_SHOWN, &(struct words_args){
	    .n = (int64_t)fleet_shown(p->fleet),
	    .m = (int64_t)fleet_count(p->fleet) });
	plain_list(p, SIZE_MAX);
	fleet_only_problems(p->fleet, false);
}

static void
do_export(struct plain *p, const struct command_line *line)
{
	char path[sizeof line->words[1] + 32];
	enum err err;

	(void)str_format(path, sizeof path, "%s%s",
	    line->words[1][0] != '\0' ? line->words[1] : "companies.",
	    line->words[1][0] != '\0' ? "" : line->words[0]);
	err = export_file(p->fleet, path, lang(p), feed_now_ms(p->feed));
	if (err == ERR_OK)
		plain_out(p, TEXT_PLAIN_EXPORTED, &(struct words_args){
		    .n = (int64_t)fleet_shown(p->fleet), .reason = path });
	else
		plain_refuse_text(p, err == ERR_INVALID ? EX_USAGE :
		    EX_CANTCREAT, err == ERR_EXISTS ?
		    TEXT_PLAIN_EXPORT_EXISTS : err == ERR_INVALID ?
		    TEXT_PLAIN_EXPORT_NAME : TEXT_PLAIN_EXPORT_FAILED,
		    &(struct words_args){ .reason = path });
}

/* What the console has not, or has keys for. */
static const struct {
	const char *usage;
	enum text help;
} own[] = {
	{ "qr [COMPANY]", TEXT_PLAIN_HELP_QR },
	{ TOKEN_USAGE, TEXT_PLAIN_HELP_TOKEN },
	{ "watch on|off", TEXT_PLAIN_HELP_WATCH },
	{ "quit stop", TEXT_PLAIN_HELP_QUIT },
};

static void
do_help(struct plain *p)
{
	plain_out(p, TEXT_PLAIN_HELP, NULL);
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const struct command_rule *rule =
		    command_rule((enum command)i);

		if (i != COMMAND_WIDE && i != COMMAND_UNDO &&
		    i != COMMAND_TOKEN)
			printf("%s: %s\n", rule->usage,
			    text_get(lang(p), rule->help));
	}
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		printf("%s: %s\n", own[i].usage,
		    text_get(lang(p), own[i].help));
	fflush(stdout);
}

/* --- a line ---------------------------------------------------------------------------------- */

static bool
is_a_change(const struct command_line *line)
{
	switch (line->command) {
	case COMMAND_LINK: case COMMAND_RECONNECT: case COMMAND_PAUSE:
	case COMMAND_RESUME: case COMMAND_LOGOUT: case COMMAND_REMOVE:
	case COMMAND_NAME: case COMMAND_PIN: case COMMAND_SHARE:
	case COMMAND_PROXY:
	case COMMAND_STOP: case COMMAND_START: case COMMAND_SERVE:
	case COMMAND_ADD:
		return true;
	default:
		return false;
	}
}

static void
do_start(struct plain *p)
{
	if (!plain_is_lost(p)) {
		plain_refuse_text(p, EX_USAGE, TEXT_START_RUNS, NULL);
	} else if (!p->is_interactive) {
		/* the lines that were read already would be lost */
		plain_refuse_text(p, EX_TEMPFAIL, TEXT_PLAIN_START_TTY, NULL);
	} else {
		p->is_leaving = true;
		p->params.on_start(p->params.ctx);
	}
}

/* What needs no core. False: it does. */
static bool
do_here(struct plain *p, const struct command_line *line)
{
	switch (line->command) {
	case COMMAND_NONE:
		break;
	case COMMAND_QUIT:
		plain_quit(p);
		break;
	case COMMAND_HELP:
		do_help(p);
		break;
	case COMMAND_START: case COMMAND_SERVE:
		do_start(p);
		break;
	case COMMAND_LOGS:
		do_subcommand(p, "logs", line);
		break;
	case COMMAND_STOP:
		do_subcommand(p, "stop", line);
		break;
	case COMMAND_DOCTOR:
		do_subcommand(p, "doctor", line);
		break;
	case COMMAND_WIDE:
	case COMMAND_UNDO:
		plain_refuse_text(p, EX_USAGE, TEXT_PLAIN_SCREEN_ONLY, NULL);
		break;
	default:
		return false;
	}
	return true;
}

static void
do_there(struct plain *p, const struct command_line *line)
{
	static const enum act acts[COMMAND_COUNT] = {
		[COMMAND_ADD] = ACT_ADD, [COMMAND_NAME] = ACT_NAME,
		[COMMAND_PIN] = ACT_PIN, [COMMAND_PAUSE] = ACT_PAUSE,
		[COMMAND_RESUME] = ACT_RESUME,
		[COMMAND_RECONNECT] = ACT_RECONNECT,
		[COMMAND_LOGOUT] = ACT_LOGOUT, [COMMAND_REMOVE] = ACT_REMOVE,
		[COMMAND_SHARE] = ACT_SHARE, [COMMAND_PROXY] = ACT_PROXY,
	};

	switch (line->command) {
	case COMMAND_COMPANIES:
		do_companies(p);
		break;
	case COMMAND_FILTER:
		do_filter(p, line);
		break;
	case COMMAND_SORT:
		do_sort(p, line);
		break;
	case COMMAND_PROBLEMS:
		do_problems(p);
		break;
	case COMMAND_EXPORT:
		do_export(p, line);
		break;
	case COMMAND_STATUS:
		if (line->company[0] == '\0')
			plain_overview(p);
		else
			do_subcommand(p, "status", line);
		break;
	case COMMAND_LISTENER:
		do_subcommand(p, "listener", line);
		break;
	case COMMAND_LINK:
		plain_do_link(p, line, false);
		break;
	default:
		plain_do_act(p, acts[line->command], line);
		break;
	}
}

/* False: one is needed, none was named and none chosen. */
static bool
set_company(const struct plain *p, struct command_line *line)
{
	const struct command_rule *rule = command_rule(line->command);

	if (!rule->wants_company || line->company[0] != '\0')
		return true;
	(void)str_copy(line->company, sizeof line->company, p->chosen);
	return p->chosen[0] != '\0' || line->command == COMMAND_STATUS ||
	    line->command == COMMAND_LOGS;
}

static void
run(struct plain *p, struct command_line *line)
{
	if (is_a_change(line) && p->params.read_only)
		plain_refuse_text(p, EX_NOPERM, TEXT_PLAIN_READ_ONLY, NULL);
	else if (!set_company(p, line))
		plain_refuse_text(p, EX_USAGE, TEXT_PLAIN_WHICH,
		    &(struct words_args){
		    .reason = command_rule(line->command)->usage });
	else if (do_here(p, line))
		;
	else if (plain_is_lost(p))
		plain_refuse_text(p, EX_TEMPFAIL, TEXT_PLAIN_GONE, NULL);
	else
		do_there(p, line);
}

/* The words that follow are about it. */
static void
choose(struct plain *p, size_t number)
{
	struct command_line line = { .command = COMMAND_STATUS };

	if (number > p->listed_count) {
		plain_refuse_text(p, EX_USAGE, TEXT_PLAIN_NO_NUMBER,
		    &(struct words_args){ .n = (int64_t)p->listed_count });
		return;
	}
	(void)str_copy(p->chosen, sizeof p->chosen, p->listed[number - 1]);
	run(p, &line);
}

/* Also a core that somebody else started: that is what stop says. */
static void
quit_and_stop(struct plain *p)
{
	if (p->params.read_only) {
		plain_refuse_text(p, EX_NOPERM, TEXT_PLAIN_READ_ONLY, NULL);
		return;
	}
	if (!p->params.started_core)
		do_subcommand(p, "stop",
		    &(struct command_line){ .command = COMMAND_STOP });
	plain_leave(p, p->params.started_core);
}

static void
watch(struct plain *p, bool on)
{
	p->watches = on;
	plain_out(p, on ? TEXT_PLAIN_WATCHING : TEXT_PLAIN_NOT_WATCHING,
	    NULL);
}

static void
do_parsed(struct plain *p, const char *line)
{
	struct command_line parsed = { .command = COMMAND_NONE };
	char why[WORDS_MAX];

	if (!command_parse(line, lang(p), &parsed, why, sizeof why))
		plain_refuse(p, EX_USAGE, why);
	else if (parsed.command == COMMAND_TOKEN)
		do_token(p, "");
	else if (parsed.command != COMMAND_NONE)
		run(p, &parsed);
}

/* The word, alone or with others behind it. */
static bool
begins(const char *line, const char *word, const char **rest)
{
	const size_t n = strlen(word);

	if (strncmp(line, word, n) != 0 ||
	    (line[n] != '\0' && line[n] != ' ' && line[n] != '\t'))
		return false;
	*rest = line + n + strspn(line + n, " \t");
	return true;
}

static void
do_qr(struct plain *p, const char *company)
{
	struct command_line line = { .command = COMMAND_LINK };

	if (p->params.read_only) {
		plain_refuse_text(p, EX_NOPERM, TEXT_PLAIN_READ_ONLY, NULL);
	} else if (*company != '\0' && !company_id_is_valid(company)) {
		plain_refuse(p, EX_USAGE, words_get(lang(p),
		    WORD_CLI_BAD_COMPANY));
	} else {
		(void)str_copy(line.company, sizeof line.company, company);
		if (!set_company(p, &line))
			plain_refuse_text(p, EX_USAGE, TEXT_PLAIN_WHICH,
			    &(struct words_args){ .reason = own[0].usage });
		else
			plain_do_link(p, &line, true);
	}
}

void
plain_do(struct plain *p, const char *line)
{
	const char *rest;
	size_t number;

	if (plain_number(line, &number))
		choose(p, number);
	else if (strcmp(line, "watch on") == 0)
		watch(p, true);
	else if (strcmp(line, "watch off") == 0)
		watch(p, false);
	else if (strcmp(line, "quit stop") == 0)
		quit_and_stop(p);
	else if (begins(line, "qr", &rest))
		do_qr(p, rest);
	else if (begins(line, "token", &rest))
		do_token(p, rest);
	else
		do_parsed(p, line);
}
