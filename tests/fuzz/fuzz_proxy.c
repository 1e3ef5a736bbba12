/* What proxy_parse takes has bounds, and its name never shows the password. */
#include <stdlib.h>
#include <string.h>

#include "core/io/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char text[512], name[PROXY_NAME_SIZE], again[PROXY_NAME_SIZE];
	struct proxy proxy, named;

	if (n >= sizeof text)
		return 0;
	if (n > 0)
		memcpy(text, p, n);
	text[n] = '\0';
	proxy_name_of(text, again);
	if (proxy_parse(text, &proxy) != PROXY_OK) {
		if (strcmp(again, "?") != 0)
			abort();
		return 0;
	}
	proxy_name(&proxy, name);
	if (strcmp(name, again) != 0 || proxy.kind == PROXY_UNSET ||
	    (proxy.kind != PROXY_DIRECT && proxy.port == 0) ||
	    strlen(text) >= PROXY_TEXT_SIZE)
		abort();
	/* without a user, the name is an address of the same */
	if (!proxy.has_user && (proxy_parse(name, &named) != PROXY_OK ||
	    named.kind != proxy.kind || named.port != proxy.port ||
	    strcmp(named.host, proxy.host) != 0))
		abort();
	return 0;
}
