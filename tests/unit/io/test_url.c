#include "core/io/url.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

TEST(url_parses)
{
	static const struct {
		const char *text;
		bool tls;
		const char *host;
		int port;
		const char *path, *authority;
	} table[] = {
		{ "wss://web.whatsapp.com/ws/chat", true, "web.whatsapp.com",
		    443, "/ws/chat", "web.whatsapp.com" },
		{ "wss://web.whatsapp.com:5222/ws/chat", true,
		    "web.whatsapp.com", 5222, "/ws/chat",
		    "web.whatsapp.com:5222" },
		{ "ws://127.0.0.1:9000", false, "127.0.0.1", 9000, "/",
		    "127.0.0.1:9000" },
		{ "ws://h", false, "h", 80, "/", "h" },
		{ "http://h:80/", false, "h", 80, "/", "h" },
		{ "https://h:80/", true, "h", 80, "/", "h:80" },
		{ "HTTPS://Web.WhatsApp.COM/SW.js", true, "web.whatsapp.com",
		    443, "/SW.js", "web.whatsapp.com" },
		{ "https://h?a=b&c=%20", true, "h", 443, "/?a=b&c=%20", "h" },
		{ "wss://[::1]:8443/x", true, "::1", 8443, "/x",
		    "[::1]:8443" },
		{ "wss://[2001:DB8::1]/", true, "2001:db8::1", 443, "/",
		    "[2001:db8::1]" },
		{ "wss://a-b_c.example:65535/~x;y", true, "a-b_c.example",
		    65535, "/~x;y", "a-b_c.example:65535" },
		{ "ws://1a.example", false, "1a.example", 80, "/",
		    "1a.example" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char authority[URL_AUTHORITY_SIZE];
		struct url url;

		EXPECT_INT(url_parse(table[i].text, &url), ERR_OK);
		EXPECT_INT(url.tls, table[i].tls);
		EXPECT_STR(url.host, table[i].host);
		EXPECT_INT(url.port, table[i].port);
		EXPECT_STR(url.path, table[i].path);
		url_authority(&url, authority);
		EXPECT_STR(authority, table[i].authority);
	}
}

TEST(url_refuses)
{
	static const char *const table[] = {
		"", "ws", "ws:", "ws:/", "ws://", "wss:///path", "ws://:80",
		"ftp://h/", "://h", "//h", "h", " ws://h", "ws ://h",
		"ws://user@h/", "ws://user:pass@h/", "ws://h/#x", "ws://h#x",
		"ws://h:", "ws://h:0", "ws://h:65536", "ws://h:-1",
		"ws://h:+1", "ws://h: 1", "ws://h:1a", "ws://h:123456",
		"ws://h:80:80", "ws://h /", "ws://h/a b", "ws://h/\r\nX: y",
		"ws://h/\t", "ws://h/\x7f", "ws://h/\xc3\xa4", "ws://h/a\\b",
		"ws://h\\x", "ws://h%41/", "ws://\xc3\xa4.example/",
		"ws://.h", "ws://h.", "ws://a..b", "ws://127.1/",
		"ws://2130706433/", "ws://127.0.0.256/", "ws://127.0.0.01/",
		"ws://0x7f.0.0.1/", "ws://1.2.3.4.5/", "ws://a.1/",
		"ws://[::1", "ws://[]", "ws://[::1]x/", "ws://[fe80::1%25lo]/",
		"ws://[127.0.0.1]/", "ws://::1/", "ws://h*/", "ws://h,i/",
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct url url, before;

		memset(&url, 0xa5, sizeof url);
		before = url;
		if (url_parse(table[i], &url) != ERR_INVALID)
			t_fail(__FILE__, __LINE__, "\"%s\" is taken",
			    table[i]);
		EXPECT_MEM(&url, &before, sizeof url);
	}
}

static enum err
parse_sized(size_t label, size_t labels, size_t path)
{
	char *text = xcalloc(1, 16 + (label + 1) * labels + path), *p = text;
	struct url url;
	enum err err;

	memcpy(p, "ws://", 5);
	p += 5;
	for (size_t i = 0; i < labels; i++) {
		memset(p, 'a', label);
		p += label;
		*p++ = i + 1 < labels ? '.' : '/';
	}
	memset(p, 'x', path);
	err = url_parse(text, &url);
	if (err == ERR_OK)
		EXPECT_INT(strlen(url.path), path + 1);
	free(text);
	return err;
}

TEST(url_sizes_are_bounded)
{
	EXPECT_INT(parse_sized(63, 3, 10), ERR_OK);
	EXPECT_INT(parse_sized(64, 3, 10), ERR_INVALID);
	EXPECT_INT(parse_sized(63, 4, 10), ERR_OK);     /* 255 */
	EXPECT_INT(parse_sized(1, 128, 10), ERR_OK);    /* 255 */
	EXPECT_INT(parse_sized(1, 129, 10), ERR_INVALID);
	EXPECT_INT(parse_sized(5, 1, 1022), ERR_OK);
	EXPECT_INT(parse_sized(5, 1, 1023), ERR_INVALID);
}

TEST(url_loopback_is_literal)
{
	static const struct {
		const char *text;
		bool is_loopback;
	} table[] = {
		{ "ws://127.0.0.1/", true },
		{ "ws://127.255.3.4/", true },
		{ "ws://[::1]/", true },
		{ "ws://localhost/", true },
		{ "ws://LocalHost/", true },
		{ "ws://128.0.0.1/", false },
		{ "ws://10.0.0.1/", false },
		{ "ws://0.0.0.0/", false },
		{ "ws://[::]/", false },
		{ "ws://[::ffff:127.0.0.1]/", false },
		{ "ws://localhost.example/", false },
		{ "ws://127.0.0.1.example/", false },
		{ "ws://xlocalhost/", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct url url;

		ASSERT(url_parse(table[i].text, &url) == ERR_OK);
		if (url_is_loopback(&url) != table[i].is_loopback)
			t_fail(__FILE__, __LINE__, "%s", table[i].text);
	}
}
