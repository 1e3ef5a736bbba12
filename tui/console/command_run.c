/* What the console does for a line behind ":". */
#include "tui/console/command.h"

#include <string.h>

#include "core/base/str.h"
#include "tui/console/act.h"
#include "tui/console/act_job.h"
#include "tui/console/companies.h"
#include "tui/console/console.h"
#include "tui/console/listener.h"
#include "tui/stop.h"

#define EXPORT_PATH_MAX 300

/* The one that was named, or the one under the cursor. */
static const char *
company_of(const struct console *c, const struct command_line *line)
{
	return line->company[0] != '\0' ? line->company : console_company(c);
}

static void
act(struct console *c, enum act act, const struct command_line *line,
    const char *value)
{
	char company[COMPANY_ID_MAX + 1];
	const char *const list[] = { company };

	(void)str_copy(company, sizeof company, company_of(c, line));
	console_do(c, act, list, 1, value);
}

static void
add(struct console *c, const struct command_line *line)
{
	const char *const list[] = { line->company };

	console_do(c, ACT_ADD, list, line->company[0] != '\0' ? 1 : 0,
	    line->words[0][0] != '\0' ? line->words[0] : NULL);
}

/* Of one that never was, its view would say that it was removed. */
static bool
may_be_there(struct console *c, const char *company)
{
	return console_feed_state(c) != FEED_LIVE ||
	    fleet_find(console_fleet(c), company) != NULL;
}

static void
show(struct console *c, const struct view_ops *ops, const char *company)
{
	if (ops == &view_company && company[0] == '\0')
		console_say(c, ROLE_ERROR, TEXT_ACT_NOBODY, NULL);
	else if (ops == &view_company && !may_be_there(c, company))
		console_say(c, ROLE_ERROR, TEXT_ACT_NO_COMPANY,
		    &(struct words_args){ .company = company });
	else
		console_show(c, ops, company);
}

/* Nothing would ever stand there for a name that was mistyped. */
static void
show_log(struct console *c, const char *company)
{
	if (company[0] != '\0' && console_feed_state(c) != FEED_LOADING &&
	    fleet_find(console_fleet(c), company) == NULL)
		console_say(c, ROLE_ERROR, TEXT_ACT_NO_COMPANY,
		    &(struct words_args){ .company = company });
	else
		show(c, &view_log, company[0] != '\0' ? company : LOG_OF_ALL);
}

/* --- the list ----------------------------------------------------------------- */

static void
list_changed(struct console *c)
{
	console_show(c, &view_companies, "");
	console_keep(c);
	console_draw(c);
}

static void
filter(struct console *c, const char *text)
{
	struct prefs *p = console_prefs(c);
	struct fleet *fleet = console_fleet(c);

	(void)str_copy(p->filter, sizeof p->filter, text);
	fleet_filter(fleet, p->filter, console_lang(c));
	list_changed(c);
	console_say(c, ROLE_NOTICE, TEXT_COMMAND_FILTERED,
	    &(struct words_args){ .n = (int64_t)fleet_shown(fleet),
	    .m = (int64_t)fleet_count(fleet) });
}

static void
sort(struct console *c, const char *word, bool reverse)
{
	struct prefs *p = console_prefs(c);
	enum sort by;

	if (!command_sort(word, &by)) {
		list_changed(c);
		console_act(c, ACTION_SORT);
		return;
	}
	p->reverse = reverse;
	p->sort = by;
	fleet_sort(console_fleet(c), by, reverse);
	list_changed(c);
	console_say(c, ROLE_NOTICE, reverse ? TEXT_COMMAND_SORTED_REVERSE :
	    TEXT_COMMAND_SORTED, &(struct words_args){
	    .reason = command_sort_word(by) });
}

static bool
ends_with(const char *s, const char *end)
{
	const size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

static void
export_list(struct console *c, const char *form, const char *file)
{
	char path[EXPORT_PATH_MAX], end[8];

	(void)str_format(end, sizeof end, ".%s", form);
	(void)str_format(path, sizeof path, "%s%s",
	    file[0] != '\0' ? file : "companies",
	    ends_with(file, end) ? "" : end);
	companies_export(c, path);
}

static void
in_list(struct console *c, enum action action)
{
	console_show(c, &view_companies, "");
	console_act(c, action);
}

/* --- the core's side ---------------------------------------------------------- */

static void
token(struct console *c, const char *verb, const char *word)
{
	if (strcmp(verb, "add") == 0)
		console_token_add(c, word);
	else if (strcmp(verb, "revoke") == 0)
		console_token_revoke(c, word);
	else
		show(c, &view_listener, "");
}

/* It is what runs already; where pages are served is the listener's. */
static void
serve(struct console *c)
{
	if (console_is_lost(c))
		console_start(c);
	else
		console_say(c, ROLE_NOTICE, TEXT_COMMAND_SERVE, NULL);
}

/* --- the end of everything -------------------------------------------------------- */

static void
on_stop(void *ctx, const char *answer)
{
	struct console *c = ctx;
	pid_t pid;
	enum err err;

	if (answer == NULL) {
		console_say(c, ROLE_NOTICE, TEXT_ACT_NOTHING_DONE, NULL);
		return;
	}
	err = console_config(c) == NULL ? ERR_NOT_FOUND : stop_core(
	    config_str(console_config(c), OPT_CONTROL_SOCKET), &pid);
	if (err == ERR_OK || err == ERR_NOT_FOUND)
		console_leave(c, true);
	else
		console_say(c, ROLE_ERROR, err == ERR_PERMISSION ?
		    TEXT_COMMAND_STOP_FORBIDDEN : TEXT_COMMAND_STOP_FAILED,
		    NULL);
}

static void
ask_stop(struct console *c)
{
	const size_t n = fleet_count_status(console_fleet(c),
	    WA_STATUS_CONNECTED);
	struct dialog_typed typed = { .wanted = "stop",
	    .on_answer = on_stop, .ctx = c };

	if (console_is_read_only(c)) {
		act_say_refusal(c, text_get(console_lang(c),
		    TEXT_ACT_READ_ONLY));
		return;
	}
	text_format(typed.sentence, sizeof typed.sentence, console_lang(c),
	    TEXT_COMMAND_STOP_WARNING,
	    &(struct words_args){ .n = (int64_t)n });
	console_open_dialog(c, dialog_typed(console_lang(c), &typed));
}

/* --- all ------------------------------------------------------------------------------ */

static void
run_act(struct console *c, const struct command_line *line)
{
	const char *word = line->words[0];

	switch (line->command) {
	case COMMAND_LINK:
		act(c, ACT_LINK_CODE, line, word);
		break;
	case COMMAND_RECONNECT:
		act(c, ACT_RECONNECT, line, NULL);
		break;
	case COMMAND_PAUSE:
		act(c, ACT_PAUSE, line, NULL);
		break;
	case COMMAND_RESUME:
		act(c, ACT_RESUME, line, NULL);
		break;
	case COMMAND_LOGOUT:
		act(c, ACT_LOGOUT, line, NULL);
		break;
	case COMMAND_REMOVE:
		act(c, ACT_REMOVE, line, NULL);
		break;
	case COMMAND_NAME:
		act(c, ACT_NAME, line, word);
		break;
	case COMMAND_PIN:
		act(c, ACT_PIN, line, word);
		break;
	case COMMAND_PROXY:
		act(c, ACT_PROXY, line, word);
		break;
	case COMMAND_SHARE:
		act(c, ACT_SHARE, line, NULL);
		break;
	default:
		add(c, line);
	}
}

static bool
run_list(struct console *c, const struct command_line *line)
{
	switch (line->command) {
	case COMMAND_FILTER:
		filter(c, line->words[0]);
		return true;
	case COMMAND_SORT:
		sort(c, line->words[0], line->words[1][0] != '\0');
		return true;
	case COMMAND_PROBLEMS:
		in_list(c, ACTION_PROBLEMS);
		return true;
	case COMMAND_WIDE:
		in_list(c, ACTION_WIDE);
		return true;
	case COMMAND_EXPORT:
		export_list(c, line->words[0], line->words[1]);
		return true;
	case COMMAND_COMPANIES:
		console_show(c, &view_companies, "");
		return true;
	default:
		return false;
	}
}

void
console_run(struct console *c, const struct command_line *line)
{
	if (run_list(c, line))
		return;
	switch (line->command) {
	case COMMAND_NONE: case COMMAND_COUNT:
		break;
	case COMMAND_STATUS:
		show(c, &view_company, company_of(c, line));
		break;
	case COMMAND_LOGS:
		show_log(c, line->company);
		break;
	case COMMAND_LISTENER:
		show(c, &view_listener, "");
		break;
	case COMMAND_TOKEN:
		token(c, line->words[0], line->words[1]);
		break;
	case COMMAND_DOCTOR:
		show(c, &view_doctor, "");
		break;
	case COMMAND_SERVE:
		serve(c);
		break;
	case COMMAND_STOP:
		ask_stop(c);
		break;
	case COMMAND_START:
		console_start(c);
		break;
	case COMMAND_UNDO:
		console_undo(c);
		break;
	case COMMAND_HELP:
		show(c, &view_help, "");
		break;
	case COMMAND_QUIT:
		console_quit(c);
		break;
	default:
		run_act(c, line);
	}
}
