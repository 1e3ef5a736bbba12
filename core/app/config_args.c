/*
 * Options from the environment and the command line.
 *
 *   whatsapp.url   PAIRDESK_WHATSAPP_URL=...    upper case, '.' becomes '_'
 *                  --whatsapp-url VALUE         '.' and '_' become '-'
 *                  --whatsapp-url=VALUE
 *                  --set whatsapp.url=VALUE
 *
 * --config FILE is no option, and --http [SPEC] is a short way to http.listen:
 * it adds to the addresses of flags before it, and takes the next word only
 * when that is one; a word that looks like one and is none is refused. An unknown PAIRDESK_* is refused, for it is a typing
 * error that would otherwise go unnoticed; PAIRDESK_TEST_* belongs to the
 * test builds.
 */
#include "core/app/config.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/config_table.h"
#include "core/app/listen_spec.h"
#include "core/app/nearest.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#define ENV_PREFIX "PAIRDESK_"
#define ENV_TEST_PREFIX "PAIRDESK_TEST_"

static bool
has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

void
config_env_name(enum option opt, char out[CONFIG_SPELLING_MAX])
{
	str_format(out, CONFIG_SPELLING_MAX, ENV_PREFIX "%s",
	    config_name(opt));
	for (char *p = out; *p != '\0'; p++) {
		if (*p == '.')
			*p = '_';
		else if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	}
}

void
config_flag_name(enum option opt, char out[CONFIG_SPELLING_MAX])
{
	str_format(out, CONFIG_SPELLING_MAX, "--%s", config_name(opt));
	for (char *p = out; *p != '\0'; p++) {
		if (*p == '.' || *p == '_')
			*p = '-';
	}
}

const char *
config_env_get(char *const *env, const char *name)
{
	const size_t n = strlen(name);

	for (; env != NULL && *env != NULL; env++) {
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	}
	return NULL;
}

/* --- environment ---------------------------------------------------------- */

static bool
find_env(const char *name, enum option *out)
{
	char known[CONFIG_SPELLING_MAX];

	for (int i = 0; i < OPT_COUNT; i++) {
		config_env_name((enum option)i, known);
		if (strcmp(name, known) == 0) {
			*out = (enum option)i;
			return true;
		}
	}
	return false;
}

static enum err
refuse_env(const char *name, struct config_problem *problem)
{
	char known[OPT_COUNT][CONFIG_SPELLING_MAX];
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (int i = 0; i < OPT_COUNT; i++) {
		config_env_name((enum option)i, known[i]);
		nearest_offer(&nearest, known[i]);
	}
	if (nearest.best == NULL)
		return config_refuse(problem, "environment: unknown variable "
		    "%.80s", name);
	return config_refuse(problem, "environment: unknown variable %.80s "
	    "(did you mean %s?)", name, nearest.best);
}

static enum err
read_variable(struct config *c, const char *variable,
    struct config_problem *problem)
{
	const size_t n = strcspn(variable, "=");
	char name[CONFIG_SPELLING_MAX];
	enum option opt;

	if (n >= sizeof name)
		return config_refuse(problem, "environment: unknown variable "
		    "%.80s", variable);
	memcpy(name, variable, n);
	name[n] = '\0';
	if (variable[n] != '=' || !find_env(name, &opt))
		return refuse_env(name, problem);
	return config_set_option(c, CONFIG_ENV, name, opt, variable + n + 1,
	    problem);
}

enum err
config_read_env(struct config *c, char *const *env,
    struct config_problem *problem)
{
	enum err err;

	for (; env != NULL && *env != NULL; env++) {
		if (!has_prefix(*env, ENV_PREFIX) ||
		    has_prefix(*env, ENV_TEST_PREFIX))
			continue;
		if ((err = read_variable(c, *env, problem)) != ERR_OK)
			return err;
	}
	return ERR_OK;
}

/* --- flags ---------------------------------------------------------------- */

static enum err
take_set(struct config *c, const char *text, struct config_problem *problem)
{
	const size_t n = strcspn(text, "=");
	char name[CONFIG_SPELLING_MAX];
	enum option opt;

	if (text[n] != '=' || n == 0)
		return config_refuse(problem, "--set: must be NAME=VALUE (it "
		    "is \"%.160s\")", text);
	if (n >= sizeof name)
		return config_refuse_name(problem, "--set", text);
	memcpy(name, text, n);
	name[n] = '\0';
	if (!config_find(name, &opt))
		return config_refuse_name(problem, "--set", name);
	if (!config_row(opt)->is_flag)
		return config_refuse(problem, "--set: %s is not taken from the "
		    "command line, which every user of the machine can read; "
		    "use a file or the environment", name);
	return config_set_option(c, CONFIG_FLAG, "--set", opt, text + n + 1,
	    problem);
}

/* Whether arg is flag, alone or with "=VALUE" behind it. */
static bool
is_flag(const char *arg, const char *flag)
{
	const size_t n = strlen(flag);

	return strncmp(arg, flag, n) == 0 && (arg[n] == '\0' || arg[n] == '=');
}

static bool
find_flag(const char *arg, char name[CONFIG_SPELLING_MAX], enum option *out)
{
	for (int i = 0; i < OPT_COUNT; i++) {
		config_flag_name((enum option)i, name);
		if (config_row((enum option)i)->is_flag && is_flag(arg, name)) {
			*out = (enum option)i;
			return true;
		}
	}
	return false;
}

static enum err
take_value(struct config *c, const char *flag, bool is_option,
    enum option opt, const char *value, struct config_problem *problem)
{
	if (is_option)
		return config_set_option(c, CONFIG_FLAG, flag, opt, value,
		    problem);
	if (strcmp(flag, "--set") == 0)
		return take_set(c, value, problem);
	if (value[0] == '\0')
		return config_refuse(problem, "--config: must name a file");
	free(c->file);
	c->file = xstrdup(value);
	return ERR_OK;
}

/* No command has such a name, so it cannot be one that is meant. */
static bool
is_spec(const char *word)
{
	struct listen_spec spec;

	return strcmp(word, "none") == 0 || listen_spec_parse(word, &spec);
}

/* Of digits, or with what only addresses have: no command, and a company's id
 * does not follow an option that belongs to serve. */
static bool
looks_like_spec(const char *word)
{
	return word[0] != '-' && word[0] != '\0' &&
	    (word[strspn(word, "0123456789")] == '\0' ||
	    strpbrk(word, ".:[") != NULL);
}

static enum err
refuse_spec(const char *word, struct config_problem *problem)
{
	if (word[strspn(word, "0123456789")] == '\0')
		return config_refuse(problem, "--http: %.80s is no port, which "
		    "is a number from 0 to 65535", word);
	return config_refuse(problem, "--http: %.80s is no address: it is "
	    "[ADDR:]PORT, ADDR an IP address or localhost", word);
}

/* Adds to what flags have said, for they are read before files. */
static enum err
add_address(struct config *c, const char *spec, struct config_problem *problem)
{
	const struct slot *slot = &c->slots[OPT_HTTP_LISTEN];
	char list[2 * VALUE_MAX];

	if (slot->source != CONFIG_FLAG || slot->value.text[0] == '\0')
		return config_set_option(c, CONFIG_FLAG, "--http",
		    OPT_HTTP_LISTEN, spec, problem);
	str_format(list, sizeof list, "%s" VALUE_LIST_GAP "%s",
	    slot->value.text, spec);
	return config_set_option(c, CONFIG_FLAG, "--http", OPT_HTTP_LISTEN,
	    list, problem);
}

static enum err
take_http(struct config *c, int argc, char *const *argv, int *at,
    struct config_problem *problem)
{
	const char *arg = argv[*at] + strlen("--http"), *spec = "3000";
	int used = 1;
	enum err err;

	if (*arg == '=') {
		spec = arg + 1;
		if (*spec == '\0')
			return config_refuse(problem, "--http=: must name an "
			    "address");
	} else if (*at + 1 < argc && is_spec(argv[*at + 1])) {
		spec = argv[*at + 1];
		used = 2;
	} else if (*at + 1 < argc && looks_like_spec(argv[*at + 1])) {
		return refuse_spec(argv[*at + 1], problem);
	}
	if ((err = add_address(c, spec, problem)) == ERR_OK)
		*at += used;
	return err;
}

enum err
config_take_flag(struct config *c, int argc, char *const *argv, int *at,
    struct config_problem *problem)
{
	const char *arg = argv[*at], *value;
	char flag[CONFIG_SPELLING_MAX];
	enum option opt = OPT_COUNT;
	const bool is_option = find_flag(arg, flag, &opt);
	enum err err;
	int used = 1;

	if (is_flag(arg, "--http"))
		return take_http(c, argc, argv, at, problem);
	if (!is_option) {
		if (is_flag(arg, "--set"))
			str_copy(flag, sizeof flag, "--set");
		else if (is_flag(arg, "--config"))
			str_copy(flag, sizeof flag, "--config");
		else
			return ERR_NOT_FOUND;
	}
	if (arg[strlen(flag)] == '=') {
		value = arg + strlen(flag) + 1;
	} else {
		if (*at + 1 >= argc)
			return config_refuse(problem, "%s: needs a value",
			    flag);
		value = argv[*at + 1];
		used = 2;
	}
	err = take_value(c, flag, is_option, opt, value, problem);
	if (err == ERR_OK)
		*at += used;
	return err;
}

bool
config_suggest_flag(const char *flag, char *out, size_t size)
{
	char known[OPT_COUNT][CONFIG_SPELLING_MAX], typed[NEAREST_MAX + 1];
	struct nearest nearest;

	str_copy(typed, sizeof typed, flag);
	typed[strcspn(typed, "=")] = '\0';
	nearest_init(&nearest, typed);
	for (int i = 0; i < OPT_COUNT; i++) {
		config_flag_name((enum option)i, known[i]);
		if (config_row((enum option)i)->is_flag)
			nearest_offer(&nearest, known[i]);
	}
	nearest_offer(&nearest, "--config");
	nearest_offer(&nearest, "--http");
	return nearest.best != NULL && str_copy(out, size, nearest.best);
}

/* --- help ----------------------------------------------------------------- */

/* Words of text in lines of at most 78 columns, indented by 8. */
static enum err
wrap(struct buf *out, const char *text)
{
	enum err err = ERR_OK;
	size_t column = 0;

	while (*text != '\0' && err == ERR_OK) {
		const size_t n = strcspn(text, " ");

		if (column > 0 && column + 1 + n > 70) {
			err = buf_str(out, "\n");
			column = 0;
		}
		if (err == ERR_OK)
			err = buf_printf(out, "%s%.*s",
			    column == 0 ? "        " : " ", (int)n, text);
		column += n + (column > 0);
		text += n;
		text += *text == ' ';
	}
	return err == ERR_OK ? buf_str(out, "\n") : err;
}

static enum err
help_one(struct buf *out, enum option opt)
{
	const struct option_row *row = config_row(opt);
	char spelling[CONFIG_SPELLING_MAX], allowed[192], line[512];
	enum err err;

	config_flag_name(opt, spelling);
	if (row->is_flag)
		err = buf_printf(out, "  %s %s\n", spelling,
		    value_metavar(&row->rule));
	else
		err = buf_printf(out, "  %s = %s   (file or environment "
		    "only)\n", row->name, value_metavar(&row->rule));
	if (err != ERR_OK || (err = wrap(out, row->help)) != ERR_OK)
		return err;
	value_describe(&row->rule, allowed, sizeof allowed);
	config_env_name(opt, spelling);
	str_format(line, sizeof line, "%s%s%s. In a file %s, in the "
	    "environment %s.", allowed, row->fallback[0] == '\0' ? ""
	    : "; default ", row->fallback, row->name, spelling);
	return wrap(out, line);
}

enum err
config_help(struct buf *out)
{
	enum err err;

	if ((err = buf_str(out, "  --config FILE\n")) != ERR_OK ||
	    (err = wrap(out, "A file of options, over the user's file and "
	    CONFIG_ETC_PATH ".")) != ERR_OK ||
	    (err = buf_str(out, "  --set NAME=VALUE\n")) != ERR_OK ||
	    (err = wrap(out, "Any option by the name it has in files.")) !=
	    ERR_OK || (err = buf_str(out, "  --http [SPEC]\n")) != ERR_OK ||
	    (err = wrap(out, "Serves pages and API there, without SPEC on "
	    "127.0.0.1:3000; may be given several times. SPEC is as for "
	    "--http-listen.")) != ERR_OK)
		return err;
	for (int i = 0; i < OPT_COUNT && err == ERR_OK; i++)
		err = help_one(out, (enum option)i);
	return err;
}
