#include "httpd/fleet_query.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

/* What the parameters of a target ask for; r owns the texts. */
static const char *
ask(struct request *r, const char *target, struct fleet_query *out)
{
	request_init(r);
	EXPECT_INT(request_take_target(r, target, 2048), ERR_OK);
	return fleet_query_read(r, out);
}

TEST(fleet_query_reads_its_parameters)
{
	struct fleet_query q;
	struct request r;

	EXPECT_NULL(ask(&r, "/s", &q));
	EXPECT_INT(q.limit, 100);
	EXPECT_STR(q.cursor, "");
	EXPECT(!q.has_status && !q.problems);
	request_finish(&r);
	EXPECT_NULL(ask(&r, "/s?limit=1000&cursor=a-1_B&status=qr&q=%D0%AF",
	    &q));
	EXPECT_INT(q.limit, 1000);
	EXPECT_STR(q.cursor, "a-1_B");
	EXPECT(q.has_status && q.status == WA_STATUS_QR);
	EXPECT_STR(q.text, "я");
	request_finish(&r);
	EXPECT_NULL(ask(&r, "/s?status=problems", &q));
	EXPECT(q.problems);
	request_finish(&r);
}

TEST(fleet_query_names_what_is_wrong)
{
	static const struct { const char *target, *name; } bad[] = {
		{ "/s?limit=0", "limit" }, { "/s?limit=1001", "limit" },
		{ "/s?limit=-1", "limit" }, { "/s?limit=", "limit" },
		{ "/s?limit=1x", "limit" }, { "/s?cursor=../x", "cursor" },
		{ "/s?status=happy", "status" }, { "/s?q=%ff", "q" },
	};
	struct fleet_query q;
	struct request r;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		EXPECT_STR(ask(&r, bad[i].target, &q), bad[i].name);
		request_finish(&r);
	}
}

TEST(fleet_query_finds_text)
{
	static const struct { const char *text; bool found; } rows[] = {
		{ "", true }, { "acme", true }, { "ACME", true },
		{ "shop", true }, { "лАвКа", true }, { "Ёлка", true },
		{ "ЯРЬ", true }, { "4567", true }, { "234567", true },
		{ "7900", false }, { "456", false }, { "nothing", false },
	};
	const struct session_view view = { .company = "Acme-1",
	    .name = "Shop Лавка ёлкА ярь", .phone = "79001234567" };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char target[128] = "/s?q=", hex[HEX_LEN(1)];
		struct fleet_query q;
		struct request r;

		for (const char *p = rows[i].text; *p != '\0'; p++) {
			const size_t n = strlen(target);

			str_to_hex(hex, p, 1);
			str_format(target + n, sizeof target - n, "%%%s", hex);
		}
		EXPECT_NULL(ask(&r, target, &q));
		if (fleet_query_takes(&q, &view) != rows[i].found)
			t_fail(__FILE__, __LINE__, "q=%s", rows[i].text);
		request_finish(&r);
	}
}

TEST(fleet_problems_are_what_does_not_work)
{
	struct session_view view = { .status = WA_STATUS_CONNECTED,
	    .reason = WA_REASON_OK };
	const struct fleet_query problems = { .problems = true };

	EXPECT(!fleet_query_takes(&problems, &view));
	view.reason = WA_REASON_LIMITED;
	EXPECT(fleet_query_takes(&problems, &view));
	view.status = WA_STATUS_IDLE;
	view.reason = WA_REASON_PAUSED;
	EXPECT(!fleet_query_takes(&problems, &view));
	view.status = WA_STATUS_BANNED;
	EXPECT(fleet_query_takes(&problems, &view));
}
