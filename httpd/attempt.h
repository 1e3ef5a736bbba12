/* Whether a company has an open link attempt, as its view shows it. Pure. */
#ifndef PAIRDESK_HTTPD_ATTEMPT_H
#define PAIRDESK_HTTPD_ATTEMPT_H

#include <stdbool.h>

#include "core/session/session.h"

/* Not any more once the phone is linked and login follows. */
bool attempt_is_open(const struct session_view *view);

/* The same for a link that is to take the place of the company's. */
bool attempt_replaces(const struct session_view *view);
/* For the words of what befell such a link: as if it were alone. */
void attempt_view_candidate(struct session_view *view);

#endif
