/*
 * IP addresses and ranges of them. IPv4 is kept mapped into IPv6
 * (::ffff:0:0/96), so that a peer is the same however its socket was made.
 */
#ifndef PAIRDESK_APP_CIDR_H
#define PAIRDESK_APP_CIDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address {
	uint8_t bytes[16];      /* network order */
};

#define ADDRESS_TEXT_MAX 46     /* with its NUL */

/* Dotted IPv4 or IPv6 without brackets and zone. Nothing is looked up. */
bool address_parse(const char *text, struct address *out);
/* The one way to write it; mapped ones as IPv4. */
void address_format(const struct address *a, char out[ADDRESS_TEXT_MAX]);
bool address_is_v4(const struct address *a);
/* 127.0.0.0/8 or ::1 */
bool address_is_loopback(const struct address *a);

struct cidr {
	struct address base;    /* zero behind the first bits */
	unsigned bits;          /* 0..128; of an IPv4 range 96 more than typed */
};

#define CIDR_TEXT_MAX (ADDRESS_TEXT_MAX + 4)

/* "10.0.0.0/8", "2001:db8::/32", or one address. A base with bits behind the
 * prefix is refused: whoever wrote 10.0.0.1/8 may have meant 10.0.0.1. */
bool cidr_parse(const char *text, struct cidr *out);
/* Without "/bits" when it is one address. */
void cidr_format(const struct cidr *c, char out[CIDR_TEXT_MAX]);
bool cidr_has(const struct cidr *c, const struct address *a);

#endif
