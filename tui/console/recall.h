/* The lines typed behind ":" in this session, for Up and Down. Bounded. */
#ifndef PAIRDESK_TUI_CONSOLE_RECALL_H
#define PAIRDESK_TUI_CONSOLE_RECALL_H

#define HISTORY_LINES 50

struct recall;

struct recall *recall_create(void);
void recall_destroy(struct recall *h);        /* NULL ok */

/* Also begins at the newest again. Empty ones and repetitions do not count. */
void recall_add(struct recall *h, const char *line);
/* Borrowed until the next recall_add; NULL: there is none before. */
const char *recall_older(struct recall *h);
/* "" is what comes behind the newest. */
const char *recall_newer(struct recall *h);

#endif
