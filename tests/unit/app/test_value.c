#include "core/app/value.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

static const struct value_rule rule_bool = { .type = VALUE_BOOL };
static const struct value_rule rule_int = { .type = VALUE_INT, .min = 1,
    .max = 1000, .unit = "apples" };
static const struct value_rule rule_size = { .type = VALUE_SIZE, .min = 512,
    .max = 4LL << 30 };
static const struct value_rule rule_enum = { .type = VALUE_ENUM,
    .words = "auto|en|ru" };
static const struct value_rule rule_string = { .type = VALUE_STRING,
    .min = 1, .max = 5 };
static const struct value_rule rule_path = { .type = VALUE_PATH, .min = 1,
    .none = true };
static const struct value_rule rule_url = { .type = VALUE_URL, .min = 1,
    .words = "wss|ws" };
static const struct value_rule rule_hex = { .type = VALUE_HEX32 };
static const struct value_rule rule_version = { .type = VALUE_VERSION };
static const struct value_rule rule_phone = { .type = VALUE_PHONE };

static const struct value_rule rule_base = { .type = VALUE_BASE_URL };
static const struct value_rule rule_listen = { .type = VALUE_LIST,
    .item = ITEM_LISTEN, .none = true };
static const struct value_rule rule_hosts = { .type = VALUE_LIST,
    .item = ITEM_HOST };
static const struct value_rule rule_ranges = { .type = VALUE_LIST,
    .item = ITEM_CIDR };
static const struct value_rule rule_origins = { .type = VALUE_LIST,
    .item = ITEM_ORIGIN, .any = true };

#define HEX64 "00112233445566778899aabbccddeeff" \
	"00112233445566778899AABBCCDDEEFF"

TEST(value_takes)
{
	static const struct {
		const struct value_rule *rule;
		const char *text, *want;
		int64_t number;
	} rows[] = {
		{ &rule_bool, "yes", "yes", 1 }, { &rule_bool, "on", "yes", 1 },
		{ &rule_bool, "1", "yes", 1 }, { &rule_bool, "true", "yes", 1 },
		{ &rule_bool, "off", "no", 0 }, { &rule_bool, "0", "no", 0 },
		{ &rule_bool, "no", "no", 0 }, { &rule_bool, "false", "no", 0 },
		{ &rule_int, "1", "1", 1 }, { &rule_int, "1000", "1000", 1000 },
		{ &rule_int, "010", "10", 10 },
		{ &rule_size, "512", "512", 512 },
		{ &rule_size, "10m", "10m", 10 << 20 },
		{ &rule_size, "1K", "1K", 1024 },
		{ &rule_size, "4g", "4g", 4LL << 30 },
		{ &rule_enum, "auto", "auto", 0 },
		{ &rule_enum, "ru", "ru", 2 },
		{ &rule_string, "abcde", "abcde", 0 },
		{ &rule_string, "Касса", "Касса", 0 },
		{ &rule_path, "/a b/c", "/a b/c", 0 },
		{ &rule_path, "none", "none", 0 },
		{ &rule_url, "wss://web.whatsapp.com/ws/chat",
		    "wss://web.whatsapp.com/ws/chat", 0 },
		{ &rule_url, "ws://127.0.0.1:8080/x", "ws://127.0.0.1:8080/x",
		    0 },
		{ &rule_url, "ws://[::1]:1/", "ws://[::1]:1/", 0 },
		{ &rule_url, "ws://localhost/", "ws://localhost/", 0 },
		{ &rule_hex, "", "", 0 },
		{ &rule_hex, HEX64, "00112233445566778899aabbccddeeff"
		    "00112233445566778899aabbccddeeff", 0 },
		{ &rule_version, "", "", 0 },
		{ &rule_version, "2.3000.1045649367", "2.3000.1045649367",
		    1045649367 },
		{ &rule_phone, "", "", 0 },
		{ &rule_phone, "+7 900 123-45-67", "79001234567", 0 },
		{ &rule_base, "", "", 0 },
		{ &rule_base, "https://WA.example.org/",
		    "https://wa.example.org", 0 },
		{ &rule_base, "http://10.0.0.5:3000/wa//",
		    "http://10.0.0.5:3000/wa", 0 },
		{ &rule_listen, "", "", 0 }, { &rule_listen, "none", "none", 0 },
		{ &rule_listen, "3000", "127.0.0.1:3000", 1 },
		{ &rule_listen, " 0.0.0.0:80,,[::]:80\t",
		    "0.0.0.0:80, [::]:80", 2 },
		{ &rule_hosts, "WA.example.org [2001:DB8:0::1]:3000",
		    "wa.example.org, [2001:db8::1]:3000", 2 },
		{ &rule_ranges, "10.0.0.0/8,2001:db8:0::/32 ::1",
		    "10.0.0.0/8, 2001:db8::/32, ::1", 3 },
		{ &rule_origins, "*", "*", 1 },
		{ &rule_origins, "HTTPS://Crm.example.org:443 "
		    "http://a.example:8080", "https://crm.example.org, "
		    "http://a.example:8080", 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value value;
		struct value_why why = { "poison" };

		if (!value_parse(rows[i].rule, rows[i].text, &value, &why))
			t_fail(__FILE__, __LINE__, "refuses \"%s\": %s",
			    rows[i].text, why.text);
		EXPECT_STR(value.text, rows[i].want);
		EXPECT_INT(value.number, rows[i].number);
		EXPECT_STR(why.text, "poison");
	}
}

TEST(value_refuses_and_says_what_may_stand_there)
{
	static const struct {
		const struct value_rule *rule;
		const char *text, *why;
	} rows[] = {
		{ &rule_bool, "", "yes or no" }, { &rule_bool, "YES", "yes" },
		{ &rule_bool, "2", "yes or no" },
		{ &rule_int, "0", "1..1000 apples" },
		{ &rule_int, "1001", "1..1000 apples" },
		{ &rule_int, "-1", "1..1000 apples" },
		{ &rule_int, "", "1..1000 apples" },
		{ &rule_int, "5 ", "1..1000 apples" },
		{ &rule_int, "99999999999999999999", "1..1000 apples" },
		{ &rule_size, "511", "512..4096m" },
		{ &rule_size, "5g", "512..4096m" },
		{ &rule_size, "m", "512..4096m" },
		{ &rule_size, "", "512..4096m" },
		{ &rule_size, "10mb", "512..4096m" },
		{ &rule_size, "10 m", "512..4096m" },
		{ &rule_size, "10t", "512..4096m" },
		{ &rule_size, "17179869184g", "512..4096m" },
		{ &rule_size, "000000000000000000000000001k", "512..4096m" },
		{ &rule_enum, "", "one of auto, en, ru" },
		{ &rule_enum, "de", "one of auto, en, ru" },
		{ &rule_enum, "auto|en", "one of auto, en, ru" },
		{ &rule_enum, "aut", "one of" },
		{ &rule_string, "", "empty" },
		{ &rule_string, "abcdef", "1..5 characters" },
		{ &rule_string, "a\x1b[m", "control characters" },
		{ &rule_string, "a\xff", "UTF-8" },
		{ &rule_string, "\xe2\x80\xae" "ab", "control characters" },
		{ &rule_path, "", "empty" },
		{ &rule_path, "/a\nb", "control characters" },
		{ &rule_path, "~/x", "without ~" },
		{ &rule_url, "none", "wss://HOST" },
		{ &rule_url, "", "empty" },
		{ &rule_url, "http://127.0.0.1/", "wss://HOST" },
		{ &rule_url, "https://web.whatsapp.com/", "wss://HOST" },
		{ &rule_url, "wss:/x", "wss://HOST" },
		{ &rule_url, "wss://user@host/", "wss://HOST" },
		{ &rule_url, "wss://host/#t", "wss://HOST" },
		{ &rule_url, "WSS|ws://x/", "wss://HOST" },
		{ &rule_url, "ws://web.whatsapp.com/", "loopback only" },
		{ &rule_url, "ws://127.0.0.1.example.org/", "loopback only" },
		{ &rule_url, "ws://localhost.example.org/", "loopback only" },
		{ &rule_url, "ws://10.0.0.1/", "loopback only" },
		{ &rule_hex, "00", "64 hex digits" },
		{ &rule_hex, HEX64 "0", "64 hex digits" },
		{ &rule_hex, "none", "64 hex digits" },
		{ &rule_version, "2.3000", "2.3000.N" },
		{ &rule_version, "2.3000.0", "2.3000.N" },
		{ &rule_version, "2.2999.5", "2.3000.N" },
		{ &rule_version, "3.3000.5", "2.3000.N" },
		{ &rule_version, "2.3000.5x", "2.3000.N" },
		{ &rule_version, "2.3000.99999999999", "2.3000.N" },
		{ &rule_phone, "123", "7 to 15 digits" },
		{ &rule_phone, "0123456789", "7 to 15 digits" },
		{ &rule_base, "wss://a.example", "http://HOST" },
		{ &rule_base, "https://a.example/?x=1", "http://HOST" },
		{ &rule_base, "https://a.example/#x", "http://HOST" },
		{ &rule_base, "a.example", "http://HOST" },
		{ &rule_listen, "3000, none", "each PORT, ADDR:PORT or ADDR, "
		    "with ADDR an IP address (IPv6 in brackets) or localhost, "
		    "which none is not" },
		{ &rule_listen, "*:3000", "which *:3000 is not" },
		{ &rule_listen, "3000 127.0.0.1:3000",
		    "must not have 127.0.0.1:3000 twice" },
		{ &rule_hosts, "http://a.example", "HOST or HOST:PORT" },
		{ &rule_hosts, "a.example *", "which * is not" },
		{ &rule_ranges, "10.0.0.1/8", "bits behind its prefix" },
		{ &rule_ranges, "all", "which all is not" },
		{ &rule_origins, "https://a.example/", "http://HOST" },
		{ &rule_origins, "null", "http://HOST" },
		{ &rule_origins, "https://a.example *", "which * is not" },
		{ &rule_hosts, "a\x1b[m", "must be a list" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value value = { "poison", 77 };
		struct value_why why = { "" };

		if (value_parse(rows[i].rule, rows[i].text, &value, &why))
			t_fail(__FILE__, __LINE__, "takes \"%s\"",
			    rows[i].text);
		if (strstr(why.text, rows[i].why) == NULL)
			t_fail(__FILE__, __LINE__, "\"%s\": \"%s\" without "
			    "\"%s\"", rows[i].text, why.text, rows[i].why);
		EXPECT_STR(value.text, "poison");
		EXPECT_INT(value.number, 77);
	}
}

TEST(value_has_a_longest_text)
{
	char text[VALUE_MAX + 1];
	struct value_rule rule = { .type = VALUE_STRING, .max = 5000 };
	struct value value;
	struct value_why why;

	memset(text, 'a', sizeof text);
	text[VALUE_MAX - 1] = '\0';
	EXPECT(value_parse(&rule, text, &value, &why));
	EXPECT_STR(value.text, text);
	text[VALUE_MAX - 1] = 'a';
	text[VALUE_MAX] = '\0';
	EXPECT(!value_parse(&rule, text, &value, &why));
	rule = rule_path;
	text[0] = '/';
	text[VALUE_PATH_MAX] = '\0';
	EXPECT(value_parse(&rule, text, &value, &why));
	text[VALUE_PATH_MAX] = 'a';
	text[VALUE_PATH_MAX + 1] = '\0';
	EXPECT(!value_parse(&rule, text, &value, &why));
}

TEST(value_describe_fits_and_names_none)
{
	char text[192];

	value_describe(&rule_path, text, sizeof text);
	EXPECT_STR(text, "a path, or none");
	value_describe(&rule_int, text, sizeof text);
	EXPECT_STR(text, "1..1000 apples");
	EXPECT_STR(value_metavar(&rule_enum), "auto|en|ru");
	EXPECT_STR(value_metavar(&rule_url), "URL");
}

TEST(value_list_has_a_longest_text)
{
	char text[VALUE_MAX] = "";
	struct value value;
	struct value_why why;

	/* what is typed fits, what it is written out as does not */
	for (int port = 1; port <= 200; port++)
		str_format(text + strlen(text), sizeof text - strlen(text),
		    "%d ", port);
	EXPECT(!value_parse(&rule_listen, text, &value, &why));
	EXPECT(strstr(why.text, "longer than 1023 bytes") != NULL);
	text[strlen("1 2 3 ")] = '\0';
	EXPECT(value_parse(&rule_listen, text, &value, &why));
	EXPECT_INT(value.number, 3);
}
