/*
 * The columns of the list of companies as one table, which of them a width
 * has room for, and how a row is drawn in them.
 */
#ifndef PAIRDESK_TUI_CONSOLE_COLUMNS_H
#define PAIRDESK_TUI_CONSOLE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/console/canvas.h"
#include "tui/console/fleet.h"
#include "tui/console/text.h"

/* In the order in which they stand. */
enum column {
	COLUMN_TAG, COLUMN_SYMBOL, COLUMN_STATE, COLUMN_COMPANY, COLUMN_NAME,
	COLUMN_PHONE, COLUMN_SINCE, COLUMN_SEEN, COLUMN_RECONNECTS,
	COLUMN_NEXT,
	/* the wide ones */
	COLUMN_PRIORITY, COLUMN_PINNED, COLUMN_REASON, COLUMN_CODE,
	COLUMN_ERROR, COLUMN_COUNT
};

/* What a cell's text depends on besides its row. */
struct cell_env {
	enum lang lang;
	int64_t now_ms;
	/* the core is lost: all is of before, and may not be so any more */
	bool is_stale;
	bool has_state;         /* the state stands in a column of its own */
};

#define CELL_MAX 320            /* bytes that hold any cell */

struct column_rule {
	const char *id;         /* for tests */
	enum text head;
	int least, best, most;  /* cells */
	int rank;               /* 0 stays longest where room is short */
	bool right;             /* its edge */
	bool whole;             /* least or best: no use between them */
	bool wide;              /* among the wide ones */
	bool pinned;            /* stays when the others are scrolled away */
	enum sort sort;         /* that it stands for; SORT_COUNT none */
	/* NULL: a sign that columns_draw_row knows */
	void (*cell)(const struct row *row, const struct cell_env *env,
	    int width, char *out, size_t size);
};
const struct column_rule *column_rule(enum column column);

struct columns {
	struct {
		enum column column;
		int at, width;
	} shown[COLUMN_COUNT];
	size_t count;
	bool more_left, more_right;     /* some did not fit there */
};

/*
 * skip: how many columns have been scrolled away to the left. With none the
 * most important stay, with some those that follow, as many as fit. Pure.
 */
void columns_layout(int width, bool wide, unsigned skip, struct columns *out);
bool columns_have(const struct columns *cs, enum column column);
/* Where that column stands; COLUMN_COUNT: between two. */
enum column columns_at(const struct columns *cs, int at);

/* The heads over all of row; the one that the list is sorted by is marked. */
void columns_draw_head(const struct columns *cs, struct area row,
    enum lang lang, enum sort sort, bool reverse);
/* One company; selected: over the whole width. */
void columns_draw_row(const struct columns *cs, struct area line,
    const struct row *row, const struct cell_env *env, bool selected);

#endif
