/*
 * The newest changes of one company's status or reason. Grows from few to
 * HISTORY_MAX as they come: most companies of a fleet are idle, and what all
 * of them keep adds up. Zeroes are a valid start.
 */
#ifndef PAIRDESK_SESSION_HISTORY_H
#define PAIRDESK_SESSION_HISTORY_H

#include "core/session/session.h"

#define HISTORY_MAX 64

struct history {
	struct history_item *ring;      /* by seq modulo room; NULL: room 0 */
	unsigned room;
	uint64_t last_seq;
};

void history_finish(struct history *h);
/* Numbers it: change->seq is ignored. */
void history_add(struct history *h, const struct session_change *change);
/* The newest whose seq is below before; false: none is left. */
bool history_before(const struct history *h, uint64_t before,
    struct session_change *out);

#endif
