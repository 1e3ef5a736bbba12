#include "tests/sim/serve.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/jid.h"
#include "tests/sim/check.h"
#include "tests/sim/code.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/login.h"
#include "tests/sim/owed.h"
#include "tests/sim/persist.h"
#include "tests/sim/prekeys.h"

/* --- reading ----------------------------------------------------------- */

const uint8_t *
serve_field(const struct node *parent, const char *tag, size_t n)
{
	size_t len;
	const uint8_t *p = node_child_bytes(parent, tag, &len);

	return len == n ? p : NULL;
}

/* --- building ---------------------------------------------------------- */

struct node *
serve_result(const char *id)
{
	struct node *n = node_create("iq");

	node_set(n, "from", JID_S);
	node_set(n, "type", "result");
	node_set(n, "id", id);
	return n;
}

void
serve_error(struct conn *c, const char *id, int code, const char *text)
{
	struct node *n = serve_result(id);
	struct node *error = node_add_new(n, "error");

	node_set(n, "type", "error");
	node_set_u64(error, "code", (uint64_t)code);
	node_set(error, "text", text);
	conn_send(c, n);
}

struct node *
serve_notification(struct conn *c, const char *type)
{
	struct node *n = node_create("notification");
	char id[40];

	conn_new_id(c, id, sizeof id);
	node_set(n, "from", JID_S);
	node_set(n, "type", type);
	node_set(n, "id", id);
	node_set_u64(n, "t", (uint64_t)sim_wall_s());
	return n;
}

static void
on_pong(struct conn *c, const struct node *iq)
{
	event_say(c->sim, c, "pong", "id", node_attr(iq, "id"));
}

void
serve_ping(struct conn *c, const char *id, bool with_child)
{
	struct node *n = node_create("iq");

	node_set(n, "from", JID_S);
	node_set(n, "type", "get");
	node_set(n, "xmlns", "urn:xmpp:ping");
	node_set_u64(n, "t", (uint64_t)sim_wall_s());
	node_set(n, "id", id);
	if (with_child)
		node_add_new(n, "ping");
	owed_answer(c, id, RULE_PING_ANSWER, on_pong);
	conn_send(c, n);
}

/* --- iqs --------------------------------------------------------------- */

static void
on_ping(struct conn *c, const struct node *iq, const struct node *child)
{
	struct node *n;
	const cJSON *f;

	(void)child;
	c->sim->count.pings++;
	c->pings++;
	event_say_int(c->sim, c, "ping", "n", c->pings);
	if ((f = fault_take(c, "ping")) != NULL) {
		if (json_is(f, "how", "error"))
			serve_error(c, node_attr(iq, "id"), 500,
			    "internal-server-error");
		return;
	}
	n = serve_result(node_attr(iq, "id"));
	node_set_u64(n, "t", (uint64_t)sim_wall_s());
	conn_send(c, n);
}

static void
on_active(struct conn *c, const struct node *iq, const struct node *child)
{
	const cJSON *f = fault_take(c, "active");

	(void)child;
	if (f != NULL) {
		if (json_is(f, "how", "error"))
			serve_error(c, node_attr(iq, "id"), 500,
			    "internal-server-error");
		return;
	}
	conn_send(c, serve_result(node_attr(iq, "id")));
	login_active(c);
}

static void
on_removed(struct conn *c, void *arg)
{
	(void)arg;
	login_stream_error_code(c, 401, "device_removed");
}

static void
on_logout(struct conn *c, const struct node *iq, const struct node *child)
{
	const char *id = node_attr(iq, "id");
	const char *jid = node_attr(child, "jid");
	const cJSON *f = fault_take(c, "logout");
	char own[64];

	device_jid(c->device, own, sizeof own);
	if (jid == NULL || strcmp(jid, own) != 0 ||
	    node_attr(child, "reason") == NULL) {
		check_note(c, RULE_LOGOUT, "jid %s", jid == NULL ? "none" : jid);
		serve_error(c, id, 400, "bad-request");
		return;
	}
	if (f != NULL && !json_is(f, "how", "401-first")) {
		if (json_is(f, "how", "error"))
			serve_error(c, id, 500, "internal-server-error");
		return;
	}
	c->sim->count.logouts++;
	c->device->removed = true;
	persist_soon(c->sim);
	event_say(c->sim, c, "logout", "reason", node_attr(child, "reason"));
	if (f == NULL)
		conn_send(c, serve_result(id));
	conn_later(c, f == NULL ? 200 : 0, on_removed, NULL);
}

static void
on_code(struct conn *c, const struct node *iq, const struct node *child)
{
	code_iq(c, iq, child);
}

/* Questions that other clients ask; an empty answer satisfies them. */
static void
on_other(struct conn *c, const struct node *iq, const struct node *child)
{
	struct node *n = serve_result(node_attr(iq, "id"));
	cJSON *e = event_new(c->sim, c, "iq");

	json_put(e, "xmlns", node_attr(iq, "xmlns"));
	json_put(e, "type", node_attr(iq, "type"));
	json_put(e, "child", child == NULL ? NULL : node_tag(child));
	event_emit(c->sim, e);
	if (node_attr_is(iq, "type", "get") && child != NULL)
		node_add_new(n, node_tag(child));
	conn_send(c, n);
}

static const struct {
	const char *xmlns, *type, *child;       /* NULL: any */
	bool before_login;
	void (*fn)(struct conn *, const struct node *, const struct node *);
} iqs[] = {
	{ "w:p", "get", NULL, true, on_ping },
	{ "md", NULL, "link_code_companion_reg", true, on_code },
	{ "md", "set", "remove-companion-device", false, on_logout },
	{ "encrypt", "get", "count", false, prekeys_on_count },
	{ "encrypt", "set", "list", false, prekeys_on_upload },
	{ "encrypt", "set", "rotate", false, prekeys_on_rotate },
	{ "encrypt", "get", "digest", false, prekeys_on_digest },
	{ "passive", "set", "active", false, on_active },
	{ NULL, NULL, NULL, false, on_other },
};

static bool
fits(const struct node *iq, const char *xmlns, const char *type,
    const char *child)
{
	return (xmlns == NULL || node_attr_is(iq, "xmlns", xmlns)) &&
	    (type == NULL || node_attr_is(iq, "type", type)) &&
	    (child == NULL || node_child(iq, child) != NULL);
}

/* The latest ids are remembered as hashes: enough to see one come twice. */
static void
check_id(struct conn *c, const char *id)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (const char *p = id; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 0x100000001b3u;
	if (c->iq_ids == NULL)
		c->iq_ids = xcalloc(IQ_IDS_KEPT, sizeof *c->iq_ids);
	for (uint32_t i = 0; i < IQ_IDS_KEPT && i < c->iq_count; i++) {
		if (c->iq_ids[i] == h)
			check_note(c, RULE_IQ_ID_UNIQUE, "%s", id);
	}
	c->iq_ids[c->iq_count++ % IQ_IDS_KEPT] = h;
}

static void
request(struct conn *c, const struct node *iq)
{
	const char *id = node_attr(iq, "id");

	if (id == NULL) {
		check_note(c, RULE_IQ_ID, "xmlns %s", node_attr(iq, "xmlns") ==
		    NULL ? "none" : node_attr(iq, "xmlns"));
		return;
	}
	check_id(c, id);
	for (size_t i = 0; i < ARRAY_LEN(iqs); i++) {
		const struct node *child = iqs[i].child == NULL ?
		    node_first(iq) : node_child(iq, iqs[i].child);

		if (!fits(iq, iqs[i].xmlns, iqs[i].type, iqs[i].child))
			continue;
		if (!iqs[i].before_login && c->stage != STAGE_ONLINE) {
			check_note(c, RULE_BEFORE_LOGIN, "iq %s",
			    node_attr(iq, "xmlns") == NULL ? "none" :
			    node_attr(iq, "xmlns"));
			serve_error(c, id, 401, "not-authorized");
			return;
		}
		if (iqs[i].fn != on_other &&
		    !jid_is_server(node_attr(iq, "to")))
			check_note(c, RULE_IQ_TO, "%s",
			    node_attr(iq, "to") == NULL ? "none" :
			    node_attr(iq, "to"));
		iqs[i].fn(c, iq, child);
		return;
	}
}

static void
on_iq(struct conn *c, const struct node *iq)
{
	const char *type = node_attr(iq, "type");

	if (type != NULL && (strcmp(type, "result") == 0 ||
	    strcmp(type, "error") == 0)) {
		owed_take_answer(c, iq);
		return;
	}
	request(c, iq);
}

/* --- the others -------------------------------------------------------- */

static void
on_presence(struct conn *c, const struct node *n)
{
	event_say(c->sim, c, "presence", "type", node_attr(n, "type"));
	if (node_attr(n, "type") == NULL ||
	    node_attr_is(n, "type", "available"))
		check_note(c, RULE_PRESENCE, "available");
}

static void
on_ib(struct conn *c, const struct node *n)
{
	const struct node *child = node_first(n);

	if (child != NULL && node_is(child, "offline_batch"))
		event_say(c->sim, c, "offline_batch", "n",
		    node_attr(child, "count"));
	else
		event_say(c->sim, c, "ib", "child",
		    child == NULL ? "none" : node_tag(child));
}

/* The real server acks what clients send. */
static void
on_message(struct conn *c, const struct node *n)
{
	struct node *ack = node_create("ack");

	event_say(c->sim, c, "message", "to", node_attr(n, "to"));
	node_set(ack, "class", "message");
	node_set(ack, "id", node_attr(n, "id"));
	node_set(ack, "from", node_attr(n, "to"));
	node_set_u64(ack, "t", (uint64_t)sim_wall_s());
	conn_send(c, ack);
}

static void
on_end(struct conn *c, const struct node *n)
{
	(void)n;
	event_say(c->sim, c, "client_stream_end", NULL, NULL);
	conn_close(c, "stream end by client");
}

static void
on_nothing(struct conn *c, const struct node *n)
{
	event_say(c->sim, c, node_tag(n), NULL, NULL);
}

static const struct {
	const char *tag;
	void (*fn)(struct conn *, const struct node *);
} stanzas[] = {
	{ "iq", on_iq }, { "ack", owed_take_ack },
	{ "receipt", owed_take_receipt }, { "presence", on_presence },
	{ "ib", on_ib }, { "message", on_message }, { "call", on_nothing },
	{ "chatstate", on_nothing }, { "xmlstreamend", on_end },
};

static void
dispatch(struct conn *c, const struct node *n)
{
	for (size_t i = 0; i < ARRAY_LEN(stanzas); i++) {
		if (node_is(n, stanzas[i].tag)) {
			stanzas[i].fn(c, n);
			return;
		}
	}
	check_note(c, RULE_UNKNOWN, "<%s>", node_tag(n));
}

void
serve_frame(struct conn *c, const uint8_t *p, size_t n)
{
	struct node *node;
	enum err err = node_decode(p, n, &node);

	if (err != ERR_OK) {
		check_close(c, RULE_NODE, "%s", err_text(err));
		return;
	}
	if (p[0] != 0)
		check_note(c, RULE_FLAG, "%02x", (unsigned)p[0]);
	dispatch(c, node);
	node_destroy(node);
}
