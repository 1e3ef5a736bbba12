/* Addresses, ranges, host names, origins and where to listen. */
#include <string.h>

#include "core/app/cidr.h"
#include "core/app/host.h"
#include "core/app/listen_spec.h"
#include "core/base/mem.h"
#include "tests/t.h"

static struct address
address(const char *text)
{
	struct address a = { { 0 } };

	if (!address_parse(text, &a))
		t_fail(__FILE__, __LINE__, "refuses %s", text);
	return a;
}

TEST(address_is_written_one_way)
{
	static const char *const rows[][2] = {
		{ "10.0.0.1", "10.0.0.1" }, { "::ffff:10.0.0.1", "10.0.0.1" },
		{ "::FFFF:0a00:1", "10.0.0.1" }, { "2001:DB8:0:0::1",
		"2001:db8::1" }, { "::1", "::1" }, { "::", "::" },
	};
	char text[ADDRESS_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct address a = address(rows[i][0]);

		address_format(&a, text);
		EXPECT_STR(text, rows[i][1]);
		EXPECT_INT(address_is_v4(&a), strchr(rows[i][1], ':') == NULL);
	}
}

TEST(address_refuses_what_others_guess_at)
{
	static const char *const rows[] = { "", "1", "127.1", "0x7f000001",
		"10.0.0.256", "10.0.0.1 ", "[::1]", "fe80::1%lo", "localhost",
		"10.0.0", "1.2.3.4.5", ":::" };
	struct address a;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		EXPECT(!address_parse(rows[i], &a));
}

TEST(address_loopback)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = {
		{ "127.0.0.1", true }, { "127.255.0.9", true },
		{ "::ffff:127.0.0.1", true }, { "::1", true },
		{ "128.0.0.1", false }, { "0.0.0.0", false }, { "::", false },
		{ "::2", false }, { "1::1", false },
		{ "::127.0.0.1", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct address a = address(rows[i].text);

		EXPECT_INT(address_is_loopback(&a), rows[i].want);
	}
}

TEST(cidr_has_those_in_it)
{
	static const struct {
		const char *range, *written, *in, *out;
	} rows[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", "10.255.0.1", "11.0.0.0" },
		{ "10.0.0.0/8", "10.0.0.0/8", "::ffff:10.1.2.3", "::10.1.2.3" },
		{ "192.168.4.0/23", "192.168.4.0/23", "192.168.5.255",
		    "192.168.6.0" },
		{ "192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.6" },
		{ "192.0.2.7/32", "192.0.2.7", "192.0.2.7", "192.0.2.6" },
		{ "192.0.2.128/25", "192.0.2.128/25", "192.0.2.129",
		    "192.0.2.127" },
		{ "0.0.0.0/0", "0.0.0.0/0", "203.0.113.9", "2001:db8::1" },
		{ "2001:db8::/33", "2001:db8::/33", "2001:db8:7fff::1",
		    "2001:db8:8000::" },
		{ "::1/128", "::1", "::1", "::2" },
		{ "fe80::/10", "fe80::/10", "febf::1", "fec0::1" },
		{ "::ffff:10.0.0.0/104", "10.0.0.0/8", "10.9.9.9", "9.9.9.9" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct address in = address(rows[i].in);
		const struct address out = address(rows[i].out);
		char text[CIDR_TEXT_MAX];
		struct cidr c;

		ASSERT(cidr_parse(rows[i].range, &c));
		if (!cidr_has(&c, &in) || cidr_has(&c, &out))
			t_fail(__FILE__, __LINE__, "%s", rows[i].range);
		cidr_format(&c, text);
		EXPECT_STR(text, rows[i].written);
	}
}

TEST(cidr_of_all)
{
	const struct address v4 = address("203.0.113.9");
	const struct address v6 = address("2001:db8::1");
	struct cidr c;

	ASSERT(cidr_parse("::/0", &c));
	EXPECT(cidr_has(&c, &v4));
	EXPECT(cidr_has(&c, &v6));
}

TEST(cidr_refuses)
{
	static const char *const rows[] = { "", "/", "/8", "10.0.0.0/",
		"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.1/8",
		"::/129", "2001:db8::1/32", "10.0.0.0/ 8", "10/8", "a.example",
		"10.0.0.0/0", "192.0.2.127/25", "[::]/0",
		"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555555555555/1" };
	struct cidr c;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (cidr_parse(rows[i], &c))
			t_fail(__FILE__, __LINE__, "takes %s", rows[i]);
	}
}

/* --- names ---------------------------------------------------------------- */

TEST(host_names)
{
	static const struct {
		const char *text, *name;
		unsigned port;
		const char *written;
		bool is_loopback;
	} rows[] = {
		{ "WA.Example.org", "wa.example.org", 0, "wa.example.org",
		    false },
		{ "a:80", "a", 80, "a:80", false },
		{ "10.0.0.5:3000", "10.0.0.5", 3000, "10.0.0.5:3000", false },
		{ "[::1]:3000", "::1", 3000, "[::1]:3000", true },
		{ "[2001:DB8:0::1]", "2001:db8::1", 0, "[2001:db8::1]", false },
		{ "LocalHost:1", "localhost", 1, "localhost:1", true },
		{ "127.3.2.1", "127.3.2.1", 0, "127.3.2.1", true },
		{ "[::ffff:127.0.0.1]", "127.0.0.1", 0, "127.0.0.1", true },
		{ "localhost.example.org", "localhost.example.org", 0,
		    "localhost.example.org", false },
		{ "127.0.0.1.example.org", "127.0.0.1.example.org", 0,
		    "127.0.0.1.example.org", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[HOST_TEXT_MAX];
		struct host h;

		if (!host_parse(rows[i].text, &h))
			t_fail(__FILE__, __LINE__, "refuses %s", rows[i].text);
		EXPECT_STR(h.name, rows[i].name);
		EXPECT_INT(h.port, rows[i].port);
		EXPECT_INT(host_is_loopback(&h), rows[i].is_loopback);
		host_format(&h, text);
		EXPECT_STR(text, rows[i].written);
	}
}

TEST(host_refuses)
{
	static const char *const rows[] = { "", ":80", "a:", "a:0", "a:65536",
		"a:80:80", "a b", "a/b", "a?b", "user@a", "a,b", "[::1", "::1",
		"[::1]x", "[127.0.0.1]", "127.1", "2130706433", "a..b", ".a",
		"a.", "*", "*.example.org", "http://a", "a\tb", "a\\b", "a#b",
		"\xd0\xb0.example", "[fe80::1%lo]" };
	struct host h;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (host_parse(rows[i], &h))
			t_fail(__FILE__, __LINE__, "takes %s", rows[i]);
	}
}

TEST(origins)
{
	static const char *const good[][2] = {
		{ "https://crm.example.org", "https://crm.example.org" },
		{ "HTTP://Crm.Example.org:80", "http://crm.example.org" },
		{ "https://crm.example.org:80", "https://crm.example.org:80" },
		{ "http://[::1]:3000", "http://[::1]:3000" },
	};
	static const char *const bad[] = { "", "null", "*", "crm.example.org",
		"https://", "https://a/", "https://a?", "https://a#",
		"https://u@a", "wss://a", "file://a", "https://*.example.org",
		"https://a b", "https:/a", "https://a:0", "http" };
	char out[ORIGIN_MAX];

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		EXPECT(origin_parse(good[i][0], out));
		EXPECT_STR(out, good[i][1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (origin_parse(bad[i], out))
			t_fail(__FILE__, __LINE__, "takes %s", bad[i]);
	}
}

/* --- where to listen ------------------------------------------------------ */

TEST(listen_specs)
{
	static const struct {
		const char *text, *written;
		bool is_loopback;
	} rows[] = {
		{ "3000", "127.0.0.1:3000", true },
		{ "0", "127.0.0.1:0", true },
		{ "65535", "127.0.0.1:65535", true },
		{ "127.0.0.1", "127.0.0.1:3000", true },
		{ "0.0.0.0:80", "0.0.0.0:80", false },
		{ "[::]:80", "[::]:80", false },
		{ "[::1]", "[::1]:3000", true },
		{ "LOCALHOST:8080", "localhost:8080", true },
		{ "[::ffff:127.0.0.1]:5", "127.0.0.1:5", true },
		{ "[::ffff:10.0.0.1]:5", "10.0.0.1:5", false },
		{ "[FFFF:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535",
		    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[LISTEN_TEXT_MAX];
		struct listen_spec spec;

		if (!listen_spec_parse(rows[i].text, &spec))
			t_fail(__FILE__, __LINE__, "refuses %s", rows[i].text);
		listen_spec_format(&spec, text);
		EXPECT_STR(text, rows[i].written);
		EXPECT_INT(listen_spec_is_loopback(&spec),
		    rows[i].is_loopback);
	}
}

TEST(listen_spec_refuses)
{
	static const char *const rows[] = { "", ":3000", "*:3000", "65536",
		"-1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:80:80",
		"::1", "::1:3000", "[::1", "[::1]3000", "a.example:80",
		"localhost.", "127.1:80", "none", "3000 ", "+3000", "serve",
		"127.0.0.1/8", "[127.0.0.1]:80", "0.0.0.0:x", "[]", "[]:1" };
	struct listen_spec spec;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (listen_spec_parse(rows[i], &spec))
			t_fail(__FILE__, __LINE__, "takes %s", rows[i]);
	}
}

TEST(listen_spec_localhost_is_two_addresses)
{
	struct listen_spec spec, two[LISTEN_ADDRESSES_MAX];

	ASSERT(listen_spec_parse("localhost:7", &spec));
	EXPECT_INT(listen_spec_addresses(&spec, two), 2);
	EXPECT_STR(two[0].host, "127.0.0.1");
	EXPECT_STR(two[1].host, "::1");
	EXPECT_INT(two[1].port, 7);
	ASSERT(listen_spec_parse("[::1]:7", &spec));
	EXPECT_INT(listen_spec_addresses(&spec, two), 1);
	EXPECT_STR(two[0].host, "::1");
}
