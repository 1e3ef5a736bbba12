/*
 * Keeps lines of a log up to date from a core: what it has kept, then what
 * comes, through lost connections and restarts of the core.
 */
#ifndef PAIRDESK_TUI_CONSOLE_LOG_FEED_H
#define PAIRDESK_TUI_CONSOLE_LOG_FEED_H

#include <stdbool.h>

#include "tui/client.h"
#include "tui/console/log_lines.h"

struct log_feed;

/* company: "" the whole log. on_change: lines came, or the feed was lost or
 * is back. Begins at once. */
struct log_feed *log_feed_create(struct loop *loop, struct client *client,
    const char *company, struct log_lines *lines, loop_fn on_change,
    void *ctx);
void log_feed_destroy(struct log_feed *f);      /* NULL ok */

/* Nobody answers; it is tried again each second. */
bool log_feed_is_lost(const struct log_feed *f);

#endif
