/* The console's first row: how everything is, in the order of what an admin
 * must not miss; the least important parts go first when there is no room. */
#ifndef PAIRDESK_TUI_CONSOLE_HEADER_H
#define PAIRDESK_TUI_CONSOLE_HEADER_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "core/app/words.h"
#include "tui/console/canvas.h"
#include "tui/console/feed.h"
#include "tui/console/fleet.h"

/* All borrowed for the call. */
struct header {
	const struct fleet *fleet;
	enum feed_state feed;
	int64_t lost_ms;                /* since when nobody answers; 0 not */
	int64_t now_ms;
	const cJSON *listener;          /* "data" of GET listener; NULL unknown */
	bool read_only;
	enum lang lang;
};

/* Fills the one row. */
void header_draw(struct area row, const struct header *h);

#endif
