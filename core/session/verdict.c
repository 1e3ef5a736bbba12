#include "core/session/verdict.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define CODE_MAX 99999
#define BAN_SECONDS_MAX (366LL * 24 * 3600)     /* a longer one is tried then */

struct code_row {
	unsigned code;
	enum verdict_act act;
	enum wa_reason reason;
};

/* <failure reason> and <stream:error code> alike: users.md 6 and protocol
 * notes 11 */
static const struct code_row codes[] = {
	{ 400, ACT_LIMITED,  WA_REASON_REFUSED },
	{ 401, ACT_RETIRE,   WA_REASON_UNLINKED },
	{ 402, ACT_WAIT,     WA_REASON_TEMPORARY },
	{ 403, ACT_RETIRE,   WA_REASON_ACCOUNT_LOCKED },
	{ 405, ACT_VERSION,  WA_REASON_CLIENT_OUTDATED },
	{ 406, ACT_RETIRE,   WA_REASON_PERMANENT },
	{ 408, ACT_RETRY,    WA_REASON_CONNECTION_LOST },
	{ 409, ACT_HALT,     WA_REASON_BAD_AGENT },
	{ 411, ACT_HALT,     WA_REASON_MULTIDEVICE_OFF },
	{ 413, ACT_RETRY,    WA_REASON_REFUSED },
	{ 414, ACT_RETRY,    WA_REASON_REFUSED },
	{ 415, ACT_RETRY,    WA_REASON_REFUSED },
	{ 418, ACT_LIMITED,  WA_REASON_REFUSED },
	{ 428, ACT_RETRY,    WA_REASON_CONNECTION_LOST },
	{ 429, ACT_WAIT,     WA_REASON_RATE_LIMITED },
	{ 440, ACT_CONFLICT, WA_REASON_REPLACED },
	{ 500, ACT_RETRY,    WA_REASON_SERVER_BUSY },
	{ 501, ACT_LIMITED,  WA_REASON_REFUSED },
	{ 503, ACT_RETRY,    WA_REASON_SERVER_BUSY },
	{ 515, ACT_RESTART,  WA_REASON_CONNECTION_LOST },
	{ 516, ACT_RETIRE,   WA_REASON_UNLINKED },
};

/* What means something else in a stream error; its children come first. */
static const struct code_row stream_codes[] = {
	/* without a device_removed child it may be noise: a failure 401
	 * follows at the next login if it is real */
	{ 401, ACT_RETRY,    WA_REASON_CONNECTION_LOST },
	{ 409, ACT_CONFLICT, WA_REASON_REPLACED },
};

static void
start(struct verdict *out, enum verdict_act act, enum wa_reason reason,
    unsigned code)
{
	memset(out, 0, sizeof *out);
	out->act = act;
	out->reason = reason;
	out->code = code;
	out->stage = STAGE_LOGIN;
}

static bool
look_up(const struct code_row *rows, size_t n, unsigned code,
    struct verdict *out)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].code == code) {
			start(out, rows[i].act, rows[i].reason, code);
			return true;
		}
	}
	return false;
}

static void
verdict_of_code(unsigned code, struct verdict *out)
{
	if (look_up(codes, ARRAY_LEN(codes), code, out))
		return;
	if (code >= 500 && code <= 599)
		start(out, ACT_RETRY, WA_REASON_SERVER_BUSY, code);
	else
		start(out, ACT_LIMITED, WA_REASON_REFUSED, code);
}

static unsigned
code_of(const struct node *node, const char *attr)
{
	uint64_t code = 0;

	return node_attr_u64(node, attr, CODE_MAX, &code) ? (unsigned)code : 0;
}

static void
set_detail(struct verdict *v, const char *text)
{
	if (text != NULL)
		str_clean(v->detail, sizeof v->detail, text, strlen(text));
}

/* 0 when it is not said, or in a way that is no number. */
static int64_t
ban_seconds(const struct node *failure)
{
	uint64_t seconds = 0;

	if (!node_attr_u64(failure, "expire", UINT64_MAX, &seconds))
		return 0;
	return seconds > BAN_SECONDS_MAX ? BAN_SECONDS_MAX : (int64_t)seconds;
}

void
verdict_of_failure(const struct node *failure, struct verdict *out)
{
	const char *header = node_attr(failure, "logout_message_header");
	const char *text = node_attr(failure, "logout_message_subtext");
	const char *message = node_attr(failure, "message");

	verdict_of_code(code_of(failure, "reason"), out);
	if (out->reason == WA_REASON_TEMPORARY) {
		out->ban_code = code_of(failure, "code");
		out->wait_s = ban_seconds(failure);
	}
	set_detail(out, text != NULL ? text : header != NULL ? header :
	    message);
}

static void
verdict_of_conflict(const struct node *conflict, unsigned code,
    struct verdict *out)
{
	const char *type = node_attr(conflict, "type");

	if (type != NULL && strcmp(type, "device_removed") == 0)
		start(out, ACT_RETIRE, WA_REASON_UNLINKED, code);
	else
		start(out, ACT_CONFLICT, WA_REASON_REPLACED, code);
	set_detail(out, type);
}

void
verdict_of_stream_error(const struct node *error, struct verdict *out)
{
	const struct node *conflict = node_child(error, "conflict");
	const struct node *ack = node_child(error, "ack");
	const unsigned code = code_of(error, "code");

	if (conflict != NULL) {
		verdict_of_conflict(conflict, code, out);
	} else if (ack != NULL ||
	    node_child(error, "xml-not-well-formed") != NULL) {
		/* a stanza of ours was refused: a bug worth a loud log line */
		start(out, ACT_RETRY, WA_REASON_REFUSED, code);
		str_format(out->detail, sizeof out->detail,
		    "WhatsApp rejected a stanza of ours");
	} else if (code == 0) {
		start(out, ACT_RETRY, WA_REASON_CONNECTION_LOST, 0);
	} else if (!look_up(stream_codes, ARRAY_LEN(stream_codes), code,
	    out)) {
		verdict_of_code(code, out);
	}
	out->stage = STAGE_OPEN;
}

static enum wa_reason
reason_of_upgrade(int http_status)
{
	if (http_status == 429 || (http_status >= 500 && http_status <= 599))
		return WA_REASON_SERVER_BUSY;
	return WA_REASON_NETWORK_BLOCKED;
}

void
verdict_of_loss(enum err err, enum stage stage, int http_status,
    const char *detail, struct verdict *out)
{
	enum wa_reason reason;

	if (stage < STAGE_UPGRADE)
		reason = WA_REASON_NETWORK_BLOCKED;
	else if (stage == STAGE_UPGRADE)
		reason = reason_of_upgrade(http_status);
	else if (err == ERR_TIMEOUT)
		reason = WA_REASON_NOT_ANSWERING;
	else if (stage == STAGE_NOISE && err != ERR_CLOSED)
		/* somebody else answers for WhatsApp, or our clock is wrong */
		reason = WA_REASON_NETWORK_BLOCKED;
	else
		reason = WA_REASON_CONNECTION_LOST;
	start(out, ACT_RETRY, reason, (unsigned)http_status);
	out->stage = stage;
	out->err = err;
	set_detail(out, detail != NULL ? detail : err_text(err));
}

void
verdict_of_silence(enum stage stage, struct verdict *out)
{
	start(out, ACT_RETRY, WA_REASON_NOT_ANSWERING, 0);
	out->stage = stage;
	set_detail(out, "no answer in time");
}

const char *
verdict_error_code(const struct verdict *v)
{
	return v->err == ERR_PAIR_VETO ? VERDICT_VETO_CODE :
	    wa_reason_error_code(v->reason);
}

enum wa_reason
verdict_stage_reason(enum stage stage)
{
	static const enum wa_reason reasons[STAGE_COUNT] = {
		[STAGE_LOOKUP] = WA_REASON_NAME_LOOKUP,
		[STAGE_TCP] = WA_REASON_TCP,
		/* the contract has no words of its own for these */
		[STAGE_PROXY_LOOKUP] = WA_REASON_NAME_LOOKUP,
		[STAGE_PROXY_TCP] = WA_REASON_TCP,
		[STAGE_PROXY] = WA_REASON_TCP,
		[STAGE_TLS] = WA_REASON_TLS,
		[STAGE_UPGRADE] = WA_REASON_UPGRADE,
		[STAGE_NOISE] = WA_REASON_NOISE,
		[STAGE_LOGIN] = WA_REASON_LOGIN,
		[STAGE_OPEN] = WA_REASON_LOGIN,
	};

	return reasons[stage];
}
