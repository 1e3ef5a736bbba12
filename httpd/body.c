#include "httpd/body.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/str.h"

#define JSON_DEPTH_MAX 8        /* a body of ours has two levels */

/* cJSON recurses: what is nested deeper is refused before it. */
static bool
is_shallow(const char *text)
{
	unsigned depth = 0;
	bool in_string = false;

	for (const char *p = text; *p != '\0'; p++) {
		if (in_string && *p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '"')
			in_string = !in_string;
		else if (!in_string && (*p == '{' || *p == '['))
			depth++;
		else if (!in_string && (*p == '}' || *p == ']') && depth > 0)
			depth--;
		if (depth > JSON_DEPTH_MAX)
			return false;
	}
	return true;
}

/* cJSON ends a text at an escaped NUL: what stands behind it would not be
 * looked at. In its place comes a control that no member may have either. */
static void
replace_nul(char *text)
{
	for (char *p = text; *p != '\0'; p++) {
		if (p[0] != '\\' || p[1] == '\0')
			continue;
		if (strncmp(p + 1, "u0000", 5) == 0)
			p[5] = '1';
		p++;
	}
}

static cJSON *
parse(const char *text, size_t n)
{
	const char *end = NULL;
	cJSON *body = NULL;
	struct buf copy;

	buf_init_secret(&copy, n + 1);
	if (buf_append(&copy, text, n + 1) == ERR_OK) {
		replace_nul((char *)copy.data);
		body = cJSON_ParseWithOpts((char *)copy.data, &end, true);
	}
	buf_finish(&copy);
	return body;
}

cJSON *
body_parse(const char *text, size_t n)
{
	cJSON *body;

	if (n == 0)
		return cJSON_CreateObject();
	if (strlen(text) != n || !str_is_utf8(text, n) || !is_shallow(text))
		return NULL;
	body = parse(text, n);
	if (body != NULL && !cJSON_IsObject(body)) {
		cJSON_Delete(body);
		return NULL;
	}
	return body;
}
