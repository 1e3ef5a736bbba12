/* What url_parse takes can be written out again and means the same. */
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/io/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char text[2048], again[2048], authority[URL_AUTHORITY_SIZE];
	struct url url, same;

	if (n >= sizeof text)
		return 0;
	if (n > 0)
		memcpy(text, p, n);
	text[n] = '\0';
	if (url_parse(text, &url) != ERR_OK)
		return 0;
	url_authority(&url, authority);
	if (!str_format(again, sizeof again, "%s://%s%s",
	    url.tls ? "wss" : "ws", authority, url.path) ||
	    url_parse(again, &same) != ERR_OK)
		abort();
	if (same.tls != url.tls || same.port != url.port ||
	    strcmp(same.host, url.host) != 0 ||
	    strcmp(same.path, url.path) != 0 ||
	    url_is_loopback(&same) != url_is_loopback(&url))
		abort();
	return 0;
}
