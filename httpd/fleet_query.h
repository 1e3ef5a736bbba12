/* Which companies a list asks for: GET /api/whatsapp/sessions. Pure. */
#ifndef PAIRDESK_HTTPD_FLEET_QUERY_H
#define PAIRDESK_HTTPD_FLEET_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/session/session.h"
#include "httpd/request.h"

#define FLEET_TEXT_MAX 256      /* bytes of q */

struct fleet_query {
	size_t limit;                   /* 1..1000 */
	const char *cursor;             /* the last company seen, "" none */
	bool has_status, problems;
	enum wa_status status;
	char text[FLEET_TEXT_MAX + 1];  /* in small letters, "" any */
};

/* NULL: fine. Else the name of the parameter that is not as it should be;
 * static. Borrows from r. */
const char *fleet_query_read(const struct request *r,
    struct fleet_query *out);

/* Whether somebody has to do something about it, or it is not working. */
bool fleet_is_problem(const struct session_view *view);

/* All but the cursor. */
bool fleet_query_takes(const struct fleet_query *q,
    const struct session_view *view);

#endif
