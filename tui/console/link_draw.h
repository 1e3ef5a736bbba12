/*
 * The linking view's picture: from what is to be shown to cells. Knows no
 * console and no API.
 */
#ifndef PAIRDESK_TUI_CONSOLE_LINK_DRAW_H
#define PAIRDESK_TUI_CONSOLE_LINK_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "core/app/qr_text.h"
#include "tui/console/canvas.h"
#include "tui/console/input.h"
#include "tui/console/link_attempt.h"
#include "tui/console/link_share.h"

/* All borrowed for the call. */
struct link_picture {
	enum lang lang;
	int64_t now_ms;
	const char *company, *name;     /* name: "" none */
	const struct link_attempt *attempt;
	const struct qr *qr;            /* of the attempt; NULL none */
	bool shows_qr;                  /* rather than the pairing code */
	enum qr_style style;            /* wanted */
	bool utf8, sextants, can_qr;    /* what the terminal has */
	bool read_only, lost;
	const struct input *field;      /* NULL: no number is asked for */
	bool field_is_good;
	const char *field_says;
	const char *phone;              /* asked for, masked; "" not known */
	const struct link_share *share; /* on show; NULL: the attempt is */
};

void link_draw(const struct link_picture *p, struct area body);

/* Whether its QR is better off with all rows of a screen of that size. */
bool link_draw_wants_whole(const struct link_picture *p, int rows,
    int body_rows, int columns);

/* The style that its QR is drawn in there; QR_AUTO: there is none. */
enum qr_style link_draw_style(const struct link_picture *p, int rows,
    int columns);

#endif
