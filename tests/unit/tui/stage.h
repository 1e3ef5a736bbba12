/*
 * A whole console on a terminal in memory, before a fake core: views are
 * tested by keys and by what stands on the screen. Its time is about
 * STAGE_NOW, UTC.
 */
#ifndef PAIRDESK_TESTS_UNIT_TUI_STAGE_H
#define PAIRDESK_TESTS_UNIT_TUI_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/unit/tui/fake_core.h"
#include "tui/console/console.h"

#define STAGE_NOW "2026-11-22T18:40:00.000Z"
#define STAGE_ROW_MAX 2048

struct stage {
	struct loop *loop;
	struct fake_core *core;
	struct client *client;
	struct screen *screen;
	struct console *console;
	bool utf8, read_only;           /* set before stage_start */
	const struct config *config;    /* also; NULL: none */
	const char *term;
	char row[STAGE_ROW_MAX];
};

/* The core is there and has one company, acme, and a listener that is off;
 * more is said to it before stage_start. */
void stage_init(struct stage *s);
void stage_start(struct stage *s, int rows, int columns, enum lang lang);
void stage_finish(struct stage *s);

void stage_show(struct stage *s, const struct view_ops *ops,
    const char *company);
/* As a terminal sends them: "\t", "\033[A". Then all that follows from it. */
void stage_keys(struct stage *s, const char *keys);
void stage_settle(struct stage *s);
void stage_resize(struct stage *s, int rows, int columns);

/* Borrowed until the next. */
const char *stage_row(struct stage *s, int row);
/* Whether that stands in one of the rows. */
bool stage_has(struct stage *s, const char *text);
/* The first such row, -1 none. */
int stage_find(struct stage *s, const char *text);
/* All of it to standard error, for whoever writes a test. */
void stage_dump(struct stage *s);

#endif
