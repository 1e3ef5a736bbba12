#include "core/app/cidr.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/base/str.h"

#define BITS 128
#define V4_BITS 32
#define V4_AT (BITS - V4_BITS)

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

bool
address_parse(const char *text, struct address *out)
{
	struct address a;

	if (inet_pton(AF_INET6, text, a.bytes) != 1) {
		memcpy(a.bytes, mapped, sizeof mapped);
		if (inet_pton(AF_INET, text, a.bytes + sizeof mapped) != 1)
			return false;
	}
	*out = a;
	return true;
}

bool
address_is_v4(const struct address *a)
{
	return memcmp(a->bytes, mapped, sizeof mapped) == 0;
}

void
address_format(const struct address *a, char out[ADDRESS_TEXT_MAX])
{
	const char *done = address_is_v4(a)
	    ? inet_ntop(AF_INET, a->bytes + sizeof mapped, out,
	    ADDRESS_TEXT_MAX)
	    : inet_ntop(AF_INET6, a->bytes, out, ADDRESS_TEXT_MAX);

	if (done == NULL)
		out[0] = '\0';
}

bool
address_is_loopback(const struct address *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return address_is_v4(a) ? a->bytes[12] == 127
	    : memcmp(a->bytes, one, sizeof one) == 0;
}

/* The bits of byte number at that belong to a prefix of that length. */
static uint8_t
mask(unsigned bits, unsigned at)
{
	if (bits >= (at + 1) * 8)
		return 0xff;
	if (bits <= at * 8)
		return 0;
	return (uint8_t)(0xff00u >> (bits - at * 8));
}

static bool
is_base(const struct cidr *c)
{
	for (unsigned i = 0; i < sizeof c->base.bytes; i++) {
		if ((c->base.bytes[i] & ~mask(c->bits, i)) != 0)
			return false;
	}
	return true;
}

bool
cidr_parse(const char *text, struct cidr *out)
{
	char base[ADDRESS_TEXT_MAX];
	const size_t n = strcspn(text, "/");
	struct cidr c = { .bits = BITS };
	uint64_t typed;
	bool is_v4;

	if (n >= sizeof base)
		return false;
	memcpy(base, text, n);
	base[n] = '\0';
	if (!address_parse(base, &c.base))
		return false;
	/* as typed: ::ffff:10.0.0.0/104 counts like any IPv6 range */
	is_v4 = strchr(base, ':') == NULL;
	if (text[n] == '/') {
		if (!str_to_u64(text + n + 1, is_v4 ? V4_BITS : BITS, &typed))
			return false;
		c.bits = (unsigned)typed + (is_v4 ? V4_AT : 0);
	}
	if (!is_base(&c))
		return false;
	*out = c;
	return true;
}

void
cidr_format(const struct cidr *c, char out[CIDR_TEXT_MAX])
{
	char base[ADDRESS_TEXT_MAX];
	const bool is_v4 = address_is_v4(&c->base) && c->bits >= V4_AT;

	address_format(&c->base, base);
	if (c->bits == BITS)
		str_copy(out, CIDR_TEXT_MAX, base);
	else
		str_format(out, CIDR_TEXT_MAX, "%s/%u", base,
		    c->bits - (is_v4 ? V4_AT : 0));
}

bool
cidr_has(const struct cidr *c, const struct address *a)
{
	for (unsigned i = 0; i < sizeof a->bytes; i++) {
		if (((a->bytes[i] ^ c->base.bytes[i]) & mask(c->bits, i)) != 0)
			return false;
	}
	return true;
}
