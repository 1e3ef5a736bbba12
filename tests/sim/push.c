#include "tests/sim/push.h"

#include <string.h>

#include "core/base/mem.h"
#include "tests/sim/code.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/login.h"
#include "tests/sim/makes.h"
#include "tests/sim/offline.h"
#include "tests/sim/owed.h"
#include "tests/sim/pairing.h"
#include "tests/sim/prekeys.h"
#include "tests/sim/serve.h"
#include "tests/sim/spoil.h"

#define S "@s.whatsapp.net"

static void
send_owed(struct conn *c, struct node *n)
{
	owed_ack(c, n, false);
	conn_send(c, n);
}

/* --- nodes ------------------------------------------------------------- */

static const char *
push_node(struct conn *c, const cJSON *cmd)
{
	struct node *n = makes_from_json(cJSON_GetObjectItem(cmd, "node"));

	if (n == NULL)
		return "node: needs tag, attrs, content";
	if (json_bool(cmd, "ack", false))
		owed_ack(c, n, false);
	if (json_is(cmd, "what", "zlib"))
		conn_send_zlib(c, n);
	else
		conn_send(c, n);
	return NULL;
}

static const char *
push_message(struct conn *c, const cJSON *cmd)
{
	int64_t n = json_int(cmd, "n", 1);

	for (int64_t i = 0; i < n && !c->closing; i++) {
		struct node *m = makes_message(c, cmd);

		if (json_bool(cmd, "offline", false))
			node_set_u64(m, "offline", (uint64_t)(n - i - 1));
		send_owed(c, m);
	}
	return NULL;
}

static const char *
push_receipt(struct conn *c, const cJSON *cmd)
{
	for (int64_t i = json_int(cmd, "n", 1); i > 0 && !c->closing; i--)
		send_owed(c, makes_receipt(c, cmd));
	return NULL;
}

static void
push_all_notifications(struct conn *c)
{
	for (size_t i = 0; makes_notification_types[i] != NULL; i++)
		send_owed(c, makes_notification(c,
		    makes_notification_types[i]));
}

static const char *
push_notification(struct conn *c, const cJSON *cmd)
{
	const char *type = json_text(cmd, "type");

	if (type != NULL && strcmp(type, "all") == 0) {
		push_all_notifications(c);
		return NULL;
	}
	for (int64_t i = json_int(cmd, "n", 1); i > 0 && !c->closing; i--)
		send_owed(c, makes_notification(c,
		    type == NULL ? "account_sync" : type));
	return NULL;
}

static const char *
push_call(struct conn *c, const cJSON *cmd)
{
	send_owed(c, makes_call(c, json_text(cmd, "child")));
	return NULL;
}

static const char *
push_stanzas(struct conn *c, const cJSON *cmd)
{
	static const char *const receipts[] = { NULL, "read", "played",
	    "sender", "inactive", "retry" };
	static const char *const calls[] = { "offer", "terminate",
	    "relaylatency", "transport", "accept", "reject" };

	push_all_notifications(c);
	for (size_t i = 0; i < ARRAY_LEN(receipts); i++) {
		struct node *n = makes_receipt(c, NULL);

		node_set(n, "type", receipts[i]);
		send_owed(c, n);
	}
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		send_owed(c, makes_call(c, calls[i]));
	return push_message(c, cmd);
}

static const char *
push_offline(struct conn *c, const cJSON *cmd)
{
	struct backlog *b = &c->device->backlog;

	b->messages = (uint32_t)json_int(cmd, "messages", 0);
	b->receipts = (uint32_t)json_int(cmd, "receipts", 0);
	b->notifications = (uint32_t)json_int(cmd, "notifications", 0);
	b->batch = (uint32_t)json_int(cmd, "batch", 0);
	offline_preview(c);
	offline_start(c);
	return NULL;
}

static const char *
push_identity_change(struct conn *c, const cJSON *cmd)
{
	(void)cmd;
	send_owed(c, makes_notification(c, "encrypt"));
	return NULL;
}

static const char *
push_low_prekeys(struct conn *c, const cJSON *cmd)
{
	prekeys_notice(c, (uint32_t)json_int(cmd, "value",
	    c->device->prekeys));
	return NULL;
}

/* --- information broadcasts -------------------------------------------- */

static struct node *
ib(const char *child, struct node **inner)
{
	struct node *n = node_create("ib");

	node_set(n, "from", S);
	*inner = node_add_new(n, child);
	return n;
}

static const char *
push_downgrade(struct conn *c, const cJSON *cmd)
{
	struct node *inner;

	(void)cmd;
	conn_send(c, ib("downgrade_webclient", &inner));
	return NULL;
}

static const char *
push_dirty(struct conn *c, const cJSON *cmd)
{
	const char *type = json_text(cmd, "type");
	struct node *inner, *n = ib("dirty", &inner);

	node_set(inner, "type", type == NULL ? "account_sync" : type);
	node_set_u64(inner, "timestamp", (uint64_t)sim_wall_s());
	conn_send(c, n);
	return NULL;
}

static const char *
push_edge_routing(struct conn *c, const cJSON *cmd)
{
	struct node *inner, *n = ib("edge_routing", &inner);

	(void)cmd;
	node_set_bytes(node_add_new(inner, "routing_info"),
	    "\x08\x12\x08\x05", 4);
	node_add_new(inner, "dns_domain");
	conn_send(c, n);
	return NULL;
}

static const char *
push_client_expiration(struct conn *c, const cJSON *cmd)
{
	struct node *inner, *n = ib("client_expiration", &inner);

	node_set_u64(inner, "t", (uint64_t)json_int(cmd, "t",
	    sim_wall_s() + 86400));
	conn_send(c, n);
	return NULL;
}

static const char *
push_thread_metadata(struct conn *c, const cJSON *cmd)
{
	struct node *inner, *n = ib("thread_metadata", &inner);

	(void)cmd;
	node_set(node_add_new(inner, "item"), "jid", "15550001234@s.whatsapp.net");
	conn_send(c, n);
	return NULL;
}

static const char *
push_unknown(struct conn *c, const cJSON *cmd)
{
	struct node *n = node_create("zzz_unknown"), *iq = node_create("iq");

	(void)cmd;
	node_set(n, "from", S);
	node_set(n, "id", "zzz1");
	node_add_new(n, "nobody_knows");
	conn_send(c, n);
	node_set(iq, "from", S);
	node_set(iq, "id", "zzz2");
	node_set(iq, "type", "set");
	node_set(iq, "xmlns", "md");
	node_add_new(iq, "pair-device-later");
	conn_send(c, iq);
	return NULL;
}

/* --- linking ----------------------------------------------------------- */

static const char *
push_pair_device(struct conn *c, const cJSON *cmd)
{
	if (c->pairing == NULL)
		return "not linking";
	pairing_send_refs(c, (uint32_t)json_int(cmd, "refs",
	    c->sim->set.refs), json_text(cmd, "how"));
	return NULL;
}

static const char *
push_refresh_code(struct conn *c, const cJSON *cmd)
{
	return code_refresh(c, json_bool(cmd, "manual", false)) ? NULL :
	    "no code was asked for";
}

static const char *
push_primary_hello(struct conn *c, const cJSON *cmd)
{
	(void)cmd;
	return code_repeat(c) ? NULL : "no code was typed";
}

static const char *
push_new_adv_secret(struct conn *c, const cJSON *cmd)
{
	const char *form = json_text(cmd, "form");
	struct node *n = serve_notification(c, "companion_reg_refresh");

	node_add_new(n, form == NULL ? "companion_reg_refresh" : form);
	send_owed(c, n);
	return NULL;
}

static const char *
push_passkey(struct conn *c, const cJSON *cmd)
{
	(void)cmd;
	code_passkey(c);
	return NULL;
}

/* --- the connection ---------------------------------------------------- */

static const char *
push_stream_error(struct conn *c, const cJSON *cmd)
{
	login_stream_error(c, cmd);
	return NULL;
}

static const char *
push_stream_end(struct conn *c, const cJSON *cmd)
{
	if (json_bool(cmd, "close", true))
		login_stream_end(c);
	else
		conn_send(c, node_create("xmlstreamend"));
	return NULL;
}

static const char *
push_close(struct conn *c, const cJSON *cmd)
{
	conn_close_code(c, "push", (uint16_t)json_int(cmd, "ws_code", 1000));
	return NULL;
}

static const char *
push_reset(struct conn *c, const cJSON *cmd)
{
	(void)cmd;
	conn_reset(c, "push");
	return NULL;
}

static const char *
push_stall(struct conn *c, const cJSON *cmd)
{
	conn_stall(c, json_int(cmd, "ms", 0));
	return NULL;
}

static const char *
push_ping(struct conn *c, const cJSON *cmd)
{
	serve_ping(c, json_text(cmd, "id"), json_is(cmd, "form", "child"));
	return NULL;
}

static const char *
push_ws_ping(struct conn *c, const cJSON *cmd)
{
	(void)cmd;
	conn_message(c, WS_PING, "sim", 3);
	return NULL;
}

/* The start of a frame, then nothing more. */
static const char *
push_partial(struct conn *c, const cJSON *cmd)
{
	/* says 65535 bytes and never has them all */
	static const uint8_t head[4096] = { 0, 255, 255, 1, 2, 3 };
	int64_t n = json_int(cmd, "bytes", 2);

	if (n < 1 || n > (int64_t)sizeof head)
		return "bytes: 1 to 4096";
	conn_message(c, WS_BINARY, head, (size_t)n);
	if (json_is(cmd, "then", "reset"))
		conn_reset(c, "push");
	else if (json_is(cmd, "then", "stall"))
		conn_stall(c, 0);
	else
		conn_close(c, "push");
	return NULL;
}

static const struct {
	const char *what;
	bool needs_device;      /* only once logged in */
	const char *(*fn)(struct conn *c, const cJSON *cmd);
} pushes[] = {
	{ "node", false, push_node }, { "zlib", false, push_node },
	{ "stream-error", false, push_stream_error },
	{ "stream-end", false, push_stream_end },
	{ "close", false, push_close }, { "reset", false, push_reset },
	{ "stall", false, push_stall }, { "ping", false, push_ping },
	{ "ws-ping", false, push_ws_ping },
	{ "partial", false, push_partial },
	{ "pair-device", false, push_pair_device },
	{ "refresh-code", false, push_refresh_code },
	{ "primary-hello", false, push_primary_hello },
	{ "new-adv-secret", false, push_new_adv_secret },
	{ "passkey", false, push_passkey },
	{ "downgrade", false, push_downgrade },
	{ "low-prekeys", true, push_low_prekeys },
	{ "identity-change", true, push_identity_change },
	{ "dirty", false, push_dirty },
	{ "edge-routing", false, push_edge_routing },
	{ "client-expiration", false, push_client_expiration },
	{ "thread-metadata", false, push_thread_metadata },
	{ "unknown", false, push_unknown },
	{ "message", true, push_message }, { "receipt", true, push_receipt },
	{ "notification", true, push_notification },
	{ "call", true, push_call }, { "stanzas", true, push_stanzas },
	{ "offline", true, push_offline },
};

const char *
push_to(struct conn *c, const cJSON *cmd)
{
	const char *what = json_text(cmd, "what");

	if (!c->is_transport && strcmp(what, "reset") != 0 &&
	    strcmp(what, "close") != 0 && strcmp(what, "stall") != 0)
		return "no handshake yet";
	for (size_t i = 0; i < ARRAY_LEN(pushes); i++) {
		if (strcmp(pushes[i].what, what) != 0)
			continue;
		if (pushes[i].needs_device && c->stage != STAGE_ONLINE)
			return "not logged in";
		return pushes[i].fn(c, cmd);
	}
	return spoil_send(c, what, json_int(cmd, "bytes", 0)) ? NULL :
	    "no such push";
}
