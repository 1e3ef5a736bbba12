#include "httpd/router.h"

#include <string.h>

#include "core/base/str.h"
#include "httpd/access.h"
#include "httpd/answer.h"
#include "httpd/api.h"
#include "httpd/body.h"
#include "httpd/impl.h"
#include "httpd/limits.h"
#include "httpd/pages.h"

/* --- which route ----------------------------------------------------------------- */

/* Whether the path is this pattern; *company points at what "*" stands for. */
static bool
is_path(const struct request *r, const char *pattern, const char **company)
{
	size_t i = 0;

	*company = NULL;
	for (const char *at = pattern; *at == '/'; i++) {
		const size_t n = strcspn(++at, "/");

		if (i == r->segment_count || i == REQUEST_SEGMENTS_MAX)
			return false;
		if (n == 1 && *at == '*')
			*company = r->segments[i];
		else if (strncmp(r->segments[i], at, n) != 0 ||
		    r->segments[i][n] != '\0')
			return false;
		at += n;
	}
	return i == r->segment_count;
}

static bool
takes(const struct route *route, enum method method)
{
	/* what opens an attempt or never ends has no head without a body */
	return route->method == method || (method == METHOD_HEAD &&
	    route->method == METHOD_GET && route->limit == LIMIT_STATUS) ||
	    (method == METHOD_HEAD && (route->may & MAY_ALL) != 0);
}

static void
add_method(char *list, size_t size, const char *name)
{
	const size_t n = strlen(list);

	(void)str_format(list + n, size - n, "%s%s", n > 0 ? ", " : "", name);
}

static void
refuse_method(struct exchange *x)
{
	char allow[128] = "";
	const char *company;

	if (pages_has(x->httpd, &x->req))
		add_method(allow, sizeof allow, "GET, HEAD");
	for (const struct route *r = routes; r->path != NULL; r++) {
		if (!is_path(&x->req, r->path, &company))
			continue;
		add_method(allow, sizeof allow, request_method_name(r->method));
		if (takes(r, METHOD_HEAD))
			add_method(allow, sizeof allow, "HEAD");
	}
	add_method(allow, sizeof allow, "OPTIONS");
	exchange_field(x, "Allow", allow);
	if (x->req.method == METHOD_OPTIONS)
		answer_bytes(x, 204, NULL, "", 0);
	else
		answer_error(x, API_METHOD_NOT_ALLOWED);
}

/* False: answered. *company is borrowed from the request. */
static bool
find_route(struct exchange *x, const char **company)
{
	bool is_known = pages_has(x->httpd, &x->req);
	const char *id;

	for (const struct route *r = routes; r->path != NULL; r++) {
		if (!is_path(&x->req, r->path, &id))
			continue;
		is_known = true;
		if (takes(r, x->req.method)) {
			x->route = r;
			*company = id;
			return true;
		}
	}
	if (is_known)
		refuse_method(x);
	else
		answer_error(x, API_NOT_FOUND);
	return false;
}

/* --- the way to a handler ------------------------------------------------------------ */

static bool
is_sane(struct exchange *x)
{
	const struct request *r = &x->req;

	if (r->is_too_long)
		answer_error(x, API_URI_TOO_LONG);
	else if (r->is_ambiguous || r->host == NULL)
		answer_error(x, API_INVALID_REQUEST);
	else if (r->is_head_too_large)
		answer_error(x, API_FIELDS_TOO_LARGE);
	else
		return true;
	/* what follows on this connection may not be what it seems */
	response_field(x->response, "Connection", "close");
	return false;
}

static bool
take_company(struct exchange *x, const char *company)
{
	if (company == NULL)
		return true;
	if (!company_id_is_valid(company)) {
		answer_error(x, API_INVALID_COMPANY);
		return false;
	}
	return str_copy(x->company, sizeof x->company, company);
}

static bool
takes_body(const struct request *r)
{
	return r->method == METHOD_POST || r->method == METHOD_PATCH ||
	    r->method == METHOD_DELETE;
}

static bool
is_body_welcome(struct exchange *x)
{
	const struct request *r = &x->req;

	if (!r->is_chunked && r->length == 0)
		return true;
	if (r->length > x->httpd->limits.max_body)
		answer_error(x, API_TOO_LARGE);
	else if (takes_body(r) && !request_is_json(r))
		answer_error(x, API_BODY_TYPE);
	else
		return true;
	return false;
}

void
router_on_head(void *httpd, struct exchange *x)
{
	const char *company = NULL;
	const bool is_page = (x->req.method == METHOD_GET ||
	    x->req.method == METHOD_HEAD) && pages_has(httpd, &x->req);

	x->httpd = httpd;
	access_begin(x);
	if (!is_sane(x) || !access_host(x) || !access_guard(x, is_page) ||
	    is_page || access_preflight(x) || !find_route(x, &company) ||
	    !access_identify(x) || !take_company(x, company) ||
	    !access_may(x) || !limits_count(x))
		return;
	(void)is_body_welcome(x);
}

void
router_on_request(void *httpd, struct exchange *x)
{
	(void)httpd;
	if (x->req.is_body_too_large)
		answer_error(x, API_TOO_LARGE);
	else if (x->route == NULL)
		pages_serve(x);
	else
		x->route->handle(x);
}

/* --- bodies ------------------------------------------------------------------------------ */

cJSON *
router_body(struct exchange *x)
{
	const char *text;
	cJSON *body = NULL;

	if (buf_cstr(&x->body, &text) == ERR_OK)
		body = body_parse(text, x->body.len);
	if (body == NULL)
		answer_error_word(x, API_INVALID_REQUEST,
		    WORD_HTTP_NOT_AN_OBJECT, NULL);
	return body;
}
