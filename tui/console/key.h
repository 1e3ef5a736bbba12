/* One key as the console sees it: what curses, mouse and paste come down to. */
#ifndef PAIRDESK_TUI_CONSOLE_KEY_H
#define PAIRDESK_TUI_CONSOLE_KEY_H

#include <stdint.h>

enum key_name {
	K_NONE,
	K_TEXT,                 /* a character: text */
	K_CTRL,                 /* Ctrl and a letter or space: text, small */
	K_ESC, K_ENTER, K_TAB, K_BACK_TAB, K_BACKSPACE, K_DELETE, K_INSERT,
	K_UP, K_DOWN, K_LEFT, K_RIGHT, K_PAGE_UP, K_PAGE_DOWN, K_HOME, K_END,
	K_F1, K_F2, K_F3, K_F4, K_F5, K_F6, K_F7, K_F8, K_F9, K_F10, K_F11,
	K_F12,
	K_PASTE,                /* text was pasted: a K_TEXT each until ... */
	K_PASTE_END,
	K_CLICK, K_WHEEL_UP, K_WHEEL_DOWN,      /* row, column of the screen */
	K_COUNT
};

struct key {
	enum key_name name;
	uint32_t text;          /* code point */
	int row, column;
};

#endif
