/* What is known of terminals before a screen is made for one. */
#ifndef PAIRDESK_TUI_CONSOLE_SCREEN_TERMINFO_H
#define PAIRDESK_TUI_CONSOLE_SCREEN_TERMINFO_H

#include <stdbool.h>

/* A description by that name exists, and the terminal can place text. */
bool terminfo_is_known(const char *term);
bool terminfo_can_place(const char *term);

#endif
