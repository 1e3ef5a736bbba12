/* Rows of a log, for the log view and a company's own. */
#ifndef PAIRDESK_TUI_CONSOLE_LOG_DRAW_H
#define PAIRDESK_TUI_CONSOLE_LOG_DRAW_H

#include "tui/console/canvas.h"
#include "tui/console/list.h"
#include "tui/console/log_lines.h"

struct log_look {
	bool has_company;       /* a column for it, where there is room */
	bool is_selected;       /* the row under the cursor is marked */
	size_t skip;            /* characters of the text to the left */
};

/* What of lines scroll says, from the first row of a on. */
void log_draw(struct area a, const struct log_lines *lines,
    const struct scroll *scroll, const struct log_look *look);
/* All of one line, wrapped. Returns the rows it takes. */
int log_draw_whole(struct area a, const struct log_entry *e);
int log_whole_rows(int columns, const struct log_entry *e);

enum role log_role(enum log_level level);

#endif
