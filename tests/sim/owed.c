#include "tests/sim/owed.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/wire/jid.h"
#include "tests/sim/check.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/login.h"
#include "tests/sim/offline.h"

enum field { F_ID, F_FROM, F_PARTICIPANT, F_RECIPIENT, F_TYPE, F_CATEGORY,
	F_COUNT };

static const char *const field_names[] = {
	[F_ID] = "id", [F_FROM] = "from", [F_PARTICIPANT] = "participant",
	[F_RECIPIENT] = "recipient", [F_TYPE] = "type",
	[F_CATEGORY] = "category",
};
_Static_assert(ARRAY_LEN(field_names) == F_COUNT, "a name for each field");

struct owed {
	struct list link;
	char *tag;              /* class of the ack; NULL: an iq answer */
	char *fields[F_COUNT];
	owed_answer_fn on_answer;
	enum check_rule rule;   /* of an iq answer */
	struct later *due;
	int64_t since_ms;
	bool is_offline;
	bool is_satisfied;      /* by a receipt; an ack may still follow */
	bool is_late;
};

static void
destroy(struct conn *c, struct owed *o)
{
	c->sim->count.missing -= !o->is_satisfied;
	list_remove(&o->link);
	later_cancel(o->due);
	for (int i = 0; i < F_COUNT; i++)
		free(o->fields[i]);
	free(o->tag);
	free(o);
}

static void
settle(struct conn *c, struct owed *o)
{
	if (o->is_offline && !o->is_satisfied)
		offline_acked(c);
	destroy(c, o);
}

static void
on_due(struct conn *c, void *arg)
{
	struct owed *o = arg;

	o->due = NULL;
	if (o->is_satisfied) {
		destroy(c, o);
		return;
	}
	o->is_late = true;
	if (o->tag == NULL) {
		check_note(c, o->rule, "iq %s not answered",
		    o->fields[F_ID] == NULL ? "(no id)" : o->fields[F_ID]);
		return;
	}
	check_note(c, RULE_ACK_MISSING, "%s %s type %s", o->tag,
	    o->fields[F_ID], o->fields[F_TYPE] == NULL ? "(none)" :
	    o->fields[F_TYPE]);
}

static struct owed *
add(struct conn *c)
{
	struct owed *o = xcalloc(1, sizeof *o);

	o->since_ms = (int64_t)uv_now(c->sim->loop);
	o->due = conn_later(c, c->sim->set.reply_ms, on_due, o);
	list_append(&c->owed, &o->link);
	c->sim->count.missing++;
	return o;
}

void
owed_ack(struct conn *c, const struct node *stanza, bool is_offline)
{
	struct owed *o;

	if (node_attr(stanza, "id") == NULL || node_attr(stanza, "from") == NULL)
		return;
	o = add(c);
	o->tag = xstrdup(node_tag(stanza));
	o->is_offline = is_offline;
	for (int i = 0; i < F_COUNT; i++) {
		const char *value = node_attr(stanza, field_names[i]);

		o->fields[i] = value == NULL ? NULL : xstrdup(value);
	}
}

void
owed_answer(struct conn *c, const char *id, enum check_rule rule,
    owed_answer_fn fn)
{
	struct owed *o = add(c);

	o->fields[F_ID] = id == NULL ? NULL : xstrdup(id);
	o->rule = rule;
	o->on_answer = fn;
}

/* --- acks -------------------------------------------------------------- */

static struct owed *
find(struct conn *c, const char *tag, const char *id)
{
	LIST_EACH(at, &c->owed) {
		struct owed *o = CONTAINER_OF(at, struct owed, link);
		const char *have = o->fields[F_ID];

		if ((tag == NULL) != (o->tag == NULL) ||
		    (tag != NULL && strcmp(tag, o->tag) != 0))
			continue;
		if (id == have || (id != NULL && have != NULL &&
		    strcmp(id, have) == 0))
			return o;
	}
	return NULL;
}

/* Equal as text, or both the server in either spelling. */
static bool
is_same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0 || (jid_is_server(a) && jid_is_server(b));
}

static void
check_fields(struct conn *c, const struct owed *o, const struct node *ack)
{
	if (!is_same(node_attr(ack, "to"), o->fields[F_FROM]))
		check_note(c, RULE_ACK_FIELDS, "%s %s: to is %s, not %s",
		    o->tag, o->fields[F_ID], node_attr(ack, "to") == NULL ?
		    "absent" : node_attr(ack, "to"), o->fields[F_FROM]);
	if (!is_same(node_attr(ack, "participant"), o->fields[F_PARTICIPANT]))
		check_note(c, RULE_ACK_FIELDS, "%s %s: participant", o->tag,
		    o->fields[F_ID]);
	if (!is_same(node_attr(ack, "recipient"), o->fields[F_RECIPIENT]))
		check_note(c, RULE_ACK_FIELDS, "%s %s: recipient", o->tag,
		    o->fields[F_ID]);
}

/* Type may be left out for messages and some notifications; a wrong one
 * ends the stream (protocol notes 13.1). */
static bool
check_type(struct conn *c, const struct owed *o, const struct node *ack)
{
	const char *type = node_attr(ack, "type");
	const char *want = o->fields[F_TYPE];
	bool may_omit = strcmp(o->tag, "message") == 0 || (want != NULL &&
	    (strcmp(want, "encrypt") == 0 || strcmp(want, "devices") == 0));

	if (is_same(type, want))
		return true;
	if (type == NULL) {
		if (!may_omit)
			check_note(c, RULE_ACK_FIELDS, "%s %s: type %s left out",
			    o->tag, o->fields[F_ID], want);
		return true;
	}
	check_note(c, RULE_ACK_TYPE, "%s %s: type %s", o->tag,
	    o->fields[F_ID], type);
	return false;
}

static void
say(struct conn *c, const char *name, const struct node *n)
{
	cJSON *e = event_new(c->sim, c, name);

	json_put(e, "class", node_attr(n, "class"));
	json_put(e, "type", node_attr(n, "type"));
	json_put(e, "id", node_attr(n, "id"));
	json_put(e, "error", node_attr(n, "error"));
	event_emit(c->sim, e);
}

static void
reject_ack(struct conn *c, const struct node *ack)
{
	cJSON *how = cJSON_CreateObject();

	json_put(how, "child", "ack");
	json_put(how, "id", node_attr(ack, "id"));
	login_stream_error(c, how);
	cJSON_Delete(how);
}

void
owed_take_ack(struct conn *c, const struct node *ack)
{
	const char *class = node_attr(ack, "class");
	const char *id = node_attr(ack, "id");
	struct owed *o;

	c->sim->count.acks++;
	say(c, "ack", ack);
	if (class == NULL || id == NULL) {
		check_note(c, RULE_ACK_FIELDS, "no class or id");
		return;
	}
	if ((o = find(c, class, id)) == NULL) {
		check_note(c, RULE_ACK_UNASKED, "%s %s", class, id);
		return;
	}
	check_fields(c, o, ack);
	if (check_type(c, o, ack))
		settle(c, o);
	else
		reject_ack(c, ack);
}

/* --- receipts ---------------------------------------------------------- */

static const char *const receipt_types[] = {
	"", "inactive", "sender", "peer_msg", "hist_sync", "read", "read-self",
	"played", "played-self", "retry", "enc_rekey_retry", "server-error",
};

static bool
is_known_type(const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(receipt_types); i++) {
		if (strcmp(receipt_types[i], type) == 0)
			return true;
	}
	return false;
}

/* What a receipt of this type for an unreadable message deserves. */
static void
check_unread(struct conn *c, const struct owed *o, const char *type,
    const struct node *receipt)
{
	bool is_peer = o->fields[F_CATEGORY] != NULL &&
	    strcmp(o->fields[F_CATEGORY], "peer") == 0;

	if (strcmp(type, "retry") == 0 || strcmp(type, "enc_rekey_retry") == 0) {
		check_that(c, node_child(receipt, "retry") != NULL &&
		    node_child(receipt, "registration") != NULL,
		    RULE_RETRY_FIELDS, o->fields[F_ID]);
		return;
	}
	if (is_peer && (strcmp(type, "peer_msg") == 0 ||
	    strcmp(type, "hist_sync") == 0))
		return;
	check_note(c, RULE_RECEIPT_UNREAD, "%s type %s", o->fields[F_ID],
	    type[0] == '\0' ? "(none)" : type);
}

static bool
is_newsletter(const char *jid)
{
	const char *at = jid == NULL ? NULL : strchr(jid, '@');

	return at != NULL && strcmp(at, "@newsletter") == 0;
}

void
owed_take_receipt(struct conn *c, const struct node *receipt)
{
	const char *type = node_attr(receipt, "type");
	const char *id = node_attr(receipt, "id");
	struct owed *o;

	if (type == NULL)
		type = "";
	c->sim->count.receipts++;
	say(c, "receipt", receipt);
	if (!is_known_type(type))
		check_note(c, RULE_RECEIPT_TYPE, "%s", type);
	if (is_newsletter(node_attr(receipt, "to"))) {
		check_note(c, RULE_RECEIPT_NEWSLETTER, "%s", id == NULL ?
		    "(no id)" : id);
		reject_ack(c, receipt);
		return;
	}
	if (id == NULL || (o = find(c, "message", id)) == NULL) {
		check_note(c, RULE_RECEIPT_UNASKED, "%s", id == NULL ?
		    "(no id)" : id);
		return;
	}
	check_unread(c, o, type, receipt);
	if (o->is_offline && !o->is_satisfied)
		offline_acked(c);
	c->sim->count.missing -= !o->is_satisfied;
	o->is_satisfied = true;
}

/* --- iq answers -------------------------------------------------------- */

void
owed_take_answer(struct conn *c, const struct node *iq)
{
	struct owed *o = find(c, NULL, node_attr(iq, "id"));
	owed_answer_fn fn;

	if (o == NULL) {
		check_note(c, RULE_IQ_UNASKED, "%s id %s",
		    node_attr(iq, "type"), node_attr(iq, "id") == NULL ?
		    "(none)" : node_attr(iq, "id"));
		return;
	}
	fn = o->on_answer;
	destroy(c, o);
	if (fn != NULL)
		fn(c, iq);
}

/* --- looking ----------------------------------------------------------- */

size_t
owed_count(const struct conn *c)
{
	size_t n = 0;

	LIST_EACH(at, &c->owed)
		n += !CONTAINER_OF(at, struct owed, link)->is_satisfied;
	return n;
}

void
owed_list(const struct conn *c, cJSON *array)
{
	LIST_EACH(at, &c->owed) {
		const struct owed *o = CONTAINER_OF(at, struct owed, link);
		cJSON *one;

		if (o->is_satisfied)
			continue;
		one = cJSON_CreateObject();
		json_put_int(one, "conn", (int64_t)c->id);
		json_put(one, "class", o->tag == NULL ? "iq" : o->tag);
		json_put(one, "id", o->fields[F_ID]);
		json_put(one, "type", o->fields[F_TYPE]);
		json_put_int(one, "age_ms", (int64_t)uv_now(c->sim->loop) -
		    o->since_ms);
		cJSON_AddBoolToObject(one, "late", o->is_late);
		cJSON_AddItemToArray(array, one);
	}
}

void
owed_ended(struct conn *c)
{
	LIST_EACH_SAFE(at, &c->owed) {
		struct owed *o = CONTAINER_OF(at, struct owed, link);

		o->due = NULL;          /* cancelled with the connection */
		destroy(c, o);
	}
}
