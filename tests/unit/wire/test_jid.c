#include "core/wire/jid.h"

#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

TEST(jid_parse_takes_addresses_apart)
{
	static const struct {
		const char *text, *user, *server;
		unsigned device, agent;
	} cases[] = {
		{ "15551234567@s.whatsapp.net", "15551234567",
		    "s.whatsapp.net", 0, 0 },
		{ "15551234567:12@s.whatsapp.net", "15551234567",
		    "s.whatsapp.net", 12, 0 },
		{ "200000000000001:7@lid", "200000000000001", "lid", 7, 0 },
		{ "123.4:5@s.whatsapp.net", "123", "s.whatsapp.net", 5, 4 },
		{ "123.255@lid", "123", "lid", 0, 255 },
		{ "120363000000000000@g.us", "120363000000000000", "g.us",
		    0, 0 },
		{ "49690099254-1932241315@g.us", "49690099254-1932241315",
		    "g.us", 0, 0 },
		{ "591382605663740:65535@msgr", "591382605663740", "msgr",
		    65535, 0 },
		{ "21086-88188291755:24@interop", "21086-88188291755",
		    "interop", 24, 0 },
		{ "status@broadcast", "status", "broadcast", 0, 0 },
		{ "a.b@call", "a.b", "call", 0, 0 },
		{ "a.256@lid", "a.256", "lid", 0, 0 },
		{ "a.07@lid", "a.07", "lid", 0, 0 },
		{ ".5@lid", ".5", "lid", 0, 0 },
		{ "@s.whatsapp.net", "", "s.whatsapp.net", 0, 0 },
		{ "s.whatsapp.net", "", "s.whatsapp.net", 0, 0 },
		{ "g.us", "", "g.us", 0, 0 },
		{ "x@unheard.of", "x", "unheard.of", 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct jid jid;

		ASSERT(jid_parse(cases[i].text, &jid));
		EXPECT_STR(jid.user, cases[i].user);
		EXPECT_STR(jid.server, cases[i].server);
		EXPECT_INT(jid.device, cases[i].device);
		EXPECT_INT(jid.agent, cases[i].agent);
	}
}

TEST(jid_parse_refuses_what_is_no_address)
{
	static const char *const bad[] = {
		"", "@", "user@", "15551234567", "unheard.of",
		"1:65536@lid", "1:x@lid", "1:@lid", "1:2:3@lid", ":5@lid",
		"1:-1@lid", "1: 2@lid", "a@b@c", "a\n@lid", "a@l\x7fid",
		"a@\x01", "1:99999999999999999999@lid",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct jid jid, poison;

		memset(&jid, 0xaa, sizeof jid);
		memset(&poison, 0xaa, sizeof poison);
		if (jid_parse(bad[i], &jid))
			t_fail(__FILE__, __LINE__, "\"%s\" was taken", bad[i]);
		EXPECT_MEM(&jid, &poison, sizeof jid);
	}
}

static void
fill(char *text, size_t user, size_t server)
{
	memset(text, '1', user);
	text[user] = '@';
	memset(text + user + 1, 's', server);
	text[user + 1 + server] = '\0';
}

TEST(jid_parse_keeps_to_the_sizes)
{
	char text[JID_USER_MAX + JID_SERVER_MAX + 64];
	struct jid jid;

	fill(text, JID_USER_MAX, JID_SERVER_MAX);
	EXPECT(jid_parse(text, &jid));
	EXPECT_INT(strlen(jid.user), JID_USER_MAX);
	EXPECT_INT(strlen(jid.server), JID_SERVER_MAX);
	fill(text, JID_USER_MAX + 1, JID_SERVER_MAX);
	EXPECT(!jid_parse(text, &jid));
	fill(text, JID_USER_MAX + 40, 3);
	EXPECT(!jid_parse(text, &jid));
	fill(text, 3, JID_SERVER_MAX + 1);
	EXPECT(!jid_parse(text, &jid));
}

TEST(jid_format_gives_the_text_back)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "1.2:3@lid", "1.2:3@lid" },
		{ "1:0@lid", "1@lid" },
		{ "1:007@lid", "1:7@lid" },
		{ "s.whatsapp.net", "@s.whatsapp.net" },
		{ "status@broadcast", "status@broadcast" },
	};
	char text[JID_TEXT_MAX + 1];
	struct jid jid;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ASSERT(jid_parse(cases[i].in, &jid));
		jid_format(&jid, text, sizeof text);
		EXPECT_STR(text, cases[i].out);
	}
}

TEST(jid_format_fits_the_largest)
{
	struct jid jid = { .device = 65535, .agent = 255 }, again;
	char text[JID_TEXT_MAX + 1];

	memset(jid.user, 'u', JID_USER_MAX);
	memset(jid.server, 's', JID_SERVER_MAX);
	jid_format(&jid, text, sizeof text);
	ASSERT(jid_parse(text, &again));
	EXPECT_MEM(&again, &jid, sizeof jid);
}

TEST(jid_is_server_in_both_spellings)
{
	EXPECT(jid_is_server("s.whatsapp.net"));
	EXPECT(jid_is_server("@s.whatsapp.net"));
	EXPECT(!jid_is_server("1@s.whatsapp.net"));
	EXPECT(!jid_is_server("g.us"));
	EXPECT(!jid_is_server(""));
	EXPECT(!jid_is_server(NULL));
}
