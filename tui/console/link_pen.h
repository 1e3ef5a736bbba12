/* Words of the linking view, and what its drawing files share. */
#ifndef PAIRDESK_TUI_CONSOLE_LINK_PEN_H
#define PAIRDESK_TUI_CONSOLE_LINK_PEN_H

#include "tui/console/link_draw.h"
#include "tui/console/text.h"

/* Words from the top down. */
struct pen {
	const struct link_picture *p;
	struct area a;
	int row;
	bool is_short;          /* no blank rows, no extras */
};

int pen_rows_left(const struct pen *pen);
/* Each goes on in the row below what it has written; "" writes nothing. */
void pen_put(struct pen *pen, unsigned style, const char *text);
void pen_text(struct pen *pen, unsigned style, enum text text,
    const struct words_args *args);
void pen_word(struct pen *pen, unsigned style, enum word word,
    const struct words_args *args);
void pen_skip(struct pen *pen);

/* link_draw.c: why there is no QR, though one is asked for. */
void link_draw_no_qr(struct pen *pen, struct area body);
/* link_draw_share.c: the link to send. */
void link_draw_share(struct pen *pen, struct area body, bool has_qr);

#endif
