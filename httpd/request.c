#include "httpd/request.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"

static const char *const method_names[] = {
	[METHOD_GET] = "GET",
	[METHOD_HEAD] = "HEAD",
	[METHOD_POST] = "POST",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
	[METHOD_OPTIONS] = "OPTIONS",
	[METHOD_OTHER] = "",
};

_Static_assert(ARRAY_LEN(method_names) == METHOD_COUNT, "a name each");

void
request_init(struct request *r)
{
	*r = (struct request){ .method = METHOD_OTHER };
}

void
request_finish(struct request *r)
{
	if (r == NULL)
		return;
	free(r->decoded);
	r->decoded = NULL;
}

enum method
request_method(const char *name)
{
	for (size_t i = 0; i < METHOD_OTHER; i++) {
		if (strcmp(method_names[i], name) == 0)
			return (enum method)i;
	}
	return METHOD_OTHER;
}

const char *
request_method_name(enum method method)
{
	return method_names[method];
}

/* --- target ------------------------------------------------------------------ */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes text in place. A NUL would cut it short for every later reader. */
static bool
decode(char *text, bool is_query)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		if (*from == '+' && is_query) {
			*to++ = ' ';
		} else if (*from != '%') {
			*to++ = *from;
		} else {
			const int high = hex_digit(from[1]);
			const int low = high < 0 ? -1 : hex_digit(from[2]);

			if (low < 0 || high + low == 0)
				return false;
			*to++ = (char)(high * 16 + low);
			from += 2;
		}
	}
	*to = '\0';
	return true;
}

static bool
take_segments(struct request *r, char *path)
{
	/* "/" has none, "/a/" has "a" and "": which no route has */
	if (path[0] == '\0')
		return true;
	for (char *at = path; at != NULL;) {
		char *end = strchr(at, '/');

		if (end != NULL)
			*end++ = '\0';
		if (!decode(at, false))
			return false;
		if (r->segment_count < REQUEST_SEGMENTS_MAX)
			r->segments[r->segment_count] = at;
		r->segment_count++;
		at = end;
	}
	return true;
}

static bool
take_params(struct request *r, char *query)
{
	for (char *at = query; at != NULL && *at != '\0';) {
		char *end = strchr(at, '&');
		char *value;

		if (end != NULL)
			*end++ = '\0';
		value = at + strcspn(at, "=");
		if (*value == '=')
			*value++ = '\0';
		if (r->param_count == REQUEST_PARAMS_MAX ||
		    !decode(at, true) || !decode(value, true))
			return false;
		r->params[r->param_count++] =
		    (struct request_param){ at, value };
		at = end;
	}
	return true;
}

static bool
is_plain(const char *target)
{
	for (const char *p = target; *p != '\0'; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '#' ||
		    *p == '\\')
			return false;
	}
	return true;
}

enum err
request_take_target(struct request *r, const char *target, size_t max)
{
	char *query;

	if (strlen(target) > max)
		return ERR_TOO_LARGE;
	if (target[0] != '/' || !is_plain(target))
		return ERR_MALFORMED;
	free(r->decoded);
	r->decoded = xstrdup(target + 1);
	r->segment_count = r->param_count = 0;
	query = strchr(r->decoded, '?');
	if (query != NULL)
		*query++ = '\0';
	return take_segments(r, r->decoded) && take_params(r, query) ?
	    ERR_OK : ERR_MALFORMED;
}

/* --- fields ------------------------------------------------------------------ */

static void
take_length(struct request *r, const char *value)
{
	if (r->has_length || r->is_chunked ||
	    !str_to_u64(value, UINT64_MAX / 2, &r->length))
		r->is_ambiguous = true;
	r->has_length = true;
}

static void
take_encoding(struct request *r, const char *value)
{
	if (r->has_length || r->is_chunked ||
	    strcasecmp(value, "chunked") != 0)
		r->is_ambiguous = true;
	r->is_chunked = true;
}

#define SLOT(name) offsetof(struct request, name)

/* Who sends two of what may be there once means to be read in two ways. */
enum times { ONCE, FIRST_COUNTS };

static const struct field {
	const char *name;
	size_t slot;
	enum times times;
} fields[] = {
	{ "Host", SLOT(host), ONCE },
	{ "Origin", SLOT(origin), ONCE },
	{ "Authorization", SLOT(authorization), ONCE },
	{ "Content-Type", SLOT(content_type), ONCE },
	{ "Content-Encoding", SLOT(content_encoding), ONCE },
	{ "Sec-Fetch-Site", SLOT(fetch_site), ONCE },
	{ "Sec-Fetch-Mode", SLOT(fetch_mode), ONCE },
	{ "Sec-Fetch-Dest", SLOT(fetch_dest), ONCE },
	{ "Referer", SLOT(referer), FIRST_COUNTS },
	{ "Accept-Language", SLOT(accept_language), FIRST_COUNTS },
	{ "Last-Event-ID", SLOT(last_event_id), FIRST_COUNTS },
	{ "If-None-Match", SLOT(if_none_match), FIRST_COUNTS },
	{ "Access-Control-Request-Method", SLOT(cors_method), FIRST_COUNTS },
	{ "X-Forwarded-For", SLOT(forwarded_for), ONCE },
	{ "X-Forwarded-Proto", SLOT(forwarded_proto), FIRST_COUNTS },
	{ "X-Forwarded-Host", SLOT(forwarded_host), FIRST_COUNTS },
};

/* MHD takes any byte; blanks before the colon stay in the name. */
static bool
is_token(const char *name)
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";

	return name[0] != '\0' && name[strspn(name, token)] == '\0';
}

static bool
is_printable(const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return false;
	}
	return true;
}

static bool
is_proxys(const char *name)
{
	return strncasecmp(name, "X-Forwarded-", 12) == 0 ||
	    strcasecmp(name, "Forwarded") == 0 ||
	    strcasecmp(name, "X-Real-IP") == 0 ||
	    strcasecmp(name, "Via") == 0;
}

static void
take_field(struct request *r, const struct field *f, const char *value)
{
	const char **slot = (const char **)(void *)((char *)r + f->slot);

	if (*slot == NULL)
		*slot = value;
	else if (f->times == ONCE)
		r->is_ambiguous = true;
}

void
request_take_field(struct request *r, const char *name, const char *value)
{
	const int first = tolower((unsigned char)name[0]);

	r->field_count++;
	if (value == NULL)
		value = "";
	if (!is_token(name) || !is_printable(value))
		r->is_ambiguous = true;
	if (first == 'x' || first == 'f' || first == 'v')
		r->is_forwarded = r->is_forwarded || is_proxys(name);
	if (strcasecmp(name, "Content-Length") == 0)
		take_length(r, value);
	else if (strcasecmp(name, "Transfer-Encoding") == 0)
		take_encoding(r, value);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (tolower((unsigned char)fields[i].name[0]) == first &&
		    strcasecmp(name, fields[i].name) == 0) {
			take_field(r, &fields[i], value);
			return;
		}
	}
}

/* --- questions ----------------------------------------------------------------- */

const char *
request_param(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->param_count; i++) {
		if (strcmp(r->params[i].name, name) == 0)
			return r->params[i].value;
	}
	return NULL;
}

bool
request_is_json(const struct request *r)
{
	static const char type[] = "application/json";
	const char *rest;

	if (r->content_type == NULL || r->content_encoding != NULL ||
	    strncasecmp(r->content_type, type, sizeof type - 1) != 0)
		return false;
	rest = r->content_type + sizeof type - 1;
	rest += strspn(rest, " \t");
	if (*rest == '\0')
		return true;
	if (*rest != ';')
		return false;
	rest += 1 + strspn(rest + 1, " \t");
	return *rest == '\0' || strcasecmp(rest, "charset=utf-8") == 0 ||
	    strcasecmp(rest, "charset=\"utf-8\"") == 0;
}
