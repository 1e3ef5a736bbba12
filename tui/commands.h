/* The table of subcommands, and the help that is made from it. */
#ifndef PAIRDESK_TUI_COMMANDS_H
#define PAIRDESK_TUI_COMMANDS_H

#include "tui/cmd.h"

/* NULL: there is none. */
const struct cmd *commands_find(const char *name);
/* Each, in the order of the help; NULL: no more. */
const struct cmd *commands_at(size_t i);
/* What no word is. */
const struct cmd *commands_console(void);
/* The one that was meant; NULL: none is near. */
const char *commands_nearest(const char *name);

void commands_print(void);
void commands_print_one(const struct cmd *cmd);

#endif
