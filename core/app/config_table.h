/* The option table and slots, for the parts of config alone. */
#ifndef PAIRDESK_APP_CONFIG_TABLE_H
#define PAIRDESK_APP_CONFIG_TABLE_H

#include "core/app/config.h"
#include "core/app/value.h"

struct option_row {
	const char *name;
	struct value_rule rule;
	const char *fallback;   /* the default, as text */
	bool is_flag;
	const char *help;
};

struct slot {
	struct value value;
	enum config_source source;
	char *where;            /* NULL: default */
	char *items;            /* LIST: each with its NUL; NULL: none */
};

struct config {
	struct slot slots[OPT_COUNT];
	char *file;             /* of --config, NULL: none */
};

const struct option_row *config_row(enum option opt);

/* "whatsapp.url" to "PAIRDESK_WHATSAPP_URL" and "--whatsapp-url". */
#define CONFIG_SPELLING_MAX 80
void config_env_name(enum option opt, char out[CONFIG_SPELLING_MAX]);
void config_flag_name(enum option opt, char out[CONFIG_SPELLING_MAX]);

/* Writes *problem and returns ERR_INVALID, so that a refusal is a return. */
enum err config_refuse(struct config_problem *problem, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a name that no option has, with the nearest one known. */
enum err config_refuse_name(struct config_problem *problem,
    const char *where, const char *name);

/* config_set for an option already found. */
MUST_CHECK enum err config_set_option(struct config *c,
    enum config_source source, const char *where, enum option opt,
    const char *text, struct config_problem *problem);

/* Value of a variable in an environment; NULL when absent. */
const char *config_env_get(char *const *env, const char *name);

#endif
