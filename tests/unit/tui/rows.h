/* Status objects for tests of what the console knows. */
#ifndef PAIRDESK_TESTS_UNIT_TUI_ROWS_H
#define PAIRDESK_TESTS_UNIT_TUI_ROWS_H

#include "tui/console/fleet.h"

#define ROWS_NOW 1795600000000  /* 2026-11-25 09:46:40 */

/* What to put; 0 and NULL are null in the object. */
struct rows_status {
	const char *company, *name, *phone;
	enum wa_reason reason;          /* gives the status */
	bool paused;
	int priority;
	unsigned reconnects, version;
	int64_t since_ms, seen_ms, next_ms, until_ms, window_ms;
};

/* The need before. */
enum need rows_put(struct fleet *f, const struct rows_status *status);
/* JSON as it stands; NULL: it was ignored. */
const struct row *rows_put_text(struct fleet *f, const char *json);
/* The companies of the view in order, with a space behind each. */
void rows_shown(const struct fleet *f, char *out, size_t size);

#endif
