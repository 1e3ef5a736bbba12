/* Whether a company has an open link attempt, as its view shows it. Pure. */
#ifndef PAIRDESK_HTTPD_ATTEMPT_H
#define PAIRDESK_HTTPD_ATTEMPT_H

#include <stdbool.h>

#include "core/session/session.h"

/* Not any more once the phone is linked and login follows. */
bool attempt_is_open(const struct session_view *view);

#endif
