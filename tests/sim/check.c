#include "tests/sim/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/mem.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/sim.h"

#define TEXT_MAX 256

static const struct {
	const char *name, *text;
	enum rule_kind kind;
} rules[] = {
#define RULE_ENUM(name, kind, text) { #name, text, RULE_##kind },
#include "tests/sim/check.def"
#undef RULE_ENUM
};
_Static_assert(ARRAY_LEN(rules) == RULE_COUNT, "a row for each rule");

static const char *const kind_names[] = {
	[RULE_SERVER] = "server", [RULE_NOTE] = "note",
	[RULE_PAIRDESK] = "pairdesk",
};

static void
record(struct conn *c, enum check_rule rule, const char *text)
{
	cJSON *e;

	if (rules[rule].kind == RULE_PAIRDESK &&
	    c->sim->set.strict_pairdesk == 0)
		return;
	c->sim->count.violations++;
	e = event_new(c->sim, c, "violation");
	json_put(e, "rule", rules[rule].name);
	json_put(e, "kind", kind_names[rules[rule].kind]);
	json_put(e, "must", rules[rule].text);
	json_put(e, "text", text);
	json_put(e, "stage", stage_name(c->stage));
	event_emit(c->sim, e);
}

void
check_note(struct conn *c, enum check_rule rule, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	record(c, rule, text);
}

void
check_close(struct conn *c, enum check_rule rule, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	record(c, rule, text);
	conn_close(c, rules[rule].name);
}

bool
check_that(struct conn *c, bool holds, enum check_rule rule, const char *text)
{
	if (!holds)
		check_note(c, rule, "%s", text);
	return holds;
}
