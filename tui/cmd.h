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
	ARG_PURGE = 64,         /* --purge */
	ARG_VALUE = 128,        /* a word behind the company, needed */
	ARG_VERB = 256,         /* add, list or revoke, and a word behind it */
	ARG_ROLE = 512,         /* --role */
	ARG_FOR = 1024,         /* --company */
	ARG_EXPIRES = 2048,     /* --expires */
	ARG_CONSOLE = 4096,     /* --plain, --no-color, --read-only */
	ARG_VALUE_MAY = 8192,   /* a word behind the company */
	ARG_SHELL = 32768,      /* the command line has it, the console not */
	ARG_ALL = 65536,        /* --all */
	ARG_WORD = 131072,      /* a word that is no company, or none */
	ARG_REKEY = 262144      /* --new-key-file, --passphrase and the like */
};

struct cmd;

struct cmd_args {
	const struct cmd *cmd;
	char **argv;                    /* as main got it */
	struct config *config;
	enum lang lang;
	bool json, follow, force, purge, all;
	bool plain, no_colour;          /* of the console */
	int64_t lines;
	const char *company;            /* NULL: none given; a valid id */
	const char *verb, *value;       /* NULL: none given */
	const char *role;               /* NULL: none given */
	bool passphrase, status;
	const char *new_key_file, *new_passphrase_file; /* NULL: none given */
	int64_t expires_s;              /* 0: none given */
	char phone[16];                 /* digits; "" none given */
};

struct cmd {
	const char *name, *usage;
	unsigned takes;
	const char *summary;            /* one line for the list */
	const char *help;               /* what --help adds */
	int (*run)(const struct cmd_args *args);        /* exit code */
};

int cmd_console(const struct cmd_args *args);
int cmd_stop(const struct cmd_args *args);
int cmd_serve(const struct cmd_args *args);
int cmd_link(const struct cmd_args *args);
int cmd_status(const struct cmd_args *args);
int cmd_companies(const struct cmd_args *args);
int cmd_reconnect(const struct cmd_args *args);
int cmd_logout(const struct cmd_args *args);
int cmd_remove(const struct cmd_args *args);
int cmd_share(const struct cmd_args *args);
int cmd_pause(const struct cmd_args *args);
int cmd_resume(const struct cmd_args *args);
int cmd_name(const struct cmd_args *args);
int cmd_pin(const struct cmd_args *args);
int cmd_backup(const struct cmd_args *args);
int cmd_backups(const struct cmd_args *args);
int cmd_restore(const struct cmd_args *args);
int cmd_proxy(const struct cmd_args *args);
int cmd_token(const struct cmd_args *args);
int cmd_listener(const struct cmd_args *args);
int cmd_version(const struct cmd_args *args);
int cmd_logs(const struct cmd_args *args);
int cmd_rekey(const struct cmd_args *args);
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

/* Wrong usage, in a sentence that says what is allowed; returns EX_USAGE. */
int cmd_usage(const struct cmd_args *args, enum word word,
    const struct words_args *with);

/* A line of text, filled from the table, on standard output. */
void cmd_say(const struct cmd_args *args, enum word word,
    const struct words_args *with);

/* The same on standard error, where it is in no script's way. */
void cmd_note(const struct cmd_args *args, enum word word,
    const struct words_args *with);

/* Prints JSON text and a line end, flushed, so that readers see it at once. */
void cmd_print_json(const char *text);

#endif
