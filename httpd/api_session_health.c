/* GET .../health: 200 or 503 for who watches one company, same body. */
#include "core/app/view_json.h"
#include "core/base/clock.h"
#include "httpd/answer.h"
#include "httpd/api.h"
#include "httpd/impl.h"

#define OBJECT_MAX 8192

void
api_session_health(struct exchange *x)
{
	const int64_t now = clock_wall_ms(clock_system());
	struct session_view view;
	struct app_health health;
	struct buf object;

	if (!app_view(x->httpd->app, x->company, &view) ||
	    !app_health(x->httpd->app, x->company, &health)) {
		answer_error(x, API_SESSION_NOT_FOUND);
		return;
	}
	buf_init(&object, OBJECT_MAX);
	if (health_json(&view, &health, x->lang, answer_audience(x), now,
	    &object) != ERR_OK)
		answer_error(x, API_INTERNAL_ERROR);
	else
		answer_text(x, health_is_good(&view, &health, now) ? 200 : 503,
		    &object);
	buf_finish(&object);
}
