#include "core/app/host.h"

#include <string.h>
#include <strings.h>

#include "core/app/cidr.h"
#include "core/base/str.h"

/* Whether a port stands behind the name: a colon, but not one in brackets. */
static bool
has_port(const char *text)
{
	const char *end = strchr(text, ']');

	return strchr(end == NULL ? text : end, ':') != NULL;
}

bool
host_parse(const char *text, struct host *out)
{
	char as_url[HOST_TEXT_MAX + 8];
	struct host h = { .name = "" };
	struct address ip;
	struct url url;

	if (strpbrk(text, "/?") != NULL ||
	    !str_format(as_url, sizeof as_url, "http://%s", text) ||
	    url_parse(as_url, &url) != ERR_OK)
		return false;
	str_copy(h.name, sizeof h.name, url.host);
	if (address_parse(url.host, &ip))
		address_format(&ip, h.name);
	h.port = has_port(text) ? url.port : 0;
	*out = h;
	return true;
}

bool
host_is_loopback(const struct host *h)
{
	struct address ip;

	return strcmp(h->name, "localhost") == 0 ||
	    (address_parse(h->name, &ip) && address_is_loopback(&ip));
}

void
host_format(const struct host *h, char out[HOST_TEXT_MAX])
{
	const bool is_v6 = strchr(h->name, ':') != NULL;
	char port[8] = "";

	if (h->port != 0)
		str_format(port, sizeof port, ":%u", (unsigned)h->port);
	str_format(out, HOST_TEXT_MAX, "%s%s%s%s", is_v6 ? "[" : "", h->name,
	    is_v6 ? "]" : "", port);
}

bool
origin_parse(const char *text, char out[ORIGIN_MAX])
{
	char authority[URL_AUTHORITY_SIZE];
	struct url url;

	if (strncasecmp(text, "http", 4) != 0 ||
	    url_parse(text, &url) != ERR_OK ||
	    strpbrk(strchr(text, ':') + 3, "/?") != NULL)
		return false;
	url_authority(&url, authority);
	return str_format(out, ORIGIN_MAX, "%s://%s",
	    url.tls ? "https" : "http", authority);
}
