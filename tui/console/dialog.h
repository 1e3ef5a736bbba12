/*
 * Questions above the view: a line to type in, a thing to confirm by typing
 * it, a choice of a few. One at a time; they stand in the lower part of the
 * body, wrapped to the screen, and take every key until they end. Esc ends
 * each without an answer.
 */
#ifndef PAIRDESK_TUI_CONSOLE_DIALOG_H
#define PAIRDESK_TUI_CONSOLE_DIALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/console/canvas.h"
#include "tui/console/key.h"
#include "tui/console/text.h"

#define DIALOG_TEXT_MAX 1024    /* bytes of what is said, and of an answer */

struct dialog;

/* answer NULL: Esc. The dialog is over: another may be opened from within. */
typedef void (*dialog_answer_fn)(void *ctx, const char *answer);
/* Called after each key; false: Enter does nothing, and why is shown (may be
 * "" while nothing is typed). out may also say what a good answer means
 * ("+7 900 ... Russia"). */
typedef bool (*dialog_check_fn)(void *ctx, const char *answer, char *out,
    size_t size);

struct dialog_line {
	char title[DIALOG_TEXT_MAX];    /* what is asked; may wrap */
	char initial[256];
	size_t max;                     /* bytes of an answer, 0: 255 */
	dialog_check_fn check;          /* NULL: anything */
	dialog_answer_fn on_answer;
	void *ctx;                      /* freed by free_ctx at the end */
	void (*free_ctx)(void *ctx);    /* NULL: not ours */
};
struct dialog *dialog_line(enum lang lang, const struct dialog_line *params);

/* Only exactly this text says yes; Enter with another says what is wanted.
 * on_answer gets it, or NULL. */
struct dialog_typed {
	char sentence[DIALOG_TEXT_MAX]; /* what will happen */
	char wanted[128];               /* company id, or the count */
	dialog_answer_fn on_answer;
	void *ctx;
	void (*free_ctx)(void *ctx);
};
struct dialog *dialog_typed(enum lang lang,
    const struct dialog_typed *params);

#define DIALOG_CHOICES 12
struct dialog_choice {
	char title[DIALOG_TEXT_MAX];
	struct {
		char key;               /* Latin letter; answers in any layout */
		char label[128];
	} choices[DIALOG_CHOICES];      /* moved through by arrows as well */
	size_t count, first;            /* where the cursor begins */
	dialog_answer_fn on_answer;     /* answer: the key, as one letter */
	void *ctx;
	void (*free_ctx)(void *ctx);
};
struct dialog *dialog_choice(enum lang lang,
    const struct dialog_choice *params);

void dialog_destroy(struct dialog *d);          /* NULL ok; no answer */
/* True: it is over and has answered (the caller destroys it). Its answer is
 * told from within, when d is no more in use. */
bool dialog_key(struct dialog *d, const struct key *key);
/* Draws over the lower part of the area, sets the cursor. */
void dialog_draw(struct dialog *d, struct area body, bool with_hint);
/* Its keys, for a row elsewhere. After dialog_draw. */
void dialog_hint(const struct dialog *d, char *out, size_t size);

struct console;
/* Owned by the console from here on; takes the place of one that is open. */
void console_open_dialog(struct console *c, struct dialog *d);

#endif
