/*
 * What a view is. One file each, with a static const struct view_ops. A view
 * draws from what it holds and nothing else; it asks the console for the rest
 * (console.h).
 */
#ifndef PAIRDESK_TUI_CONSOLE_VIEW_H
#define PAIRDESK_TUI_CONSOLE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/console/binding.h"
#include "tui/console/canvas.h"
#include "tui/console/fleet.h"
#include "tui/console/key.h"

struct console;
struct prefs;

struct view_ops {
	const char *name;               /* for prefs and the command line */
	enum scope scope;
	bool moves;                     /* SCOPE_MOVE's keys are for it */
	bool whole_screen;              /* may ask for header and key line too */
	bool has_margin;                /* it is drawn from column 1 on */

	/* company: "" none; borrowed for the call. Never fails. */
	void *(*open)(struct console *c, const char *company);
	void (*close)(void *view);
	/* Shown again after another view was above it. NULL ok. */
	void (*resume)(void *view);
	void (*draw)(void *view, struct area body);
	/* False: it does nothing with it, and the console may. */
	bool (*act)(void *view, enum action action);
	/* Keys that are typed into a field of the view; called before act while
	 * it says so. NULL ok. */
	bool (*key)(void *view, const struct key *key);
	/* Whether an action of its scope is worth a label in the key line at
	 * this moment. NULL: all are. */
	bool (*can)(void *view, enum action action);
	/* The keys of a field that takes them all; TEXT_NONE: none is open.
	 * NULL: never. */
	enum text (*keys)(void *view);
	/* A row changed (NULL: many). True: draw. NULL ok: draws always. */
	bool (*changed)(void *view, const struct row *row);
	/* When what it shows changes by itself, wall ms of the core; 0 never.
	 * NULL ok. It is drawn again then. */
	int64_t (*changes_at)(void *view, int64_t now_ms);
	/* Whose company it is about, "" none. NULL ok. */
	const char *(*company)(void *view);
	/* Its cursor goes to that company, now or as soon as it is there: it
	 * has just been added. NULL ok. */
	void (*point)(void *view, const char *company);
	/* Leaves what should be found again. NULL ok. */
	void (*save)(void *view, struct prefs *prefs);
	/* Wants all rows of the terminal at this moment. NULL: never. */
	bool (*wants_whole)(void *view);
};

extern const struct view_ops view_companies, view_company, view_link,
    view_log, view_listener, view_doctor, view_help;

#endif
