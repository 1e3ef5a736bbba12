#include "httpd/body.h"

#include <stdbool.h>
#include <string.h>

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

/* An escaped NUL would end a string for every reader but the first. */
static bool
has_nul(const char *text)
{
	for (const char *p = text; (p = strchr(p, '\\')) != NULL; p += 2) {
		if (strncmp(p + 1, "u0000", 5) == 0)
			return true;
		if (p[1] == '\0')
			break;
	}
	return false;
}

cJSON *
body_parse(const char *text, size_t n)
{
	const char *end = NULL;
	cJSON *body;

	if (n == 0)
		return cJSON_CreateObject();
	if (strlen(text) != n || !str_is_utf8(text, n) || !is_shallow(text) ||
	    has_nul(text))
		return NULL;
	body = cJSON_ParseWithOpts(text, &end, true);
	if (body != NULL && !cJSON_IsObject(body)) {
		cJSON_Delete(body);
		return NULL;
	}
	return body;
}
