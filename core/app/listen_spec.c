#include "core/app/listen_spec.h"

#include <string.h>

#include "core/app/cidr.h"
#include "core/app/host.h"
#include "core/base/str.h"

/* Behind the last colon that is not an address's own; "" if there is none. */
static const char *
port_of(const char *text)
{
	const char *bracket = strrchr(text, ']');
	const char *colon = strrchr(bracket == NULL ? text : bracket, ':');

	return colon == NULL ? "" : colon + 1;
}

static bool
is_address(const char *name)
{
	struct address ip;

	return strcmp(name, "localhost") == 0 || address_parse(name, &ip);
}

bool
listen_spec_parse(const char *text, struct listen_spec *out)
{
	struct listen_spec spec = { LISTEN_DEFAULT_HOST, LISTEN_DEFAULT_PORT };
	const char *port = port_of(text);
	char address[LISTEN_TEXT_MAX];
	struct host host;
	uint64_t number;

	if (str_to_u64(text, UINT16_MAX, &number)) {
		spec.port = (uint16_t)number;
		*out = spec;
		return true;
	}
	if (!str_copy(address, sizeof address, text))
		return false;
	if (*port != '\0') {
		if (!str_to_u64(port, UINT16_MAX, &number))
			return false;
		spec.port = (uint16_t)number;
		address[port - text - 1] = '\0';
	}
	if (!host_parse(address, &host) || host.port != 0 ||
	    !is_address(host.name) ||
	    !str_copy(spec.host, sizeof spec.host, host.name))
		return false;
	*out = spec;
	return true;
}

void
listen_spec_format(const struct listen_spec *spec, char out[LISTEN_TEXT_MAX])
{
	const bool is_v6 = strchr(spec->host, ':') != NULL;

	str_format(out, LISTEN_TEXT_MAX, is_v6 ? "[%s]:%u" : "%s:%u",
	    spec->host, (unsigned)spec->port);
}

bool
listen_spec_is_loopback(const struct listen_spec *spec)
{
	struct address ip;

	return strcmp(spec->host, "localhost") == 0 ||
	    (address_parse(spec->host, &ip) && address_is_loopback(&ip));
}

size_t
listen_spec_addresses(const struct listen_spec *spec,
    struct listen_spec out[LISTEN_ADDRESSES_MAX])
{
	out[0] = *spec;
	if (strcmp(spec->host, "localhost") != 0)
		return 1;
	out[1] = *spec;
	str_copy(out[0].host, sizeof out[0].host, "127.0.0.1");
	str_copy(out[1].host, sizeof out[1].host, "::1");
	return 2;
}

bool
listen_spec_collides(const struct listen_spec *a, const struct listen_spec *b)
{
	struct listen_spec x[LISTEN_ADDRESSES_MAX], y[LISTEN_ADDRESSES_MAX];
	const size_t n = listen_spec_addresses(a, x);
	const size_t m = listen_spec_addresses(b, y);

	for (size_t i = 0; i < n * m; i++) {
		if (strcmp(x[i / m].host, y[i % m].host) == 0)
			return a->port == b->port && a->port != 0;
	}
	return false;
}
