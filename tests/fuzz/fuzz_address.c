/*
 * Where to listen, ranges, origins and the value of a Host header. What is
 * taken is written one way, means the same when read again, and is loopback
 * again or not.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/app/cidr.h"
#include "core/app/host.h"
#include "core/app/listen_spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
require(bool good)
{
	if (!good)
		abort();
}

static void
try_listen(const char *text)
{
	struct listen_spec spec, same, two[LISTEN_ADDRESSES_MAX];
	char written[LISTEN_TEXT_MAX];
	struct address ip;
	size_t count;

	if (!listen_spec_parse(text, &spec))
		return;
	listen_spec_format(&spec, written);
	require(listen_spec_parse(written, &same));
	require(strcmp(same.host, spec.host) == 0 && same.port == spec.port);
	require(listen_spec_collides(&spec, &same) == (spec.port != 0));
	count = listen_spec_addresses(&spec, two);
	for (size_t i = 0; i < count; i++)
		require(address_parse(two[i].host, &ip) &&
		    address_is_loopback(&ip) ==
		    listen_spec_is_loopback(&spec));
}

/* A range has its own base, and not what differs in its last bit. */
static void
try_cidr(const char *text)
{
	char written[CIDR_TEXT_MAX], again[CIDR_TEXT_MAX];
	struct cidr c, same;
	struct address out;

	if (!cidr_parse(text, &c))
		return;
	require(c.bits <= 128 && cidr_has(&c, &c.base));
	cidr_format(&c, written);
	require(cidr_parse(written, &same) && same.bits == c.bits);
	require(memcmp(same.base.bytes, c.base.bytes, 16) == 0);
	cidr_format(&same, again);
	require(strcmp(written, again) == 0);
	if (c.bits == 0)
		return;
	out = c.base;
	out.bytes[(c.bits - 1) / 8] ^= (uint8_t)(0x80 >> (c.bits - 1) % 8);
	require(!cidr_has(&c, &out));
}

static void
try_host(const char *text)
{
	char written[HOST_TEXT_MAX];
	struct host h, same;

	if (!host_parse(text, &h))
		return;
	require(strpbrk(h.name, "/?#@,[] \t\r\n") == NULL);
	host_format(&h, written);
	require(host_parse(written, &same) && same.port == h.port &&
	    strcmp(same.name, h.name) == 0 &&
	    host_is_loopback(&same) == host_is_loopback(&h));
}

static void
try_origin(const char *text)
{
	char origin[ORIGIN_MAX], again[ORIGIN_MAX];

	if (!origin_parse(text, origin))
		return;
	require(strpbrk(origin, "?#@,; \t\r\n'\"*") == NULL);
	require(origin_parse(origin, again) && strcmp(origin, again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *text = malloc(n + 1);

	require(text != NULL);
	if (n > 0)
		memcpy(text, p, n);
	text[n] = '\0';
	try_listen(text);
	try_cidr(text);
	try_host(text);
	try_origin(text);
	free(text);
	return 0;
}
