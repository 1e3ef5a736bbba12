#include "core/io/url.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define LABEL_MAX 63

struct scheme {
	const char *name;
	bool tls;
};

static const struct scheme schemes[] = {
	{ "ws://", false },
	{ "wss://", true },
	{ "http://", false },
	{ "https://", true },
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Also the underscore, which is no host name but in use inside companies. */
static bool
is_host_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
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

/*
 * Labels of 1 to 63. A name whose last label is a number must be a plain
 * IPv4 address: "127.1" and "2130706433" would be one too for getaddrinfo,
 * but not for url_is_loopback.
 */
static bool
is_name(const char *host)
{
	const char *last = host;
	struct in_addr v4;
	size_t label = 0;

	for (const char *p = host; *p != '\0'; p++) {
		if (*p == '.') {
			if (label == 0)
				return false;
			label = 0;
			last = p + 1;
		} else if (!is_host_char(*p) || ++label > LABEL_MAX) {
			return false;
		}
	}
	if (label == 0)
		return false;
	return !is_digit(*last) || inet_pton(AF_INET, host, &v4) == 1;
}

/* Lower-cases n bytes into url->host. */
static bool
put_host(struct url *url, const char *p, size_t n)
{
	if (n == 0 || n >= sizeof url->host)
		return false;
	for (size_t i = 0; i < n; i++)
		url->host[i] = p[i] >= 'A' && p[i] <= 'Z'
		    ? (char)(p[i] + ('a' - 'A')) : p[i];
	url->host[n] = '\0';
	return true;
}

static bool
take_host(const char **text, struct url *url)
{
	const char *p = *text, *end;
	struct in6_addr v6;

	if (*p == '[') {
		if ((end = strchr(++p, ']')) == NULL)
			return false;
		*text = end + 1;
		return put_host(url, p, (size_t)(end - p)) &&
		    inet_pton(AF_INET6, url->host, &v6) == 1;
	}
	end = p + strcspn(p, ":/?");
	*text = end;
	return put_host(url, p, (size_t)(end - p)) && is_name(url->host);
}

static bool
take_port(const char **text, struct url *url)
{
	char digits[6];         /* 65535 */
	size_t n;
	uint64_t port;

	url->port = url->tls ? 443 : 80;
	if (**text != ':')
		return true;
	n = strcspn(++*text, "/?");
	if (n >= sizeof digits)
		return false;
	memcpy(digits, *text, n);
	digits[n] = '\0';
	*text += n;
	if (!str_to_u64(digits, UINT16_MAX, &port) || port == 0)
		return false;
	url->port = (uint16_t)port;
	return true;
}

/* Goes into a request line as it is, so nothing that could end it. */
static bool
take_path(const char *p, struct url *url)
{
	if (*p != '\0' && *p != '/' && *p != '?')
		return false;
	for (const char *c = p; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~' || *c == '#' || *c == '\\')
			return false;
	}
	return str_format(url->path, sizeof url->path, "%s%s",
	    *p == '/' ? "" : "/", p);
}

enum err
url_parse(const char *text, struct url *out)
{
	const struct scheme *scheme = take_scheme(&text);
	struct url url = { .tls = scheme != NULL && scheme->tls };

	if (scheme == NULL || !take_host(&text, &url) ||
	    !take_port(&text, &url) || !take_path(text, &url))
		return ERR_INVALID;
	*out = url;
	return ERR_OK;
}

bool
url_is_loopback(const struct url *url)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcmp(url->host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, url->host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, url->host, &v6) == 1 &&
	    IN6_IS_ADDR_LOOPBACK(&v6);
}

void
url_authority(const struct url *url, char dst[URL_AUTHORITY_SIZE])
{
	const bool v6 = strchr(url->host, ':') != NULL;
	const char *open = v6 ? "[" : "", *close = v6 ? "]" : "";

	if (url->port == (url->tls ? 443 : 80))
		str_format(dst, URL_AUTHORITY_SIZE, "%s%s%s", open, url->host,
		    close);
	else
		str_format(dst, URL_AUTHORITY_SIZE, "%s%s%s:%u", open,
		    url->host, close, (unsigned)url->port);
}
