/* Lengths of time as people type them. Pure. */
#ifndef PAIRDESK_TUI_DURATION_H
#define PAIRDESK_TUI_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* "90s", "30m", "24h", "7d", "8w", without a unit seconds; from 1 s to ten
 * years. */
bool duration_parse(const char *text, int64_t *seconds);

#endif
