#include "httpd/site.h"

#include "core/base/mem.h"
#include "httpd/language.h"
#include "httpd/source.h"
#include "tests/t.h"

TEST(site_is_same_only_for_the_very_host)
{
	static const struct {
		const char *url, *host;
		bool same;
	} rows[] = {
		{ "http://127.0.0.1:3000", "127.0.0.1:3000", true },
		{ "https://127.0.0.1:3000", "127.0.0.1:3000", true },
		{ "http://127.0.0.1:3000/a?b#c", "127.0.0.1:3000", true },
		{ "http://localhost:3000", "127.0.0.1:3000", false },
		{ "http://127.0.0.1:3001", "127.0.0.1:3000", false },
		{ "http://127.0.0.1", "127.0.0.1:3000", false },
		{ "http://wa.example.org", "wa.example.org", true },
		{ "https://WA.example.org:443", "wa.example.org", true },
		{ "http://wa.example.org:80", "wa.example.org", true },
		{ "http://wa.example.org.evil", "wa.example.org", false },
		{ "http://evil-wa.example.org", "wa.example.org", false },
		{ "http://wa.example.org@evil", "wa.example.org", false },
		{ "http://wa.example.org\\@evil", "wa.example.org", false },
		{ "null", "wa.example.org", false },
		{ "", "wa.example.org", false },
		{ "file:///wa.example.org", "wa.example.org", false },
		{ "http://[::1]:3000", "[::1]:3000", true },
		{ "http://wa.example.org", NULL, false },
		{ "http://wa.example.org", "", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (site_is_same(rows[i].url, rows[i].host) != rows[i].same)
			t_fail(__FILE__, __LINE__, "%s of %s", rows[i].url,
			    rows[i].host == NULL ? "NULL" : rows[i].host);
	}
}

TEST(language_is_the_best_weighted_that_we_have)
{
	static const struct {
		const char *list;
		enum lang want;
	} rows[] = {
		{ "ru", LANG_RU },
		{ "ru-RU,ru;q=0.9,en;q=0.8", LANG_RU },
		{ "en-US,en;q=0.9,ru;q=0.8", LANG_EN },
		{ "de,ru;q=0.2", LANG_RU },
		{ "en;q=0.3, ru;q=0.31", LANG_RU },
		{ "ru;q=0,en;q=0.1", LANG_EN },
		{ "RU", LANG_RU },
		{ "rus, russian", LANG_EN },
		{ "ru ; q=0.5", LANG_RU },
		{ "", LANG_EN },
		{ ",,;q=1", LANG_EN },
		{ NULL, LANG_EN },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum lang lang = LANG_EN;

		language_accept(rows[i].list, &lang);
		EXPECT_INT(lang, rows[i].want);
	}
}

TEST(source_counts_an_ipv6_customer_once)
{
	struct sources *s = sources_create();
	struct source a, b, c;

	ASSERT(source_parse("2001:db8::1", &a));
	ASSERT(source_parse("2001:db8::ffff:2", &b));
	ASSERT(source_parse(" 192.0.2.1\t", &c));
	EXPECT(!source_parse("192.0.2.1:80", &a));
	EXPECT(!source_parse("example.org", &a));
	EXPECT_STR(c.text, "192.0.2.1");
	EXPECT(source_parse_forwarded(" 192.0.2.1:4711 ", &c));
	EXPECT_STR(c.text, "192.0.2.1");
	EXPECT(source_parse_forwarded("[2001:db8::9]:1", &c));
	EXPECT_STR(c.text, "2001:db8::9");
	EXPECT(!source_parse_forwarded("example.org:1", &c));
	EXPECT(!source_parse_forwarded("unknown", &c));
	ASSERT(source_parse("192.0.2.1", &c));
	sources_join(s, &a);
	sources_join(s, &b);
	sources_join(s, &c);
	EXPECT_INT(sources_count(s), 3);
	EXPECT_INT(sources_distinct(s), 2);
	EXPECT_INT(sources_of(s, &a), 2);
	sources_leave(s, &b);
	sources_leave(s, &a);
	EXPECT_INT(sources_of(s, &a), 0);
	EXPECT_INT(sources_distinct(s), 1);
	sources_destroy(s);
}
