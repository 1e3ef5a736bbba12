/* What others begin in the listener view. */
#ifndef PAIRDESK_TUI_CONSOLE_LISTENER_H
#define PAIRDESK_TUI_CONSOLE_LISTENER_H

struct console;

/* Opens the view and asks what is not said yet. "" nothing is. */
void console_token_add(struct console *c, const char *name);
void console_token_revoke(struct console *c, const char *id);

#endif
