/* The client version, as data: which, where it is from; set by hand. */
#include "httpd/api.h"

#include <string.h>

#include "core/app/json.h"
#include "httpd/answer.h"
#include "httpd/impl.h"
#include "httpd/param.h"
#include "httpd/router.h"

#define AUTO "auto"             /* what is configured, or learned */

static const char *const source_names[] = {
	[VERSION_BUILT_IN] = "built_in",
	[VERSION_LEARNED] = "learned",
	[VERSION_CONFIGURED] = "configured",
	[VERSION_BY_HAND] = "set",
};

static bool
is_refused(const struct traffic_view *traffic, const struct wa_version *v)
{
	return traffic->alarm == ALARM_VERSION &&
	    wa_version_compare(v, &traffic->refused) <= 0;
}

void
api_version(struct exchange *x)
{
	char text[WA_VERSION_TEXT_MAX + 1];
	struct version_told told;
	struct traffic_view traffic;
	cJSON *o = cJSON_CreateObject();

	app_version(x->httpd->app, &told);
	app_traffic(x->httpd->app, &traffic);
	wa_version_format(&told.version, text, sizeof text);
	cJSON_AddStringToObject(o, "version", text);
	cJSON_AddStringToObject(o, "source", source_names[told.source]);
	json_add_time(o, "learnedAt", told.learned_ms);
	cJSON_AddBoolToObject(o, "refused", is_refused(&traffic,
	    &told.version));
	json_add_time(o, "nextTryAt", traffic.alarm == ALARM_VERSION ?
	    traffic.next_try_ms : 0);
	answer_data(x, o);
}

static bool
read_version(struct exchange *x, const cJSON *body, bool *is_auto,
    struct wa_version *out)
{
	static const char *const members[] = { "version", NULL };
	const char *text = NULL;

	if (!param_only(x, body, members) ||
	    !param_member_text(x, body, "version", &text))
		return false;
	*is_auto = text != NULL && strcmp(text, AUTO) == 0;
	return *is_auto || (text != NULL && wa_version_parse(text, out)) ||
	    param_refuse_member(x, "version");
}

void
api_version_change(struct exchange *x)
{
	struct wa_version wanted;
	bool is_auto, good;
	cJSON *body;

	if ((body = router_body(x)) == NULL)
		return;
	good = read_version(x, body, &is_auto, &wanted);
	cJSON_Delete(body);
	if (!good)
		return;
	if (app_set_version(x->httpd->app, is_auto ? NULL : &wanted) ==
	    ERR_OK)
		api_version(x);
	else
		answer_error(x, API_INTERNAL_ERROR);
}
