/*
 * The subcommands of the command line: one table, one file each. What they
 * share is here: parsed arguments, answers on standard output, exit codes.
 */
#ifndef PAIRDESK_TUI_CMD_H
#define PAIRDESK_TUI_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <sysexits.h>

#include "core/app/app.h"
#include "core/app/config.h"
#include "core/app/words.h"

/* What a subcommand may be given; the same bits refuse the rest. */
enum {
	ARG_COMPANY = 1,        /* may name a company */
	ARG_COMPANY_NEEDED = 2, /* must */
	ARG_PHONE = 4,          /* --phone N */
	ARG_LINES = 8,          /* -n N */
	ARG_FOLLOW = 16,        /* -f */
	ARG_FORCE = 32,         /* --force */
	ARG_PURGE = 64          /* --purge */
};

struct cmd;

struct cmd_args {
	const struct cmd *cmd;
	struct config *config;
	enum lang lang;
	bool json, follow, force, purge;
	int64_t lines;
	const char *company;            /* NULL: none given; a valid id */
	char phone[16];                 /* digits; "" none given */
};

struct cmd {
	const char *name, *usage;
	unsigned takes;
	const char *summary;            /* one line for the list */
	const char *help;               /* what --help adds */
	int (*run)(const struct cmd_args *args);        /* exit code */
};

int cmd_serve(const struct cmd_args *args);
int cmd_link(const struct cmd_args *args);
int cmd_status(const struct cmd_args *args);
int cmd_companies(const struct cmd_args *args);
int cmd_reconnect(const struct cmd_args *args);
int cmd_logout(const struct cmd_args *args);
int cmd_remove(const struct cmd_args *args);
int cmd_logs(const struct cmd_args *args);
int cmd_doctor(const struct cmd_args *args);

/* --- answers ------------------------------------------------------------------ */

/* The sysexits code for an error of opening or acting. */
int cmd_exit_code(enum err err);

/* Says a failure: a sentence on standard error, and with --json the error
 * object of the HTTP contract on standard output. Returns exit_code. */
int cmd_fail(const struct cmd_args *args, int exit_code, const char *code,
    const char *sentence);
/* The same with a sentence from the table. */
int cmd_fail_word(const struct cmd_args *args, int exit_code,
    const char *code, enum word word);

/* A line of text, filled from the table, on standard output. */
void cmd_say(const struct cmd_args *args, enum word word,
    const struct words_args *with);

/* Prints JSON text and a line end, flushed, so that readers see it at once. */
void cmd_print_json(const char *text);

/* --- a core of our own for the length of a command -------------------------------- */

struct run;

/* Opens the app; on failure says why and leaves *exit_code. */
struct run *run_open(const struct cmd_args *args, int *exit_code);
struct app *run_app(struct run *r);
/* Runs until run_end; a signal ends it with 128 + its number, after calling
 * on_signal if that is not NULL. Then disconnects and returns the code. */
int run_loop(struct run *r, loop_fn on_signal, void *ctx);
/* Ends the run once what is being saved is safe. The first call counts. */
void run_end(struct run *r, int exit_code);
bool run_is_ending(const struct run *r);
void run_close(struct run *r);

#endif
