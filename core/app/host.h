/*
 * Names of hosts and origins as they stand in options and in headers. As
 * strict as core/io/url.h: what browsers repair is refused.
 */
#ifndef PAIRDESK_APP_HOST_H
#define PAIRDESK_APP_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/io/url.h"

struct host {
	char name[256];         /* lower case, no brackets; IP normalised */
	uint16_t port;          /* 0: none was named */
};

/* "wa.example.org", "10.0.0.5:3000", "[2001:db8::1]:3000": the value of a
 * Host header, too. Port 0 is none. */
bool host_parse(const char *text, struct host *out);
/* 127.0.0.0/8, ::1 or "localhost", literally: nothing is looked up. */
bool host_is_loopback(const struct host *h);

#define HOST_TEXT_MAX 272
void host_format(const struct host *h, char out[HOST_TEXT_MAX]);

#define ORIGIN_MAX (HOST_TEXT_MAX + 8)

/* "https://wa.example.org[:8443]", http or https, nothing behind it; written
 * as browsers send it: lower case, without a default port. */
bool origin_parse(const char *text, char out[ORIGIN_MAX]);

#endif
