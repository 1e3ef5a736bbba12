/* What the files of the company view share; nobody else's. */
#ifndef PAIRDESK_TUI_CONSOLE_COMPANY_VIEW_H
#define PAIRDESK_TUI_CONSOLE_COMPANY_VIEW_H

#include "tui/console/canvas.h"
#include "tui/console/company_news.h"
#include "tui/console/console.h"
#include "tui/console/list.h"
#include "tui/console/log_feed.h"

enum company_part {
	PART_TIMELINE, PART_LOG, PART_LINKS, PART_CHECKS, PART_COUNT
};

struct company_view {
	struct console *console;
	char company[COMPANY_ID_MAX + 1];
	struct company_news *news;
	struct log_lines *lines;
	struct log_feed *feed;
	enum company_part part;         /* the one that keys move in */
	struct scroll scrolls[PART_COUNT];
	bool is_log_moved;              /* else its end is shown */
	uint64_t log_n, change_n;       /* lines that the scrolls stand on */
	size_t skip;                    /* of the log's lines, to the left */
	bool has_countdown;             /* it was shown */
	bool is_open;                   /* the selected line is shown in full */
};

/* The upper part of the body, as much of it as there is room for: what it is
 * doing, why, what to do, facts and evidence. Returns the rows it took. */
int company_draw_head(struct company_view *v, struct area body);

/* One part with its title row. */
void company_draw_part(struct company_view *v, struct area a,
    enum company_part part, bool is_current);
/* The titles of all parts in one row, and the current one below. */
void company_draw_tabs(struct company_view *v, struct area a);
/* Rows that would show all of a part without its title. */
size_t company_part_rows(struct company_view *v, enum company_part part);
/* After news: what the scrolls stood on is found again. */
void company_fit_parts(struct company_view *v);

/* How a status looks, as in the list of companies. */
enum symbol company_symbol(enum wa_status status, enum wa_reason reason);
enum role company_role(enum wa_status status, enum wa_reason reason);
const char *company_word(enum wa_status status, enum wa_reason reason,
    enum lang lang);

#endif
