#include "core/session/status.h"

#include <string.h>

#include "core/base/mem.h"
#include "tests/t.h"

/* The HTTP contract's table, written out once more on purpose: a name that
 * changes here breaks everybody who reads it. */
static const struct {
	const char *status, *reasons[8];
} contract[] = {
	{ "idle", { "never_linked", "code_expired", "paused",
	    "not_running" } },
	{ "connecting", { "name_lookup", "tcp", "tls", "upgrade", "noise",
	    "login" } },
	{ "qr", { "" } },
	{ "code", { "" } },
	{ "pairing", { "finishing" } },
	{ "passkey_required", { "passkey" } },
	{ "connected", { "ok", "limited", "phone_silent" } },
	{ "reconnecting", { "network_blocked", "not_answering", "server_busy",
	    "refused", "connection_lost" } },
	{ "logged_out", { "unlinked", "account_locked" } },
	{ "banned", { "temporary", "permanent" } },
	{ "conflict", { "replaced" } },
	{ "cooldown", { "rate_limited", "budget" } },
	{ "outdated", { "client_outdated", "bad_agent", "multidevice_off" } },
	{ "error", { "store_damaged", "internal" } },
};

TEST(status_table_is_the_contract)
{
	int reasons = 0;

	EXPECT_INT(ARRAY_LEN(contract), WA_STATUS_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(contract); i++) {
		enum wa_status status;

		ASSERT(wa_status_from_name(contract[i].status, &status));
		EXPECT_INT(status, i);
		EXPECT_STR(wa_status_name(status), contract[i].status);
		for (int j = 0; j < 8 && contract[i].reasons[j] != NULL; j++) {
			enum wa_reason reason;

			ASSERT(wa_reason_from_name(contract[i].reasons[j],
			    &reason));
			EXPECT(wa_reason_fits(status, reason));
			reasons += reason != WA_REASON_NONE;
		}
	}
	EXPECT_INT(reasons + 1, WA_REASON_COUNT);
}

TEST(status_names_go_both_ways)
{
	for (int i = 0; i < WA_REASON_COUNT; i++) {
		enum wa_reason reason = WA_REASON_COUNT;

		EXPECT(wa_reason_from_name(wa_reason_name((enum wa_reason)i),
		    &reason));
		EXPECT_INT(reason, i);
	}
}

TEST(status_unknown_names_are_refused)
{
	static const char *const bad[] = { "OK", "ok ", "never", "connected_",
	    "none" };
	enum wa_status status = WA_STATUS_QR;
	enum wa_reason reason = WA_REASON_TLS;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		EXPECT(!wa_status_from_name(bad[i], &status));
		EXPECT(!wa_reason_from_name(bad[i], &reason));
	}
	EXPECT(!wa_status_from_name("", &status));
	EXPECT_INT(status, WA_STATUS_QR);
	EXPECT_INT(reason, WA_REASON_TLS);
}

TEST(status_each_reason_fits_its_status_alone)
{
	for (int r = WA_REASON_NONE + 1; r < WA_REASON_COUNT; r++) {
		enum wa_status own = WA_STATUS_COUNT;
		int fits = 0;

		EXPECT(wa_reason_status((enum wa_reason)r, &own));
		for (int s = 0; s < WA_STATUS_COUNT; s++)
			fits += wa_reason_fits((enum wa_status)s,
			    (enum wa_reason)r);
		EXPECT_INT(fits, 1);
		EXPECT(wa_reason_fits(own, (enum wa_reason)r));
	}
}

TEST(status_no_reason_goes_with_codes_only)
{
	enum wa_status own = WA_STATUS_BANNED;

	for (int s = 0; s < WA_STATUS_COUNT; s++)
		EXPECT_INT(wa_reason_fits((enum wa_status)s, WA_REASON_NONE),
		    s == WA_STATUS_QR || s == WA_STATUS_CODE);
	EXPECT(!wa_reason_status(WA_REASON_NONE, &own));
	EXPECT_INT(own, WA_STATUS_BANNED);
	EXPECT(!wa_reason_fits(WA_STATUS_ERROR, (enum wa_reason)9999));
}

TEST(status_error_codes_of_answers)
{
	EXPECT_STR(wa_reason_error_code(WA_REASON_CODE_EXPIRED),
	    "CONNECTION_CLOSED");
	EXPECT_STR(wa_reason_error_code(WA_REASON_NETWORK_BLOCKED),
	    "CONNECTION_CLOSED");
	EXPECT_STR(wa_reason_error_code(WA_REASON_RATE_LIMITED),
	    "RATE_LIMITED");
	EXPECT_STR(wa_reason_error_code(WA_REASON_BUDGET), "RATE_LIMITED");
	EXPECT_STR(wa_reason_error_code(WA_REASON_CLIENT_OUTDATED),
	    "CLIENT_OUTDATED");
	EXPECT_STR(wa_reason_error_code(WA_REASON_NEVER_LINKED), "NOT_LINKED");
	EXPECT_STR(wa_reason_error_code(WA_REASON_INTERNAL), "INTERNAL_ERROR");
	EXPECT_NULL(wa_reason_error_code(WA_REASON_OK));
	EXPECT_NULL(wa_reason_error_code(WA_REASON_LOGIN));
}

TEST(status_out_of_range_is_an_error)
{
	EXPECT_STR(wa_status_name((enum wa_status)9999), "error");
	EXPECT_STR(wa_reason_name((enum wa_reason)9999), "internal");
	EXPECT_STR(wa_reason_error_code((enum wa_reason)9999),
	    "INTERNAL_ERROR");
}
