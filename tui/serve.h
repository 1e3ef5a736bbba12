/* Being the core that serves: by `pairdesk serve`, or started by a console. */
#ifndef PAIRDESK_TUI_SERVE_H
#define PAIRDESK_TUI_SERVE_H

#include "tui/run.h"

/* Opens a core, tells ready once it answers and connects, and runs until a
 * signal. The exit code; a failure to open was said on standard error, and
 * ready was not called. */
int serve(const struct cmd_args *args, void (*ready)(void *ctx,
    struct run *run), void *ctx);

#endif
