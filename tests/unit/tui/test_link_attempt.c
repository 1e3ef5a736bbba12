#include "tui/console/link_attempt.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"

#define NOW 1795374000000LL     /* 2026-11-22T19:00:00Z */
#define CODE "{\"code\":\"K7QX-M2PN\",\"expiresAt\":\"2026-11-22T19:01:00" \
	".000Z\",\"windowEndsAt\":\"2026-11-22T19:02:40.000Z\"}"
#define QR "{\"text\":\"https://wa.me/x\",\"attempt\":2,\"attemptsLeft\":4," \
	"\"expiresAt\":\"2026-11-22T19:00:20.000Z\"," \
	"\"windowEndsAt\":\"2026-11-22T19:02:40.000Z\"}"

#define LONG_CODE "{\"code\":\"THIS-IS-MUCH-TOO-LONG\"," \
	"\"windowEndsAt\":\"2026-11-22T19:02:40.000Z\"}"

static void
event(struct link_attempt *a, const char *name, const char *json)
{
	cJSON *o = cJSON_Parse(json);

	ASSERT(o != NULL);
	link_attempt_take_event(a, name, o, NOW);
	cJSON_Delete(o);
}

/* A status object; linked: it has a number. */
static void
status(struct link_attempt *a, const char *status, const char *reason,
    bool linked, bool connected)
{
	char json[512];

	str_format(json, sizeof json, "{\"status\":\"%s\",\"reason\":\"%s\","
	    "\"message\":\"M %s.\",\"advice\":\"A.\",\"phoneNumber\":%s,"
	    "\"connected\":%s,\"serverTime\":\"2026-11-22T19:00:00.000Z\"}",
	    status, reason, *reason != '\0' ? reason : status,
	    linked ? "\"79001234567\"" : "null",
	    connected ? "true" : "false");
	event(a, "status", json);
}

static void
answer(struct link_attempt *a, const char *json)
{
	cJSON *o = cJSON_Parse(json);

	ASSERT(o != NULL);
	link_attempt_take_answer(a, o, NOW);
	cJSON_Delete(o);
}

static void
refusal(struct link_attempt *a, const char *json)
{
	cJSON *o = cJSON_Parse(json);
	struct trouble t;

	ASSERT(o != NULL);
	trouble_of_error(o, &t);
	link_attempt_take_trouble(a, &t, NOW);
	cJSON_Delete(o);
}

static void
expect_wiped(const struct link_attempt *a)
{
	static const char nothing[QR_TEXT_MAX + 1];

	EXPECT_MEM(a->code, nothing, sizeof a->code);
	EXPECT_MEM(a->qr, nothing, sizeof a->qr);
}

/* --- each state from each word of the core ------------------------------------------ */

static const struct status_row {
	const char *status, *reason;
	bool linked, connected;
	enum attempt_phase fresh;       /* heard first of all */
	enum attempt_phase open;        /* heard while a code is on show */
	enum attempt_phase asking;      /* heard after it was asked for */
} statuses[] = {
	{ "idle", "never_linked", false, false,
	    ATTEMPT_REST, ATTEMPT_REST, ATTEMPT_ASKING },
	{ "idle", "code_expired", false, false,
	    ATTEMPT_REST, ATTEMPT_EXPIRED, ATTEMPT_ASKING },
	{ "idle", "paused", false, false,
	    ATTEMPT_PAUSED, ATTEMPT_PAUSED, ATTEMPT_ASKING },
	{ "connecting", "tls", false, false,
	    ATTEMPT_ASKING, ATTEMPT_ASKING, ATTEMPT_ASKING },
	{ "qr", "", false, false,
	    ATTEMPT_OPEN, ATTEMPT_OPEN, ATTEMPT_OPEN },
	{ "code", "", false, false,
	    ATTEMPT_OPEN, ATTEMPT_OPEN, ATTEMPT_OPEN },
	{ "passkey_required", "passkey", false, false,
	    ATTEMPT_PASSKEY, ATTEMPT_PASSKEY, ATTEMPT_PASSKEY },
	{ "pairing", "finishing", false, false,
	    ATTEMPT_PAIRING, ATTEMPT_PAIRING, ATTEMPT_PAIRING },
	{ "pairing", "finishing", true, false,
	    ATTEMPT_PAIRING, ATTEMPT_PAIRING, ATTEMPT_PAIRING },
	{ "connecting", "login", true, false,
	    ATTEMPT_LINKED, ATTEMPT_PAIRING, ATTEMPT_LINKED },
	{ "connected", "ok", true, true,
	    ATTEMPT_CONNECTED, ATTEMPT_CONNECTED, ATTEMPT_CONNECTED },
	{ "reconnecting", "connection_lost", true, false,
	    ATTEMPT_LINKED, ATTEMPT_PAIRING, ATTEMPT_LINKED },
	{ "logged_out", "unlinked", false, false,
	    ATTEMPT_REST, ATTEMPT_REST, ATTEMPT_ASKING },
	{ "error", "store_damaged", false, false,
	    ATTEMPT_REST, ATTEMPT_REST, ATTEMPT_ASKING },
};

static void
check_status(const struct status_row *row)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_EN, false);
	status(&a, row->status, row->reason, row->linked, row->connected);
	EXPECT_INT(a.phase, row->fresh);
	EXPECT_INT(link_attempt_may_ask(&a, NOW),
	    row->fresh == ATTEMPT_REST || row->fresh == ATTEMPT_OPEN ||
	    row->fresh == ATTEMPT_PASSKEY);

	link_attempt_init(&a, LANG_EN, false);
	event(&a, "code", CODE);
	event(&a, "qr", QR);
	status(&a, row->status, row->reason, row->linked, row->connected);
	EXPECT_INT(a.phase, row->open);
	if (!link_attempt_is_open(&a))
		expect_wiped(&a);

	link_attempt_init(&a, LANG_EN, false);
	status(&a, "idle", "never_linked", false, false);
	link_attempt_ask(&a);
	status(&a, row->status, row->reason, row->linked, row->connected);
	EXPECT_INT(a.phase, row->asking);
	link_attempt_finish(&a);
}

TEST(link_attempt_follows_the_status)
{
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		check_status(&statuses[i]);
}

TEST(link_attempt_shows_code_and_qr)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_EN, false);
	link_attempt_ask(&a);
	EXPECT_INT(a.phase, ATTEMPT_ASKING);
	EXPECT(!link_attempt_may_ask(&a, NOW));
	answer(&a, CODE);
	EXPECT_INT(a.phase, ATTEMPT_OPEN);
	EXPECT_STR(a.code, "K7QX-M2PN");
	/* the window's end, not when an answer wants to be asked again */
	EXPECT_INT(a.code_until_ms, NOW + 160000);
	event(&a, "qr", QR);
	EXPECT_INT(a.number, 2);
	EXPECT_INT(a.count, 6);
	EXPECT_INT(a.qr_version, 1);
	/* the same again changes nothing, and the code stays through all */
	event(&a, "qr", QR);
	EXPECT_INT(a.qr_version, 1);
	EXPECT_STR(a.code, "K7QX-M2PN");
	EXPECT_INT(link_attempt_changes_at(&a, NOW), NOW + 1000);
	link_attempt_finish(&a);
	expect_wiped(&a);
}

TEST(link_attempt_blanks_at_the_second_without_the_core)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_EN, false);
	event(&a, "code", CODE);
	event(&a, "qr", QR);
	link_attempt_tick(&a, NOW + 19999);
	EXPECT_STR(a.qr, "https://wa.me/x");
	link_attempt_tick(&a, NOW + 20000);
	EXPECT_STR(a.qr, "");
	EXPECT_INT(a.phase, ATTEMPT_OPEN);
	EXPECT_STR(a.code, "K7QX-M2PN");
	link_attempt_tick(&a, NOW + 159999);
	EXPECT_STR(a.code, "K7QX-M2PN");
	link_attempt_tick(&a, NOW + 160000);
	EXPECT_INT(a.phase, ATTEMPT_EXPIRED);
	EXPECT_STR(a.sentence, "The code has expired.");
	EXPECT(link_attempt_may_ask(&a, NOW + 160000));
	EXPECT_INT(link_attempt_changes_at(&a, NOW + 160000), 0);
	expect_wiped(&a);
	/* what was late on its way counts no more */
	event(&a, "qr", "{\"text\":\"x\",\"expiresAt\":"
	    "\"2026-11-22T18:59:59.000Z\"}");
	EXPECT_INT(a.phase, ATTEMPT_EXPIRED);
}

TEST(link_attempt_is_refused_until)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_EN, false);
	link_attempt_ask(&a);
	refusal(&a, "{\"errorCode\":\"RATE_LIMITED\",\"error\":\"Too many.\","
	    "\"advice\":\"Wait.\",\"reason\":\"budget\",\"retryAfter\":90}");
	EXPECT_INT(a.phase, ATTEMPT_WAIT);
	EXPECT_STR(a.sentence, "Too many.");
	EXPECT(!link_attempt_may_ask(&a, NOW + 89999));
	EXPECT(link_attempt_may_ask(&a, NOW + 90000));
	EXPECT_INT(link_attempt_changes_at(&a, NOW + 500), NOW + 1000);
	/* the state it left is not all there is to say */
	status(&a, "idle", "never_linked", false, false);
	EXPECT_INT(a.phase, ATTEMPT_WAIT);
	EXPECT_STR(a.sentence, "Too many.");
}

TEST(link_attempt_waits_as_the_status_says)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_EN, false);
	event(&a, "status", "{\"status\":\"cooldown\",\"reason\":"
	    "\"rate_limited\",\"message\":\"M\",\"advice\":\"A\","
	    "\"until\":\"2026-11-22T20:00:00.000Z\","
	    "\"serverTime\":\"2026-11-22T19:00:00.000Z\"}");
	EXPECT_INT(a.phase, ATTEMPT_WAIT);
	EXPECT_INT(a.until_ms, NOW + 3600000);
	EXPECT(!link_attempt_may_ask(&a, NOW));
}

TEST(link_attempt_is_possible_again_after_a_pause)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_EN, false);
	status(&a, "idle", "paused", false, false);
	EXPECT(!link_attempt_may_ask(&a, NOW));
	status(&a, "idle", "never_linked", false, false);
	EXPECT(link_attempt_may_ask(&a, NOW));
}

TEST(link_attempt_tells_when_its_codes_expire)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_EN, false);
	EXPECT_INT(link_attempt_expires_at(&a), 0);
	event(&a, "code", CODE);
	EXPECT_INT(link_attempt_expires_at(&a), NOW + 160000);
	event(&a, "qr", QR);
	EXPECT_INT(link_attempt_expires_at(&a), NOW + 20000);
	link_attempt_tick(&a, NOW + 20000);
	EXPECT_INT(link_attempt_expires_at(&a), NOW + 160000);
	link_attempt_tick(&a, NOW + 160000);
	EXPECT_INT(link_attempt_expires_at(&a), 0);
}

TEST(link_attempt_tells_why_it_failed)
{
	static const struct {
		const char *json;
		enum attempt_phase phase;
	} rows[] = {
		{ "{\"errorCode\":\"INVALID_PHONE\",\"error\":\"Pinned.\"}",
		    ATTEMPT_FAILED },
		{ "{\"errorCode\":\"CONNECTION_CLOSED\",\"error\":\"No.\","
		    "\"reason\":\"network_blocked\"}", ATTEMPT_FAILED },
		{ "{\"errorCode\":\"CONNECTION_CLOSED\",\"error\":\"Old.\","
		    "\"reason\":\"code_expired\"}", ATTEMPT_EXPIRED },
		{ "{\"errorCode\":\"ALREADY_CONNECTED\",\"error\":\"Is.\"}",
		    ATTEMPT_LINKED },
		{ "{\"errorCode\":\"TIMEOUT\",\"error\":\"Late.\"}",
		    ATTEMPT_ASKING },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct link_attempt a;

		link_attempt_init(&a, LANG_EN, false);
		link_attempt_ask(&a);
		refusal(&a, rows[i].json);
		EXPECT_INT(a.phase, rows[i].phase);
		EXPECT(a.sentence[0] != '\0');
		/* nothing is asked again by itself, and a person may */
		EXPECT_INT(link_attempt_may_ask(&a, NOW),
		    a.phase == ATTEMPT_FAILED || a.phase == ATTEMPT_EXPIRED);
	}
}

TEST(link_attempt_error_ends_what_is_open)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_EN, false);
	event(&a, "qr", QR);
	event(&a, "error", "{\"errorCode\":\"CONNECTION_CLOSED\",\"error\":"
	    "\"Lost.\",\"advice\":\"Look.\",\"reason\":\"connection_lost\"}");
	EXPECT_INT(a.phase, ATTEMPT_FAILED);
	expect_wiped(&a);
	status(&a, "idle", "never_linked", false, false);
	EXPECT_INT(a.phase, ATTEMPT_FAILED);
	EXPECT_STR(a.sentence, "Lost.");
	/* the next one is a new story */
	link_attempt_ask(&a);
	EXPECT_STR(a.sentence, "");
	status(&a, "connecting", "tcp", false, false);
	EXPECT_STR(a.sentence, "M tcp.");
}

TEST(link_attempt_refused_request_leaves_what_is_open)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_EN, false);
	event(&a, "qr", QR);
	link_attempt_ask(&a);
	EXPECT_STR(a.qr, "https://wa.me/x");
	refusal(&a, "{\"errorCode\":\"INVALID_PHONE\",\"error\":\"No.\"}");
	EXPECT_INT(a.phase, ATTEMPT_OPEN);
	EXPECT_STR(a.qr, "https://wa.me/x");
}

TEST(link_attempt_login_that_goes_on_is_no_end)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_EN, false);
	event(&a, "code", CODE);
	status(&a, "pairing", "finishing", true, false);
	event(&a, "error", "{\"errorCode\":\"CONNECTION_CLOSED\",\"error\":"
	    "\"Lost.\",\"reason\":\"connection_lost\",\"nextAttemptAt\":"
	    "\"2026-11-22T19:00:05.000Z\"}");
	EXPECT_INT(a.phase, ATTEMPT_PAIRING);
	EXPECT_STR(a.sentence, "Lost.");
	status(&a, "connected", "ok", true, true);
	EXPECT_INT(a.phase, ATTEMPT_CONNECTED);
	EXPECT(strstr(a.phone, "4567") != NULL);
	EXPECT(strstr(a.phone, "123") == NULL);
}

TEST(link_attempt_for_readers_keeps_no_code)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_EN, true);
	event(&a, "code", CODE);
	event(&a, "qr", QR);
	EXPECT_INT(a.phase, ATTEMPT_OPEN);
	expect_wiped(&a);
	EXPECT_INT(a.window_until_ms, NOW + 160000);
	EXPECT(!link_attempt_may_ask(&a, NOW));
}

TEST(link_attempt_without_company_or_core)
{
	struct link_attempt a;

	link_attempt_init(&a, LANG_RU, false);
	EXPECT(!link_attempt_may_ask(&a, NOW));
	link_attempt_take_nobody(&a);
	EXPECT_INT(a.phase, ATTEMPT_REST);
	EXPECT(link_attempt_may_ask(&a, NOW));
	link_attempt_ask(&a);
	link_attempt_take_nobody(&a);   /* it is being made */
	EXPECT_INT(a.phase, ATTEMPT_ASKING);
	link_attempt_take_silence(&a);
	EXPECT_INT(a.phase, ATTEMPT_UNKNOWN);
	/* what is on show stays while the core is away */
	event(&a, "code", CODE);
	link_attempt_take_silence(&a);
	EXPECT_STR(a.code, "K7QX-M2PN");
}

/* Whatever is told: no crash, and no code that is not complete. */
TEST(link_attempt_takes_anything)
{
	static const char *const texts[] = {
		"{}", "[]", "null", "{\"text\":5}", "{\"code\":null}",
		"{\"status\":\"what\",\"reason\":\"ever\"}",
		"{\"text\":\"\",\"expiresAt\":\"2026\"}",
		LONG_CODE,
	};
	static const char *const names[] = { "status", "qr", "code", "error",
		"ping", "" };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
			struct link_attempt a;

			link_attempt_init(&a, LANG_EN, false);
			event(&a, names[k], texts[i]);
			expect_wiped(&a);
			link_attempt_finish(&a);
		}
	}
}
