#include "core/io/upgrade.h"

#include <string.h>

#include <mbedtls/sha1.h>
#include <mbedtls/version.h>
#include <sodium.h>

#include "core/io/http.h"

/* RFC 6455 section 1.3 */
#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define SHA1_LEN 20

/* What must be there exactly once, and what must not be there. */
enum seen { SEEN_UPGRADE = 1, SEEN_CONNECTION = 2, SEEN_ACCEPT = 4,
    SEEN_ALL = 7 };

static void
to_base64(char *dst, size_t size, const uint8_t *p, size_t n)
{
	sodium_bin2base64(dst, size, p, n, sodium_base64_VARIANT_ORIGINAL);
}

static void
sha1(const void *p, size_t n, uint8_t out[SHA1_LEN])
{
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
	(void)mbedtls_sha1(p, n, out);
#else
	(void)mbedtls_sha1_ret(p, n, out);
#endif
}

void
upgrade_init(struct upgrade *u, const struct rnd *rnd)
{
	char text[sizeof u->key + sizeof ACCEPT_GUID];
	uint8_t nonce[16], hash[SHA1_LEN];
	const size_t n = sizeof u->key - 1;

	rnd_fill(rnd, nonce, sizeof nonce);
	to_base64(u->key, sizeof u->key, nonce, sizeof nonce);
	memcpy(text, u->key, n);
	memcpy(text + n, ACCEPT_GUID, sizeof ACCEPT_GUID);
	sha1(text, n + sizeof ACCEPT_GUID - 1, hash);
	to_base64(u->accept, sizeof u->accept, hash, sizeof hash);
}

/* The headers are those of WhatsApp's own page (protocol.md 1). */
enum err
upgrade_request(const struct upgrade *u, const char *host, const char *path,
    const char *origin, struct buf *out)
{
	return buf_printf(out,
	    "GET %s HTTP/1.1\r\n"
	    "Host: %s\r\n"
	    "Upgrade: websocket\r\n"
	    "Connection: Upgrade\r\n"
	    "Sec-WebSocket-Key: %s\r\n"
	    "Sec-WebSocket-Version: 13\r\n"
	    "Origin: %s\r\n"
	    "Cache-Control: no-cache\r\n"
	    "Pragma: no-cache\r\n"
	    "\r\n", path, host, u->key, origin);
}

/* Which of the three fields it is, 0 for others; false if it is wrong. */
static bool
check_field(const struct upgrade *u, struct span name, struct span value,
    unsigned *which)
{
	*which = 0;
	if (http_is(name, "upgrade")) {
		*which = SEEN_UPGRADE;
		return http_is(value, "websocket");
	}
	if (http_is(name, "connection")) {
		*which = SEEN_CONNECTION;
		return http_has_word(value, "upgrade");
	}
	if (http_is(name, "sec-websocket-accept")) {
		*which = SEEN_ACCEPT;
		return value.n == sizeof u->accept - 1 &&
		    memcmp(value.p, u->accept, value.n) == 0;
	}
	/* nothing of the kind was offered */
	return !http_is(name, "sec-websocket-extensions") &&
	    !http_is(name, "sec-websocket-protocol");
}

/* Says at the first wrong byte whether this can still become HTTP. */
static bool
may_be_http(const char *p, size_t n)
{
	static const char start[] = "HTTP/1.1 ";

	return memcmp(p, start, n < sizeof start - 1 ? n
	    : sizeof start - 1) == 0;
}

/* Field lines up to the empty one. ERR_OK: *at is behind it. */
static enum err
check_fields(const struct upgrade *u, const void *p, size_t n, size_t *at)
{
	unsigned seen = 0, which, lines = 0;
	struct span line, name, value;
	enum err err;

	while ((err = http_line(p, n, at, &line)) == ERR_OK && line.n > 0) {
		if (++lines > UPGRADE_LINES_MAX)
			return ERR_TOO_LARGE;
		if (!http_field(line, &name, &value) ||
		    !check_field(u, name, value, &which) ||
		    (seen & which) != 0)
			return ERR_UPGRADE;
		seen |= which;
	}
	if (err == ERR_OK && seen != SEEN_ALL)
		return ERR_UPGRADE;
	return err == ERR_MALFORMED ? ERR_UPGRADE : err;
}

/* Lines are judged as they come: a refusal needs no end of the head. */
static enum err
check_head(const struct upgrade *u, const void *p, size_t n, size_t *at,
    int *code)
{
	struct span line;
	enum err err;

	if (!may_be_http(p, n))
		return ERR_UPGRADE;
	if ((err = http_line(p, n, at, &line)) != ERR_OK)
		return err == ERR_MALFORMED ? ERR_UPGRADE : err;
	if (!http_status(line, code) || *code != 101)
		return ERR_UPGRADE;
	return check_fields(u, p, n, at);
}

enum err
upgrade_answer(const struct upgrade *u, const void *p, size_t n, size_t *used,
    int *status)
{
	const size_t look = n < UPGRADE_ANSWER_MAX ? n : UPGRADE_ANSWER_MAX;
	size_t at = 0;
	int code = 0;
	enum err err = check_head(u, p, look, &at, &code);

	if (err == ERR_TRUNCATED && look == UPGRADE_ANSWER_MAX)
		return ERR_TOO_LARGE;
	if (err == ERR_OK)
		*used = at;
	if (err == ERR_UPGRADE)
		*status = code;
	return err;
}
