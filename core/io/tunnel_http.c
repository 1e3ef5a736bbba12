#include "core/io/tunnel_http.h"

#include <string.h>

#include "core/base/str.h"
#include "core/io/http.h"

#define CREDENTIALS_MAX (2 * PROXY_TEXT_SIZE)

static enum err
put_credentials(const struct proxy *proxy, struct buf *out)
{
	struct buf plain;
	enum err err;

	if (!proxy->has_user)
		return ERR_OK;
	buf_init_secret(&plain, CREDENTIALS_MAX);
	if ((err = buf_printf(&plain, "%s:%s", proxy->user,
	    proxy->password)) == ERR_OK &&
	    (err = buf_str(out, "Proxy-Authorization: Basic ")) == ERR_OK &&
	    (err = str_base64(out, plain.data, plain.len)) == ERR_OK)
		err = buf_str(out, "\r\n");
	buf_finish(&plain);
	return err;
}

enum err
tunnel_http_request(const struct proxy *proxy, const char *host,
    uint16_t port, struct buf *out)
{
	const bool v6 = strchr(host, ':') != NULL;
	const char *open = v6 ? "[" : "", *close = v6 ? "]" : "";
	enum err err;

	/* the port always: CONNECT has no scheme to take one from */
	if ((err = buf_printf(out, "CONNECT %s%s%s:%u HTTP/1.1\r\n"
	    "Host: %s%s%s:%u\r\n", open, host, close, (unsigned)port, open,
	    host, close, (unsigned)port)) == ERR_OK &&
	    (err = put_credentials(proxy, out)) == ERR_OK)
		err = buf_str(out, "\r\n");
	return err;
}

/* HTTP/1.0 too: many proxies still answer so. */
static bool
read_status(struct span line, int *status)
{
	static const char one_nil[] = "HTTP/1.0 ";
	char copy[sizeof one_nil + 3];          /* the code, a blank behind */
	const size_t n = line.n < sizeof copy ? line.n : sizeof copy;

	if (n < sizeof one_nil - 1 ||
	    memcmp(line.p, one_nil, sizeof one_nil - 1) != 0)
		return http_status(line, status);
	memcpy(copy, line.p, n);
	copy[sizeof "HTTP/1." - 1] = '1';
	return http_status((struct span){ copy, n }, status);
}

static bool
may_be_http(const char *p, size_t n)
{
	static const char start[] = "HTTP/1.";

	return memcmp(p, start, n < sizeof start - 1 ? n :
	    sizeof start - 1) == 0;
}

static enum err
fail(char detail[TUNNEL_DETAIL_SIZE], enum err err, const char *text)
{
	str_copy(detail, TUNNEL_DETAIL_SIZE, text);
	return err;
}

static enum err
judge_status(int status, char detail[TUNNEL_DETAIL_SIZE])
{
	const char *why;

	if (status >= 200 && status <= 299)
		return ERR_OK;
	if (status == 407)
		return fail(detail, ERR_PROXY_AUTH, "HTTP status 407: it "
		    "refuses the user name or password, or wants one");
	switch (status) {
	case 403:
		why = "not allowed by the proxy's rules";
		break;
	case 502: case 503:
		why = "the proxy does not reach the target";
		break;
	case 504:
		why = "the target did not answer the proxy in time";
		break;
	default:
		why = "the proxy does not connect";
		break;
	}
	str_format(detail, TUNNEL_DETAIL_SIZE, "HTTP status %d: %s", status,
	    why);
	return ERR_PROXY;
}

/* Up to the empty line. What its fields say does not matter: a 2xx to
 * CONNECT has no body, whatever they claim (RFC 9110 section 9.3.6). */
static enum err
skip_fields(const void *p, size_t n, size_t *at)
{
	struct span line;
	unsigned lines = 0;
	enum err err;

	while ((err = http_line(p, n, at, &line)) == ERR_OK && line.n > 0) {
		if (++lines > TUNNEL_LINES_MAX)
			return ERR_TOO_LARGE;
	}
	return err;
}

enum err
tunnel_http_answer(const void *p, size_t n, size_t *used,
    char detail[TUNNEL_DETAIL_SIZE])
{
	const size_t look = n < TUNNEL_ANSWER_MAX ? n : TUNNEL_ANSWER_MAX;
	struct span line;
	size_t at = 0;
	int status = 0;
	enum err err;

	if (look > 0 && !may_be_http(p, look))
		return fail(detail, ERR_MALFORMED, "it does not speak HTTP");
	err = http_line(p, look, &at, &line);
	if (err == ERR_OK && !read_status(line, &status))
		err = ERR_MALFORMED;
	if (err == ERR_OK &&
	    (err = judge_status(status, detail)) != ERR_OK)
		return err;
	if (err == ERR_OK)
		err = skip_fields(p, look, &at);
	if (err == ERR_TRUNCATED && look == TUNNEL_ANSWER_MAX)
		err = ERR_TOO_LARGE;
	if (err == ERR_OK)
		*used = at;
	else if (err == ERR_TOO_LARGE)
		str_copy(detail, TUNNEL_DETAIL_SIZE,
		    "its answer is too long");
	else if (err != ERR_TRUNCATED)
		str_copy(detail, TUNNEL_DETAIL_SIZE, "its answer is not HTTP");
	return err;
}
