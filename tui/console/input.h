/*
 * A line of text that is being typed: UTF-8, edited by code points, with the
 * usual keys (arrows, Home, End, Ctrl-A/E/U/K/W, Backspace, Del). Bounded.
 */
#ifndef PAIRDESK_TUI_CONSOLE_INPUT_H
#define PAIRDESK_TUI_CONSOLE_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/console/canvas.h"
#include "tui/console/key.h"

#define INPUT_MAX 512

struct input {
	char text[INPUT_MAX + 1];
	size_t len, at, max;            /* bytes; at: the cursor */
	bool is_pasting;
};

void input_init(struct input *in, const char *text, size_t max);
void input_set(struct input *in, const char *text);
/* False: not a key for a field (Enter, Esc, Tab, Up ...). Controls within
 * pasted text are dropped. */
bool input_key(struct input *in, const struct key *key);
/* On one row, scrolled so that the cursor is seen; sets the area's cursor. */
void input_draw(const struct input *in, struct area a, int row, int column,
    int width, unsigned style);

#endif
