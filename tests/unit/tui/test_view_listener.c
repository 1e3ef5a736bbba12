/* The listener view, by keys and screens, before a fake core. */
#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/tui/stage.h"

#define LISTENER "/api/whatsapp/listener"
#define TOKENS "/api/whatsapp/tokens"
#define SECRET "pd_c_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

static const char listening[] = "{\"addresses\":[\"127.0.0.1:3000\"],"
    "\"auth\":\"token\",\"running\":true,\"serving\":true,"
    "\"connections\":4,\"sources\":2,\"requests\":917,\"refused\":["
    "{\"at\":\"2026-11-22T18:39:00.000Z\",\"source\":\"203.0.113.9\","
    "\"code\":\"UNAUTHORIZED\",\"count\":12},"
    "{\"at\":\"2026-11-22T18:01:00.000Z\",\"source\":\"203.0.113.7\","
    "\"code\":\"SOMETHING\",\"count\":1}],"
    "\"publicUrl\":\"https://wa.example.org\",\"version\":\"0.1.0\","
    "\"pid\":4711,\"user\":\"wa\",\"startedAt\":\"2026-11-12T07:00:00.000Z\"}";

static const char tokens[] = "{\"tokens\":["
    "{\"id\":\"oldoldol\",\"name\":\"gone\",\"role\":\"admin\","
    "\"companyId\":null,\"prefix\":\"pd_a_Qwer\","
    "\"createdAt\":\"2026-11-01T10:00:00.000Z\",\"expiresAt\":null,"
    "\"lastUsedAt\":null,\"revokedAt\":\"2026-11-12T10:00:00.000Z\"},"
    "{\"id\":\"abcdefgh\",\"name\":\"ci\\u001b[1m\",\"role\":\"company\","
    "\"companyId\":\"acme\",\"prefix\":\"pd_c_Asdf\","
    "\"createdAt\":\"2026-11-02T10:00:00.000Z\","
    "\"expiresAt\":\"2026-12-24T10:00:00.000Z\","
    "\"lastUsedAt\":\"2026-11-22T18:10:00.000Z\",\"revokedAt\":null}]}";

static void
begin(struct stage *s, int rows, int columns, bool read_only)
{
	stage_init(s);
	s->read_only = read_only;
	fake_core_data(s->core, "GET", LISTENER, listening);
	fake_core_data(s->core, "GET", TOKENS, tokens);
	stage_start(s, rows, columns, LANG_EN);
	stage_show(s, &view_listener, "");
}

TEST(view_listener_says_who_may_and_who_may_not)
{
	struct stage s;

	begin(&s, 24, 80, false);
	EXPECT_INT(stage_find(&s, "listening  127.0.0.1:3000"), 1);
	EXPECT(stage_has(&s, "by token"));
	EXPECT(stage_has(&s, "https://wa.example.org"));
	EXPECT(stage_has(&s, "4, from 2 addresses"));
	EXPECT(stage_has(&s, "917"));
	EXPECT(stage_has(&s, "pid 4711, wa, since 12 Nov 07:00"));
	EXPECT(stage_has(&s, "203.0.113.9"));
	EXPECT(stage_has(&s, "no token, or one that is not good, 12 times"));
	EXPECT(stage_has(&s, "SOMETHING"));
	EXPECT(stage_has(&s, "ci?[1m"));
	EXPECT(stage_has(&s, "till 24 Dec"));
	EXPECT(stage_has(&s, "revoked 12 Nov"));
	/* the good ones first */
	EXPECT(stage_find(&s, "abcdefgh") < stage_find(&s, "oldoldol"));
	stage_finish(&s);
}

TEST(view_listener_is_switched)
{
	struct stage s;

	begin(&s, 24, 80, false);
	fake_core_data(s.core, "PATCH", LISTENER, "{\"addresses\":[],"
	    "\"running\":false}");
	stage_keys(&s, "s");
	EXPECT_STR(fake_core_body(s.core, "PATCH", LISTENER),
	    "{\"running\":false}");
	EXPECT(stage_has(&s, "Switched off. Companies stay connected."));
	fake_core_answer(s.core, "PATCH", LISTENER, 400,
	    "{\"success\":false,\"errorCode\":\"INVALID_REQUEST\","
	    "\"error\":\"Port 3000 is in use.\"}");
	stage_keys(&s, "s");
	EXPECT(stage_has(&s, "Port 3000 is in use."));
	stage_finish(&s);
}

TEST(view_listener_address_is_checked_as_typed)
{
	struct stage s;

	begin(&s, 24, 80, false);
	fake_core_data(s.core, "PATCH", LISTENER,
	    "{\"addresses\":[\"127.0.0.1:4000\",\"[::1]:4000\"],"
	    "\"running\":true}");
	stage_keys(&s, "e");
	EXPECT(stage_has(&s, "127.0.0.1:3000"));
	stage_keys(&s, "\025example.org:80");
	EXPECT(stage_has(&s, "Not an address: example.org:80"));
	stage_keys(&s, "\r");
	EXPECT_INT(fake_core_asked(s.core, "PATCH", LISTENER), 0);
	stage_keys(&s, "\0250.0.0.0:80");
	EXPECT(stage_has(&s, "need a token"));
	stage_keys(&s, "\0254000 127.0.0.1:4000");
	EXPECT(stage_has(&s, "Twice the same"));
	stage_keys(&s, "\0254000, [::1]:4000\r");
	EXPECT_STR(fake_core_body(s.core, "PATCH", LISTENER),
	    "{\"addresses\":[\"4000\",\"[::1]:4000\"]}");
	EXPECT(stage_has(&s, "Listening at 127.0.0.1:4000, [::1]:4000."));
	stage_finish(&s);
}

TEST(view_listener_token_is_shown_once)
{
	struct stage s;
	const char *sent;
	size_t n;

	begin(&s, 24, 80, false);
	fake_core_answer(s.core, "POST", TOKENS, 201, "{\"success\":true,"
	    "\"data\":{\"id\":\"newnewne\",\"token\":\"" SECRET "\"}}");
	stage_keys(&s, "a");
	stage_keys(&s, "bot\r");
	EXPECT(stage_has(&s, "What may it do?"));
	stage_keys(&s, "c");
	stage_keys(&s, "acme\r");
	stage_keys(&s, "30q");
	EXPECT(stage_has(&s, "up to ten years"));
	stage_keys(&s, "\02530d\r");
	EXPECT_STR(fake_core_body(s.core, "POST", TOKENS), "{\"name\":\"bot\","
	    "\"role\":\"company\",\"companyId\":\"acme\","
	    "\"expiresIn\":2592000}");
	EXPECT(stage_has(&s, SECRET));
	/* nothing else happens meanwhile */
	stage_keys(&s, "q");
	EXPECT(stage_has(&s, SECRET));
	(void)screen_take_sent(s.screen, &n);
	stage_keys(&s, "c");
	sent = screen_take_sent(s.screen, &n);
	EXPECT(strstr(sent, "\033]52;c;") != NULL);
	EXPECT(stage_has(&s, "Sent to your terminal."));
	stage_keys(&s, "\r");
	EXPECT(!stage_has(&s, SECRET));
	EXPECT(!stage_has(&s, "pd_c_abc"));
	stage_finish(&s);
}

TEST(view_listener_admin_token_for_ever)
{
	struct stage s;

	begin(&s, 24, 80, false);
	fake_core_answer(s.core, "POST", TOKENS, 429, "{\"success\":false,"
	    "\"errorCode\":\"RATE_LIMITED\",\"error\":\"Too many tokens.\"}");
	stage_keys(&s, "aboss\r");
	stage_keys(&s, "a");
	stage_keys(&s, "\r");
	EXPECT_STR(fake_core_body(s.core, "POST", TOKENS),
	    "{\"name\":\"boss\",\"role\":\"admin\"}");
	EXPECT(stage_has(&s, "Too many tokens."));
	stage_finish(&s);
}

TEST(view_listener_revokes_by_typed_id)
{
	struct stage s;

	begin(&s, 24, 80, false);
	fake_core_data(s.core, "DELETE", TOKENS, "{\"revoked\":true}");
	stage_keys(&s, "d");
	EXPECT(stage_has(&s, "will be refused at once"));
	stage_keys(&s, "abcdefg\r");
	EXPECT_INT(fake_core_asked(s.core, "DELETE", TOKENS), 0);
	stage_keys(&s, "h\r");
	EXPECT_STR(fake_core_body(s.core, "DELETE", TOKENS),
	    "{\"id\":\"abcdefgh\"}");
	EXPECT(stage_has(&s, "Token abcdefgh is revoked."));
	/* one that is dead already */
	stage_keys(&s, "jd");
	EXPECT(stage_has(&s, "nothing to revoke"));
	stage_finish(&s);
}

TEST(view_listener_read_only)
{
	struct stage s;

	begin(&s, 24, 80, true);
	stage_keys(&s, "s");
	EXPECT(stage_has(&s, "read-only: it changes nothing"));
	EXPECT_INT(fake_core_asked(s.core, "PATCH", LISTENER), 0);
	stage_keys(&s, "a");
	EXPECT(stage_has(&s, "read-only: it changes nothing"));
	EXPECT(!stage_has(&s, "A name for the new token"));
	stage_finish(&s);
}

TEST(view_listener_at_many_sizes)
{
	static const int sizes[][2] = { { 10, 40 }, { 43, 132 }, { 60, 200 },
	    { 5, 20 }, { 1, 1 }, { 24, 80 } };
	struct stage s;

	begin(&s, 24, 80, false);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		stage_resize(&s, sizes[i][0], sizes[i][1]);
		if (sizes[i][0] >= 10)
			EXPECT(stage_has(&s, "abcdefgh"));
	}
	stage_finish(&s);
}

TEST(view_listener_takes_the_words_of_the_command_line)
{
	struct stage s;

	stage_init(&s);
	fake_core_data(s.core, "GET", TOKENS, tokens);
	stage_start(&s, 24, 80, LANG_EN);
	stage_keys(&s, ":token add our crm\r");
	EXPECT(stage_has(&s, "What may it do?"));
	stage_keys(&s, "\033");
	/* left, so that the tokens are not here yet */
	stage_keys(&s, "\033");
	stage_keys(&s, ":token revoke abcdefgh\r");
	EXPECT(stage_has(&s, "will be refused at once"));
	stage_keys(&s, "\033");
	stage_keys(&s, ":token revoke nosuch\r");
	EXPECT(stage_has(&s, "There is no token nosuch."));
	stage_keys(&s, ":token list\r");
	EXPECT(stage_has(&s, "abcdefgh"));
	EXPECT_INT(fake_core_asked(s.core, "DELETE", TOKENS), 0);
	stage_finish(&s);
}

TEST(view_listener_asks_before_a_token_for_nobody)
{
	struct stage s;

	begin(&s, 24, 80, false);
	fake_core_answer(s.core, "POST", TOKENS, 201, "{\"success\":true,"
	    "\"data\":{\"id\":\"newnewne\",\"token\":\"" SECRET "\"}}");
	stage_keys(&s, "abot\rcacmee\r");
	EXPECT(stage_has(&s, "There is no company acmee yet."));
	stage_keys(&s, "\r");
	EXPECT(!stage_has(&s, "How long is it good"));
	EXPECT_INT(fake_core_asked(s.core, "POST", TOKENS), 0);
	stage_keys(&s, "abot\rcacmee\ry");
	EXPECT(stage_has(&s, "How long is it good"));
	stage_keys(&s, "\r");
	EXPECT_INT(fake_core_asked(s.core, "POST", TOKENS), 1);
	stage_finish(&s);
}
