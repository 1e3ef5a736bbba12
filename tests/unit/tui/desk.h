/*
 * A whole console on a screen in memory: with a core of this process behind
 * its listener, where nobody can be linked, or with one that answers what a
 * test says.
 */
#ifndef PAIRDESK_TESTS_UNIT_TUI_DESK_H
#define PAIRDESK_TESTS_UNIT_TUI_DESK_H

#include <stdbool.h>

#include "tests/unit/tui/fake_core.h"
#include "tests/unit/tui/real_core.h"
#include "tui/console/console.h"

#define DESK_EVENTS "/api/whatsapp/events"
#define DESK_SESSIONS "/api/whatsapp/sessions"

struct desk {
	struct real_core *real;         /* NULL: fake */
	struct fake_core *fake;         /* NULL: real */
	struct loop *loop;
	struct client *client;
	struct screen *screen;
	struct console *console;
	unsigned version;               /* of the last status told */
	int left;                       /* how often it was left */
	bool left_stop;
	int started;                    /* how often ":start" left it */
};

struct desk_params {
	bool real, read_only, ascii;
	enum lang lang;
	int rows, columns;              /* 0: 24, 80 */
};
void desk_open(struct desk *s, const struct desk_params *params);
void desk_close(struct desk *s);

/* Of the fake core: a company as it is now. phone "" not linked; status NULL
 * connected or idle. */
void desk_put(struct desk *s, const char *company, const char *name,
    const char *phone, const char *more);

/* As a terminal sends them: "\r", "\033" alone is Esc. */
void desk_keys(struct desk *s, const char *keys);
/* Turns the loop until that stands on the screen; false: it never did. */
bool desk_until(struct desk *s, const char *text);
/* Turns it for what is under way. */
void desk_settle(struct desk *s);
/* Whether it is on the screen, breaks of lines and runs of blanks counting
 * as one blank. */
bool desk_shows(struct desk *s, const char *text);
/* All of the screen, for what failed; static. */
const char *desk_text(struct desk *s);

#endif
