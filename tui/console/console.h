/*
 * The console: views on a stack, one header, one status line, one key line,
 * dialogs above. Always a client of a core (tui/client.h): ending it ends no
 * session.
 *
 *   row 0        header: totals, listener, version, who holds the core
 *   rows 1..n-3  the view's body; its last row says so while no core answers
 *   row n-2      a notice, a question, or the command line
 *   row n-1      keys, from the table
 *
 * On screens of less than 14 rows the key line goes, the notice shares its
 * row with the header while there is one.
 */
#ifndef PAIRDESK_TUI_CONSOLE_CONSOLE_H
#define PAIRDESK_TUI_CONSOLE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/app/config.h"
#include "core/io/loop.h"
#include "tui/client.h"
#include "tui/console/dialog.h"
#include "tui/console/feed.h"
#include "tui/console/fleet.h"
#include "tui/console/prefs.h"
#include "tui/console/screen.h"
#include "tui/console/text.h"
#include "tui/console/view.h"

struct console;

struct console_params {
	struct loop *loop;
	struct client *client;
	struct screen *screen;          /* its handlers: console_screen_handlers */
	const struct config *config;    /* NULL: none is known: all by
	                                 * default, no doctor, no stop */
	enum lang lang;
	bool read_only;
	const char *prefs_path;         /* NULL: remember nothing */
	/* Leaves: stop says whether a core that this console started is to end
	 * with it. Called once. */
	void (*on_leave)(void *ctx, bool stop);
	bool started_core;              /* leaving asks what becomes of it */
	/* Leaves to start a core again and come back. NULL: cannot. Then
	 * on_leave is not called. */
	void (*on_start)(void *ctx);
	void *ctx;
};

/* What screen_open wants; ctx is where the console will be found: a pointer
 * to a struct console *, set after console_create. */
struct screen_handlers console_screen_handlers(struct console **where);

struct console *console_create(const struct console_params *params);
/* Saves the prefs. NULL ok. Before the client and the screen go. */
void console_destroy(struct console *c);

/* --- what views ask ------------------------------------------------------------- */

struct loop *console_loop(const struct console *c);
struct client *console_client(const struct console *c);
struct fleet *console_fleet(const struct console *c);
struct screen *console_screen(const struct console *c);
const struct config *console_config(const struct console *c);
struct prefs *console_prefs(struct console *c); /* write, then console_keep */
enum lang console_lang(const struct console *c);
bool console_is_read_only(const struct console *c);
bool console_is_lost(const struct console *c);  /* the core does not answer */
/* Since when, by its clock; 0: it is not lost. */
int64_t console_lost_ms(const struct console *c);
int64_t console_now_ms(const struct console *c);        /* the core's clock */
/* What GET listener said last, its "data"; NULL: nothing yet. */
const cJSON *console_listener(const struct console *c);
/* Asks again, and draws when it has come. */
void console_ask_listener(struct console *c);
enum feed_state console_feed_state(const struct console *c);
/* Holds the rows still, or catches up. */
void console_freeze(struct console *c, bool frozen);

/* The prefs have changed: they are written within a second. */
void console_keep(struct console *c);
/* Something of what a view shows changed by itself, or by a key. */
void console_draw(struct console *c);

/* A view above the current one, or the one that is open already; back.
 * company for view_log: "" what it was about last, LOG_OF_ALL no one's. */
#define LOG_OF_ALL "*"
void console_show(struct console *c, const struct view_ops *ops,
    const char *company);
void console_back(struct console *c);
/* As the key q in the list of companies: asks where it must. */
void console_quit(struct console *c);
/* Without asking. */
void console_leave(struct console *c, bool stop);

/* The view on top, what its open gave; NULL: it is another. */
void *console_view(const struct console *c, const struct view_ops *ops);
/* What the view on top answers to; while one is opened: the one below it. */
enum scope console_scope(const struct console *c);
/* ":start": once the core is gone, leaves to start one and comes back. */
void console_start(struct console *c);
/* The core that was started with this console has ended: why. There is
 * nothing to be left running any more. */
void console_core_ended(struct console *c, const char *why);

/* A line for the status row, until the next key or notice; ROLE_NOTICE,
 * ROLE_ERROR. */
void console_say(struct console *c, enum role role, enum text text,
    const struct words_args *args);
void console_say_text(struct console *c, enum role role, const char *text);

/* Something is being typed or asked: what comes by itself must not take its
 * place. */
bool console_is_asking(const struct console *c);

/* The company under the cursor of the view on top, "" none; borrowed until
 * the next event. */
const char *console_company(const struct console *c);

/* It has just been added: the cursor of the list goes there. */
void console_point(struct console *c, const char *company);

/* As if it had been typed behind ":". */
void console_command(struct console *c, const char *line);
/* As if its key had been pressed in the view on top. */
void console_act(struct console *c, enum action action);

#endif
