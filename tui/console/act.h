/*
 * What an admin can do to a company, as a table: which request it is, whether
 * it destroys something, how it is undone. Used by the console's keys and
 * commands and by the line mode alike. No terminal.
 */
#ifndef PAIRDESK_TUI_CONSOLE_ACT_H
#define PAIRDESK_TUI_CONSOLE_ACT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/client.h"
#include "tui/console/fleet.h"
#include "tui/console/text.h"
#include "tui/told.h"

enum act {
	ACT_ADD,                /* value: its name, may be "" */
	ACT_NAME,               /* value: "" takes it away */
	ACT_PIN,                /* value: digits; "" any number */
	ACT_PROXY,              /* value: without a password; "default" */
	ACT_LINK_CODE,          /* value: digits; "" the company's own */
	ACT_LINK_QR,
	ACT_RECONNECT, ACT_PAUSE, ACT_RESUME,
	ACT_LOGOUT, ACT_REMOVE,
	ACT_SHARE,
	ACT_COUNT
};

struct act_rule {
	const char *word;       /* the subcommand's: "logout" */
	bool destroys;          /* asks for the typed id first */
	bool in_bulk;           /* makes sense for many */
	enum text done;         /* "{company} is paused." */
	enum text cleared;      /* the same when value was "" */
	enum text warning;      /* what will happen, for one; TEXT_NONE */
	enum text warning_many; /* for {n}, the first of which are {reason} */
};
const struct act_rule *act_rule(enum act act);

/* That it is done, in a sentence. value as in act_request. */
void act_done(enum act act, enum lang lang, const char *company,
    const char *value, char *out, size_t size);
/* What will happen to a company: whose it is, what the phone loses, what the
 * wait is that is cut short. */
void act_warning(enum act act, enum lang lang, const struct row *row,
    int64_t now_ms, char *out, size_t size);
/* It may make things worse for this one, so that it is asked for first. */
bool act_is_risky(enum act act, const struct row *row, int64_t now_ms);

/* Whether it makes sense for a company as it is; if not, why and when it will
 * in a sentence of lang (row NULL: the company is not there). */
bool act_is_possible(enum act act, const char *company,
    const struct row *row, enum lang lang, int64_t now_ms, char *why,
    size_t size);

struct act_answer {
	bool ok, gone;          /* gone: no answer; the core may be away */
	struct trouble trouble; /* unless ok */
	const cJSON *data;      /* if ok, borrowed; may be NULL */
};
typedef void (*act_fn)(void *ctx, const char *company,
    const struct act_answer *answer);
/* fn is called once, never from within; cancel by the returned call. */
struct call *act_request(struct client *client, enum lang lang, enum act act,
    const char *company, const char *value, act_fn fn, void *ctx);
/* The trouble in one line: what, why, when it will be possible. */
void act_trouble(const struct act_answer *answer, enum lang lang, char *out,
    size_t size);

/* --- in the console ----------------------------------------------------------- */

struct console;
/* Asks what must be asked (a number, a name, the typed id, the count) and
 * does it, one company after another when there are many; says how it went in
 * the status row. value NULL: not known yet. */
void console_do(struct console *c, enum act act, const char *const *companies,
    size_t n, const char *value);
/* Takes the last pause, resume, name or pin back. */
void console_undo(struct console *c);
/* Ends what is under way. */
void console_acts_end(struct console *c);

#endif
