/*
 * Keeps a fleet up to date from a core's event stream, through lost
 * connections and restarts of the core.
 */
#ifndef PAIRDESK_TUI_CONSOLE_FEED_H
#define PAIRDESK_TUI_CONSOLE_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/client.h"
#include "tui/console/fleet.h"

struct feed;

enum feed_state {
	FEED_LOADING,           /* the first whole state is on its way */
	FEED_LIVE,
	FEED_LOST,              /* nobody answers, or says anything for
	                         * long; tried again each second */
	FEED_FROZEN             /* by feed_freeze */
};

struct feed_handlers {
	/* A row changed (NULL: all of them, or the feed's own state). before:
	 * its need before; NEED_COUNT while loading. */
	void (*on_change)(void *ctx, const struct row *row,
	    enum need before);
	void *ctx;
};

/* Begins at once: some companies with problems and a page of others first, so
 * that there is something to see, then everything as it changes. */
struct feed *feed_create(struct loop *loop, struct client *client,
    struct fleet *fleet, const struct feed_handlers *handlers);
void feed_destroy(struct feed *f);              /* NULL ok */

enum feed_state feed_state(const struct feed *f);
/* The core's wall clock now, ms: its last word and the time since. */
int64_t feed_now_ms(const struct feed *f);
/* Stops taking news; afterwards catches up. */
void feed_freeze(struct feed *f, bool frozen);

#endif
