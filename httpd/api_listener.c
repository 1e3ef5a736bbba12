/* The listener as its admin sees and changes it. */
#include "httpd/api.h"

#include <string.h>
#include <unistd.h>

#include "core/app/json.h"
#include "core/app/traffic_json.h"
#include "httpd/answer.h"
#include "httpd/impl.h"
#include "httpd/param.h"
#include "httpd/router.h"

/* --- see ---------------------------------------------------------------------------------- */

static void
add_addresses(cJSON *o, const struct httpd *h)
{
	cJSON *list = cJSON_AddArrayToObject(o, "addresses");
	char text[LISTEN_TEXT_MAX];

	for (size_t i = 0;
	    httpd_address(h, i, text, sizeof text) != NULL; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(text));
}

/* The newest first. */
static void
add_refusals(cJSON *o, const struct httpd *h)
{
	cJSON *list = cJSON_AddArrayToObject(o, "refused");
	const size_t kept = h->refusal_count < REFUSALS_KEPT ?
	    h->refusal_count : REFUSALS_KEPT;

	for (size_t i = 1; i <= kept; i++) {
		const struct refusal *r =
		    &h->refusals[(h->refusal_count - i) % REFUSALS_KEPT];
		cJSON *row = cJSON_CreateObject();

		json_add_time(row, "at", r->at_ms);
		cJSON_AddStringToObject(row, "source", r->source);
		cJSON_AddStringToObject(row, "code", r->code);
		cJSON_AddNumberToObject(row, "count", (double)r->count);
		cJSON_AddItemToArray(list, row);
	}
}

void
api_listener(struct exchange *x)
{
	const struct httpd *h = x->httpd;
	const char *url = config_str(h->config, OPT_HTTP_PUBLIC_URL);
	struct traffic_view traffic;
	struct server_counts counts;
	cJSON *o = cJSON_CreateObject();

	server_counts(h->server, &counts);
	add_addresses(o, h);
	cJSON_AddStringToObject(o, "auth",
	    httpd_is_open_mode(h) ? "open" : "token");
	cJSON_AddBoolToObject(o, "running", h->bound_count > 0);
	cJSON_AddBoolToObject(o, "serving", h->is_serving);
	cJSON_AddNumberToObject(o, "connections", (double)counts.open);
	cJSON_AddNumberToObject(o, "sources", (double)counts.sources);
	cJSON_AddNumberToObject(o, "requests", (double)counts.outside);
	add_refusals(o, h);
	json_add_text(o, "publicUrl", url == NULL ? "" : url);
	cJSON_AddStringToObject(o, "version", PAIRDESK_VERSION);
	cJSON_AddNumberToObject(o, "pid", getpid());
	cJSON_AddStringToObject(o, "user", h->user);
	json_add_time(o, "startedAt", h->started_ms);
	app_traffic(h->app, &traffic);
	cJSON_AddItemToObject(o, "fleet", traffic_json(&traffic, x->lang));
	answer_data(x, o);
}

/* --- change ------------------------------------------------------------------------------- */

struct addresses {
	struct listen_spec at[LISTEN_MAX];
	size_t count;
};

static bool
add_spec(struct addresses *a, const char *text)
{
	if (a->count == LISTEN_MAX ||
	    !listen_spec_parse(text, &a->at[a->count]))
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (listen_spec_collides(&a->at[i], &a->at[a->count]))
			return false;
	}
	a->count++;
	return true;
}

static bool
read_addresses(struct exchange *x, const cJSON *list, struct addresses *out)
{
	const cJSON *at;

	if (!cJSON_IsArray(list))
		return param_refuse_member(x, "addresses");
	cJSON_ArrayForEach(at, list) {
		if (!cJSON_IsString(at) || !add_spec(out, at->valuestring))
			return param_refuse_member(x, "addresses");
	}
	return true;
}

/* What it was started with, or what --http means. */
static bool
usual_addresses(const struct httpd *h, struct addresses *out)
{
	const size_t n = config_list_count(h->config, OPT_HTTP_LISTEN);

	for (size_t i = 0; i < n; i++) {
		if (!add_spec(out, config_list(h->config, OPT_HTTP_LISTEN, i)))
			return false;
	}
	return n > 0 || add_spec(out, LISTEN_DEFAULT_HOST);
}

static bool
read_change(struct exchange *x, const cJSON *body, struct addresses *out)
{
	static const char *const members[] = { "addresses", "running", NULL };
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(body,
	    "addresses");
	bool running = true;

	out->count = 0;
	if (!param_only(x, body, members) ||
	    !param_member_bool(x, body, "running", &running))
		return false;
	if (body->child == NULL)
		return param_refuse_member(x, "addresses");
	/* a list says where, and running false says nowhere */
	if (!running)
		return list == NULL || param_refuse_member(x, "addresses");
	if (list != NULL)
		return read_addresses(x, list, out);
	return usual_addresses(x->httpd, out) ||
	    param_refuse_member(x, "running");
}

void
api_listener_change(struct exchange *x)
{
	struct app_problem problem = { "" };
	struct addresses wanted;
	cJSON *body;
	bool good;

	if ((body = router_body(x)) == NULL)
		return;
	good = read_change(x, body, &wanted);
	cJSON_Delete(body);
	if (!good)
		return;
	if (httpd_listen(x->httpd, wanted.at, wanted.count,
	    &problem) == ERR_OK)
		api_listener(x);
	else
		answer_error_why(x, API_INVALID_REQUEST,
		    &(struct answer_why){ .sentence = problem.text });
}
