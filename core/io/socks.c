#include "core/io/socks.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define VERSION 5
#define AUTH_VERSION 1          /* of RFC 1929 */
#define METHOD_NONE 0x00
#define METHOD_PASSWORD 0x02
#define METHOD_REFUSED 0xff
#define CMD_CONNECT 1
#define ATYP_V4 1
#define ATYP_NAME 3
#define ATYP_V6 4

static enum err
fail(struct socks *s, enum err err, const char *detail)
{
	str_copy(s->detail, sizeof s->detail, detail);
	return err;
}

enum err
socks_start(struct socks *s, const struct proxy *proxy, const char *host,
    uint16_t port, struct buf *out)
{
	static const uint8_t open[] = { VERSION, 1, METHOD_NONE };
	static const uint8_t both[] = { VERSION, 2, METHOD_NONE,
	    METHOD_PASSWORD };

	*s = (struct socks){ .proxy = proxy, .host = host, .port = port };
	if (strlen(host) > UINT8_MAX)
		return ERR_TOO_LARGE;
	return proxy->has_user ? buf_append(out, both, sizeof both) :
	    buf_append(out, open, sizeof open);
}

/* A byte that says how many follow, and those. */
static enum err
put_counted(struct buf *out, const char *text)
{
	const enum err err = buf_u8(out, (uint8_t)strlen(text));

	return err != ERR_OK ? err : buf_str(out, text);
}

static enum err
send_password(struct socks *s, struct buf *out)
{
	enum err err;

	s->state = SOCKS_AUTH;
	if ((err = buf_u8(out, AUTH_VERSION)) == ERR_OK &&
	    (err = put_counted(out, s->proxy->user)) == ERR_OK)
		err = put_counted(out, s->proxy->password);
	return err != ERR_OK ? err : ERR_TRUNCATED;
}

/* Names stay names: what looks them up here would tell this network. */
static enum err
put_target(const struct socks *s, struct buf *out)
{
	uint8_t raw[16];
	enum err err;

	if (inet_pton(AF_INET, s->host, raw) == 1) {
		if ((err = buf_u8(out, ATYP_V4)) == ERR_OK)
			err = buf_append(out, raw, 4);
	} else if (inet_pton(AF_INET6, s->host, raw) == 1) {
		if ((err = buf_u8(out, ATYP_V6)) == ERR_OK)
			err = buf_append(out, raw, 16);
	} else {
		if ((err = buf_u8(out, ATYP_NAME)) == ERR_OK)
			err = put_counted(out, s->host);
	}
	return err != ERR_OK ? err : buf_u16be(out, s->port);
}

static enum err
send_request(struct socks *s, struct buf *out)
{
	static const uint8_t head[] = { VERSION, CMD_CONNECT, 0 };
	enum err err;

	s->state = SOCKS_REPLY;
	if ((err = buf_append(out, head, sizeof head)) == ERR_OK)
		err = put_target(s, out);
	return err != ERR_OK ? err : ERR_TRUNCATED;
}

static enum err
take_method(struct socks *s, const uint8_t *p, size_t n, size_t *used,
    struct buf *out)
{
	if (n > 0 && p[0] != VERSION)
		return fail(s, ERR_MALFORMED, "it does not speak SOCKS5");
	if (n < 2)
		return ERR_TRUNCATED;
	*used += 2;
	if (p[1] == METHOD_NONE)
		return send_request(s, out);
	if (p[1] == METHOD_PASSWORD && s->proxy->has_user)
		return send_password(s, out);
	if (p[1] == METHOD_REFUSED)
		return fail(s, ERR_PROXY_AUTH, s->proxy->has_user ?
		    "it takes no user name and password" :
		    "it wants a user name and password");
	return fail(s, ERR_MALFORMED,
	    "it chose a way to log in that was not offered");
}

static enum err
take_auth(struct socks *s, const uint8_t *p, size_t n, size_t *used,
    struct buf *out)
{
	/* some answer with 5 where the RFC has 1 */
	if (n > 0 && p[0] != AUTH_VERSION && p[0] != VERSION)
		return fail(s, ERR_MALFORMED,
		    "its answer to the password is not SOCKS5");
	if (n < 2)
		return ERR_TRUNCATED;
	*used += 2;
	return p[1] == 0 ? send_request(s, out) : fail(s, ERR_PROXY_AUTH,
	    "it refuses the user name or password");
}

/* RFC 1928 section 6. */
static const char *
reply_text(uint8_t code)
{
	static const char *const texts[] = {
		[1] = "general failure at the proxy",
		[2] = "not allowed by the proxy's rules",
		[3] = "the target's network is unreachable from the proxy",
		[4] = "the target is unreachable from the proxy",
		[5] = "the target refused the proxy's connection",
		[6] = "the target did not answer the proxy in time",
		[7] = "the proxy does not make connections",
		[8] = "the proxy does not take this kind of address",
	};

	return code < ARRAY_LEN(texts) ? texts[code] : "unknown reply";
}

/* Bytes of the whole reply; 0: not known yet. */
static size_t
reply_len(const uint8_t *p, size_t n)
{
	if (n < 5)
		return 0;
	switch (p[3]) {
	case ATYP_V4:
		return 4 + 4 + 2;
	case ATYP_V6:
		return 4 + 16 + 2;
	default:
		return 4 + 1 + (size_t)p[4] + 2;
	}
}

static enum err
take_reply(struct socks *s, const uint8_t *p, size_t n, size_t *used)
{
	size_t len;

	if (n > 0 && p[0] != VERSION)
		return fail(s, ERR_MALFORMED, "its reply is not SOCKS5");
	/* what is said with a refusal may be cut short */
	if (n > 1 && p[1] != 0) {
		str_format(s->detail, sizeof s->detail, "SOCKS reply %u: %s",
		    (unsigned)p[1], reply_text(p[1]));
		return ERR_PROXY;
	}
	if (n > 2 && p[2] != 0)
		return fail(s, ERR_MALFORMED, "its reply is not SOCKS5");
	if (n > 3 && p[3] != ATYP_V4 && p[3] != ATYP_V6 && p[3] != ATYP_NAME)
		return fail(s, ERR_MALFORMED,
		    "its reply has an unknown kind of address");
	if ((len = reply_len(p, n)) == 0 || n < len)
		return ERR_TRUNCATED;
	*used += len;
	s->state = SOCKS_DONE;
	return ERR_OK;
}

enum err
socks_feed(struct socks *s, const uint8_t *p, size_t n, size_t *used,
    struct buf *out)
{
	enum err err = ERR_TRUNCATED;
	enum socks_state before;

	*used = 0;
	/* a proxy that talks ahead has sent the next answer already */
	do {
		before = s->state;
		switch (s->state) {
		case SOCKS_METHOD:
			err = take_method(s, p + *used, n - *used, used, out);
			break;
		case SOCKS_AUTH:
			err = take_auth(s, p + *used, n - *used, used, out);
			break;
		case SOCKS_REPLY:
			err = take_reply(s, p + *used, n - *used, used);
			break;
		case SOCKS_DONE:
			return ERR_OK;
		}
	} while (err == ERR_TRUNCATED && s->state != before && *used < n);
	return err;
}
