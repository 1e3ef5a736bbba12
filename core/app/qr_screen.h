/*
 * The link screen of a terminal: QR code, pairing code, countdown and what to
 * do, as bytes for a terminal. Knows no terminal itself, so that it can be
 * tested without one: the caller says how large it is and writes the bytes.
 *
 * Only lines that changed are sent again, each with its own cursor position,
 * nothing ever scrolls, and the words beside a code change without touching
 * it: a second costs about 50 bytes over a slow line.
 */
#ifndef PAIRDESK_APP_QR_SCREEN_H
#define PAIRDESK_APP_QR_SCREEN_H

#include "core/app/qr_text.h"
#include "core/app/words.h"
#include "core/base/buf.h"

struct qr_screen;

/* What is to be seen. All texts are borrowed for the call. */
struct qr_view {
	const char *company;
	const char *qr_text;            /* NULL: no QR, the old one is gone */
	unsigned attempt, attempts;     /* of the QR: 1 of 6 */
	const char *code;               /* "XXXX-XXXX"; NULL: none */
	int64_t qr_seconds;             /* this QR lives so long */
	int64_t code_seconds;           /* and this pairing code */
	const char *sentence, *advice;  /* NULL: none */
};

/* wanted is the option qr.style. */
struct qr_screen *qr_screen_create(const struct qr_terminal *terminal,
    enum qr_style wanted, enum lang lang);
void qr_screen_destroy(struct qr_screen *s);    /* wipes; NULL ok */

/* The terminal has another size now; the next draw paints all of it. */
void qr_screen_resize(struct qr_screen *s, unsigned rows, unsigned columns);

/*
 * Appends what turns the screen as it is into the view; nothing when it
 * shows that already. Assumes the cursor anywhere and leaves it anywhere.
 * A code that must vanish is drawn over in the same bytes. out should be a
 * secret buf: it holds the code. ERR_TOO_LARGE
 * (qr_text, or out is full: draw again after qr_screen_resize), ERR_INVALID,
 * ERR_NO_MEMORY.
 */
MUST_CHECK enum err qr_screen_draw(struct qr_screen *s,
    const struct qr_view *view, struct buf *out);

/* Whether the last view's QR did not fit; how much it needs. */
bool qr_screen_is_too_small(const struct qr_screen *s, unsigned *rows,
    unsigned *columns);

#endif
