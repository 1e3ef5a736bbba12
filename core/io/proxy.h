/*
 * Addresses of proxies, as an admin writes them, and what may be shown of
 * them. Pure. A proxy is a secret: its address may hold a password.
 *
 *   socks5://[USER:PASSWORD@]HOST[:PORT]     port 1080; RFC 1928, RFC 1929
 *   socks5h://...                            the same
 *   http://[USER:PASSWORD@]HOST[:PORT]       port 80; CONNECT, RFC 9110
 *
 * Names of servers are always resolved at the proxy, for all of them.
 */
#ifndef PAIRDESK_IO_PROXY_H
#define PAIRDESK_IO_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

#define PROXY_TEXT_SIZE 256     /* the longest address, with its NUL */
#define PROXY_DIRECT_WORD "direct"

/*
 * How a connection leaves this machine. There is no way that holds by itself:
 * zeroes are refused by the dialer, so that forgetting to ask for one can
 * never mean a direct connection.
 */
enum proxy_kind { PROXY_UNSET, PROXY_DIRECT, PROXY_SOCKS5, PROXY_HTTP };

struct proxy {
	enum proxy_kind kind;
	char host[PROXY_TEXT_SIZE];     /* lower case, without brackets */
	uint16_t port;
	bool has_user;
	char user[PROXY_TEXT_SIZE];     /* percent-decoded; no NUL inside */
	char password[PROXY_TEXT_SIZE];
};

/* No proxy; static. */
const struct proxy *proxy_direct(void);
void proxy_finish(struct proxy *p);     /* wipes */

/* Why an address was refused; text for people is made of it in app/words. */
enum proxy_fault {
	PROXY_OK,
	PROXY_SCHEME,           /* none of the three */
	PROXY_HOST,             /* missing, or no host name or IP address */
	PROXY_PORT,             /* not 1..65535 */
	PROXY_USERINFO,         /* a bad percent sign, NUL, an empty user, or a
				 * colon in the user of an http proxy */
	PROXY_BEHIND,           /* a path, query or fragment */
	PROXY_LENGTH            /* over PROXY_TEXT_SIZE - 1 bytes */
};
/* "" and "direct" are PROXY_DIRECT. *out is written only on PROXY_OK. */
MUST_CHECK enum proxy_fault proxy_parse(const char *text, struct proxy *out);
/* In English, to stand behind "proxy: "; quotes nothing of the text. */
const char *proxy_fault_text(enum proxy_fault fault);

/* What may be shown and logged: "socks5://user@host:1080", "" when direct. */
#define PROXY_NAME_SIZE (PROXY_TEXT_SIZE + 16)
void proxy_name(const struct proxy *p, char dst[PROXY_NAME_SIZE]);
/* The same of an address as text; "?" if it is none. */
void proxy_name_of(const char *text, char dst[PROXY_NAME_SIZE]);

#endif
