/* The company view, by keys and screens, before a fake core. */
#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tests/unit/tui/stage.h"

#define ONE "/api/whatsapp/sessions/acme"

static const char connected[] = "{\"companyId\":\"acme\","
    "\"name\":\"Acme Ltd\",\"connected\":true,\"status\":\"connected\","
    "\"reason\":\"ok\",\"message\":\"Connected.\",\"advice\":\"\","
    "\"phoneNumber\":\"79001234567\",\"pushName\":\"Ann\\u001b[2J\","
    "\"platform\":\"android\",\"since\":\"2026-11-22T18:35:00.000Z\","
    "\"lastSeen\":null,\"nextAttemptAt\":null,\"lastError\":{"
    "\"code\":\"CONNECTION_CLOSED\",\"message\":\"WhatsApp refused.\","
    "\"at\":\"2026-11-12T08:01:00.000Z\"},\"stateVersion\":7,"
    "\"until\":null,\"pinnedPhoneNumber\":\"79001234567\","
    "\"paused\":false,\"serverTime\":\"" STAGE_NOW "\"}";

static const char retrying[] = "{\"companyId\":\"acme\","
    "\"name\":\"Acme Ltd\",\"connected\":false,"
    "\"status\":\"reconnecting\",\"reason\":\"connection_lost\","
    "\"message\":\"Connection lost, retry in 41 seconds.\","
    "\"advice\":\"Nothing to do.\",\"phoneNumber\":\"79001234567\","
    "\"nextAttemptAt\":\"2026-11-22T18:42:00.000Z\",\"stateVersion\":8,"
    "\"serverTime\":\"" STAGE_NOW "\"}";

static const char health[] = "{\"healthy\":true,\"status\":\"connected\","
    "\"uptimeSeconds\":300,\"lastAnswerAgoMs\":60000,\"rttMs\":47,"
    "\"reconnects24h\":3,\"preKeysOnServer\":812,\"checks\":["
    "{\"name\":\"linked\",\"ok\":true,\"detail\":\"Linked to a phone.\"},"
    "{\"name\":\"answering\",\"ok\":true,"
    "\"detail\":\"WhatsApp answered 60 seconds ago.\"},"
    "{\"name\":\"not_flapping\",\"ok\":false,"
    "\"detail\":\"Too many reconnections.\"}],\"stateVersion\":7}";

#define CHANGE(seq, at, status, reason, message, code) "{\"seq\":" seq \
	",\"at\":\"" at "\",\"status\":\"" status "\",\"reason\":\"" reason \
	"\",\"message\":\"" message "\",\"code\":" code ",\"stateVersion\":1}"

static const char history[] = "{\"items\":["
    CHANGE("12", "2026-11-22T18:35:00.000Z", "connected", "ok", "Linked and on.",
    "null") ","
    CHANGE("11", "2026-11-22T18:30:00.000Z", "conflict", "replaced",
    "Used elsewhere.", "440") "],\"nextCursor\":\"11\",\"links\":["
    "{\"at\":\"2026-11-12T08:00:00.000Z\",\"phoneNumber\":\"79001234567\","
    "\"platform\":\"android\"}]}";

static const char older[] = "{\"items\":["
    CHANGE("4", "2025-03-01T10:00:00.000Z", "idle", "never_linked",
    "Made.", "null") "],\"nextCursor\":null,\"links\":[]}";

static void
begin(struct stage *s, int rows, int columns, enum lang lang)
{
	stage_init(s);
	fake_core_stream(s->core, ONE "/events");
	fake_core_stream(s->core, ONE "/log?follow");
	fake_core_data(s->core, "GET", ONE "/health", health);
	fake_core_data(s->core, "GET", ONE "/history", history);
	fake_core_data(s->core, "GET", ONE "/history?cursor=11", older);
	stage_start(s, rows, columns, lang);
	stage_show(s, &view_company, "acme");
}

static void
tell(struct stage *s, const char *status)
{
	fake_core_tell(s->core, ONE "/events", "b-3", "status", status);
	stage_settle(s);
}

TEST(view_company_says_what_and_why)
{
	struct stage s;

	begin(&s, 24, 80, LANG_EN);
	EXPECT(stage_has(&s, "Asking the core"));
	tell(&s, connected);
	EXPECT_INT(stage_find(&s, "acme  Acme Ltd"), 1);
	EXPECT(strstr(stage_row(&s, 1), "connected") != NULL);
	EXPECT(stage_has(&s, "Connected."));
	EXPECT(stage_has(&s, "+7******4567"));
	EXPECT(!stage_has(&s, "79001234567"));
	/* hostile names are shown, not obeyed */
	EXPECT(stage_has(&s, "Ann?[2J"));
	EXPECT(stage_has(&s, "android"));
	EXPECT(stage_has(&s, "18:35"));
	/* evidence: when, not how long ago */
	EXPECT(stage_has(&s, "18:39"));
	EXPECT(stage_has(&s, "40 ms"));
	EXPECT(stage_has(&s, "812"));
	EXPECT(stage_has(&s, "Last trouble 12 Nov 08:01: WhatsApp refused."));
	stage_finish(&s);
}

TEST(view_company_parts_by_tab)
{
	struct stage s;

	begin(&s, 24, 80, LANG_EN);
	tell(&s, connected);
	EXPECT(stage_has(&s, "Linked and on."));
	EXPECT(stage_has(&s, "Used elsewhere. (WhatsApp's code 440)"));
	stage_keys(&s, "\t");
	EXPECT(stage_has(&s, "Nothing has been logged"));
	fake_core_tell(s.core, ONE "/log?follow", "b-1", "log",
	    "{\"seq\":1,\"at\":\"2026-11-22T18:39:59.000Z\","
	    "\"level\":\"warn\",\"companyId\":\"acme\",\"text\":"
	    "\"2026-11-22T18:39:59.000Z level=warn mod=session session=acme "
	    "status=qr\"}");
	stage_settle(&s);
	EXPECT(stage_has(&s, "session: status=qr"));
	stage_keys(&s, "\t");
	EXPECT(stage_has(&s, "12 Nov 08:00 +7******4567"));
	stage_keys(&s, "\t");
	EXPECT(stage_has(&s, "Too many reconnections."));
	EXPECT(stage_has(&s, "WhatsApp answered, last at 18:39."));
	EXPECT(!stage_has(&s, "60 seconds ago"));
	stage_keys(&s, "\t");
	EXPECT(stage_has(&s, "Used elsewhere."));
	stage_finish(&s);
}

/* Two checks that fail for one reason say it once. */
TEST(view_company_says_a_reason_once)
{
	struct stage s;
	int row;

	stage_init(&s);
	fake_core_stream(s.core, ONE "/events");
	fake_core_data(s.core, "GET", ONE "/health", "{\"checks\":["
	    "{\"name\":\"linked\",\"ok\":false,\"detail\":\"Unlinked.\"},"
	    "{\"name\":\"connected\",\"ok\":false,"
	    "\"detail\":\"Unlinked.\"},"
	    "{\"name\":\"prekeys\",\"ok\":false,\"detail\":\"Few.\"}]}");
	stage_start(&s, 43, 132, LANG_EN);
	stage_show(&s, &view_company, "acme");
	tell(&s, connected);
	row = stage_find(&s, "Unlinked.");
	EXPECT(row > 0 && strstr(stage_row(&s, row), "linked") != NULL);
	EXPECT(strstr(stage_row(&s, row + 1), "connected") != NULL);
	EXPECT(strstr(stage_row(&s, row + 1), "not ok") != NULL);
	EXPECT(strstr(stage_row(&s, row + 1), "Unlinked.") == NULL);
	EXPECT(strstr(stage_row(&s, row + 2), "Few.") != NULL);
	stage_finish(&s);
}

TEST(view_company_history_goes_on_at_its_end)
{
	struct stage s;

	begin(&s, 24, 80, LANG_EN);
	tell(&s, connected);
	EXPECT(!stage_has(&s, "Made."));
	stage_keys(&s, "j");
	EXPECT_INT(fake_core_asked(s.core, "GET", ONE "/history?cursor=11"),
	    1);
	EXPECT(stage_has(&s, "1 Mar 2025"));
	EXPECT(stage_has(&s, "Made."));
	/* there are no older ones */
	stage_keys(&s, "G");
	EXPECT_INT(fake_core_asked(s.core, "GET", ONE "/history?cursor=11"),
	    1);
	stage_finish(&s);
}

TEST(view_company_counts_down)
{
	struct stage s;

	begin(&s, 24, 80, LANG_EN);
	tell(&s, retrying);
	EXPECT(stage_has(&s, "Connection lost."));
	EXPECT(!stage_has(&s, "41 seconds"));
	EXPECT(stage_has(&s, "in 2:00") || stage_has(&s, "in 1:5"));
	stage_finish(&s);
}

/* Nothing that an idle screen would send. */
TEST(view_company_quiet_when_nothing_changed)
{
	struct stage s;
	size_t n;

	begin(&s, 24, 80, LANG_EN);
	tell(&s, connected);
	(void)screen_take_sent(s.screen, &n);
	tell(&s, connected);
	(void)screen_take_sent(s.screen, &n);
	EXPECT_INT(n, 0);
	stage_finish(&s);
}

TEST(view_company_gone_and_lost)
{
	struct stage s;

	begin(&s, 24, 80, LANG_EN);
	tell(&s, connected);
	fake_core_go(s.core, true);
	stage_settle(&s);
	EXPECT(stage_has(&s, "as of 18:40"));
	EXPECT(stage_has(&s, "Connected."));
	stage_finish(&s);

	begin(&s, 24, 80, LANG_EN);
	tell(&s, connected);
	fake_core_tell(s.core, ONE "/events", "b-4", "error",
	    "{\"errorCode\":\"SESSION_NOT_FOUND\",\"companyId\":\"acme\"}");
	fake_core_end_streams(s.core, ONE "/events");
	stage_settle(&s);
	EXPECT(stage_has(&s, "is not there any more"));
	EXPECT(!stage_has(&s, "as of"));
	stage_finish(&s);
}

TEST(view_company_at_many_sizes)
{
	static const int sizes[][2] = { { 10, 40 }, { 43, 132 }, { 60, 200 },
	    { 5, 20 }, { 1, 1 }, { 24, 80 } };
	struct stage s;

	begin(&s, 24, 80, LANG_RU);
	tell(&s, connected);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		stage_resize(&s, sizes[i][0], sizes[i][1]);
		if (sizes[i][0] >= 40) {        /* all parts at once */
			EXPECT(stage_has(&s, "События"));
			EXPECT(stage_has(&s, "Too many reconnections."));
			EXPECT(stage_has(&s, "Used elsewhere."));
		}
		if (sizes[i][0] >= 10)
			EXPECT(stage_has(&s, "acme"));
	}
	EXPECT(stage_has(&s, "подключена"));
	stage_finish(&s);
}
