#include "httpd/site.h"

#include <string.h>

#include "core/app/host.h"
#include "core/base/str.h"

/* The part of a URL in front of its path; false when it is too long. */
static bool
cut_path(const char *url, char *out, size_t size)
{
	const char *authority = strstr(url, "://");
	size_t n;

	if (authority == NULL)
		return str_copy(out, size, url);
	n = (size_t)(authority + 3 - url);
	n += strcspn(url + n, "/?#");
	if (n >= size)
		return false;
	memcpy(out, url, n);
	out[n] = '\0';
	return true;
}

bool
site_is_same(const char *url, const char *host)
{
	static const char *const schemes[] = { "http", "https" };
	char cut[ORIGIN_MAX], theirs[ORIGIN_MAX], text[ORIGIN_MAX];
	char ours[ORIGIN_MAX];

	if (host == NULL || !cut_path(url, cut, sizeof cut) ||
	    !origin_parse(cut, theirs))
		return false;
	for (size_t i = 0; i < 2; i++) {
		if (str_format(text, sizeof text, "%s://%s", schemes[i],
		    host) && origin_parse(text, ours) &&
		    strcmp(ours, theirs) == 0)
			return true;
	}
	return false;
}
