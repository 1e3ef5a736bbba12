/*
 * What is typed behind ":" and in the line mode: the words of the
 * subcommands, and a few of the console's own. Pure.
 */
#ifndef PAIRDESK_TUI_CONSOLE_COMMAND_H
#define PAIRDESK_TUI_CONSOLE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/console/fleet.h"
#include "tui/console/text.h"

enum command {
	COMMAND_NONE,           /* an empty line */
	/* as subcommands: COMPANY [VALUE] */
	COMMAND_LINK, COMMAND_STATUS, COMMAND_RECONNECT, COMMAND_PAUSE,
	COMMAND_RESUME, COMMAND_LOGOUT, COMMAND_REMOVE, COMMAND_NAME,
	COMMAND_PIN, COMMAND_PROXY, COMMAND_SHARE, COMMAND_LOGS, COMMAND_COMPANIES,
	COMMAND_LISTENER, COMMAND_TOKEN, COMMAND_DOCTOR, COMMAND_SERVE,
	COMMAND_STOP,
	COMMAND_START,          /* a core, when there is none: console_start */
	/* the console's */
	COMMAND_ADD, COMMAND_FILTER, COMMAND_SORT, COMMAND_PROBLEMS,
	COMMAND_WIDE, COMMAND_EXPORT, COMMAND_UNDO, COMMAND_HELP,
	COMMAND_QUIT, COMMAND_COUNT
};

struct command_line {
	enum command command;
	char company[COMPANY_ID_MAX + 1];       /* "" none was named */
	char words[2][256];                     /* what else; "" none */
};

struct command_rule {
	const char *word;
	const char *usage;              /* "pin COMPANY PHONE|none" */
	/* Its first word is one; if none is named, it is about the one under
	 * the cursor. */
	bool wants_company;
	unsigned least, most;           /* further words; needs the company */
	enum text help;
};
const struct command_rule *command_rule(enum command command);

/* False: why, in a sentence that says what to type. The last word may hold
 * blanks. */
bool command_parse(const char *line, enum lang lang,
    struct command_line *out, char *why, size_t size);

/* What `sort` takes; static. */
const char *command_sort_word(enum sort sort);
bool command_sort(const char *word, enum sort *out);

struct command_candidate {
	char text[COMPANY_ID_MAX + 1];
};
/* Completes the word that ends the line: writes the whole line back, as far
 * as all candidates agree, and tells the candidates, at most max, for showing
 * (each "pause", "acme"). Returns how many there are. */
size_t command_complete(const char *line, const struct fleet *fleet,
    char *out, size_t size, struct command_candidate *candidates, size_t max);

struct console;
void console_run(struct console *c, const struct command_line *line);

#endif
