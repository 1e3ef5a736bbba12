#include "core/app/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/config_table.h"
#include "core/app/listen_spec.h"
#include "core/app/nearest.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/url.h"

#define ANYWHERE true
#define NOT_FLAG false

#define PATH_TEXT_MAX (VALUE_MAX + 64)

#define R_INT(lo, hi, what) { .type = VALUE_INT, .min = (lo), .max = (hi), \
	.unit = (what) }
#define R_SIZE(lo, hi) { .type = VALUE_SIZE, .min = (lo), .max = (hi) }
#define R_ENUM(choices) { .type = VALUE_ENUM, .words = (choices) }
#define R_BOOL { .type = VALUE_BOOL }
#define R_STRING(lo, hi) { .type = VALUE_STRING, .min = (lo), .max = (hi) }
#define R_PATH { .type = VALUE_PATH, .min = 1 }
#define R_PATH_OR_EMPTY { .type = VALUE_PATH }
#define R_PATH_OR_NONE { .type = VALUE_PATH, .min = 1, .none = true }
#define R_URL(schemes) { .type = VALUE_URL, .min = 1, .words = (schemes) }
#define R_URL_OR_NONE { .type = VALUE_URL, .min = 1, \
	.words = "https|http", .none = true }
#define R_HEX32 { .type = VALUE_HEX32 }
#define R_VERSION { .type = VALUE_VERSION }
#define R_PHONE { .type = VALUE_PHONE }
#define R_BASE_URL { .type = VALUE_BASE_URL }
#define R_PROXY { .type = VALUE_PROXY }
#define R_LIST(what) { .type = VALUE_LIST, .item = (what) }
#define R_LIST_OR_NONE(what) { .type = VALUE_LIST, .item = (what), \
	.none = true }
#define R_LIST_OR_ANY(what) { .type = VALUE_LIST, .item = (what), \
	.any = true }

static const struct option_row rows[] = {
#define OPTION(id, name, rule, fallback, where, help) \
	[OPT_##id] = { name, rule, fallback, where, help },
#include "core/app/options.def"
#undef OPTION
};

_Static_assert(ARRAY_LEN(rows) == OPT_COUNT, "every option has a row");

const struct option_row *
config_row(enum option opt)
{
	return &rows[opt];
}

/* "a, b" as "a\0b\0" */
static char *
split(const char *list)
{
	char *items = xstrdup(list), *to = items;

	for (const char *p = list; *p != '\0';) {
		const size_t n = strcspn(p, VALUE_LIST_GAP);

		memcpy(to, p, n);
		to[n] = '\0';
		to += n + 1;
		p += n;
		p += strspn(p, VALUE_LIST_GAP);
	}
	return items;
}

static void
store(struct config *c, enum option opt, const struct value *value,
    enum config_source source, const char *where)
{
	struct slot *slot = &c->slots[opt];

	free(slot->items);
	slot->items = rows[opt].rule.type == VALUE_LIST ? split(value->text)
	    : NULL;
	slot->value = *value;
	slot->source = source;
	free(slot->where);
	slot->where = where == NULL ? NULL : xstrdup(where);
}

struct config *
config_create(void)
{
	struct config *c = xcalloc(1, sizeof *c);
	struct value value;
	struct value_why why;

	for (int i = 0; i < OPT_COUNT; i++) {
		/* "" of a required value is filled in by config_finish */
		if (rows[i].fallback[0] == '\0')
			continue;
		if (!value_parse(&rows[i].rule, rows[i].fallback, &value,
		    &why))
			abort();
		store(c, (enum option)i, &value, CONFIG_DEFAULT, NULL);
	}
	return c;
}

void
config_destroy(struct config *c)
{
	if (c == NULL)
		return;
	for (int i = 0; i < OPT_COUNT; i++) {
		free(c->slots[i].where);
		free(c->slots[i].items);
	}
	free(c->file);
	free(c);
}

enum err
config_refuse(struct config_problem *problem, const char *fmt, ...)
{
	char text[sizeof problem->text];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	/* it quotes what a file or a caller wrote */
	str_clean(problem->text, sizeof problem->text, text, strlen(text));
	return ERR_INVALID;
}

bool
config_find(const char *name, enum option *out)
{
	for (int i = 0; i < OPT_COUNT; i++) {
		if (strcmp(name, rows[i].name) == 0) {
			*out = (enum option)i;
			return true;
		}
	}
	return false;
}

enum err
config_refuse_name(struct config_problem *problem, const char *where,
    const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (int i = 0; i < OPT_COUNT; i++)
		nearest_offer(&nearest, rows[i].name);
	if (nearest.best == NULL)
		return config_refuse(problem, "%s: unknown option \"%.80s\"",
		    where, name);
	return config_refuse(problem, "%s: unknown option \"%.80s\" "
	    "(did you mean %s?)", where, name, nearest.best);
}

enum err
config_set_option(struct config *c, enum config_source source,
    const char *where, enum option opt, const char *text,
    struct config_problem *problem)
{
	struct value value;
	struct value_why why;

	if (!value_parse(&rows[opt].rule, text, &value, &why)) {
		/* this one may hold a password */
		if (rows[opt].rule.type == VALUE_PROXY)
			return config_refuse(problem, "%s: %s %s", where,
			    rows[opt].name, why.text);
		return config_refuse(problem, "%s: %s %s (it is \"%.160s\")",
		    where, rows[opt].name, why.text, text);
	}
	if (source >= c->slots[opt].source)
		store(c, opt, &value, source, where);
	return ERR_OK;
}

enum err
config_set(struct config *c, enum config_source source, const char *where,
    const char *name, const char *text, struct config_problem *problem)
{
	enum option opt;

	if (!config_find(name, &opt))
		return config_refuse_name(problem, where, name);
	return config_set_option(c, source, where, opt, text, problem);
}

/* --- defaults that depend on others --------------------------------------- */

/* An absolute directory of the environment; others do not count (XDG). */
static const char *
env_dir(char *const *env, const char *name)
{
	const char *s = config_env_get(env, name);

	return s == NULL || s[0] != '/' ? NULL : s;
}

/* A path made by us must pass the same check as one that was given. */
static enum err
fill_path(struct config *c, enum option opt, const char *path,
    struct config_problem *problem)
{
	struct value value;
	struct value_why why;

	if (c->slots[opt].value.text[0] != '\0')
		return ERR_OK;
	if (!value_parse(&rows[opt].rule, path, &value, &why))
		return config_refuse(problem, "%s: %s (it would be "
		    "\"%.160s\")", rows[opt].name, why.text, path);
	store(c, opt, &value, CONFIG_DEFAULT, NULL);
	return ERR_OK;
}

static enum err
fill(struct config *c, enum option opt, const char *dir, const char *name,
    struct config_problem *problem)
{
	char path[PATH_TEXT_MAX];

	str_format(path, sizeof path, "%s/%s", dir, name);
	return fill_path(c, opt, path, problem);
}

/* Where state_dir is by default; false when nothing says where. */
static bool
usual_state_dir(const struct config_place *place, char *out, size_t size)
{
	const char *state = env_dir(place->env, "XDG_STATE_HOME");
	const char *home = env_dir(place->env, "HOME");

	if (place->is_root)
		return str_copy(out, size, "/var/lib/pairdesk");
	if (state != NULL)
		return str_format(out, size, "%s/pairdesk", state);
	return home != NULL &&
	    str_format(out, size, "%s/.local/state/pairdesk", home);
}

static enum err
fill_state_dir(struct config *c, const struct config_place *place,
    struct config_problem *problem)
{
	char dir[PATH_TEXT_MAX];

	if (c->slots[OPT_STATE_DIR].value.text[0] != '\0')
		return ERR_OK;
	if (!usual_state_dir(place, dir, sizeof dir))
		return config_refuse(problem, "state_dir: is not set, and "
		    "neither XDG_STATE_HOME nor HOME says where to keep data");
	return fill_path(c, OPT_STATE_DIR, dir, problem);
}

/* A command that is given the same state_dir must find it, so what counts is
 * where the directory is and not who said so. */
static enum err
fill_control_socket(struct config *c, const struct config_place *place,
    struct config_problem *problem)
{
	const char *run = place->is_root ? "/run"
	    : env_dir(place->env, "XDG_RUNTIME_DIR");
	const char *dir = c->slots[OPT_STATE_DIR].value.text;
	char usual[PATH_TEXT_MAX];

	if (run != NULL && usual_state_dir(place, usual, sizeof usual) &&
	    strcmp(dir, usual) == 0)
		return fill(c, OPT_CONTROL_SOCKET, run,
		    "pairdesk/control.sock", problem);
	return fill(c, OPT_CONTROL_SOCKET, dir, "control.sock", problem);
}

/* --- options against each other ------------------------------------------- */

static bool
is_changed(const struct config *c, enum option opt)
{
	return strcmp(c->slots[opt].value.text, rows[opt].fallback) != 0;
}

/* A changed endpoint is a test server: the real one's version says nothing
 * about it, and a test must not call outside. */
static void
drop_version_url(struct config *c)
{
	struct slot *slot = &c->slots[OPT_WHATSAPP_VERSION_URL];

	if (is_changed(c, OPT_WHATSAPP_URL) && slot->source == CONFIG_DEFAULT)
		str_copy(slot->value.text, sizeof slot->value.text, "none");
}

/* Whoever could set another root key could sit in the middle of every
 * session, so the real endpoint never takes one. */
static enum err
check_root_key(const struct config *c, struct config_problem *problem)
{
	const char *text = c->slots[OPT_WHATSAPP_URL].value.text;
	struct url url;

	if (config_str(c, OPT_WHATSAPP_NOISE_ROOT_KEY) == NULL)
		return ERR_OK;
	if (url_parse(text, &url) == ERR_OK && url_is_loopback(&url))
		return ERR_OK;
	return config_refuse(problem, "%s: whatsapp.noise_root_key is for "
	    "test servers: it is allowed only when whatsapp.url is loopback "
	    "(127.0.0.0/8, ::1, localhost), and that is %.200s",
	    config_where(c, OPT_WHATSAPP_NOISE_ROOT_KEY), text);
}

static void
listen_spec_at(const struct config *c, size_t i, struct listen_spec *out)
{
	if (!listen_spec_parse(config_list(c, OPT_HTTP_LISTEN, i), out))
		abort();        /* value_parse has checked it */
}

/* The first address that is not loopback; NULL: all are. */
static const char *
exposed_address(const struct config *c)
{
	struct listen_spec spec;

	for (size_t i = 0; i < config_list_count(c, OPT_HTTP_LISTEN); i++) {
		listen_spec_at(c, i, &spec);
		if (!listen_spec_is_loopback(&spec))
			return config_list(c, OPT_HTTP_LISTEN, i);
	}
	return NULL;
}

/* The same text twice is refused by the list; this is localhost and
 * 127.0.0.1. */
static enum err
check_addresses(const struct config *c, struct config_problem *problem)
{
	struct listen_spec a, b;

	for (size_t i = 0; i < config_list_count(c, OPT_HTTP_LISTEN); i++) {
		listen_spec_at(c, i, &a);
		for (size_t j = 0; j < i; j++) {
			listen_spec_at(c, j, &b);
			if (listen_spec_collides(&a, &b))
				return config_refuse(problem, "%s: http.listen "
				    "must not have %s and %s, which are the "
				    "same", config_where(c, OPT_HTTP_LISTEN),
				    config_list(c, OPT_HTTP_LISTEN, j),
				    config_list(c, OPT_HTTP_LISTEN, i));
		}
	}
	return ERR_OK;
}

/* Anybody who reaches the address could take over every account. */
static enum err
check_open(const struct config *c, struct config_problem *problem)
{
	const char *exposed = exposed_address(c);

	if (config_enum(c, OPT_HTTP_AUTH) != HTTP_AUTH_OPEN || exposed == NULL)
		return ERR_OK;
	return config_refuse(problem, "%s: http.auth must not be open while "
	    "http.listen has %s, which other machines can reach: set "
	    "http.auth = token, or listen on 127.0.0.1",
	    config_where(c, OPT_HTTP_AUTH), exposed);
}

bool
config_http_is_open(const struct config *c)
{
	const int auth = config_enum(c, OPT_HTTP_AUTH);

	return auth == HTTP_AUTH_OPEN ||
	    (auth == HTTP_AUTH_AUTO && exposed_address(c) == NULL);
}

/* Any page that somebody on this machine visits could call an open API. */
static enum err
check_cors(const struct config *c, struct config_problem *problem)
{
	if (strcmp(config_text(c, OPT_HTTP_CORS_ORIGINS), "*") != 0 ||
	    !config_http_is_open(c))
		return ERR_OK;
	return config_refuse(problem, "%s: http.cors_origins must not be * "
	    "while requests need no token: set http.auth = token, or name the "
	    "origins", config_where(c, OPT_HTTP_CORS_ORIGINS));
}

enum err
config_finish(struct config *c, const struct config_place *place,
    struct config_problem *problem)
{
	const char *dir = c->slots[OPT_STATE_DIR].value.text;
	enum err err;

	if ((err = fill_state_dir(c, place, problem)) != ERR_OK ||
	    (err = fill(c, OPT_MASTER_KEY_FILE, dir, "master.key",
	    problem)) != ERR_OK ||
	    (err = fill(c, OPT_LOG_FILE, dir, "pairdesk.log",
	    problem)) != ERR_OK ||
	    (err = fill_control_socket(c, place, problem)) != ERR_OK)
		return err;
	drop_version_url(c);
	if ((err = check_root_key(c, problem)) != ERR_OK ||
	    (err = check_addresses(c, problem)) != ERR_OK ||
	    (err = check_open(c, problem)) != ERR_OK)
		return err;
	return check_cors(c, problem);
}

/* The user's file; false when there is no place for one. */
static bool
user_path(const struct config_place *place, char *out, size_t size)
{
	const char *config = env_dir(place->env, "XDG_CONFIG_HOME");
	const char *home = env_dir(place->env, "HOME");

	if (config != NULL)
		return str_format(out, size, "%s/pairdesk/pairdesk.conf",
		    config);
	return home != NULL && str_format(out, size,
	    "%s/.config/pairdesk/pairdesk.conf", home);
}

enum err
config_load(struct config *c, const struct config_place *place,
    struct config_problem *problem)
{
	char user[PATH_TEXT_MAX];
	enum err err;

	if ((err = config_read_env(c, place->env, problem)) != ERR_OK)
		return err;
	if (c->file != NULL && (err = config_read_file(c, CONFIG_FILE,
	    c->file, true, problem)) != ERR_OK)
		return err;
	if (user_path(place, user, sizeof user) && (err = config_read_file(c,
	    CONFIG_USER, user, false, problem)) != ERR_OK)
		return err;
	if (place->etc_path != NULL && (err = config_read_file(c, CONFIG_ETC,
	    place->etc_path, false, problem)) != ERR_OK)
		return err;
	return config_finish(c, place, problem);
}

/* --- reading -------------------------------------------------------------- */

/* Asking for another type than the table's is a mistake of ours. */
static const struct value *
value_of(const struct config *c, enum option opt, bool type_fits)
{
	if (!type_fits)
		abort();
	return &c->slots[opt].value;
}

const char *
config_str(const struct config *c, enum option opt)
{
	const struct value_rule *rule = &rows[opt].rule;
	const char *text = value_of(c, opt, rule->type >= VALUE_ENUM)->text;

	if (text[0] == '\0' || (rule->none && strcmp(text, "none") == 0))
		return NULL;
	return text;
}

int64_t
config_int(const struct config *c, enum option opt)
{
	const enum value_type type = rows[opt].rule.type;

	return value_of(c, opt, type == VALUE_INT ||
	    type == VALUE_SIZE)->number;
}

bool
config_bool(const struct config *c, enum option opt)
{
	return value_of(c, opt, rows[opt].rule.type == VALUE_BOOL)->number != 0;
}

int
config_enum(const struct config *c, enum option opt)
{
	return (int)value_of(c, opt, rows[opt].rule.type == VALUE_ENUM)->number;
}

bool
config_hex32(const struct config *c, enum option opt, uint8_t out[32])
{
	const char *text = value_of(c, opt,
	    rows[opt].rule.type == VALUE_HEX32)->text;

	return text[0] != '\0' && str_from_hex(text, out, 32);
}

size_t
config_list_count(const struct config *c, enum option opt)
{
	return (size_t)value_of(c, opt,
	    rows[opt].rule.type == VALUE_LIST)->number;
}

const char *
config_list(const struct config *c, enum option opt, size_t i)
{
	const char *item = c->slots[opt].items;

	if (i >= config_list_count(c, opt))
		abort();
	while (i-- > 0)
		item += strlen(item) + 1;
	return item;
}

const char *
config_name(enum option opt)
{
	return rows[opt].name;
}

const char *
config_text(const struct config *c, enum option opt)
{
	return c->slots[opt].value.text;
}

enum config_source
config_source(const struct config *c, enum option opt)
{
	return c->slots[opt].source;
}

const char *
config_where(const struct config *c, enum option opt)
{
	const char *where = c->slots[opt].where;

	return where == NULL ? "default" : where;
}
