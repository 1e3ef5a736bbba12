/*
 * Configuration. One table (options.def) feeds the file parser, environment,
 * flags and help; whoever needs a value reads it by id.
 *
 * Precedence: flags over environment over --config FILE over the user's file
 * over /etc. Sources may be read in any order: each value remembers the rank
 * of where it came from, and every line is checked, also one that loses.
 *
 * File format, spellings and limits: top of config_file.c and config_args.c.
 */
#ifndef PAIRDESK_APP_CONFIG_H
#define PAIRDESK_APP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

enum option {
#define OPTION(id, ...) OPT_##id,
#include "core/app/options.def"
#undef OPTION
	OPT_COUNT
};

/* The words of http.auth, in their order. */
enum http_auth {
	HTTP_AUTH_AUTO,
	HTTP_AUTH_OPEN,
	HTTP_AUTH_TOKEN
};

/* The words of console.bell, in their order. */
enum console_bell {
	CONSOLE_BELL_OFF,
	CONSOLE_BELL_NEEDS,
	CONSOLE_BELL_ALL
};

/* Rising rank. */
enum config_source {
	CONFIG_DEFAULT,
	CONFIG_ETC,             /* /etc/pairdesk/pairdesk.conf */
	CONFIG_USER,            /* ~/.config/pairdesk/pairdesk.conf */
	CONFIG_FILE,            /* --config FILE */
	CONFIG_ENV,
	CONFIG_FLAG,
	CONFIG_SOURCE_COUNT
};

#define CONFIG_ETC_PATH "/etc/pairdesk/pairdesk.conf"

struct config;

/* One line for people: where, what, why, and what was meant. */
struct config_problem {
	char text[768];
};

struct config *config_create(void);     /* all defaults */
void config_destroy(struct config *c);  /* NULL ok */

/* --- filling -------------------------------------------------------------
 * All return ERR_OK, or ERR_INVALID with *problem written (also for a file
 * that cannot be read); the configuration is then good for nothing but
 * config_destroy.
 */

/* One value. where, for messages and config_where: "--set", "file:12". */
MUST_CHECK enum err config_set(struct config *c, enum config_source source,
    const char *where, const char *name, const char *text,
    struct config_problem *problem);

/* The text of a file, already read; path is for messages. */
MUST_CHECK enum err config_read(struct config *c, enum config_source source,
    const char *path, const void *p, size_t n, struct config_problem *problem);

/* Reads the file; a missing one is fine unless it must_exist. */
MUST_CHECK enum err config_read_file(struct config *c,
    enum config_source source, const char *path, bool must_exist,
    struct config_problem *problem);

/* Every PAIRDESK_* of an environment in the form of environ. */
MUST_CHECK enum err config_read_env(struct config *c, char *const *env,
    struct config_problem *problem);

/*
 * Looks at argv[*at]. One of ours (with the value behind it, if separate):
 * taken, and *at is moved past it. ERR_NOT_FOUND: not ours, nothing happened.
 */
MUST_CHECK enum err config_take_flag(struct config *c, int argc,
    char *const *argv, int *at, struct config_problem *problem);

/* What the rest depends on; injected for tests. */
struct config_place {
	char *const *env;       /* as environ */
	bool is_root;
	const char *etc_path;   /* CONFIG_ETC_PATH; NULL: none */
};

/*
 * After the flags: reads the environment and the three files, makes the
 * defaults that depend on others, and checks options against each other.
 */
MUST_CHECK enum err config_load(struct config *c,
    const struct config_place *place, struct config_problem *problem);

/* The last part of config_load alone. */
MUST_CHECK enum err config_finish(struct config *c,
    const struct config_place *place, struct config_problem *problem);

/* --- reading -------------------------------------------------------------
 * The type must be the option's: anything else is a bug and aborts.
 */

/* Borrowed; NULL when unset (empty) or "none". Any type but bool, int, size. */
const char *config_str(const struct config *c, enum option opt);
int64_t config_int(const struct config *c, enum option opt);  /* int, size */
bool config_bool(const struct config *c, enum option opt);
int config_enum(const struct config *c, enum option opt);     /* index */
/* false, out untouched, when unset. */
bool config_hex32(const struct config *c, enum option opt, uint8_t out[32]);

/* Lists. "none" has no items. Borrowed; i must be below the count. */
size_t config_list_count(const struct config *c, enum option opt);
const char *config_list(const struct config *c, enum option opt, size_t i);

/* Requests need no token: http.auth says so, or it is auto and all addresses
 * of http.listen are loopback (also when there are none). */
bool config_http_is_open(const struct config *c);

/* --- looking at it -------------------------------------------------------- */

const char *config_name(enum option opt);               /* "whatsapp.url" */
/* The value as text, "" when unset; borrowed. */
const char *config_text(const struct config *c, enum option opt);
enum config_source config_source(const struct config *c, enum option opt);
/* "default", "/etc/pairdesk/pairdesk.conf:3", "PAIRDESK_LANG", "--lang" */
const char *config_where(const struct config *c, enum option opt);

/* false when there is no such option. */
bool config_find(const char *name, enum option *out);

/* The known flag that was meant, "--whatsapp-url"; false when none is near. */
bool config_suggest_flag(const char *flag, char *out, size_t size);

/* All options with bounds, defaults and meaning, for --help. */
MUST_CHECK enum err config_help(struct buf *out);

#endif
