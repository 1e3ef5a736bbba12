/*
 * The curses side of a screen: which bytes turn what a terminal shows into
 * what a canvas holds. It never touches the terminal: curses writes to a file
 * in memory, and what is in there is handed on. One at a time, as curses
 * keeps globals.
 */
#ifndef PAIRDESK_TUI_CONSOLE_SCREEN_DISPLAY_H
#define PAIRDESK_TUI_CONSOLE_SCREEN_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "tui/console/canvas.h"
#include "tui/console/theme.h"

struct display;

/* What the terminal can do besides, as its description says. */
struct display_modes {
	char enter[128], leave[256];    /* alternate screen, keypad, cursor */
	bool has_title, has_title_stack, has_paste, has_mouse, has_clipboard;
};

/* ERR_INVALID: no such description; ERR_UNSUPPORTED: it cannot place text. */
MUST_CHECK enum err display_create(const char *term, bool no_colour, int rows,
    int columns, struct display **out);
void display_destroy(struct display *d);        /* NULL ok */

const struct display_modes *display_modes(const struct display *d);
enum theme_colours display_colours(const struct display *d);
bool display_can_show_qr(const struct display *d);

/* The next frame is sent whole. */
void display_forget(struct display *d);
void display_resize(struct display *d, int rows, int columns);
/* Appends what has to be sent; nothing when nothing changed. The canvas is as
 * large as the display. */
void display_show(struct display *d, const struct canvas *c,
    struct buf *out);

/* As keys_params.lookup wants it; ctx is the display. */
int display_lookup(void *ctx, const char *seq);
/* Once for each display; display_create does. */
void display_add_keys(void);
/* One row of what curses takes the terminal to show. */
void display_read(const struct display *d, int row, char *out, size_t size);

#endif
