/* What the line mode says about companies, a line each. Pure. */
#ifndef PAIRDESK_TUI_CONSOLE_PLAIN_TEXT_H
#define PAIRDESK_TUI_CONSOLE_PLAIN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/console/fleet.h"

#define PLAIN_LINE_MAX 1024     /* bytes that hold any of them */

/* "12 companies: connected 9, reconnecting 2, banned 1. 3 need somebody." */
void plain_summary(const struct fleet *fleet, enum lang lang, char *out,
    size_t size);

/* "3. acme, Acme Ltd, ...4567: banned since 12 Nov; ask for a review" */
void plain_row(const struct row *row, size_t number, enum lang lang,
    int64_t now_ms, char *out, size_t size);

/* "18:35:02 acme: reconnecting. Connection lost, retry in 5 s." */
void plain_news(const struct row *row, enum lang lang, int64_t now_ms,
    char *out, size_t size);

/* "A B C D - E F G H", as it is read aloud. */
void plain_spell(const char *code, char *out, size_t size);

/* A line that is only a number from 1 on; false: something else. */
bool plain_number(const char *line, size_t *number);

/* --- what was said last ------------------------------------------------------- */

struct plain_seen;

struct plain_seen *plain_seen_create(void);
void plain_seen_destroy(struct plain_seen *s);  /* NULL ok */
/* Takes the row as said; whether its status or the reason for it is not what
 * was said last, and something was. */
bool plain_seen_changed(struct plain_seen *s, const struct row *row);

#endif
