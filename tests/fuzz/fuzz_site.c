/* "URL\nHOST": whether they are one web site. A site is its own. */
#include <stdlib.h>
#include <string.h>

#include "core/app/host.h"
#include "core/base/str.h"
#include "httpd/site.h"
#include "httpd/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char text[1024], url[ORIGIN_MAX], *host;
	struct source source;
	struct host parsed;

	if (n >= sizeof text)
		return 0;
	if (n > 0)
		memcpy(text, p, n);
	text[n] = '\0';
	host = strchr(text, '\n');
	if (host != NULL)
		*host++ = '\0';
	(void)site_is_same(text, host);
	(void)source_parse(text, &source);
	if (host != NULL && host_parse(host, &parsed) &&
	    str_format(url, sizeof url, "http://%s", host) &&
	    !site_is_same(url, host))
		abort();
	return 0;
}
