#include "core/app/view_json.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

#define NOW_MS 1795348800000    /* 2026-11-22T12:00:00Z */

/* The status object of api.md, member by member, in its order where it
 * gives one. */
static const char *const members[] = { "companyId", "name", "connected",
	"status", "reason", "message", "advice", "phoneNumber", "pushName",
	"platform", "since", "lastSeen", "reconnectAttempts",
	"nextAttemptAt", "lastError", "qrAvailable", "codeExpiresAt",
	"windowEndsAt", "stateVersion", "until", "pinnedPhoneNumber", "paused",
	"priority", "proxy", "egress", "replacing" };

static cJSON *
json_of(const struct session_view *view, enum lang lang)
{
	const char *text;
	struct buf out;
	cJSON *o = NULL;

	buf_init(&out, 16384);
	EXPECT_INT(view_json(view, lang, AUDIENCE_ADMIN, NOW_MS, &out), ERR_OK);
	if (buf_cstr(&out, &text) == ERR_OK) {
		EXPECT_NULL(strchr(text, '\n'));
		o = cJSON_Parse(text);
	}
	buf_finish(&out);
	if (o == NULL)
		abort();
	return o;
}

static const char *
text_of(const cJSON *o, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o,
	    name));
}

static bool
is_null(const cJSON *o, const char *name)
{
	return cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(o, name));
}

TEST(view_json_has_every_member_and_no_other)
{
	struct session_view view = { .company = "acme" };
	cJSON *o = json_of(&view, LANG_EN);
	size_t n = 0;

	for (const cJSON *at = o->child; at != NULL; at = at->next, n++) {
		ASSERT(n < ARRAY_LEN(members));
		EXPECT_STR(at->string, members[n]);
	}
	EXPECT_INT(n, ARRAY_LEN(members));
	cJSON_Delete(o);
}

TEST(view_json_tells_the_proxy_to_admins_only)
{
	struct session_view view = { .company = "acme",
	    .status = WA_STATUS_RECONNECTING,
	    .reason = WA_REASON_NETWORK_BLOCKED,
	    .proxy = "socks5://me@proxy.example:1080",
	    .egress = "socks5://me@proxy.example:1080",
	    .verdict = { .reason = WA_REASON_NETWORK_BLOCKED,
	    .stage = STAGE_PROXY_TCP, .err = ERR_CONNECT } };
	const char *text;
	struct buf out;

	for (int a = 0; a < AUDIENCE_COUNT; a++) {
		buf_init(&out, 16384);
		ASSERT(view_json(&view, LANG_EN, (enum audience)a, NOW_MS,
		    &out) == ERR_OK && buf_cstr(&out, &text) == ERR_OK);
		EXPECT_INT(strstr(text, "proxy.example") != NULL,
		    a == AUDIENCE_ADMIN);
		EXPECT(strstr(text, "roxy") != NULL);
		buf_finish(&out);
	}
}

TEST(view_json_of_a_company_at_rest)
{
	struct session_view view = { .company = "acme",
	    .status = WA_STATUS_IDLE, .reason = WA_REASON_NEVER_LINKED };
	cJSON *o = json_of(&view, LANG_EN);

	EXPECT_STR(text_of(o, "companyId"), "acme");
	EXPECT_STR(text_of(o, "status"), "idle");
	EXPECT_STR(text_of(o, "reason"), "never_linked");
	EXPECT(cJSON_IsFalse(cJSON_GetObjectItem(o, "connected")));
	EXPECT(cJSON_IsFalse(cJSON_GetObjectItem(o, "qrAvailable")));
	/* unknown is null and never an empty text or a zero date */
	EXPECT(is_null(o, "name"));
	EXPECT(is_null(o, "phoneNumber"));
	EXPECT(is_null(o, "pushName"));
	EXPECT(is_null(o, "platform"));
	EXPECT(is_null(o, "since"));
	EXPECT(is_null(o, "lastSeen"));
	EXPECT(is_null(o, "nextAttemptAt"));
	EXPECT(is_null(o, "until"));
	EXPECT(is_null(o, "lastError"));
	EXPECT(is_null(o, "codeExpiresAt"));
	EXPECT(is_null(o, "pinnedPhoneNumber"));
	EXPECT(cJSON_IsFalse(cJSON_GetObjectItem(o, "paused")));
	EXPECT(is_null(o, "windowEndsAt"));
	cJSON_Delete(o);
}

TEST(view_json_of_a_connected_company)
{
	struct session_view view = { .company = "acme",
	    .name = "Баня \"У озера\"\n", .status = WA_STATUS_CONNECTED,
	    .reason = WA_REASON_OK, .linked = true, .connected = true,
	    .phone = "79001234567", .push_name = "Анна", .platform = "iphone",
	    .since_ms = NOW_MS - 60000, .last_seen_ms = NOW_MS - 1,
	    .reconnects = 3, .state_version = 1795348800123u };
	cJSON *o;

	o = json_of(&view, LANG_RU);
	EXPECT(cJSON_IsTrue(cJSON_GetObjectItem(o, "connected")));
	EXPECT_STR(text_of(o, "name"), view.name);
	EXPECT_STR(text_of(o, "phoneNumber"), "79001234567");
	EXPECT_STR(text_of(o, "pushName"), "Анна");
	EXPECT_STR(text_of(o, "platform"), "iphone");
	EXPECT_STR(text_of(o, "since"), "2026-11-22T11:59:00.000Z");
	EXPECT_STR(text_of(o, "lastSeen"), "2026-11-22T11:59:59.999Z");
	EXPECT_INT(cJSON_GetObjectItem(o, "reconnectAttempts")->valuedouble,
	    3);
	EXPECT(cJSON_GetObjectItem(o, "stateVersion")->valuedouble ==
	    1795348800123.0);
	cJSON_Delete(o);
}

TEST(view_json_of_a_window)
{
	struct session_view view = { .company = "acme",
	    .status = WA_STATUS_CODE, .reason = WA_REASON_NONE,
	    .qr_available = true, .code_expires_ms = NOW_MS + 1500,
	    .window_ends_ms = NOW_MS + 1500 };
	cJSON *o = json_of(&view, LANG_EN);

	EXPECT_STR(text_of(o, "status"), "code");
	EXPECT(is_null(o, "reason"));
	EXPECT(cJSON_IsTrue(cJSON_GetObjectItem(o, "qrAvailable")));
	EXPECT_STR(text_of(o, "codeExpiresAt"), "2026-11-22T12:00:01.500Z");
	EXPECT_STR(text_of(o, "windowEndsAt"), "2026-11-22T12:00:01.500Z");
	cJSON_Delete(o);
}

TEST(view_json_tells_a_trouble_in_words)
{
	struct session_view view = { .company = "acme",
	    .status = WA_STATUS_BANNED, .reason = WA_REASON_TEMPORARY,
	    .linked = true, .until_ms = NOW_MS + 7200000,
	    .next_attempt_ms = NOW_MS + 7200000,
	    .last_error = "CONNECTION_CLOSED", .last_error_ms = NOW_MS,
	    .verdict = { .act = ACT_WAIT, .reason = WA_REASON_TEMPORARY,
		.code = 402, .ban_code = 104, .stage = STAGE_LOGIN } };
	cJSON *o = json_of(&view, LANG_EN), *e;

	EXPECT(strstr(text_of(o, "message"), "same message") != NULL);
	EXPECT(strstr(text_of(o, "message"), "2026-11-22 14:00") != NULL);
	EXPECT(strlen(text_of(o, "advice")) > 10);
	EXPECT_STR(text_of(o, "nextAttemptAt"), "2026-11-22T14:00:00.000Z");
	EXPECT_STR(text_of(o, "until"), "2026-11-22T14:00:00.000Z");
	e = cJSON_GetObjectItem(o, "lastError");
	EXPECT_STR(text_of(e, "code"), "CONNECTION_CLOSED");
	EXPECT_STR(text_of(e, "at"), "2026-11-22T12:00:00.000Z");
	EXPECT_INT(cJSON_GetObjectItem(e, "whatsappCode")->valueint, 402);
	EXPECT(strstr(text_of(e, "message"), "same message") != NULL);
	EXPECT(strlen(text_of(e, "advice")) > 10);
	cJSON_Delete(o);
	/* after a restart the words of an error may be unknown */
	view.verdict = (struct verdict){ .reason = WA_REASON_NONE };
	o = json_of(&view, LANG_RU);
	e = cJSON_GetObjectItem(o, "lastError");
	EXPECT_STR(text_of(e, "code"), "CONNECTION_CLOSED");
	EXPECT(is_null(e, "message"));
	EXPECT_NULL(cJSON_GetObjectItem(e, "whatsappCode"));
	cJSON_Delete(o);
}

TEST(view_json_speaks_for_every_reason_in_both_languages)
{
	for (int r = 1; r < WA_REASON_COUNT; r++) {
		struct session_view view = { .company = "acme",
		    .reason = (enum wa_reason)r, .until_ms = NOW_MS + 1000,
		    .next_attempt_ms = NOW_MS + 5000 };

		(void)wa_reason_status(view.reason, &view.status);
		for (int lang = 0; lang < 2; lang++) {
			cJSON *o = json_of(&view,
			    lang == 0 ? LANG_EN : LANG_RU);
			const char *message = text_of(o, "message");
			const char *advice = text_of(o, "advice");

			EXPECT(message != NULL && message[0] != '\0');
			EXPECT(advice != NULL && advice[0] != '\0');
			EXPECT(strpbrk(message, "{}") == NULL);
			EXPECT(strpbrk(advice, "{}") == NULL);
			EXPECT_STR(text_of(o, "status"),
			    wa_status_name(view.status));
			cJSON_Delete(o);
		}
	}
}

TEST(view_words_args_round_seconds_up)
{
	struct session_view view = { .next_attempt_ms = NOW_MS + 1 };
	struct words_args args;

	view_words_args(&view, AUDIENCE_ADMIN, NOW_MS, &args);
	EXPECT_INT(args.n, 1);
	view.next_attempt_ms = NOW_MS + 2000;
	view_words_args(&view, AUDIENCE_ADMIN, NOW_MS, &args);
	EXPECT_INT(args.n, 2);
	view.next_attempt_ms = NOW_MS - 5;
	view_words_args(&view, AUDIENCE_ADMIN, NOW_MS, &args);
	EXPECT_INT(args.n, 0);
	view.verdict.code = 418;
	view_words_args(&view, AUDIENCE_ADMIN, NOW_MS, &args);
	EXPECT_INT(args.code, 418);
	view.verdict.ban_code = 101;
	view_words_args(&view, AUDIENCE_ADMIN, NOW_MS, &args);
	EXPECT_INT(args.code, 101);
}

TEST(view_json_leaves_what_stands_before_it)
{
	struct session_view view = { .company = "acme" };
	struct buf out;

	buf_init(&out, 100);            /* too small for it */
	EXPECT_INT(buf_str(&out, "x"), ERR_OK);
	EXPECT_INT(view_json(&view, LANG_EN, AUDIENCE_ADMIN, NOW_MS,
	    &out), ERR_TOO_LARGE);
	EXPECT_INT(out.len, 1);
	buf_finish(&out);
}
