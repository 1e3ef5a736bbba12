/* What the files of the linking view share, and nobody else sees: link_ask.c
 * hears of the attempt and asks, view_link.c has the keys and the picture. */
#ifndef PAIRDESK_TUI_CONSOLE_LINK_VIEW_H
#define PAIRDESK_TUI_CONSOLE_LINK_VIEW_H

#include "core/app/phone.h"
#include "core/app/qr.h"
#include "tui/client.h"
#include "tui/console/console.h"
#include "tui/console/input.h"
#include "tui/console/link_attempt.h"
#include "tui/console/link_share.h"

#define NUMBER_MAX 40           /* bytes typed, with spaces and signs */

struct link_view {
	struct console *c;
	char company[COMPANY_ID_MAX + 1];
	struct link_attempt attempt;
	struct qr *qr;                  /* of its text; NULL none */
	unsigned qr_version;            /* of the text that qr was made from */
	bool shows_qr, shows_share;
	bool has_chosen;                /* between code and QR, here */
	struct link_share share;

	bool wants_number;              /* another than the one that is known */
	struct input field;
	bool is_pasting;
	char digits[PHONE_SIZE];        /* asked for here; "" the company's own */

	struct call *events, *link_call, *share_call;
	struct timer *again;            /* the events are asked for again */
	struct timer *expiry;           /* of a code, also while out of sight */
};

int64_t link_view_now(const struct link_view *v);
/* NULL: the company is not there yet. */
const struct row *link_view_row(const struct link_view *v);
/* The number a code would be for, masked; false: there is none. */
bool link_view_phone(const struct link_view *v, char *out, size_t size);
/* Whether a number is being typed at this moment. */
bool link_view_has_field(const struct link_view *v);

/* Wipes what has expired, and comes back for the next. */
void link_view_expire(void *view);
/* Asks for the events; what they tell is drawn. */
void link_view_listen(void *view);

void link_view_enter(struct link_view *v);
/* From the code to the QR, or back. */
void link_view_switch(struct link_view *v);
void link_view_ask_number(struct link_view *v);
void link_view_share(struct link_view *v);

#endif
