#include "core/io/proxy.h"

#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"
#include "core/io/url.h"

static const struct scheme {
	const char *name;
	enum proxy_kind kind;
	uint16_t port;          /* when none is written */
} schemes[] = {
	{ "socks5://", PROXY_SOCKS5, 1080 },
	{ "socks5h://", PROXY_SOCKS5, 1080 },
	{ "http://", PROXY_HTTP, 80 },
};

const struct proxy *
proxy_direct(void)
{
	static const struct proxy direct = { .kind = PROXY_DIRECT };

	return &direct;
}

void
proxy_finish(struct proxy *p)
{
	secret_wipe(p, sizeof *p);
}

static const struct scheme *
take_scheme(const char **text)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		const size_t n = strlen(schemes[i].name);

		if (strncasecmp(*text, schemes[i].name, n) == 0) {
			*text += n;
			return &schemes[i];
		}
	}
	return NULL;
}

/* n bytes, percent-decoded; false for a bad escape, a NUL or a byte that no
 * address may hold as it is. */
static bool
decode(char dst[PROXY_TEXT_SIZE], const char *p, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		char hex[3] = "";
		uint8_t byte = (uint8_t)p[i];

		if (p[i] == '%') {
			if (n - i < 3)
				return false;
			memcpy(hex, p + i + 1, 2);
			if (!str_from_hex(hex, &byte, 1) || byte == 0)
				return false;
			i += 2;
		} else if (byte <= ' ' || byte == 0x7f) {
			return false;
		}
		dst[len++] = (char)byte;
	}
	dst[len] = '\0';
	return true;
}

/* "user:password@" or "user@". The last @ ends it: who writes one into a
 * password without escaping it means the password, as hosts have none. */
static enum proxy_fault
take_userinfo(const char **text, struct proxy *out)
{
	const size_t all = strcspn(*text, "/?#");
	const char *at = memrchr(*text, '@', all), *colon;
	size_t n;

	if (at == NULL)
		return PROXY_OK;
	n = (size_t)(at - *text);
	colon = memchr(*text, ':', n);
	if (!decode(out->user, *text, colon == NULL ? n :
	    (size_t)(colon - *text)) || (colon != NULL &&
	    !decode(out->password, colon + 1, (size_t)(at - colon) - 1)))
		return PROXY_USERINFO;
	/* RFC 7617 section 2: a colon would end the user name */
	if (out->user[0] == '\0' || (out->kind == PROXY_HTTP &&
	    strchr(out->user, ':') != NULL))
		return PROXY_USERINFO;
	/* RFC 1929 has no empty password */
	if (out->kind == PROXY_SOCKS5 && out->password[0] == '\0')
		return PROXY_USERINFO;
	out->has_user = true;
	*text = at + 1;
	return PROXY_OK;
}

static bool
is_port(const char *text)
{
	uint64_t port;

	return str_to_u64(text, UINT16_MAX, &port) && port != 0;
}

/* Hosts and ports are judged by the one place that knows them. */
static enum proxy_fault
take_host(const char *text, const struct scheme *scheme, struct proxy *out)
{
	char as_url[PROXY_TEXT_SIZE + 8];
	const char *end = strchr(text, ']');
	const char *port = strchr(end == NULL ? text : end, ':');
	struct url url;

	if (text[strcspn(text, "/?#")] != '\0')
		return PROXY_BEHIND;
	if (text[0] == '[' && end == NULL)
		return PROXY_HOST;
	if (port != NULL && !is_port(port + 1))
		return PROXY_PORT;
	if (!str_format(as_url, sizeof as_url, "http://%s", text) ||
	    url_parse(as_url, &url) != ERR_OK)
		return PROXY_HOST;
	str_copy(out->host, sizeof out->host, url.host);
	out->port = port == NULL ? scheme->port : url.port;
	return PROXY_OK;
}

static enum proxy_fault
parse(const char *text, struct proxy *out)
{
	const struct scheme *scheme;
	enum proxy_fault fault;
	size_t n;

	if (strlen(text) >= PROXY_TEXT_SIZE)
		return PROXY_LENGTH;
	if (text[0] == '\0' || strcmp(text, PROXY_DIRECT_WORD) == 0) {
		out->kind = PROXY_DIRECT;
		return PROXY_OK;
	}
	if ((scheme = take_scheme(&text)) == NULL)
		return PROXY_SCHEME;
	out->kind = scheme->kind;
	if ((fault = take_userinfo(&text, out)) != PROXY_OK)
		return fault;
	/* a slash alone behind it is how addresses are copied */
	n = strlen(text);
	if (n > 0 && strcspn(text, "/") == n - 1) {
		char host[PROXY_TEXT_SIZE];

		str_copy(host, sizeof host, text);
		host[n - 1] = '\0';
		return take_host(host, scheme, out);
	}
	return take_host(text, scheme, out);
}

enum proxy_fault
proxy_parse(const char *text, struct proxy *out)
{
	struct proxy p = { .kind = PROXY_UNSET };
	const enum proxy_fault fault = parse(text, &p);

	if (fault == PROXY_OK)
		*out = p;
	proxy_finish(&p);
	return fault;
}

const char *
proxy_fault_text(enum proxy_fault fault)
{
	switch (fault) {
	case PROXY_OK:
		return "is right";
	case PROXY_SCHEME:
		return "must start with socks5://, socks5h:// or http://";
	case PROXY_HOST:
		return "must have a host name or an IP address, an IPv6 "
		    "address in brackets";
	case PROXY_PORT:
		return "must have a port of 1 to 65535, or none";
	case PROXY_USERINFO:
		return "must have USER:PASSWORD before the @, each character "
		    "that an address cannot hold as %XX";
	case PROXY_BEHIND:
		return "must end behind the host and its port";
	case PROXY_LENGTH:
		return "must not be longer than 255 bytes";
	}
	return "is no proxy";
}

void
proxy_name(const struct proxy *p, char dst[PROXY_NAME_SIZE])
{
	const bool v6 = strchr(p->host, ':') != NULL;
	char user[PROXY_TEXT_SIZE];

	dst[0] = '\0';
	if (p->kind != PROXY_SOCKS5 && p->kind != PROXY_HTTP)
		return;
	str_clean(user, sizeof user, p->user, strlen(p->user));
	str_format(dst, PROXY_NAME_SIZE, "%s://%s%s%s%s%s:%u",
	    p->kind == PROXY_HTTP ? "http" : "socks5", user,
	    p->has_user ? "@" : "", v6 ? "[" : "", p->host, v6 ? "]" : "",
	    (unsigned)p->port);
}

void
proxy_name_of(const char *text, char dst[PROXY_NAME_SIZE])
{
	struct proxy p;

	if (proxy_parse(text, &p) != PROXY_OK) {
		str_copy(dst, PROXY_NAME_SIZE, "?");
		return;
	}
	proxy_name(&p, dst);
	proxy_finish(&p);
}
