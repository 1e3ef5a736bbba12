#include "core/io/proxy.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/socks.h"
#include "core/io/tunnel_http.h"
#include "tests/t.h"

/* --- addresses --------------------------------------------------------------- */

TEST(proxy_parses)
{
	static const struct {
		const char *text;
		enum proxy_kind kind;
		const char *host;
		unsigned port;
		const char *user, *password, *name;
	} rows[] = {
		{ "", PROXY_DIRECT, "", 0, "", "", "" },
		{ "direct", PROXY_DIRECT, "", 0, "", "", "" },
		{ "socks5://p.example", PROXY_SOCKS5, "p.example", 1080, "",
		    "", "socks5://p.example:1080" },
		{ "SOCKS5H://P.Example:9", PROXY_SOCKS5, "p.example", 9, "",
		    "", "socks5://p.example:9" },
		{ "http://[::1]:3128/", PROXY_HTTP, "::1", 3128, "", "",
		    "http://[::1]:3128" },
		{ "http://127.0.0.1", PROXY_HTTP, "127.0.0.1", 80, "", "",
		    "http://127.0.0.1:80" },
		{ "socks5://me:p%40s%3a@h:1", PROXY_SOCKS5, "h", 1, "me",
		    "p@s:", "socks5://me@h:1" },
		{ "socks5://me:a@b@h:1", PROXY_SOCKS5, "h", 1, "me", "a@b",
		    "socks5://me@h:1" },
		{ "http://me@h:1", PROXY_HTTP, "h", 1, "me", "",
		    "http://me@h:1" },
		{ "http://me:a:b@h:1", PROXY_HTTP, "h", 1, "me", "a:b",
		    "http://me@h:1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char name[PROXY_NAME_SIZE];
		struct proxy p;

		EXPECT_INT(proxy_parse(rows[i].text, &p), PROXY_OK);
		EXPECT_INT(p.kind, rows[i].kind);
		EXPECT_STR(p.host, rows[i].host);
		EXPECT_INT(p.port, rows[i].port);
		EXPECT_STR(p.user, rows[i].user);
		EXPECT_STR(p.password, rows[i].password);
		EXPECT_INT(p.has_user, rows[i].user[0] != '\0');
		proxy_name(&p, name);
		EXPECT_STR(name, rows[i].name);
		proxy_name_of(rows[i].text, name);
		EXPECT_STR(name, rows[i].name);
	}
}

TEST(proxy_refuses)
{
	static const struct {
		const char *text;
		enum proxy_fault fault;
	} rows[] = {
		{ "socks4://h", PROXY_SCHEME }, { "h:1080", PROXY_SCHEME },
		{ "https://h", PROXY_SCHEME }, { " socks5://h", PROXY_SCHEME },
		{ "Direct", PROXY_SCHEME }, { "socks5://", PROXY_HOST },
		{ "socks5://:1", PROXY_HOST }, { "socks5://a b", PROXY_HOST },
		{ "socks5://127.1", PROXY_HOST },
		{ "socks5://[::1", PROXY_HOST }, { "socks5://::1", PROXY_PORT },
		{ "socks5://h:0", PROXY_PORT }, { "socks5://h:65536", PROXY_PORT },
		{ "socks5://h:", PROXY_PORT }, { "socks5://h:+1", PROXY_PORT },
		{ "socks5://me@h", PROXY_USERINFO },
		{ "socks5://:x@h", PROXY_USERINFO },
		{ "socks5://a%zz:x@h", PROXY_USERINFO },
		{ "socks5://a%00:x@h", PROXY_USERINFO },
		{ "socks5://a%4:x@h", PROXY_USERINFO },
		{ "http://a%3ab:x@h", PROXY_USERINFO },
		{ "socks5://a:b\nc@h", PROXY_USERINFO },
		{ "socks5://h/x", PROXY_BEHIND }, { "socks5://h?x", PROXY_BEHIND },
		{ "socks5://h#x", PROXY_BEHIND }, { "http://h//", PROXY_BEHIND },
	};
	char longest[PROXY_TEXT_SIZE + 1], name[PROXY_NAME_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct proxy p = { .kind = PROXY_UNSET };

		if (proxy_parse(rows[i].text, &p) != rows[i].fault)
			t_fail(__FILE__, __LINE__, "%s", rows[i].text);
		EXPECT_INT(p.kind, PROXY_UNSET);        /* untouched */
		EXPECT(proxy_fault_text(rows[i].fault)[0] != '\0');
		proxy_name_of(rows[i].text, name);
		EXPECT_STR(name, "?");
	}
	memset(longest, 'a', sizeof longest);
	memcpy(longest, "socks5://", 9);
	longest[PROXY_TEXT_SIZE] = '\0';
	EXPECT_INT(proxy_parse(longest, &(struct proxy){ 0 }), PROXY_LENGTH);
}

/* --- SOCKS5 -------------------------------------------------------------------- */

/* Gives the answers in pieces of so many bytes; what was sent in out. */
static enum err
talk(struct socks *s, const char *url, const char *host, const void *answer,
    size_t n, size_t piece, struct buf *out, size_t *left)
{
	struct proxy proxy;
	const uint8_t *p = answer;
	size_t at = 0, have = 0, used;
	enum err err;

	if (proxy_parse(url, &proxy) != PROXY_OK)
		abort();
	err = socks_start(s, &proxy, host, 443, out);
	EXPECT_INT(err, ERR_OK);
	err = ERR_TRUNCATED;
	while (err == ERR_TRUNCATED && have < n) {
		have = have + piece < n ? have + piece : n;
		err = socks_feed(s, p + at, have - at, &used, out);
		at += used;
	}
	*left = n - at;
	return err;
}

TEST(socks_opens_a_way_from_any_pieces)
{
	static const char plain[] = "\5\0\5\0\0\1\x7f\0\0\1\x1f\x90" "early";
	static const char auth[] = "\5\2\1\0\5\0\0\3\4host\1\xbb" "early";
	static const char v6[] = "\5\0\5\0\0\4" "0123456789abcdef" "\1\xbb"
	    "early";
	static const char asked[] = "\5\1\0\5\1\0\3\x9web.wa.me\1\xbb";
	static const char asked_auth[] = "\5\2\0\2\1\2me\6secret"
	    "\5\1\0\1\x7f\0\0\1\1\xbb";
	struct socks s;
	struct buf out;
	size_t left;

	for (size_t piece = 1; piece < 40; piece++) {
		buf_init(&out, 1024);
		EXPECT_INT(talk(&s, "socks5://h", "web.wa.me", plain,
		    sizeof plain - 1, piece, &out, &left), ERR_OK);
		EXPECT(left <= 5);
		EXPECT_INT(out.len, sizeof asked - 1);
		EXPECT(memcmp(out.data, asked, out.len) == 0);
		buf_clear(&out);
		EXPECT_INT(talk(&s, "socks5://me:secret@h", "127.0.0.1", auth,
		    sizeof auth - 1, piece, &out, &left), ERR_OK);
		EXPECT_INT(out.len, sizeof asked_auth - 1);
		EXPECT(memcmp(out.data, asked_auth, out.len) == 0);
		buf_clear(&out);
		EXPECT_INT(talk(&s, "socks5://h", "::1", v6, sizeof v6 - 1,
		    piece, &out, &left), ERR_OK);
		if (piece >= sizeof v6)
			EXPECT_INT(left, 5);
		buf_finish(&out);
	}
}

TEST(socks_refuses)
{
	static const struct {
		const char *url, *answer;
		size_t n;
		enum err err;
		const char *detail;
	} rows[] = {
		{ "socks5://h", "HTTP/1.1 400", 12, ERR_MALFORMED, "SOCKS5" },
		{ "socks5://h", "\4", 1, ERR_MALFORMED, "SOCKS5" },
		{ "socks5://h", "\5\xff", 2, ERR_PROXY_AUTH, "wants" },
		{ "socks5://a:b@h", "\5\xff", 2, ERR_PROXY_AUTH, "no user" },
		{ "socks5://h", "\5\2", 2, ERR_MALFORMED, "offered" },
		{ "socks5://a:b@h", "\5\1", 2, ERR_MALFORMED, "offered" },
		{ "socks5://a:b@h", "\5\2\1\1", 4, ERR_PROXY_AUTH,
		    "refuses" },
		{ "socks5://a:b@h", "\5\2\2\0", 4, ERR_MALFORMED,
		    "password" },
		{ "socks5://h", "\5\0\5\2", 4, ERR_PROXY, "rules" },
		{ "socks5://h", "\5\0\5\5", 4, ERR_PROXY, "refused" },
		{ "socks5://h", "\5\0\5\x63", 4, ERR_PROXY, "unknown" },
		{ "socks5://h", "\5\0\5\0\1", 5, ERR_MALFORMED, "reply" },
		{ "socks5://h", "\5\0\5\0\0\2", 6, ERR_MALFORMED, "kind" },
		{ "socks5://h", "\5\0\4", 3, ERR_MALFORMED, "reply" },
		{ "socks5://h", "\5\0\5\0\0\3\xff", 7, ERR_TRUNCATED, "" },
	};
	struct socks s;
	struct buf out;
	size_t left;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t piece = 1; piece <= rows[i].n; piece++) {
			buf_init(&out, 1024);
			EXPECT_INT(talk(&s, rows[i].url, "x", rows[i].answer,
			    rows[i].n, piece, &out, &left), rows[i].err);
			EXPECT(strstr(s.detail, rows[i].detail) != NULL);
			buf_finish(&out);
		}
	}
}

/* --- CONNECT ------------------------------------------------------------------- */

TEST(tunnel_asks_as_it_should)
{
	static const char want[] = "CONNECT [::1]:443 HTTP/1.1\r\n"
	    "Host: [::1]:443\r\n"
	    "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"
	    "\r\n";
	struct proxy p;
	struct buf out;

	/* the pair of RFC 7617 section 2 */
	ASSERT(proxy_parse("http://Aladdin:open%20sesame@h", &p) == PROXY_OK);
	buf_init(&out, 1024);
	EXPECT_INT(tunnel_http_request(&p, "::1", 443, &out), ERR_OK);
	EXPECT_INT(out.len, sizeof want - 1);
	EXPECT(memcmp(out.data, want, out.len) == 0);
	buf_finish(&out);
}

TEST(tunnel_judges_answers)
{
	static const struct {
		const char *answer;
		enum err err;
		size_t behind;
		const char *detail;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\n\r\n", ERR_OK, 0, "" },
		{ "HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\nab",
		    ERR_OK, 2, "" },
		{ "HTTP/1.1 204 \r\nContent-Length: 9\r\n\r\n", ERR_OK, 0, "" },
		{ "HTTP/1.1 407 No", ERR_TRUNCATED, 0, "" },
		{ "HTTP/1.1 407 No\r\n", ERR_PROXY_AUTH, 0, "407" },
		{ "HTTP/1.1 403 No\r\n", ERR_PROXY, 0, "rules" },
		{ "HTTP/1.1 502 No\r\n", ERR_PROXY, 0, "reach" },
		{ "HTTP/1.1 301 Away\r\n", ERR_PROXY, 0, "301" },
		{ "HTTP/2 200\r\n", ERR_MALFORMED, 0, "HTTP" },
		{ "\5\0", ERR_MALFORMED, 0, "HTTP" },
		{ "HTTP/1.1 20 OK\r\n\r\n", ERR_MALFORMED, 0, "HTTP" },
		{ "HTTP/1.1 200 OK\n\n", ERR_MALFORMED, 0, "HTTP" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const size_t n = strlen(rows[i].answer);
		char detail[TUNNEL_DETAIL_SIZE] = "";
		size_t used = 0;

		EXPECT_INT(tunnel_http_answer(rows[i].answer, n, &used,
		    detail), rows[i].err);
		if (rows[i].err == ERR_OK)
			EXPECT_INT(n - used, rows[i].behind);
		EXPECT(strstr(detail, rows[i].detail) != NULL);
	}
}

TEST(tunnel_ends_a_head_that_does_not)
{
	static char text[TUNNEL_ANSWER_MAX + 1000];
	char detail[TUNNEL_DETAIL_SIZE] = "";
	size_t used;

	memset(text, 'a', sizeof text);
	memcpy(text, "HTTP/1.1 200 OK\r\nx: ", 20);
	EXPECT_INT(tunnel_http_answer(text, sizeof text, &used, detail),
	    ERR_TOO_LARGE);
	EXPECT_INT(tunnel_http_answer(text, TUNNEL_ANSWER_MAX - 1, &used,
	    detail), ERR_TRUNCATED);
}
