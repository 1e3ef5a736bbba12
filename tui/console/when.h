/*
 * Times as people read them on a screen that must not change by itself:
 * absolute, in local time, as short as they can be told apart from now. Pure
 * but for the machine's time zone.
 */
#ifndef PAIRDESK_TUI_CONSOLE_WHEN_H
#define PAIRDESK_TUI_CONSOLE_WHEN_H

#include <stddef.h>
#include <stdint.h>

#include "core/app/words.h"

#define WHEN_MAX 32             /* bytes that hold any of them */
#define WHEN_DAY_CELLS 12       /* when_day is not wider */

/* All: wall ms; "" for 0. */

/* Today "18:35", this year "12 Nov" or "12 ноя", else "2025". */
void when_short(char *out, size_t size, enum lang lang, int64_t at_ms,
    int64_t now_ms);
/* With the time of day: today "18:35", this year "12 Nov 18:35", else
 * "12 Nov 2025". */
void when_day(char *out, size_t size, enum lang lang, int64_t at_ms,
    int64_t now_ms);
/* "18:35:07" */
void when_second(char *out, size_t size, int64_t at_ms);
/* How long until then: "0:07", "12:40", "3:00:00"; "0:00" when it is over. */
void when_left(char *out, size_t size, int64_t at_ms, int64_t now_ms);
/* When the text of when_left changes next; 0: it will not. */
int64_t when_left_changes_ms(int64_t at_ms, int64_t now_ms);

#endif
