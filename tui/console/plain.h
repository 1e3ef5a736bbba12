/*
 * The line mode: for screen readers, pipes and terminals that place no text.
 * Commands come line by line, news go out one line an event; no colour, no
 * cursor, nothing is drawn over. Answers go to standard output, why-nots to
 * standard error. A client of a core, like the console.
 */
#ifndef PAIRDESK_TUI_CONSOLE_PLAIN_H
#define PAIRDESK_TUI_CONSOLE_PLAIN_H

#include <stdbool.h>

#include "core/io/loop.h"
#include "tui/client.h"
#include "tui/cmd.h"

struct plain;

struct plain_params {
	struct loop *loop;
	struct client *client;
	const struct cmd_args *args;
	bool read_only;
	bool started_core;              /* leaving asks what becomes of it */
	/* Called once, never from within plain_create. exit_code: of the last
	 * command that failed when they do not come from a terminal, else 0. */
	void (*on_leave)(void *ctx, bool stop, int exit_code);
	/* Instead: comes back with a core that is started again. */
	void (*on_start)(void *ctx);
	void *ctx;
};

struct plain *plain_create(const struct plain_params *params);
void plain_destroy(struct plain *p);            /* NULL ok */

/* A line that nobody asked for. */
void plain_say(struct plain *p, bool ok, const char *sentence);
/* As console_core_ended. */
void plain_core_ended(struct plain *p, const char *why);

#endif
