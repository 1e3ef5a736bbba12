/*
 * What was asked for and is under way: one act for one company or, one after
 * another, for many. Knows the console only to speak.
 */
#ifndef PAIRDESK_TUI_CONSOLE_ACT_JOB_H
#define PAIRDESK_TUI_CONSOLE_ACT_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/list.h"
#include "tui/console/act.h"
#include "tui/console/console.h"

#define ACT_VALUE_MAX 256
#define ACT_UNDO_MAX 20

struct company_id {
	char text[COMPANY_ID_MAX + 1];
};

/* Why an act was not done to one of many. */
struct refusal {
	struct company_id company;
	char *why;
};
struct refusals {
	struct refusal *at;
	size_t n;
};
void refusals_add(struct refusals *r, const char *company, const char *why);
void refusals_finish(struct refusals *r);

/* An act on companies, as a value that owns its list. */
struct wish {
	enum act act;
	struct company_id *ids;
	size_t n;
	struct refusals left_out;       /* it makes no sense for these */
	char value[ACT_VALUE_MAX];
	char before[ACT_VALUE_MAX];     /* what NAME and PIN replace */
	char linked[32];                /* the number that is, for PIN */
	bool is_undo;
};
void wish_finish(struct wish *w);

struct acts {
	struct console *console;
	struct list jobs;
	struct wish asked;              /* by the dialog that is open */
	struct call *look;              /* at what PIN replaces */
	struct wish undo[ACT_UNDO_MAX]; /* the last one last */
	size_t undo_count;
	struct refusals refused;        /* of the last act on many */
	char summary[WORDS_MAX];        /* how that went */
	char urls[2][512];              /* of the share box; wiped with it */
};

/* Takes the wish over. */
void job_begin(struct acts *acts, struct wish *wish);
void job_end_all(struct acts *acts);

/* Why something was refused: in the status row, or in a box when it is too
 * long for that and nothing else is being asked. */
void act_say_refusal(struct console *c, const char *why);

/* view_refused.c: refusals of the last act on many, with summary above */
extern const struct view_ops view_refused;

/* act_share.c */
void act_add_choice(struct dialog_choice *d, enum lang lang, char key,
    enum text text);
/* The links of a company, to be read and copied. */
void act_show_share(struct acts *acts, const char *company,
    const cJSON *data);

#endif
