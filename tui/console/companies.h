/* What the files of the list of companies share; nobody else's. */
#ifndef PAIRDESK_TUI_CONSOLE_COMPANIES_H
#define PAIRDESK_TUI_CONSOLE_COMPANIES_H

#include "tui/console/columns.h"
#include "tui/console/console.h"
#include "tui/console/input.h"
#include "tui/console/list.h"

/* What of the fleet was on the screen last. */
struct drawn {
	size_t need[NEED_COUNT], status[WA_STATUS_COUNT];
	size_t shown, tagged, paused;
	char first[COMPANY_ID_MAX + 1], last[COMPANY_ID_MAX + 1];
};

/* Filter, sort and width of columns stand in the prefs, where commands
 * change them as well. */
struct companies {
	struct console *c;
	struct fleet *fleet;
	struct scroll scroll;
	uint64_t version;               /* of the fleet, that scroll fits */
	/* The company under the cursor, "" none: the cursor is its, not the
	 * line's. */
	char cursor[COMPANY_ID_MAX + 1];
	/* Where the last console was, or which was added, as long as it has
	 * not come and nobody has moved. */
	char wanted[COMPANY_ID_MAX + 1];
	bool has_moved;
	bool is_added;                  /* nobody else is acted upon */
	char last_tagged[COMPANY_ID_MAX + 1];
	bool is_typing;                 /* the filter's field is open */
	struct input field;
	char origin[COMPANY_ID_MAX + 1];        /* where it was opened */
	unsigned skip;                  /* columns scrolled away */
	struct columns columns;         /* of the last drawing */
	int head_rows;                  /* of the last drawing */
	struct drawn drawn;
};

/* view_companies.c: brings cursor and scroll in line with the fleet. */
void companies_sync(struct companies *v);
/* As a person does. */
void companies_move_to(struct companies *v, size_t at);
/* The company that was added is not under the cursor yet, and nobody has
 * chosen another; it was said why. */
bool companies_is_astray(struct companies *v);

/* companies_act.c: false: another action. */
bool companies_act(struct companies *v, enum action action);
/* Takes all tags off. */
void companies_untag(struct companies *v);

/* companies_draw.c */
void companies_draw(struct companies *v, struct area body);
/* Whether the screen would look other than it was drawn. */
bool companies_differ(struct companies *v, const struct row *row);

/* companies_ask.c */
void companies_ask_sort(struct companies *v);
void companies_sort_by(struct companies *v, enum sort sort, bool reverse);
void companies_ask_export(struct companies *v);
/* Writes the list as shown, and says how that went. */
void companies_export(struct console *c, const char *path);

#endif
