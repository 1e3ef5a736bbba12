#include "tui/console/link_share.h"

#include <string.h>

#include "core/base/secret.h"
#include "core/base/str.h"

void
link_share_finish(struct link_share *s)
{
	qr_destroy(s->qr);
	secret_wipe(s, sizeof *s);
}

void
link_share_ask(struct link_share *s)
{
	link_share_finish(s);
	s->phase = SHARE_ASKING;
}

void
link_share_take(struct link_share *s, const cJSON *data)
{
	link_share_finish(s);
	str_copy(s->pairing_url, sizeof s->pairing_url,
	    told_text(data, "pairingUrl"));
	str_copy(s->qr_url, sizeof s->qr_url, told_text(data, "qrUrl"));
	s->until_ms = told_time(data, "expiresAt");
	s->phase = SHARE_READY;
	/* too long for a QR: the text is there */
	if (qr_create(s->pairing_url, &s->qr) != ERR_OK)
		s->qr = NULL;
}

void
link_share_refuse(struct link_share *s, const struct trouble *t)
{
	link_share_finish(s);
	s->phase = SHARE_REFUSED;
	s->no_listener = strcmp(t->code, "NOT_LISTENING") == 0;
	str_format(s->sentence, sizeof s->sentence, "%s%s%s", t->sentence,
	    t->advice[0] != '\0' ? " " : "", t->advice);
}

void
link_share_tick(struct link_share *s, int64_t now_ms)
{
	if (s->phase != SHARE_READY || now_ms < s->until_ms)
		return;
	link_share_finish(s);
	s->phase = SHARE_OVER;
}
