#include "tui/console/link_pen.h"

static void
put_url(struct pen *pen, enum text what, const char *url)
{
	pen_skip(pen);
	if (!pen->is_short)
		pen_text(pen, ROLE_TEXT, what, NULL);
	pen_put(pen, ROLE_STRONG, url);
}

static void
put_ready(struct pen *pen, struct area body, bool has_qr)
{
	const struct link_share *s = pen->p->share;

	if (!pen->is_short)
		pen_text(pen, ROLE_TEXT, TEXT_SHARE_WHAT,
		    &(struct words_args){ .time_ms = s->until_ms });
	if (s->shows_qr) {
		pen_skip(pen);
		if (has_qr)
			pen_text(pen, ROLE_TEXT, TEXT_SHARE_SCAN, NULL);
		else
			link_draw_no_qr(pen, body);
		pen_skip(pen);
		pen_text(pen, ROLE_DIM, TEXT_SHARE_KEYS_QR, NULL);
		return;
	}
	put_url(pen, TEXT_SHARE_BY_CODE, s->pairing_url);
	put_url(pen, TEXT_SHARE_BY_QR, s->qr_url);
	pen_skip(pen);
	pen_text(pen, ROLE_DIM, TEXT_SHARE_KEYS, NULL);
}

void
link_draw_share(struct pen *pen, struct area body, bool has_qr)
{
	const struct link_share *s = pen->p->share;

	switch (s->phase) {
	case SHARE_ASKING:
		pen_text(pen, ROLE_WORKING, TEXT_SHARE_ASKING, NULL);
		break;
	case SHARE_READY:
		put_ready(pen, body, has_qr);
		break;
	case SHARE_OVER:
		pen_text(pen, ROLE_BAD, TEXT_SHARE_OVER, NULL);
		break;
	default:
		pen_put(pen, ROLE_BAD, s->sentence);
		if (s->no_listener)
			pen_text(pen, ROLE_TEXT, TEXT_SHARE_LISTENER, NULL);
	}
}
