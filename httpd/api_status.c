/* GET .../status and .../health: what a company's session is doing. */
#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/app/view_json.h"
#include "httpd/answer.h"
#include "httpd/api.h"
#include "httpd/impl.h"
#include "httpd/status_cache.h"

#define BODY_MAX 20480

static bool
view_or_404(struct exchange *x, struct session_view *view)
{
	if (app_view(x->httpd->app, x->company, view))
		return true;
	answer_error(x, API_SESSION_NOT_FOUND);
	return false;
}

void
api_status(struct exchange *x)
{
	const int64_t now = clock_wall_ms(clock_system());
	struct session_view view;
	const struct buf *object;
	char time[25];
	struct buf body;

	if (!view_or_404(x, &view))
		return;
	object = status_cache_get(x->httpd->statuses, &view, x->lang, now);
	str_time_utc(time, sizeof time, now);
	buf_init(&body, BODY_MAX);
	if (object == NULL ||
	    buf_str(&body, "{\"success\":true,\"data\":") != ERR_OK ||
	    buf_append(&body, object->data, object->len) != ERR_OK ||
	    buf_printf(&body, ",\"serverTime\":\"%s\"}}", time) != ERR_OK)
		answer_error(x, API_INTERNAL_ERROR);
	else
		answer_bytes(x, 200, TYPE_JSON, body.data, body.len);
	buf_finish(&body);
}
