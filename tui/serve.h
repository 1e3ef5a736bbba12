/* Being the core that serves: by `pairdesk serve`, or started by a console. */
#ifndef PAIRDESK_TUI_SERVE_H
#define PAIRDESK_TUI_SERVE_H

#include "tui/run.h"

struct serve_hooks {
	/* It answers, and connects. */
	void (*ready)(void *ctx, struct run *run);
	/* Instead, after why was said on standard error. NULL ok. */
	void (*failed)(void *ctx, enum err why);
	void *ctx;
};

/* Opens a core and runs until a signal; the exit code. */
int serve(const struct cmd_args *args, const struct serve_hooks *hooks);

#endif
