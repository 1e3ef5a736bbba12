/*
 * One event on its way to its readers, rendered when the first one asks, once
 * for each language and audience.
 */
#ifndef PAIRDESK_HTTPD_TELLING_H
#define PAIRDESK_HTTPD_TELLING_H

#include "httpd/chunk.h"
#include "httpd/impl.h"

/* Filled by who tells; what it points at is borrowed. */
struct telling {
	struct httpd *httpd;
	const char *company;
	enum session_event_type type;
	const struct verdict *verdict;          /* with SESSION_ERROR */
	bool of_candidate;      /* of a link that is to take another's place */
	const struct session_view *view;        /* of a company that exists */
	uint64_t seq;                           /* for the id */
	/* telling_finish frees them */
	struct chunk *chunks[LANG_COUNT][AUDIENCE_COUNT];
};

/* False: readers are not told of such events. */
bool telling_has(enum session_event_type type);

/* Borrowed; NULL: there is nothing to tell, or it cannot be rendered. */
struct chunk *telling_chunk(struct telling *t, enum lang lang,
    enum audience audience);
void telling_finish(struct telling *t);

#endif
