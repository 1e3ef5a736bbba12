/* The linking view in a console, with a core that is none: what its keys ask
 * for, and what they do not. */
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/tui/fake_core.h"
#include "tests/unit/tui/rows.h"
#include "tui/console/console.h"

#define SESSION "/api/whatsapp/sessions/acme"
#define CODE "{\"code\":\"K7QX-M2PN\",\"expiresAt\":\"2099-11-22T19:01:00" \
	".000Z\",\"windowEndsAt\":\"2099-11-22T19:02:40.000Z\"}"
#define QR "{\"text\":\"https://wa.me/settings/linked_devices#2@abc\"," \
	"\"attempt\":1,\"attemptsLeft\":5,\"expiresAt\":" \
	"\"2099-11-22T19:00:20.000Z\",\"windowEndsAt\":" \
	"\"2099-11-22T19:02:40.000Z\"}"
#define IDLE "{\"status\":\"idle\",\"reason\":\"never_linked\"," \
	"\"message\":\"Not linked yet.\",\"advice\":\"Link it.\"," \
	"\"phoneNumber\":null,\"connected\":false}"

struct stage {
	struct loop *loop;
	struct fake_core *core;
	struct client *client;
	struct config *config;
	struct screen *screen;
	struct console *console;
};

static bool
stage_open(struct stage *s, bool read_only)
{
	struct screen_params screen = { .in_fd = -1, .out_fd = -1 };
	struct console_params params = { .read_only = read_only };

	*s = (struct stage){ .console = NULL };
	if (loop_create(&s->loop) != ERR_OK)
		return false;
	s->core = fake_core_create(s->loop);
	s->client = client_create(s->loop, fake_core_dial, s->core);
	s->config = config_create();
	fake_core_stream(s->core, "/api/whatsapp/events");
	fake_core_stream(s->core, SESSION "/events");
	screen.handlers = console_screen_handlers(&s->console);
	if (screen_open_memory(&screen, "xterm-256color", true, 24, 80,
	    &s->screen) != ERR_OK)
		return false;
	params.loop = s->loop;
	params.client = s->client;
	params.screen = s->screen;
	params.config = s->config;
	s->console = console_create(&params);
	console_show(s->console, &view_link, "acme");
	fake_core_settle(s->core);
	return true;
}

static void
stage_close(struct stage *s)
{
	console_destroy(s->console);
	s->console = NULL;
	fake_core_settle(s->core);
	client_destroy(s->client);
	screen_close(s->screen);
	fake_core_destroy(s->core);
	config_destroy(s->config);
	loop_destroy(s->loop);
}

static void
tell(struct stage *s, const char *name, const char *json)
{
	fake_core_tell(s->core, SESSION "/events", "", name, json);
	fake_core_settle(s->core);
}

static void
type(struct stage *s, const char *keys)
{
	screen_feed(s->screen, keys, strlen(keys));
	fake_core_settle(s->core);
}

static bool
has(struct stage *s, const char *part)
{
	char row[1024];

	screen_now(s->screen);
	for (int i = 0; i < screen_rows(s->screen); i++) {
		screen_read(s->screen, i, row, sizeof row);
		if (strstr(row, part) != NULL)
			return true;
	}
	return false;
}

static size_t
dialled(const struct stage *s)
{
	return fake_core_asked(s->core, "POST", SESSION "/pairing-code") +
	    fake_core_asked(s->core, "GET", SESSION "/qr");
}

TEST(view_link_dials_only_when_asked)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "status", IDLE);
	EXPECT(has(&s, "Link a phone to acme"));
	EXPECT(has(&s, "country code"));
	type(&s, "8900");
	EXPECT(has(&s, "too short"));
	type(&s, "\r");
	EXPECT_INT(dialled(&s), 0);
	fake_core_data(s.core, "POST", SESSION "/pairing-code", CODE);
	type(&s, " 123-45-67");
	EXPECT(has(&s, "+7 900 123-45-67, Russia"));
	type(&s, "\r");
	EXPECT_INT(dialled(&s), 1);
	EXPECT(strstr(fake_core_body(s.core, "POST",
	    SESSION "/pairing-code"), "79001234567") != NULL);
	EXPECT(has(&s, "K7QX-M2PN"));
	/* the number itself is shown as little as it can be */
	EXPECT(!has(&s, "79001234567"));
	EXPECT(has(&s, "4567"));
	/* no second one while this one counts */
	type(&s, "\r\r");
	EXPECT_INT(dialled(&s), 1);
	stage_close(&s);
}

TEST(view_link_qr_is_one_key_away)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "status", IDLE);
	fake_core_data(s.core, "GET", SESSION "/qr", QR);
	type(&s, "\t");
	EXPECT_INT(fake_core_asked(s.core, "GET", SESSION "/qr"), 1);
	EXPECT(has(&s, "QR code 1 of 6"));
	EXPECT(has(&s, "\xe2\x96\x80"));
	type(&s, "-");
	EXPECT_INT(console_prefs(s.console)->qr_style, QR_SEXTANT);
	type(&s, "+");
	EXPECT_INT(console_prefs(s.console)->qr_style, QR_HALF);
	/* back to the code: it is not known for whom, so nothing is asked */
	type(&s, "v");
	EXPECT_INT(dialled(&s), 1);
	EXPECT(!has(&s, "\xe2\x96\x80"));
	stage_close(&s);
}

/* 65 modules: 23 rows of sextants, so all rows but one. */
TEST(view_link_notice_does_not_push_the_code_away)
{
	struct stage s;
	char json[1024], text[341];

	ASSERT(stage_open(&s, false));
	memset(text, 'A', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	str_format(json, sizeof json, "{\"text\":\"%s\",\"attempt\":1,"
	    "\"attemptsLeft\":5,\"expiresAt\":\"2099-11-22T19:00:20.000Z\","
	    "\"windowEndsAt\":\"2099-11-22T19:02:40.000Z\"}", text);
	tell(&s, "status", IDLE);
	/* somebody's attempt: joined by what it has */
	tell(&s, "qr", json);
	EXPECT(has(&s, "QR code 1 of 6"));
	type(&s, "c");
	EXPECT(has(&s, "no code to copy"));
	EXPECT(has(&s, "QR code 1 of 6"));
	EXPECT(!has(&s, "needs"));
	type(&s, ":");
	EXPECT(has(&s, "needs"));
	type(&s, "\033");
	fake_core_settle(s.core);
	EXPECT(has(&s, "QR code 1 of 6"));
	stage_close(&s);
}

/* The QR is told before the code: what is first is the code all the same. */
TEST(view_link_joins_by_the_code_where_there_is_one)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "status", IDLE);
	tell(&s, "qr", QR);
	EXPECT(has(&s, "QR code 1 of 6"));
	tell(&s, "code", CODE);
	EXPECT(!has(&s, "QR code 1 of 6"));
	type(&s, "\t");
	EXPECT(has(&s, "QR code 1 of 6"));
	stage_close(&s);
}

/* The number is known, so none is asked for, and none is sent. */
TEST(view_link_asks_for_the_number_that_is_known)
{
	struct config_problem problem;
	struct stage s;
	const char *body;

	ASSERT(stage_open(&s, false));
	ASSERT(config_set(s.config, CONFIG_FLAG, "test",
	    "link.default_phone", "79005556677", &problem) == ERR_OK);
	tell(&s, "status", IDLE);
	EXPECT(has(&s, "Enter: get a pairing code for +7"));
	EXPECT(!has(&s, "country code"));
	EXPECT(!has(&s, "900555"));
	fake_core_data(s.core, "POST", SESSION "/pairing-code", CODE);
	type(&s, "\r");
	EXPECT_INT(dialled(&s), 1);
	body = fake_core_body(s.core, "POST", SESSION "/pairing-code");
	EXPECT(strchr(body, '7') == NULL);
	EXPECT(has(&s, "K7QX-M2PN"));
	stage_close(&s);
}

TEST(view_link_paused_company_is_not_dialled)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "status", "{\"status\":\"idle\",\"reason\":\"paused\","
	    "\"message\":\"Paused by you.\",\"advice\":\"Resume it.\"}");
	EXPECT(has(&s, "Paused by you."));
	EXPECT(has(&s, "Esc, then P"));
	type(&s, "\r\t\r");
	EXPECT_INT(dialled(&s), 0);
	stage_close(&s);
}

TEST(view_link_joins_what_runs)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "code", CODE);
	tell(&s, "qr", QR);
	EXPECT(has(&s, "K7QX-M2PN"));
	type(&s, "\t");
	EXPECT(has(&s, "QR code 1 of 6"));
	type(&s, "\t");
	EXPECT(has(&s, "K7QX-M2PN"));
	EXPECT_INT(dialled(&s), 0);
	stage_close(&s);
}

TEST(view_link_leaves_nothing_behind)
{
	struct stage s;
	size_t n = 0;

	ASSERT(stage_open(&s, false));
	tell(&s, "code", CODE);
	EXPECT(has(&s, "K7QX-M2PN"));
	screen_take_sent(s.screen, &n);
	type(&s, "q");
	EXPECT(!has(&s, "K7QX"));
	EXPECT(!has(&s, "\xe2\x96\x80"));
	/* the terminal is told all anew, not only what differs */
	EXPECT(strstr(screen_take_sent(s.screen, &n), "pairdesk") != NULL ||
	    n > 200);
	EXPECT_INT(fake_core_streams(s.core, SESSION "/events"), 0);
	stage_close(&s);
}

TEST(view_link_refused_is_not_asked_again)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "status", IDLE);
	fake_core_answer(s.core, "POST", SESSION "/pairing-code", 429,
	    "{\"success\":false,\"errorCode\":\"RATE_LIMITED\",\"error\":"
	    "\"Used up.\",\"advice\":\"Wait.\",\"reason\":\"budget\","
	    "\"retryAfter\":600}");
	type(&s, "79001234567\r");
	EXPECT_INT(dialled(&s), 1);
	EXPECT(has(&s, "Used up."));
	EXPECT(has(&s, "Possible again in"));
	type(&s, "\r\t\r");
	EXPECT_INT(dialled(&s), 1);
	EXPECT(has(&s, "Not yet"));
	stage_close(&s);
}

TEST(view_link_read_only_asks_for_nothing)
{
	struct stage s;

	ASSERT(stage_open(&s, true));
	tell(&s, "status", IDLE);
	type(&s, "\r\t\r79001234567\rn1\rl");
	EXPECT_INT(dialled(&s), 0);
	EXPECT_INT(fake_core_asked(s.core, "POST", SESSION "/share"), 0);
	tell(&s, "code", CODE);
	EXPECT(!has(&s, "K7QX"));
	EXPECT(has(&s, "read-only"));
	stage_close(&s);
}

TEST(view_link_copies_to_the_terminal)
{
	struct stage s;
	const char *sent;
	size_t n;

	ASSERT(stage_open(&s, false));
	tell(&s, "status", IDLE);
	type(&s, "c");
	EXPECT(has(&s, "no code to copy"));
	tell(&s, "code", CODE);
	screen_take_sent(s.screen, &n);
	type(&s, "c");
	EXPECT(has(&s, "sent to your terminal"));
	/* base64 of K7QXM2PN */
	sent = screen_take_sent(s.screen, &n);
	EXPECT(strstr(sent, "\033]52;c;SzdRWE0yUE4=") != NULL);
	stage_close(&s);
}

TEST(view_link_shares_a_link)
{
	struct stage s;
	size_t n;

	ASSERT(stage_open(&s, false));
	tell(&s, "status", IDLE);
	fake_core_answer(s.core, "POST", SESSION "/share", 409,
	    "{\"success\":false,\"errorCode\":\"NOT_LISTENING\",\"error\":"
	    "\"Nothing listens.\"}");
	type(&s, "l");
	EXPECT(has(&s, "Nothing listens."));
	EXPECT(has(&s, "H, then s"));
	type(&s, "\033");
	fake_core_settle(s.core);
	fake_core_data(s.core, "POST", SESSION "/share",
	    "{\"pairingUrl\":\"http://h/whatsapp-pairing.html?company=acme"
	    "#t=abc\",\"qrUrl\":\"http://h/whatsapp-qr.html?company=acme"
	    "#t=abc\",\"expiresAt\":\"2099-11-23T19:00:00.000Z\"}");
	type(&s, "l");
	EXPECT(has(&s, "http://h/whatsapp-pairing.html?company=acme#t=abc"));
	EXPECT(has(&s, "http://h/whatsapp-qr.html?company=acme#t=abc"));
	screen_take_sent(s.screen, &n);
	type(&s, "c");
	EXPECT(has(&s, "link was sent to your terminal"));
	EXPECT(strstr(screen_take_sent(s.screen, &n), "\033]52;c;aHR0cDov") !=
	    NULL);
	type(&s, "\t");
	EXPECT(has(&s, "phone's camera"));
	EXPECT(!has(&s, "#t=abc"));
	type(&s, "\tl");
	EXPECT(!has(&s, "#t=abc"));
	EXPECT(has(&s, "Link a phone to acme"));
	/* the same one again, not another key to the company */
	n = fake_core_asked(s.core, "POST", SESSION "/share");
	type(&s, "l");
	EXPECT(has(&s, "#t=abc"));
	EXPECT_INT(fake_core_asked(s.core, "POST", SESSION "/share"), n);
	EXPECT_INT(dialled(&s), 0);
	stage_close(&s);
}

TEST(view_link_pastes_a_number_and_names_its_fault)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "status", IDLE);
	type(&s, "\033[200~q7900lc\033[201~");
	EXPECT(has(&s, "digits, spaces and"));
	EXPECT_INT(dialled(&s), 0);
	stage_close(&s);
}

/* Somebody who types a word there copies no code and leaves nothing. */
TEST(view_link_field_has_digits_only)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "status", IDLE);
	tell(&s, "code", CODE);
	type(&s, "n");                  /* another number */
	type(&s, "ab");
	EXPECT(has(&s, "Digits only. Tab: by QR code, l: a link to send."));
	type(&s, "+7 (9");
	EXPECT(has(&s, "+7 (9"));
	type(&s, "c");
	EXPECT(!has(&s, "sent to your terminal"));
	EXPECT(has(&s, "Digits only. Tab: by QR code, Ctrl-U: clear"));
	type(&s, "lvnqXHж*");
	EXPECT(has(&s, "+7 (9"));
	EXPECT(has(&s, "Digits only."));
	EXPECT(has(&s, "Link a phone to acme"));
	EXPECT_INT(fake_core_asked(s.core, "POST", SESSION "/share"), 0);
	/* without a number the keys are keys, in any layout */
	type(&s, "\x15" "c");
	EXPECT(has(&s, "sent to your terminal"));
	type(&s, "7\x7f\u0434");
	EXPECT_INT(fake_core_asked(s.core, "POST", SESSION "/share"), 1);
	EXPECT_INT(dialled(&s), 0);
	stage_close(&s);
}

/* A row of keys is for what can be done here and now. */
TEST(view_link_key_line_shows_what_holds)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "status", IDLE);
	EXPECT(has(&s, " Tab code/QR  l share link  H listener  ? help"));
	type(&s, "7");
	EXPECT(has(&s, " Enter get a code  Tab QR code  Ctrl-U clear"));
	type(&s, "\x15");
	tell(&s, "code", CODE);
	EXPECT(has(&s, " Tab code/QR  l share link  c copy  n number  H "));
	fake_core_data(s.core, "POST", SESSION "/share",
	    "{\"pairingUrl\":\"http://h/p#t=abc\",\"qrUrl\":"
	    "\"http://h/q#t=abc\",\"expiresAt\":"
	    "\"2099-11-23T19:00:00.000Z\"}");
	type(&s, "l");
	EXPECT(has(&s, " Tab code/QR  c copy  H listener  ? help"));
	type(&s, "\033");
	fake_core_settle(s.core);
	type(&s, "l");
	tell(&s, "status", "{\"status\":\"connected\",\"reason\":\"ok\","
	    "\"phoneNumber\":\"79001234567\",\"connected\":true}");
	type(&s, "l");
	EXPECT(!has(&s, "n number"));
	EXPECT(!has(&s, "code/QR"));
	stage_close(&s);
}

/* Nobody is there any more who would take it. */
TEST(view_link_code_goes_with_its_core)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "status", "{\"companyId\":\"acme\",\"status\":\"code\","
	    "\"reason\":\"none\",\"windowEndsAt\":"
	    "\"2099-11-22T19:02:40.000Z\",\"phoneNumber\":null}");
	tell(&s, "code", CODE);
	EXPECT(has(&s, "K7QX-M2PN"));
	fake_core_go(s.core, true);
	fake_core_settle(s.core);
	EXPECT(!has(&s, "K7QX-M2PN"));
	EXPECT(has(&s, "The core has gone, and so has this code"));
	EXPECT(has(&s, "Type :start"));
	stage_close(&s);
}

/* Tags are for what many can have at once. */
TEST(view_link_is_about_the_one_under_the_cursor)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	(void)rows_put(console_fleet(s.console), &(struct rows_status){
	    .company = "acme", .version = 1,
	    .reason = WA_REASON_NEVER_LINKED });
	(void)rows_put(console_fleet(s.console), &(struct rows_status){
	    .company = "beta", .version = 1,
	    .reason = WA_REASON_NEVER_LINKED });
	console_show(s.console, &view_companies, "");
	type(&s, "*");
	type(&s, "l");
	EXPECT(has(&s, "Link a phone to acme"));
	EXPECT(has(&s, "2 tagged; linking is one at a time: acme"));
	stage_close(&s);
}

/* Joined, left and come back to, replaced: it always says whose it is. */
TEST(view_link_code_says_whose_it_is)
{
	static const char first[] = "{\"code\":\"K7QX-M2PN\","
	    "\"phoneNumber\":\"+7******0001\","
	    "\"windowEndsAt\":\"2099-11-22T19:02:40.000Z\"}";
	static const char second[] = "{\"code\":\"WXYZ-2345\","
	    "\"phoneNumber\":\"+7******0002\","
	    "\"windowEndsAt\":\"2099-11-22T19:02:40.000Z\"}";
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "code", first);
	EXPECT(has(&s, "Pairing code for +7******0001"));
	tell(&s, "code", first);
	EXPECT(!has(&s, "replaced"));
	tell(&s, "code", second);
	EXPECT(has(&s, "replaced: a code for +7******0002 was asked for"));
	EXPECT(has(&s, "Pairing code for +7******0002"));
	EXPECT(has(&s, "WXYZ-2345"));
	stage_close(&s);
}

TEST(view_link_own_code_is_not_called_replaced)
{
	struct stage s;

	ASSERT(stage_open(&s, false));
	tell(&s, "code", CODE);
	fake_core_mute(s.core, "POST", SESSION "/pairing-code");
	type(&s, "n79001234567\r");    /* its answer is on its way */
	tell(&s, "code", "{\"code\":\"WXYZ-2345\","
	    "\"phoneNumber\":\"+7******4567\","
	    "\"windowEndsAt\":\"2099-11-22T19:02:40.000Z\"}");
	EXPECT(has(&s, "Pairing code for +7******4567"));
	EXPECT(!has(&s, "replaced"));
	stage_close(&s);
}
