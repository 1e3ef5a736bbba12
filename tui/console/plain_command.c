/* What is typed in the line mode: the words of the subcommands, done as these
 * do them. */
#include "tui/console/plain_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/patch.h"
#include "core/app/phone.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "tui/commands.h"
#include "tui/console/export.h"

#define LOG_LINES 20

static enum lang
lang(const struct plain *p)
{
	return p->params.args->lang;
}

/* --- acts ----------------------------------------------------------------------- */

static void
show_links(const cJSON *data)
{
	/* as `pairdesk share` does; each for one phone, once */
	printf("%s\n%s\n", told_text(data, "pairingUrl"),
	    told_text(data, "qrUrl"));
	fflush(stdout);
}

static void
on_acted(void *ctx, const char *company, const struct act_answer *answer)
{
	struct plain *p = ctx;
	char line[2 * WORDS_MAX];

	p->call = NULL;
	if (answer->ok) {
		act_done(p->act, lang(p), company, p->value, line,
		    sizeof line);
		plain_say(p, true, line);
		if (p->act == ACT_SHARE)
			show_links(answer->data);
	} else {
		act_trouble(answer, lang(p), line, sizeof line);
		plain_refuse(p, answer->gone ? EX_TEMPFAIL :
		    trouble_exit_code(&answer->trouble, false), line);
	}
	plain_go_on(p);
}

void
plain_act(struct plain *p)
{
	p->call = act_request(p->params.client, lang(p), p->act, p->company,
	    p->value, on_acted, p);
}

static void
ask_typed(struct plain *p, const struct row *row)
{
	char line[2 * WORDS_MAX];

	act_warning(p->act, lang(p), row, line, sizeof line);
	plain_say(p, true, line);
	plain_out(p, TEXT_PLAIN_TYPE_ID,
	    &(struct words_args){ .company = p->company });
	p->question = PLAIN_TYPED;
}

/* Checked as the subcommand checks it. value: borrowed. */
static bool
set_value(struct plain *p, const char *value)
{
	char phone[PHONE_SIZE];
	enum phone_fault fault;
	bool changed;

	free(p->value);
	p->value = xstrdup(value);
	if ((p->act == ACT_NAME || p->act == ACT_ADD) && *value != '\0' &&
	    !patch_name_is_valid(value)) {
		char line[WORDS_MAX];

		words_format(line, sizeof line, lang(p), WORD_CLI_BAD_NAME,
		    &(struct words_args){ .n = PATCH_NAME_CHARS });
		plain_refuse(p, EX_USAGE, line);
		return false;
	}
	if ((p->act != ACT_PIN && p->act != ACT_LINK_CODE) || *value == '\0')
		return true;
	if (p->act == ACT_PIN && strcmp(value, "none") == 0) {
		p->value[0] = '\0';
		return true;
	}
	fault = phone_normalise_typed(value, phone, &changed);
	if (fault != PHONE_OK) {
		plain_refuse(p, EX_USAGE, words_get(lang(p),
		    words_phone_fault(fault)));
		return false;
	}
	free(p->value);
	p->value = xstrdup(phone);
	return true;
}

/* False: it was said why not. */
static bool
prepare(struct plain *p, enum act act, const struct command_line *line)
{
	const struct row *row = fleet_find(p->fleet, line->company);
	char why[WORDS_MAX];

	p->act = act;
	(void)str_copy(p->company, sizeof p->company, line->company);
	if (!act_is_possible(act, row, lang(p), feed_now_ms(p->feed), why,
	    sizeof why)) {
		plain_refuse(p, row == NULL ? EX_NOUSER : EX_DATAERR, why);
		return false;
	}
	return set_value(p, line->words[0]);
}

static void
do_act(struct plain *p, enum act act, const struct command_line *line)
{
	if (!prepare(p, act, line))
		return;
	if (act_rule(act)->destroys)
		ask_typed(p, fleet_find(p->fleet, p->company));
	else
		plain_act(p);
}

static void
on_linked(void *ctx, int exit_code)
{
	struct plain *p = ctx;

	p->link = NULL;
	if (exit_code != EX_OK)
		p->exit_code = exit_code;
	plain_go_on(p);
}

/* A pairing code, which can be read aloud; a QR only if asked for. */
static void
do_link(struct plain *p, const struct command_line *line)
{
	const bool wants_qr = strcmp(line->words[0], "qr") == 0;
	struct command_line bare = *line;

	if (p->link != NULL) {
		plain_link_end(p->link);
		p->link = NULL;
	}
	if (wants_qr)
		bare.words[0][0] = '\0';
	if (!prepare(p, wants_qr ? ACT_LINK_QR : ACT_LINK_CODE, &bare))
		return;
	plain_out(p, TEXT_PLAIN_LINKING,
	    &(struct words_args){ .company = p->company });
	p->link = plain_link_begin(p->params.loop, p->params.client,
	    p->params.args, p->company, p->value, wants_qr, on_linked, p);
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

static bool
is_changing_token(const struct command_line *line)
{
	return line->words[0][0] != '\0' &&
	    strcmp(line->words[0], "list") != 0;
}

static void
do_token(struct plain *p, const struct command_line *line)
{
	struct command_line full = *line;
	const char *verb = full.words[0];
	const bool is_list = *verb == '\0' || strcmp(verb, "list") == 0;

	if (*verb == '\0')
		(void)str_copy(full.words[0], sizeof full.words[0], "list");
	if ((!is_list && strcmp(verb, "add") != 0 &&
	    strcmp(verb, "revoke") != 0) ||
	    is_list != (full.words[1][0] == '\0'))
		plain_refuse_text(p, EX_USAGE, TEXT_PLAIN_USAGE,
		    &(struct words_args){
		    .reason = command_rule(COMMAND_TOKEN)->usage });
	else
		do_subcommand(p, "token", &full);
}

/* --- the list ---------------------------------------------------------------------------- */

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
	fleet_sort(p->fleet, by, false);
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
	const enum err err = export_file(p->fleet, line->words[0], lang(p),
	    feed_now_ms(p->feed));

	if (err == ERR_OK)
		plain_out(p, TEXT_PLAIN_EXPORTED, &(struct words_args){
		    .n = (int64_t)fleet_shown(p->fleet),
		    .reason = line->words[0] });
	else
		plain_refuse_text(p, err == ERR_INVALID ? EX_USAGE :
		    EX_CANTCREAT, err == ERR_EXISTS ?
		    TEXT_PLAIN_EXPORT_EXISTS : err == ERR_INVALID ?
		    TEXT_PLAIN_EXPORT_NAME : TEXT_PLAIN_EXPORT_FAILED,
		    &(struct words_args){ .reason = line->words[0] });
}

static void
do_help(struct plain *p)
{
	plain_out(p, TEXT_PLAIN_HELP, NULL);
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const struct command_rule *rule =
		    command_rule((enum command)i);

		if (rule == NULL || i == COMMAND_WIDE || i == COMMAND_UNDO)
			continue;
		printf("%s: %s\n", rule->usage,
		    text_get(lang(p), rule->help));
	}
	printf("watch on|off: %s\n", text_get(lang(p),
	    TEXT_PLAIN_HELP_WATCH));
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
	case COMMAND_STOP: case COMMAND_START: case COMMAND_ADD:
		return true;
	case COMMAND_TOKEN:
		return is_changing_token(line);
	case COMMAND_QUIT:
		return strcmp(line->words[0], "stop") == 0;
	default:
		return false;
	}
}

static void
do_start(struct plain *p)
{
	if (!plain_is_lost(p)) {
		plain_refuse_text(p, EX_USAGE, TEXT_START_RUNS, NULL);
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
		plain_quit(p, strcmp(line->words[0], "stop") == 0);
		break;
	case COMMAND_HELP:
		do_help(p);
		break;
	case COMMAND_START:
		do_start(p);
		break;
	case COMMAND_LOGS:
		do_subcommand(p, "logs", line);
		break;
	case COMMAND_STOP:
		do_subcommand(p, "stop", line);
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
		[COMMAND_SHARE] = ACT_SHARE,
	};

	switch (line->command) {
	case COMMAND_COMPANIES:
		fleet_filter(p->fleet, "", lang(p));
		plain_list(p, SIZE_MAX);
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
		do_subcommand(p, "status", line);
		break;
	case COMMAND_LISTENER:
		do_subcommand(p, "listener", line);
		break;
	case COMMAND_TOKEN:
		do_token(p, line);
		break;
	case COMMAND_LINK:
		do_link(p, line);
		break;
	default:
		do_act(p, acts[line->command], line);
		break;
	}
}

static void
run(struct plain *p, struct command_line *line)
{
	const struct command_rule *rule = command_rule(line->command);

	if (rule != NULL && rule->wants_company && line->company[0] == '\0')
		(void)str_copy(line->company, sizeof line->company,
		    p->chosen);
	if (is_a_change(line) && p->params.read_only)
		plain_refuse_text(p, EX_NOPERM, TEXT_PLAIN_READ_ONLY, NULL);
	else if (rule != NULL && rule->wants_company &&
	    line->company[0] == '\0')
		plain_refuse_text(p, EX_USAGE, TEXT_PLAIN_WHICH,
		    &(struct words_args){ .reason = rule->usage });
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
	(void)str_copy(line.company, sizeof line.company, p->chosen);
	run(p, &line);
}

void
plain_do(struct plain *p, const char *line)
{
	struct command_line parsed = { .command = COMMAND_NONE };
	char why[WORDS_MAX];
	size_t number;

	if (plain_number(line, &number)) {
		choose(p, number);
	} else if (strcmp(line, "watch on") == 0 ||
	    strcmp(line, "watch off") == 0) {
		p->watches = strcmp(line, "watch on") == 0;
		plain_out(p, p->watches ? TEXT_PLAIN_WATCHING :
		    TEXT_PLAIN_NOT_WATCHING, NULL);
	} else if (!command_parse(line, lang(p), &parsed, why, sizeof why)) {
		plain_refuse(p, EX_USAGE, why);
	} else {
		run(p, &parsed);
	}
}
