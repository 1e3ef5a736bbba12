#include "core/session/verdict.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

static void
failure_of(const char *reason, struct verdict *out)
{
	struct node *node = node_create("failure");

	node_set(node, "reason", reason);
	verdict_of_failure(node, out);
	node_destroy(node);
}

static void
stream_error_of(const char *code, const char *child, const char *type,
    struct verdict *out)
{
	struct node *node = node_create("stream:error");

	node_set(node, "code", code);
	if (child != NULL)
		node_set(node_add_new(node, child), "type", type);
	verdict_of_stream_error(node, out);
	node_destroy(node);
}

/* users.md 6 and protocol notes 11.2, row by row */
static const struct {
	const char *reason;
	enum verdict_act act;
	enum wa_reason shown;
} failures[] = {
	{ "400", ACT_LIMITED, WA_REASON_REFUSED },
	{ "401", ACT_RETIRE, WA_REASON_UNLINKED },
	{ "402", ACT_WAIT, WA_REASON_TEMPORARY },
	{ "403", ACT_RETIRE, WA_REASON_ACCOUNT_LOCKED },
	{ "404", ACT_LIMITED, WA_REASON_REFUSED },
	{ "405", ACT_VERSION, WA_REASON_CLIENT_OUTDATED },
	{ "406", ACT_RETIRE, WA_REASON_PERMANENT },
	{ "408", ACT_RETRY, WA_REASON_CONNECTION_LOST },
	{ "409", ACT_HALT, WA_REASON_BAD_AGENT },
	{ "411", ACT_HALT, WA_REASON_MULTIDEVICE_OFF },
	{ "413", ACT_RETRY, WA_REASON_REFUSED },
	{ "414", ACT_RETRY, WA_REASON_REFUSED },
	{ "415", ACT_RETRY, WA_REASON_REFUSED },
	{ "418", ACT_LIMITED, WA_REASON_REFUSED },
	{ "428", ACT_RETRY, WA_REASON_CONNECTION_LOST },
	{ "429", ACT_WAIT, WA_REASON_RATE_LIMITED },
	{ "440", ACT_CONFLICT, WA_REASON_REPLACED },
	{ "500", ACT_RETRY, WA_REASON_SERVER_BUSY },
	{ "501", ACT_LIMITED, WA_REASON_REFUSED },
	{ "503", ACT_RETRY, WA_REASON_SERVER_BUSY },
	{ "599", ACT_RETRY, WA_REASON_SERVER_BUSY },
	{ "515", ACT_RESTART, WA_REASON_CONNECTION_LOST },
	{ "516", ACT_RETIRE, WA_REASON_UNLINKED },
	/* nobody's: never a reason to give a link up */
	{ "1", ACT_LIMITED, WA_REASON_REFUSED },
	{ "499", ACT_LIMITED, WA_REASON_REFUSED },
	{ "600", ACT_LIMITED, WA_REASON_REFUSED },
	{ "40100000", ACT_LIMITED, WA_REASON_REFUSED },
	{ "-401", ACT_LIMITED, WA_REASON_REFUSED },
	{ "401x", ACT_LIMITED, WA_REASON_REFUSED },
	{ "", ACT_LIMITED, WA_REASON_REFUSED },
	{ NULL, ACT_LIMITED, WA_REASON_REFUSED },
};

TEST(verdict_of_every_failure)
{
	struct verdict v;

	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		memset(&v, 0x5a, sizeof v);
		failure_of(failures[i].reason, &v);
		if (v.act != failures[i].act ||
		    v.reason != failures[i].shown)
			t_fail(__FILE__, __LINE__, "failure %s",
			    failures[i].reason);
		EXPECT_INT(v.stage, STAGE_LOGIN);
		EXPECT_INT(v.wait_s, 0);
		EXPECT_INT(v.ban_code, 0);
		EXPECT_STR(v.detail, "");
	}
}

static const struct {
	const char *code, *child, *type;
	enum verdict_act act;
	enum wa_reason shown;
} stream_errors[] = {
	{ "515", NULL, NULL, ACT_RESTART, WA_REASON_CONNECTION_LOST },
	{ "516", NULL, NULL, ACT_RETIRE, WA_REASON_UNLINKED },
	{ "401", "conflict", "device_removed", ACT_RETIRE,
	    WA_REASON_UNLINKED },
	{ "401", NULL, NULL, ACT_RETRY, WA_REASON_CONNECTION_LOST },
	{ "401", "conflict", "replaced", ACT_CONFLICT, WA_REASON_REPLACED },
	{ "409", NULL, NULL, ACT_CONFLICT, WA_REASON_REPLACED },
	{ "440", NULL, NULL, ACT_CONFLICT, WA_REASON_REPLACED },
	{ NULL, "conflict", "replaced", ACT_CONFLICT, WA_REASON_REPLACED },
	{ NULL, "conflict", "device_removed", ACT_RETIRE,
	    WA_REASON_UNLINKED },
	{ NULL, "conflict", NULL, ACT_CONFLICT, WA_REASON_REPLACED },
	{ NULL, "conflict", "something", ACT_CONFLICT, WA_REASON_REPLACED },
	{ "503", NULL, NULL, ACT_RETRY, WA_REASON_SERVER_BUSY },
	{ "500", NULL, NULL, ACT_RETRY, WA_REASON_SERVER_BUSY },
	{ "408", NULL, NULL, ACT_RETRY, WA_REASON_CONNECTION_LOST },
	{ "402", NULL, NULL, ACT_WAIT, WA_REASON_TEMPORARY },
	{ "403", NULL, NULL, ACT_RETIRE, WA_REASON_ACCOUNT_LOCKED },
	{ "405", NULL, NULL, ACT_VERSION, WA_REASON_CLIENT_OUTDATED },
	{ "406", NULL, NULL, ACT_RETIRE, WA_REASON_PERMANENT },
	{ "411", NULL, NULL, ACT_HALT, WA_REASON_MULTIDEVICE_OFF },
	{ "418", NULL, NULL, ACT_LIMITED, WA_REASON_REFUSED },
	{ "429", NULL, NULL, ACT_WAIT, WA_REASON_RATE_LIMITED },
	{ "501", NULL, NULL, ACT_LIMITED, WA_REASON_REFUSED },
	{ NULL, "ack", NULL, ACT_RETRY, WA_REASON_REFUSED },
	{ NULL, "xml-not-well-formed", NULL, ACT_RETRY, WA_REASON_REFUSED },
	{ NULL, NULL, NULL, ACT_RETRY, WA_REASON_CONNECTION_LOST },
	{ NULL, "something", NULL, ACT_RETRY, WA_REASON_CONNECTION_LOST },
	{ "7", NULL, NULL, ACT_LIMITED, WA_REASON_REFUSED },
};

TEST(verdict_of_every_stream_error)
{
	struct verdict v;

	for (size_t i = 0; i < ARRAY_LEN(stream_errors); i++) {
		memset(&v, 0x5a, sizeof v);
		stream_error_of(stream_errors[i].code, stream_errors[i].child,
		    stream_errors[i].type, &v);
		if (v.act != stream_errors[i].act ||
		    v.reason != stream_errors[i].shown)
			t_fail(__FILE__, __LINE__, "stream error %zu: %s %s",
			    i, stream_errors[i].code, stream_errors[i].child);
		EXPECT_INT(v.stage, STAGE_OPEN);
	}
}

/* A link is given up on these words of WhatsApp and on no others. */
TEST(verdict_gives_a_link_up_for_four_codes_only)
{
	struct verdict v;
	char code[8];

	for (int i = 0; i < 1000; i++) {
		str_format(code, sizeof code, "%d", i);
		failure_of(code, &v);
		EXPECT((v.act == ACT_RETIRE) == (i == 401 || i == 403 ||
		    i == 406 || i == 516));
		stream_error_of(code, NULL, NULL, &v);
		EXPECT((v.act == ACT_RETIRE) == (i == 403 || i == 406 ||
		    i == 516));
	}
}

static void
ban_of(const char *code, const char *expire, struct verdict *out)
{
	struct node *node = node_create("failure");

	node_set(node, "reason", "402");
	node_set(node, "code", code);
	node_set(node, "expire", expire);
	verdict_of_failure(node, out);
	node_destroy(node);
}

TEST(verdict_of_a_ban_has_its_code_and_end)
{
	struct verdict v;

	ban_of("104", "3600", &v);
	EXPECT_INT(v.ban_code, 104);
	EXPECT_INT(v.wait_s, 3600);
	ban_of(NULL, NULL, &v);
	EXPECT_INT(v.ban_code, 0);
	EXPECT_INT(v.wait_s, 0);
	ban_of("x", "-5", &v);
	EXPECT_INT(v.ban_code, 0);
	EXPECT_INT(v.wait_s, 0);
	/* a longer one than a year is tried after a year, not after an hour */
	ban_of("101", "18446744073709551615", &v);
	EXPECT_INT(v.wait_s, 366LL * 24 * 3600);
}

TEST(verdict_cleans_what_whatsapp_says)
{
	struct node *node = node_create("failure");
	char text[400] = "locked\nsession=x level=\033[31m";
	struct verdict v;

	memset(text + strlen(text), 'y', sizeof text - 1 - strlen(text));
	node_set(node, "reason", "403");
	node_set(node, "message", "the message");
	verdict_of_failure(node, &v);
	EXPECT_STR(v.detail, "the message");
	node_set(node, "logout_message_subtext", text);
	verdict_of_failure(node, &v);
	EXPECT(strlen(v.detail) < VERDICT_DETAIL_MAX);
	EXPECT(strncmp(v.detail, "locked?session=x level=?[31myyy", 31) == 0);
	for (const char *p = v.detail; *p != '\0'; p++)
		EXPECT((unsigned char)*p >= 0x20);
	node_destroy(node);
}

static const struct {
	enum err err;
	enum stage stage;
	int status;
	enum wa_reason shown;
} losses[] = {
	{ ERR_RESOLVE, STAGE_LOOKUP, 0, WA_REASON_NETWORK_BLOCKED },
	{ ERR_TIMEOUT, STAGE_LOOKUP, 0, WA_REASON_NETWORK_BLOCKED },
	{ ERR_CONNECT, STAGE_TCP, 0, WA_REASON_NETWORK_BLOCKED },
	{ ERR_TIMEOUT, STAGE_TCP, 0, WA_REASON_NETWORK_BLOCKED },
	{ ERR_TLS_CERT, STAGE_TLS, 0, WA_REASON_NETWORK_BLOCKED },
	{ ERR_UPGRADE, STAGE_UPGRADE, 403, WA_REASON_NETWORK_BLOCKED },
	{ ERR_UPGRADE, STAGE_UPGRADE, 302, WA_REASON_NETWORK_BLOCKED },
	{ ERR_UPGRADE, STAGE_UPGRADE, 429, WA_REASON_SERVER_BUSY },
	{ ERR_UPGRADE, STAGE_UPGRADE, 500, WA_REASON_SERVER_BUSY },
	{ ERR_UPGRADE, STAGE_UPGRADE, 503, WA_REASON_SERVER_BUSY },
	{ ERR_TIMEOUT, STAGE_UPGRADE, 0, WA_REASON_NETWORK_BLOCKED },
	{ ERR_TIMEOUT, STAGE_NOISE, 0, WA_REASON_NOT_ANSWERING },
	{ ERR_CLOSED, STAGE_NOISE, 0, WA_REASON_CONNECTION_LOST },
	{ ERR_CERT_SIGNATURE, STAGE_NOISE, 0, WA_REASON_NETWORK_BLOCKED },
	{ ERR_CERT_TIME, STAGE_NOISE, 0, WA_REASON_NETWORK_BLOCKED },
	{ ERR_CLOSED, STAGE_OPEN, 0, WA_REASON_CONNECTION_LOST },
	{ ERR_AUTH, STAGE_OPEN, 0, WA_REASON_CONNECTION_LOST },
	{ ERR_MALFORMED, STAGE_OPEN, 0, WA_REASON_CONNECTION_LOST },
};

TEST(verdict_of_a_loss_names_whose_it_is)
{
	struct verdict v;

	for (size_t i = 0; i < ARRAY_LEN(losses); i++) {
		verdict_of_loss(losses[i].err, losses[i].stage,
		    losses[i].status, NULL, &v);
		EXPECT_INT(v.act, ACT_RETRY);
		EXPECT_INT(v.reason, losses[i].shown);
		EXPECT_INT(v.stage, losses[i].stage);
		EXPECT_INT(v.code, losses[i].status);
		EXPECT_STR(v.detail, err_text(losses[i].err));
	}
	verdict_of_loss(ERR_TLS, STAGE_TLS, 0, "bad\r\nthing", &v);
	EXPECT_STR(v.detail, "bad??thing");
	verdict_of_silence(STAGE_OPEN, &v);
	EXPECT_INT(v.act, ACT_RETRY);
	EXPECT_INT(v.reason, WA_REASON_NOT_ANSWERING);
	EXPECT_INT(v.stage, STAGE_OPEN);
}
