/*
 * A link to the pages, made to be sent to whoever holds the phone. The link
 * is a key: wiped when its time is over and when the view goes. Pure.
 */
#ifndef PAIRDESK_TUI_CONSOLE_LINK_SHARE_H
#define PAIRDESK_TUI_CONSOLE_LINK_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "core/app/qr.h"
#include "core/app/words.h"
#include "tui/told.h"

#define SHARE_URL_MAX 1024

enum share_phase { SHARE_NONE, SHARE_ASKING, SHARE_READY, SHARE_OVER,
    SHARE_REFUSED };

struct link_share {
	enum share_phase phase;
	char pairing_url[SHARE_URL_MAX], qr_url[SHARE_URL_MAX];
	int64_t until_ms;
	struct qr *qr;                  /* of pairing_url; NULL: too long */
	bool shows_qr;
	bool no_listener;               /* refused: there is none */
	char sentence[WORDS_MAX];       /* why it was refused */
};

/* Zeroed is SHARE_NONE. */
void link_share_ask(struct link_share *s);
void link_share_take(struct link_share *s, const cJSON *data);
void link_share_refuse(struct link_share *s, const struct trouble *t);
void link_share_tick(struct link_share *s, int64_t now_ms);
void link_share_finish(struct link_share *s);   /* wipes; SHARE_NONE */

#endif
