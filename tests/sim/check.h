/*
 * What a client must and must not do. Each rule is a row of check.def; a
 * broken one is a violation: an event, a count and a line of the list.
 */
#ifndef PAIRDESK_SIM_CHECK_H
#define PAIRDESK_SIM_CHECK_H

#include <stdbool.h>

#include <cjson/cJSON.h>

struct sim;
struct conn;

enum rule_kind {
	RULE_SERVER,            /* the real server answers an error or closes */
	RULE_NOTE,              /* every known client keeps it */
	RULE_PAIRDESK           /* ours alone: with strict_pairdesk only */
};

enum check_rule {
#define RULE_ENUM(name, kind, text) RULE_##name,
#include "tests/sim/check.def"
#undef RULE_ENUM
	RULE_COUNT
};

/* Records it; c may be NULL for none. */
void check_note(struct conn *c, enum check_rule rule, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, then closes. */
void check_close(struct conn *c, enum check_rule rule, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* check_note unless holds; gives holds. */
bool check_that(struct conn *c, bool holds, enum check_rule rule,
    const char *text);

#endif
