/* Event streams: what happens, as it happens. */
#include "httpd/answer.h"
#include "httpd/api.h"
#include "httpd/impl.h"
#include "httpd/live.h"

void
api_session_events(struct exchange *x)
{
	struct session_view view;

	if (!app_view(x->httpd->app, x->company, &view))
		answer_error(x, API_SESSION_NOT_FOUND);
	else
		live_session_stream(x);
}

void
api_events(struct exchange *x)
{
	live_fleet_stream(x);
}
