/*
 * An exchange that waits for something to happen to its company. It is told
 * of events on a later turn, never from within one, so that it may answer
 * and command as it likes; several events of one turn are told once. The
 * company may go meanwhile. Ends when the caller is gone, or by wait_end.
 */
#ifndef PAIRDESK_HTTPD_WAIT_H
#define PAIRDESK_HTTPD_WAIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/session/session.h"
#include "httpd/exchange.h"

struct wait;

/* Borrowed for the call. */
struct wait_news {
	bool is_late;                   /* the time is over; said once */
	const struct session_view *view;        /* NULL: no such company */
	/* of what failed since it began; NULL: nothing did */
	const struct verdict *verdict;
	/* the same of a link that is to take the place of the company's */
	const struct verdict *candidate;
};

/* May end w. */
typedef void (*wait_fn)(struct wait *w, struct exchange *x,
    const struct wait_news *news);

/*
 * Holds x, for at most so long. own: so many bytes copied, for fn (NULL: so
 * many zeroes). fn is told how things stand soon after this call, without
 * waiting for an event.
 */
struct wait *wait_begin(struct exchange *x, int64_t limit_ms, wait_fn fn,
    const void *own, size_t own_len);
void *wait_own(struct wait *w);

/* Tells fn again after so long, for what no event tells of. */
void wait_look_again(struct wait *w, int64_t ms);

/*
 * Something has w and will call back: from now on fn is told nothing, and
 * only wait_end ends it.
 */
void wait_keep(struct wait *w);
/* One that is kept from the start. */
struct wait *wait_for_call(struct exchange *x);

/* Frees w. The exchange, to be answered at once if it is not already; NULL:
 * nobody is there. */
struct exchange *wait_end(struct wait *w);

#endif
