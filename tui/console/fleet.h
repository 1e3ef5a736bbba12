/*
 * What the console knows of all companies: a compact row each, fed by status
 * objects of the API; totals by status; and one view of them, filtered and
 * sorted, that is kept in order change by change. Pure: no I/O, no clock, no
 * terminal. Ten thousand rows cost about 300 bytes each.
 */
#ifndef PAIRDESK_TUI_CONSOLE_FLEET_H
#define PAIRDESK_TUI_CONSOLE_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/app/words.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/session/status.h"
#include "core/store/store.h"
#include "tui/console/text.h"
#include "tui/console/theme.h"

struct fleet;

/* How much a company wants the admin, most first: the usual order. */
enum need {
	NEED_ADMIN,     /* nothing goes on without a person */
	NEED_PATIENCE,  /* something is wrong and goes on by itself, or waits */
	NEED_PHONE,     /* it is being linked: a code is shown */
	NEED_LINK,      /* never linked, the code expired */
	NEED_NOTHING,   /* connected, connecting, paused */
	NEED_COUNT
};

/* Times: wall ms of the core, 0 none. Texts are cleaned of controls. */
struct row {
	char company[COMPANY_ID_MAX + 1];
	char *name;                     /* "" none; never NULL */
	char phone[24];                 /* masked, "" not linked */
	char pinned[24];                /* masked, "" any */
	enum wa_status status;
	enum wa_reason reason;
	bool paused, connected, tagged;
	int priority;
	unsigned reconnects;
	unsigned code;                  /* WhatsApp's, of the last trouble; 0 */
	int64_t since_ms, last_seen_ms, next_attempt_ms, until_ms;
	int64_t window_ends_ms;
	int64_t last_error_ms;
	uint64_t state_version;
};

enum need row_need(const struct row *row);
/* A phone is linked, as far as the state says; the number may lag behind. */
bool row_is_linked(const struct row *row);
/* A need of the first two: what `f` and the bell look for. */
bool row_is_problem(const struct row *row);
enum symbol row_symbol(const struct row *row);
enum role row_role(const struct row *row);
/* Its state in a word or two: the status, or what is more to the point. */
const char *row_word(const struct row *row, enum lang lang);
/* What comes next, in a few words: "scan again", "retry in 0:41", "open the
 * phone"; "" nothing. */
void row_next(const struct row *row, enum lang lang, int64_t now_ms,
    char *out, size_t size);
/* When that text changes next, wall ms; 0: not by itself. */
int64_t row_next_changes_ms(const struct row *row, int64_t now_ms);

struct fleet *fleet_create(void);
void fleet_destroy(struct fleet *f);            /* NULL ok */

/* A status object. Older than what is known (stateVersion) or without a valid
 * companyId: ignored. Returns the row, NULL if ignored; it lives until it is
 * removed. *before, if not NULL: its need before, NEED_COUNT: it is new. */
const struct row *fleet_put(struct fleet *f, const cJSON *status,
    enum need *before);
void fleet_remove(struct fleet *f, const char *company);
/* A whole state is coming: what is not put until fleet_end_all goes. */
void fleet_begin_all(struct fleet *f);
void fleet_end_all(struct fleet *f);
/* It was only a part: nothing goes. */
void fleet_keep_all(struct fleet *f);

size_t fleet_count(const struct fleet *f);
size_t fleet_count_status(const struct fleet *f, enum wa_status status);
size_t fleet_count_need(const struct fleet *f, enum need need);
/* Of NEED_NOTHING, the paused by themselves: with the other needs these are
 * all. */
size_t fleet_count_calm(const struct fleet *f, enum wa_status status);
size_t fleet_count_paused(const struct fleet *f);
const struct row *fleet_find(const struct fleet *f, const char *company);
/* Rises with every change of any row, and of the view. */
uint64_t fleet_version(const struct fleet *f);

/* --- the view ------------------------------------------------------------------ */

enum sort {
	SORT_NEED, SORT_COMPANY, SORT_NAME, SORT_STATUS, SORT_SINCE,
	SORT_SEEN, SORT_RECONNECTS, SORT_PRIORITY, SORT_COUNT
};
/* Equal ones by company. SORT_NEED: by need, within that the newest trouble
 * first. */
void fleet_sort(struct fleet *f, enum sort by, bool reverse);
/* Words that all must be in company, name, end of the number, status or its
 * words in lang, small and capital letters alike (also Cyrillic); `!word`
 * must not be, `a|b` one of them. "": all. */
void fleet_filter(struct fleet *f, const char *filter, enum lang lang);
void fleet_only_problems(struct fleet *f, bool only);

size_t fleet_shown(const struct fleet *f);      /* rows of the view */
const struct row *fleet_at(const struct fleet *f, size_t i);
/* Where a company is in the view; false: filtered out or unknown. */
bool fleet_place(const struct fleet *f, const char *company, size_t *i);

void fleet_tag(struct fleet *f, const char *company, bool on);
/* All of the view. */
void fleet_tag_shown(struct fleet *f, bool on);
size_t fleet_tagged(const struct fleet *f);
/* The tagged, in order of the view, then those it does not show; at most max;
 * returns how many. Borrowed. */
size_t fleet_tagged_list(const struct fleet *f, const char **out, size_t max);

#endif
