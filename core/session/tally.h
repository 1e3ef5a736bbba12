/* What sessions did since the process began, all companies together. */
#ifndef PAIRDESK_SESSION_TALLY_H
#define PAIRDESK_SESSION_TALLY_H

#include <stdint.h>

#include "core/session/status.h"

enum tally_item {
	TALLY_DIAL,             /* connections begun */
	TALLY_LOGIN,            /* WhatsApp let a linked company in */
	TALLY_RETURN,           /* online again */
	TALLY_ATTEMPT,          /* link attempts opened */
	TALLY_QR,               /* QR codes shown, each once */
	TALLY_CODE,             /* pairing codes WhatsApp accepted */
	TALLY_LINK,             /* links made and stored */
	TALLY_EXPIRED,          /* link attempts that nobody used */
	TALLY_COUNT
};

struct tally {
	uint64_t n[TALLY_COUNT];
	uint64_t errors[WA_REASON_COUNT];
};

#endif
