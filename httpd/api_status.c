/* GET .../status: what a company's session is doing. The busiest route. */
#include "core/base/clock.h"
#include "httpd/answer.h"
#include "httpd/api.h"
#include "httpd/impl.h"
#include "httpd/status_cache.h"

void
api_status(struct exchange *x)
{
	const int64_t now = clock_wall_ms(clock_system());
	struct status_cache *cache = x->httpd->statuses;
	struct response *whole = NULL;
	const struct buf *body = NULL;
	struct session_view view;

	if (!app_view(x->httpd->app, x->company, &view)) {
		answer_error(x, API_SESSION_NOT_FOUND);
		return;
	}
	if (x->field_count == 0)
		whole = status_cache_response(cache, &view, x->lang,
		    answer_audience(x), now);
	else
		body = status_cache_body(cache, &view, x->lang,
		    answer_audience(x), now);
	if (whole != NULL)
		exchange_answer(x, response_ref(whole));
	else if (body != NULL)
		answer_bytes(x, 200, TYPE_JSON, body->data, body->len);
	else
		answer_error(x, API_INTERNAL_ERROR);
}
