/* A screen's parts, for the files that make one: screen.c draws and hears,
 * screen_modes.c is about the terminal's modes, size and stops. */
#ifndef PAIRDESK_TUI_CONSOLE_SCREEN_IMPL_H
#define PAIRDESK_TUI_CONSOLE_SCREEN_IMPL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/io/loop.h"
#include "tui/console/screen.h"
#include "tui/console/screen_display.h"
#include "tui/console/screen_keys.h"
#include "tui/console/screen_line.h"
#include "tui/console/screen_tty.h"

#define SCREEN_TITLE_MAX 256

struct screen {
	struct screen_params params;
	char term[64];
	bool utf8, is_memory, is_gone;
	char *old_locale;               /* a memory screen's to put back */
	struct tty tty;
	struct line *line;
	struct display *display;
	struct canvas *canvas;
	int rows, columns;
	struct keys keys;
	char title[SCREEN_TITLE_MAX];
	bool is_title_kept;             /* on the terminal's stack, once */

	bool wants_key, wants_news, is_drawing;
	int64_t news_at_ms;             /* no news before */
	struct timer *frame_timer, *key_timer, *stop_timer;
	struct watch *input, *winch, *cont, *tstp;
	bool is_stopped;
	struct sigaction tstp_before;
};

/* Takes the terminal: raw keys, its modes, nothing known of what it shows. */
void screen_enter(struct screen *s);
/* For watches of SIGWINCH, SIGCONT and SIGTSTP, and the timer that goes on
 * where nothing stops. */
void screen_on_winch(void *ctx, int number);
void screen_on_cont(void *ctx, int number);
void screen_on_tstp(void *ctx, int number);
void screen_on_not_stopped(void *ctx);

#endif
