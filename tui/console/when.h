/*
 * Points in time and times that are left, as short as a column: nothing here
 * changes by itself but what counts down.
 */
#ifndef PAIRDESK_TUI_CONSOLE_WHEN_H
#define PAIRDESK_TUI_CONSOLE_WHEN_H

#include <stddef.h>
#include <stdint.h>

#include "core/app/words.h"

#define WHEN_MAX 24             /* bytes that hold any of them */

/* Today "18:35", this year "12 Nov", else "2025", in local time; "" for 0. */
void when_at(char *out, size_t size, enum lang lang, int64_t at_ms,
    int64_t now_ms);

/* "0:41", "1:02:03": whole seconds, those that have begun count. */
void when_left(char *out, size_t size, int64_t left_ms);
/* "00:41:10" */
void when_left_long(char *out, size_t size, int64_t left_ms);
/* When what is left until end_ms shows another second; 0: never again. */
int64_t when_left_changes_ms(int64_t end_ms, int64_t now_ms);

#endif
