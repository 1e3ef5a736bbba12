/* The composition root: arguments to a subcommand. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/app/nearest.h"
#include "core/app/phone.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "core/store/store.h"
#include "tui/charset.h"
#include "tui/cmd.h"
#include "tui/duration.h"

#define HELP_MAX ((size_t)64 * 1024)
#define LOG_LINES_DEFAULT 50
#define LOG_LINES_MAX 100000

static const struct cmd commands[] = {
	{ "serve", "serve [--http [ADDR:]PORT]", 0,
	    "keep all linked companies connected until stopped",
	    "Connects every linked company and keeps it alive. Ends on Ctrl-C\n"
	    "or SIGTERM; keys being stored are stored first. The other commands\n"
	    "then talk to it. With --http [ADDR:]PORT it also serves the pages\n"
	    "and the HTTP API.\n", cmd_serve },
	{ "link", "link COMPANY [--phone N] [--qr-style STYLE]",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_PHONE,
	    "link a company's phone by QR code, or by pairing code",
	    "Shows a QR code to be scanned with the phone, and with --phone a\n"
	    "pairing code to be typed on it. STYLE is auto, half, sextant or\n"
	    "full: how the QR is drawn. With --json prints one event a\n"
	    "line: qr, code, pairing, passkey_required, connected, expired,\n"
	    "error.\n"
	    "Ends with 0 once connected, 75 when the code expired or WhatsApp\n"
	    "asks to wait, 69 when WhatsApp cannot be reached.\n", cmd_link },
	{ "status", "status [COMPANY]", ARG_COMPANY,
	    "what a company's session is doing, why, and what to do", "",
	    cmd_status },
	{ "companies", "companies", 0, "list the companies", "",
	    cmd_companies },
	{ "reconnect", "reconnect COMPANY", ARG_COMPANY | ARG_COMPANY_NEEDED,
	    "connect a linked company now, keys untouched",
	    "Also after a conflict, a ban or a refusal made pairdesk stop.\n",
	    cmd_reconnect },
	{ "logout", "logout COMPANY", ARG_COMPANY | ARG_COMPANY_NEEDED,
	    "unlink a company on WhatsApp's side",
	    "The phone's list of linked devices loses the entry; the keys go\n"
	    "to quarantine. The company can be linked again.\n", cmd_logout },
	{ "remove", "remove COMPANY [--force] [--purge]",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_FORCE | ARG_PURGE,
	    "unlink a company if it is linked, and take it off the list",
	    "--force  do not unlink first: an entry may stay on the phone\n"
	    "--purge  delete its files instead of keeping them in removed/\n",
	    cmd_remove },
	{ "pause", "pause COMPANY", ARG_COMPANY | ARG_COMPANY_NEEDED,
	    "let a linked company rest; it stays linked", "", cmd_pause },
	{ "resume", "resume COMPANY", ARG_COMPANY | ARG_COMPANY_NEEDED,
	    "end a company's pause", "", cmd_resume },
	{ "name", "name COMPANY NAME",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_VALUE,
	    "give a company a name for people", "", cmd_name },
	{ "pin", "pin COMPANY PHONE|none",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_VALUE,
	    "let a company be linked with one number only",
	    "none lets any number be linked again.\n", cmd_pin },
	{ "share", "share COMPANY [--expires TIME]",
	    ARG_COMPANY | ARG_COMPANY_NEEDED | ARG_EXPIRES,
	    "make a link to the pages, for whoever holds the phone",
	    "Prints two links, to the page of pairing codes and to that of QR\n"
	    "codes. They are good for linking one phone once.\n"
	    "--expires TIME  for so long: 30m, 24h, 7d (default: the option\n"
	    "                link.share_hours)\n", cmd_share },
	{ "token", "token add NAME | list | revoke ID",
	    ARG_VERB | ARG_ROLE | ARG_FOR | ARG_EXPIRES,
	    "tokens for the HTTP API",
	    "add prints the token, which is shown only once.\n"
	    "--role ROLE     admin (default), company or share\n"
	    "--company ID    the one that a company or share token is for\n"
	    "--expires TIME  for so long: 30m, 24h, 7d (default: for good)\n",
	    cmd_token },
	{ "listener", "listener", 0,
	    "where pages and API are served, and to how many", "",
	    cmd_listener },
	{ "logs", "logs [-n N] [-f] [COMPANY]",
	    ARG_COMPANY | ARG_LINES | ARG_FOLLOW,
	    "print the log, or follow it",
	    "-n N  so many of the last lines (default 50)\n"
	    "-f    go on with new lines until stopped\n", cmd_logs },
	{ "doctor", "doctor", 0,
	    "try every step of the way to WhatsApp, without logging in", "",
	    cmd_doctor },
};

static int
print_help(void)
{
	printf("usage: pairdesk [OPTION]... COMMAND [ARGUMENT]...\n\n"
	    "Links WhatsApp accounts of many companies as linked devices and "
	    "keeps them\nconnected.\n\ncommands:\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].summary);
	printf("\n  --json     answers as JSON\n"
	    "  --help     help, also of each command: pairdesk link --help\n"
	    "  --version  version\n"
	    "\n`pairdesk --help options` lists the configuration options.\n");
	return EX_OK;
}

static int
print_options(void)
{
	const char *text;
	struct buf out;

	buf_init(&out, HELP_MAX);
	if (config_help(&out) == ERR_OK && buf_cstr(&out, &text) == ERR_OK)
		fputs(text, stdout);
	buf_finish(&out);
	return EX_OK;
}

static int
print_cmd_help(const struct cmd *cmd)
{
	printf("usage: pairdesk %s [--json]\n\n%s.\n", cmd->usage,
	    cmd->summary);
	if (cmd->help[0] != '\0')
		printf("\n%s", cmd->help);
	printf("\nConfiguration options can be given too: pairdesk --help "
	    "options\n");
	return EX_OK;
}

static const struct cmd *
find_cmd(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

__attribute__((format(printf, 1, 2))) static int
usage_error(const char *fmt, ...)
{
	va_list ap;

	fputs("pairdesk: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("; see pairdesk --help\n", stderr);
	return EX_USAGE;
}

static int
unknown_cmd(const char *name)
{
	struct nearest near;

	nearest_init(&near, name);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		nearest_offer(&near, commands[i].name);
	if (near.best != NULL)
		return usage_error("there is no command %s; did you mean %s?",
		    name, near.best);
	return usage_error("there is no command %s", name);
}

/* What stands on the command line, before it is checked against a command. */
struct line {
	struct cmd_args args;
	const char *words[3];
	size_t word_count;
	const char *phone, *lines, *expires;
	unsigned given;                 /* ARG_ bits of the options seen */
	bool help, version;
};

/* "--name VALUE" or "--name=VALUE"; *at moves past a taken one. */
static bool
take_value(const char *name, int argc, char **argv, int *at,
    const char **value)
{
	const size_t n = strlen(name);
	const char *arg = argv[*at];

	if (strncmp(arg, name, n) != 0)
		return false;
	if (arg[n] == '=' && name[1] == '-') {
		*value = arg + n + 1;
		++*at;
		return true;
	}
	if (arg[n] != '\0' || *at + 1 >= argc)
		return false;
	*value = argv[*at + 1];
	*at += 2;
	return true;
}

static bool
take_switch(struct line *l, const char *arg)
{
	const struct {
		const char *name;
		bool *flag;
		unsigned bit;
	} switches[] = {
		{ "--json", &l->args.json, 0 },
		{ "--help", &l->help, 0 },
		{ "-h", &l->help, 0 },
		{ "--version", &l->version, 0 },
		{ "-f", &l->args.follow, ARG_FOLLOW },
		{ "--follow", &l->args.follow, ARG_FOLLOW },
		{ "--force", &l->args.force, ARG_FORCE },
		{ "--purge", &l->args.purge, ARG_PURGE },
	};

	for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
		if (strcmp(arg, switches[i].name) == 0) {
			*switches[i].flag = true;
			l->given |= switches[i].bit;
			return true;
		}
	}
	return false;
}

static int
unknown_option(const char *arg)
{
	char near[128];

	if (config_suggest_flag(arg, near, sizeof near))
		return usage_error("there is no option %s; did you mean %s?",
		    arg, near);
	return usage_error("there is no option %s, or its value is missing",
	    arg);
}

static int
read_line(struct line *l, int argc, char **argv)
{
	struct config_problem problem;
	bool only_words = false;
	int at = 1;
	enum err err;

	while (at < argc) {
		const char *arg = argv[at];

		if (only_words || arg[0] != '-' || arg[1] == '\0') {
			if (l->word_count == ARRAY_LEN(l->words))
				return usage_error("too many arguments: %s",
				    arg);
			l->words[l->word_count++] = arg;
			at++;
		} else if (strcmp(arg, "--") == 0) {
			only_words = true;
			at++;
		} else if (take_switch(l, arg)) {
			at++;
		} else if (take_value("--phone", argc, argv, &at, &l->phone)) {
			l->given |= ARG_PHONE;
		} else if (take_value("-n", argc, argv, &at, &l->lines)) {
			l->given |= ARG_LINES;
		} else if (take_value("--role", argc, argv, &at,
		    &l->args.role)) {
			l->given |= ARG_ROLE;
		} else if (take_value("--company", argc, argv, &at,
		    &l->args.company)) {
			l->given |= ARG_FOR;
		} else if (take_value("--expires", argc, argv, &at,
		    &l->expires)) {
			l->given |= ARG_EXPIRES;
		} else if ((err = config_take_flag(l->args.config, argc, argv,
		    &at, &problem)) == ERR_NOT_FOUND) {
			return unknown_option(arg);
		} else if (err != ERR_OK) {
			fprintf(stderr, "pairdesk: %s\n", problem.text);
			return EX_USAGE;
		}
	}
	return EX_OK;
}

static int
check_phone(struct line *l)
{
	bool changed = false;
	enum phone_fault fault;
	char text[WORDS_MAX];

	if (l->phone == NULL)
		return EX_OK;
	fault = phone_normalise_typed(l->phone, l->args.phone, &changed);
	if (fault != PHONE_OK) {
		words_format(text, sizeof text, l->args.lang,
		    words_phone_fault(fault), NULL);
		return cmd_fail(&l->args, EX_USAGE, "INVALID_PHONE", text);
	}
	if (changed) {
		words_format(text, sizeof text, l->args.lang,
		    WORD_PHONE_CHANGED,
		    &(struct words_args){ .phone = l->args.phone });
		fprintf(stderr, "pairdesk: %s\n", text);
	}
	return EX_OK;
}

static int
check_numbers(struct line *l)
{
	uint64_t lines = LOG_LINES_DEFAULT;

	if (l->lines != NULL && !str_to_u64(l->lines, LOG_LINES_MAX, &lines))
		return usage_error("-n takes a number from 0 to %d",
		    LOG_LINES_MAX);
	l->args.lines = (int64_t)lines;
	if (l->expires != NULL &&
	    !duration_parse(l->expires, &l->args.expires_s))
		return usage_error("--expires takes a time from 1s to 3660d, "
		    "such as 30m, 24h or 7d");
	return EX_OK;
}

/* The words behind the command. */
static int
check_words(struct line *l, const struct cmd *cmd)
{
	const char *first = l->word_count > 1 ? l->words[1] : NULL;
	const char *second = l->word_count > 2 ? l->words[2] : NULL;

	if ((first != NULL && (cmd->takes & (ARG_COMPANY | ARG_VERB)) == 0) ||
	    (second != NULL && (cmd->takes & (ARG_VALUE | ARG_VERB)) == 0))
		return usage_error("too many arguments: pairdesk %s",
		    cmd->usage);
	if ((cmd->takes & ARG_COMPANY) != 0)
		l->args.company = first;
	else
		l->args.verb = first;
	l->args.value = second;
	if (first == NULL && (cmd->takes & ARG_COMPANY_NEEDED) != 0)
		return usage_error("which company? pairdesk %s", cmd->usage);
	if (second == NULL && (cmd->takes & ARG_VALUE) != 0)
		return usage_error("something is missing: pairdesk %s",
		    cmd->usage);
	return EX_OK;
}

/* add NAME, list, revoke ID */
static int
check_verb(const struct line *l, const struct cmd *cmd)
{
	const char *verb = l->args.verb;
	const bool is_list = verb != NULL && strcmp(verb, "list") == 0;
	const bool is_add = verb != NULL && strcmp(verb, "add") == 0;

	if ((cmd->takes & ARG_VERB) == 0)
		return EX_OK;
	if (verb == NULL || (!is_list && !is_add &&
	    strcmp(verb, "revoke") != 0) ||
	    is_list != (l->args.value == NULL))
		return usage_error("it is: pairdesk %s", cmd->usage);
	if (!is_add && l->given != 0)
		return usage_error("only token add takes that option");
	return EX_OK;
}

static int
check_line(struct line *l, const struct cmd *cmd)
{
	int code;

	if ((l->given & ~cmd->takes) != 0)
		return usage_error("%s does not take that option: pairdesk %s",
		    cmd->name, cmd->usage);
	if ((code = check_numbers(l)) != EX_OK ||
	    (code = check_words(l, cmd)) != EX_OK ||
	    (code = check_verb(l, cmd)) != EX_OK)
		return code;
	if (l->args.company != NULL && !company_id_is_valid(l->args.company))
		return cmd_fail_word(&l->args, EX_USAGE, "INVALID_COMPANY",
		    WORD_CLI_BAD_COMPANY);
	return check_phone(l);
}

/* English is ASCII; Russian needs a terminal that is known to show it. */
static enum lang
lang_of(const struct config *config)
{
	const bool is_chosen = config_enum(config, OPT_LANG) != 0;

	if (!charset_is_utf8() && (!is_chosen || isatty(STDOUT_FILENO) == 1))
		return LANG_EN;
	return app_lang_of(config);
}

static int
load_config(struct line *l)
{
	struct config_problem problem;

	if (config_load(l->args.config, &(struct config_place){
	    .env = environ,
	    .is_root = geteuid() == 0,
	    .etc_path = CONFIG_ETC_PATH,
	    }, &problem) != ERR_OK)
		return cmd_fail(&l->args, EX_CONFIG, "CONFIG", problem.text);
	l->args.lang = lang_of(l->args.config);
	return EX_OK;
}

static int
run(struct line *l, int argc, char **argv)
{
	const struct cmd *cmd;
	int code;

	if ((code = read_line(l, argc, argv)) != EX_OK)
		return code;
	if (l->version) {
		printf("pairdesk %s\n", PAIRDESK_VERSION);
		return EX_OK;
	}
	if (l->help && l->word_count > 0 &&
	    strcmp(l->words[0], "options") == 0)
		return print_options();
	if (l->word_count == 0) {
		if (!l->help)
			return usage_error("which command? such as: pairdesk "
			    "link COMPANY");
		return print_help();
	}
	if ((cmd = find_cmd(l->words[0])) == NULL)
		return unknown_cmd(l->words[0]);
	if (l->help)
		return print_cmd_help(cmd);
	l->args.cmd = cmd;
	if ((code = load_config(l)) != EX_OK ||
	    (code = check_line(l, cmd)) != EX_OK)
		return code;
	return cmd->run(&l->args);
}

/*
 * Started with `>&-` or by a careless parent, a descriptor of the three is
 * closed, and the next file opened would get its number: the state would be
 * written into by printf. Standard output becomes one that cannot be written
 * to, so that an answer that nobody gets is still no success.
 */
static bool
fill_descriptors(void)
{
	static const int modes[] = {
		[STDIN_FILENO] = O_RDONLY,
		[STDOUT_FILENO] = O_RDONLY,
		[STDERR_FILENO] = O_WRONLY,
	};

	for (int fd = 0; fd < (int)ARRAY_LEN(modes); fd++) {
		/* the lowest free number is fd: those below are open */
		if (fcntl(fd, F_GETFD) == -1 &&
		    open("/dev/null", modes[fd]) != fd)
			return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct line line = { .word_count = 0 };
	int code;

	if (!fill_descriptors())
		return EX_OSERR;
	charset_init();
	umask(077);
	if (secret_process_init() != ERR_OK) {
		fputs("pairdesk: cannot protect this process's memory\n",
		    stderr);
		return EX_OSERR;
	}
	line.args.config = config_create();
	code = run(&line, argc, argv);
	config_destroy(line.args.config);
	/* an answer that nobody got is no success */
	if ((fflush(stdout) != 0 || ferror(stdout)) && code == EX_OK) {
		fputs("pairdesk: the answer could not be written\n", stderr);
		code = EX_IOERR;
	}
	return code;
}
