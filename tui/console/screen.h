/*
 * The terminal: the only owner of curses. Curses draws into a pipe whose
 * bytes this module passes on without ever blocking the loop, so it can count
 * them, and skips frames while the line is slow instead of queueing them.
 * Whatever ends the process but SIGKILL restores the terminal.
 */
#ifndef PAIRDESK_TUI_CONSOLE_SCREEN_H
#define PAIRDESK_TUI_CONSOLE_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/io/loop.h"
#include "tui/console/canvas.h"
#include "tui/console/key.h"
#include "tui/console/theme.h"

struct screen;

/* None of them closes the screen: that waits for a later turn. */
struct screen_handlers {
	void (*on_key)(void *ctx, const struct key *key);
	/* Draws all of it; the area is blank and as large as the terminal. */
	void (*on_draw)(void *ctx, struct area all);
	void (*on_gone)(void *ctx);     /* the terminal hung up; once */
	void *ctx;
};

struct screen_params {
	struct loop *loop;
	int in_fd, out_fd;              /* the terminal */
	bool no_colour;                 /* besides NO_COLOR */
	struct screen_handlers handlers;
};

/*
 * Takes the terminal over: raw keys, alternate screen, bracketed paste.
 * Signals: SIGWINCH and SIGCONT are handled here, SIGTSTP too; those that end
 * the process are the loop's owner's, who calls screen_close. ERR_INVALID:
 * TERM is unknown to terminfo; problem says what to set.
 */
MUST_CHECK enum err screen_open(const struct screen_params *params,
    struct screen **out, const char **problem);
/* No terminal at all, for tests: bytes it would send are counted and may be
 * read; keys come from screen_feed. term: a terminfo name. loop NULL: frames
 * are drawn in screen_now alone. */
MUST_CHECK enum err screen_open_memory(const struct screen_params *params,
    const char *term, bool utf8, int rows, int columns, struct screen **out);
void screen_close(struct screen *s);            /* NULL ok; restores */

/*
 * There is something new to draw. SCREEN_KEY: a person waits for it: in this
 * turn of the loop, or as soon as the line is free. SCREEN_NEWS: something
 * changed by itself: at most ten frames a second, fewer when they are large:
 * on average at most SCREEN_NEWS_BYTES a second.
 */
enum screen_why { SCREEN_KEY, SCREEN_NEWS };
#define SCREEN_NEWS_BYTES 8000
void screen_want(struct screen *s, enum screen_why why);
/* Draws and sends now whatever was wanted or not. */
void screen_now(struct screen *s);
/* Forgets what the terminal shows and sends all of it (Ctrl-L). */
void screen_repaint(struct screen *s);

int screen_rows(const struct screen *s);
int screen_columns(const struct screen *s);
bool screen_is_utf8(const struct screen *s);
enum theme_colours screen_colours(const struct screen *s);
/* For codes: NO_COLOR does not count, but a terminal without colours does. */
bool screen_can_show_qr(const struct screen *s);
/* Its font has sextants, as far as TERM tells. */
bool screen_has_sextants(const struct screen *s);
/* $TERM, or what it was opened with. */
const char *screen_term(const struct screen *s);
uint64_t screen_sent_bytes(const struct screen *s);

/* Cleaned of controls. Put back when the screen closes, where the terminal
 * keeps a stack of titles. */
void screen_title(struct screen *s, const char *text);
void screen_bell(struct screen *s);
#define SCREEN_COPY_MAX 74994   /* bytes of base64 that terminals take */
/* OSC 52: to the clipboard of the person's own machine. Nobody answers, so
 * nobody knows whether it worked. False: too long, or not for a terminal of
 * this kind. */
bool screen_copy(struct screen *s, const char *text);
/* Stays off where the terminal's description has no mouse. */
void screen_set_mouse(struct screen *s, bool on);
bool screen_has_mouse(const struct screen *s);
/* Restores the terminal and stops the process group, as ^Z does; all is
 * drawn again when it goes on. */
void screen_suspend(struct screen *s);

/* --- for tests ---------------------------------------------------------------- */

/* Keys as a terminal sends them; whole ones. */
void screen_feed(struct screen *s, const void *p, size_t n);
/* What is shown, one row as in canvas_read. */
void screen_read(struct screen *s, int row, char *out, size_t size);
void screen_resize_memory(struct screen *s, int rows, int columns);
/* What was sent since the last call; NUL-terminated, borrowed until the next. */
const char *screen_take_sent(struct screen *s, size_t *n);

#endif
