/* The composition root: arguments to a subcommand. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/app/phone.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "core/store/store.h"
#include "tui/charset.h"
#include "tui/commands.h"
#include "tui/duration.h"

#define HELP_MAX ((size_t)64 * 1024)
#define LOG_LINES_DEFAULT 50
#define LOG_LINES_MAX 100000

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
	const char *near = commands_nearest(name);

	if (near != NULL)
		return usage_error("there is no command %s; did you mean %s?",
		    name, near);
	return usage_error("there is no command %s", name);
}

/* What stands on the command line, before it is checked against a command. */
struct line {
	struct cmd_args args;
	const char *words[3];
	size_t word_count;
	const char *phone, *lines, *expires;
	unsigned given;                 /* ARG_ bits of the options seen */
	bool help, version, read_only;
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
		{ "--all", &l->args.all, ARG_ALL },
		{ "--plain", &l->args.plain, ARG_CONSOLE },
		{ "--no-color", &l->args.no_colour, ARG_CONSOLE },
		{ "--read-only", &l->read_only, ARG_CONSOLE },
		{ "--passphrase", &l->args.passphrase, ARG_REKEY },
		{ "--status", &l->args.status, ARG_REKEY },
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
		} else if (take_value("--new-key-file", argc, argv, &at,
		    &l->args.new_key_file) ||
		    take_value("--new-passphrase-file", argc, argv, &at,
		    &l->args.new_passphrase_file)) {
			l->given |= ARG_REKEY;
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

	if ((first != NULL && (cmd->takes &
	    (ARG_COMPANY | ARG_VERB | ARG_WORD)) == 0) ||
	    (second != NULL && (cmd->takes &
	    (ARG_VALUE | ARG_VALUE_MAY | ARG_VERB)) == 0))
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

	if (l->read_only && config_set(l->args.config, CONFIG_FLAG,
	    "--read-only", config_name(OPT_CONSOLE_READ_ONLY), "yes",
	    &problem) != ERR_OK)
		return cmd_fail(&l->args, EX_CONFIG, "CONFIG", problem.text);
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
	if (l->word_count == 0 && l->help) {
		commands_print();
		return EX_OK;
	}
	cmd = l->word_count == 0 ? commands_console() :
	    commands_find(l->words[0]);
	if (cmd == NULL)
		return unknown_cmd(l->words[0]);
	if (l->help) {
		commands_print_one(cmd);
		return EX_OK;
	}
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
	line.args.argv = argv;
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
