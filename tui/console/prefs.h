/*
 * What a console finds again when it is opened the next time: view, filter,
 * cursor, how the list is sorted, how QR codes are drawn on this terminal. A
 * small JSON file of this user's, replaced as a whole; one that cannot be
 * read is put aside and counts as none.
 */
#ifndef PAIRDESK_TUI_CONSOLE_PREFS_H
#define PAIRDESK_TUI_CONSOLE_PREFS_H

#include <stdbool.h>

#include "core/app/qr_text.h"
#include "core/base/err.h"
#include "tui/console/fleet.h"

#define PREFS_FILTER_MAX 256

struct prefs {
	char view[16];                  /* view_ops.name, "" companies */
	char company[COMPANY_ID_MAX + 1];       /* that view is about */
	char cursor[COMPANY_ID_MAX + 1];        /* in the list of companies */
	char filter[PREFS_FILTER_MAX];
	enum sort sort;
	bool reverse, wide, only_problems;
	bool mouse;
	bool listened;                  /* the core that ":start" replaces did */
	enum qr_style qr_style;         /* QR_AUTO: not chosen; on this TERM */
	char log_filter[PREFS_FILTER_MAX];
	char log_company[COMPANY_ID_MAX + 1];
	char log_level[8];              /* "" all */
};

/* $XDG_STATE_HOME or ~/.local/state, then /pairdesk/console.json; false: no
 * home is known. */
bool prefs_path(char *out, size_t size);

bool prefs_are_equal(const struct prefs *a, const struct prefs *b);

/* term: styles are kept for each. Missing or unreadable: defaults, ERR_OK or
 * what was wrong with it; out is filled in any case. */
MUST_CHECK enum err prefs_load(const char *path, const char *term,
    struct prefs *out);
/* What other terminals have stays as it is in the file. */
MUST_CHECK enum err prefs_save(const char *path, const char *term,
    const struct prefs *prefs);

#endif
