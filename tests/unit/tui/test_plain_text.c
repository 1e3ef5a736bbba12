#include "tui/console/plain_text.h"

#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"
#include "tui/console/plain_link.h"

#define NOW 1700000000000

static void
put(struct fleet *fleet, const char *json)
{
	cJSON *o = cJSON_Parse(json);

	EXPECT(o != NULL);
	EXPECT(fleet_put(fleet, o, NULL) != NULL);
	cJSON_Delete(o);
}

#define CONNECTED(id, version) "{\"companyId\":\"" id "\"," \
	"\"status\":\"connected\",\"reason\":\"ok\",\"connected\":true," \
	"\"name\":\"\",\"phoneNumber\":\"79001234567\"," \
	"\"stateVersion\":" version "}"
#define LOST(id, version) "{\"companyId\":\"" id "\"," \
	"\"status\":\"reconnecting\",\"reason\":\"connection_lost\"," \
	"\"phoneNumber\":\"79001234567\",\"stateVersion\":" version "," \
	"\"nextAttemptAt\":\"2023-11-14T22:13:25.000Z\"}"
#define LOCKED(id, version) "{\"companyId\":\"" id "\"," \
	"\"status\":\"logged_out\",\"reason\":\"account_locked\"," \
	"\"stateVersion\":" version "}"

TEST(plain_summary_counts)
{
	struct fleet *fleet = fleet_create();
	char line[PLAIN_LINE_MAX];

	plain_summary(fleet, LANG_EN, line, sizeof line);
	EXPECT_STR(line, "0 companies.");
	put(fleet, CONNECTED("acme", "1"));
	plain_summary(fleet, LANG_EN, line, sizeof line);
	EXPECT_STR(line, "1 company: connected 1.");
	put(fleet, CONNECTED("beta", "1"));
	put(fleet, LOST("gamma", "1"));
	put(fleet, LOCKED("delta", "1"));
	plain_summary(fleet, LANG_EN, line, sizeof line);
	EXPECT(strstr(line, "4 companies: ") == line);
	EXPECT(strstr(line, "connected 2") != NULL);
	EXPECT(strstr(line, "reconnecting 1") != NULL);
	EXPECT(strstr(line, " 1 needs somebody.") != NULL);
	plain_summary(fleet, LANG_RU, line, sizeof line);
	EXPECT(strstr(line, "4 компании: ") == line);
	/* cut, but whole */
	plain_summary(fleet, LANG_EN, line, 10);
	EXPECT(strlen(line) < 10);
	fleet_destroy(fleet);
}

TEST(plain_row_says_what_is_next)
{
	struct fleet *fleet = fleet_create();
	char line[PLAIN_LINE_MAX];

	put(fleet, "{\"companyId\":\"acme\",\"name\":\"Acme\\u001b Ltd\","
	    "\"status\":\"logged_out\",\"reason\":\"account_locked\","
	    "\"stateVersion\":1}");
	plain_row(fleet_find(fleet, "acme"), 3, LANG_EN, NOW, line,
	    sizeof line);
	EXPECT(strstr(line, "3. acme, Acme") == line);
	EXPECT(strchr(line, '\033') == NULL);
	EXPECT(strstr(line, "; ") != NULL);
	fleet_destroy(fleet);
}

TEST(plain_news_tell_status_and_why)
{
	struct fleet *fleet = fleet_create();
	char line[PLAIN_LINE_MAX];

	put(fleet, LOST("acme", "1"));
	plain_news(fleet_find(fleet, "acme"), LANG_EN, NOW, line,
	    sizeof line);
	EXPECT(strstr(line, " acme: reconnecting. Connection lost, retry in "
	    "5 s") != NULL);
	EXPECT(line[2] == ':' && line[5] == ':' && line[8] == ' ');
	fleet_destroy(fleet);
}

TEST(plain_spell_reads_aloud)
{
	char out[32], tight[8];

	plain_spell("ABCD-EFGH", out, sizeof out);
	EXPECT_STR(out, "A B C D - E F G H");
	plain_spell("ABCDEFGH", out, sizeof out);
	EXPECT_STR(out, "A B C D - E F G H");
	plain_spell("", out, sizeof out);
	EXPECT_STR(out, "");
	plain_spell("ABCD-EFGH", tight, sizeof tight);
	EXPECT(strlen(tight) < sizeof tight);
}

TEST(plain_number_is_only_a_number)
{
	size_t n = 7;

	EXPECT(plain_number("1", &n) && n == 1);
	EXPECT(plain_number("10000", &n) && n == 10000);
	EXPECT(!plain_number("0", &n));
	EXPECT(!plain_number("", &n));
	EXPECT(!plain_number("-1", &n));
	EXPECT(!plain_number("1 ", &n));
	EXPECT(!plain_number("1a", &n));
	EXPECT(!plain_number("99999999999999999999999", &n));
	EXPECT_INT(n, 10000);
}

TEST(plain_seen_tells_changes_once)
{
	struct plain_seen *seen = plain_seen_create();
	struct fleet *fleet = fleet_create();
	char id[COMPANY_ID_MAX + 1], json[512];

	put(fleet, CONNECTED("acme", "1"));
	EXPECT(!plain_seen_changed(seen, fleet_find(fleet, "acme")));
	EXPECT(!plain_seen_changed(seen, fleet_find(fleet, "acme")));
	put(fleet, LOST("acme", "2"));
	EXPECT(plain_seen_changed(seen, fleet_find(fleet, "acme")));
	EXPECT(!plain_seen_changed(seen, fleet_find(fleet, "acme")));
	/* it grows, and forgets nobody */
	for (int i = 0; i < 1000; i++) {
		str_format(id, sizeof id, "c%d", i);
		str_format(json, sizeof json, "{\"companyId\":\"%s\","
		    "\"status\":\"idle\",\"reason\":\"never_linked\","
		    "\"stateVersion\":1}", id);
		put(fleet, json);
		EXPECT(!plain_seen_changed(seen, fleet_find(fleet, id)));
	}
	EXPECT(!plain_seen_changed(seen, fleet_find(fleet, "acme")));
	for (int i = 0; i < 1000; i++) {
		str_format(id, sizeof id, "c%d", i);
		EXPECT(!plain_seen_changed(seen, fleet_find(fleet, id)));
	}
	put(fleet, CONNECTED("acme", "3"));
	EXPECT(plain_seen_changed(seen, fleet_find(fleet, "acme")));
	fleet_destroy(fleet);
	plain_seen_destroy(seen);
	plain_seen_destroy(NULL);
}

TEST(plain_seen_steps_are_no_news)
{
	struct plain_seen *seen = plain_seen_create();
	struct fleet *fleet = fleet_create();
	const struct row *row;

	put(fleet, CONNECTED("acme", "1"));
	row = fleet_find(fleet, "acme");
	(void)plain_seen_changed(seen, row);
	put(fleet, "{\"companyId\":\"acme\",\"status\":\"connecting\","
	    "\"reason\":\"tcp\",\"stateVersion\":2}");
	EXPECT(plain_seen_changed(seen, row));
	put(fleet, "{\"companyId\":\"acme\",\"status\":\"connecting\","
	    "\"reason\":\"tls\",\"stateVersion\":3}");
	EXPECT(!plain_seen_changed(seen, row));
	/* the same status for another reason is */
	put(fleet, LOST("acme", "4"));
	EXPECT(plain_seen_changed(seen, row));
	put(fleet, "{\"companyId\":\"acme\",\"status\":\"reconnecting\","
	    "\"reason\":\"not_answering\",\"stateVersion\":5}");
	EXPECT(plain_seen_changed(seen, row));
	fleet_destroy(fleet);
	plain_seen_destroy(seen);
}

TEST(plain_link_times_that_are_told)
{
	EXPECT_INT(plain_link_next_told(160), 60);
	EXPECT_INT(plain_link_next_told(61), 60);
	EXPECT_INT(plain_link_next_told(60), 30);
	EXPECT_INT(plain_link_next_told(31), 30);
	EXPECT_INT(plain_link_next_told(30), 10);
	EXPECT_INT(plain_link_next_told(10), 0);
	EXPECT_INT(plain_link_next_told(0), 0);
	EXPECT_INT(plain_link_next_told(-5), 0);
}
