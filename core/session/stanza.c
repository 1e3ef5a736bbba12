/*
 * Incoming stanzas: each to its handler, and an ack for every one that wants
 * one, in order of arrival (protocol notes 9 to 13). Missing acks make the
 * server redeliver and in the end drop the connection.
 */
#include "core/session/impl.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "stanza"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/session/limit.h"
#include "core/wire/prekey.h"
#include "core/wire/stanza.h"

static void
on_pair_device(struct session *s, const struct node *iq,
    const struct node *pair_device)
{
	struct verdict v;

	session_send(s, stanza_iq_result(node_attr(iq, "id")));
	if (window_take_refs(s->window, pair_device)) {
		session_dispatch(s, EV_REFS);
	} else if (s->state == ST_REGISTER) {
		verdict_of_loss(ERR_PEER_PROTOCOL, STAGE_OPEN, 0,
		    "pair-device without refs", &v);
		session_end_with(s, &v);
	}
}

static void
on_iq(struct session *s, const struct node *iq)
{
	const struct node *pair_device = node_child(iq, "pair-device");

	if (iq_take(s->iqs, iq))
		return;
	if (node_attr_is(iq, "xmlns", "urn:xmpp:ping") &&
	    node_attr_is(iq, "type", "get")) {
		/* periodic disconnects were traced to id-less pings that
		 * nobody answered (notes 10) */
		session_send(s, stanza_iq_result(node_attr(iq, "id")));
	} else if (pair_device != NULL &&
	    (s->state == ST_REGISTER || s->state == ST_WINDOW)) {
		on_pair_device(s, iq, pair_device);
	} else if (node_child(iq, "pair-success") != NULL &&
	    s->state == ST_WINDOW) {
		window_pair_success(s->window, iq);
	} else {
		log_debug("session=%s iq not handled", s->row.company);
	}
}

static void
on_success(struct session *s, const struct node *success)
{
	/* one seen while still pairing means nothing (whatsmeow 5f04eac6) */
	if (s->state == ST_LOGIN)
		login_success(s, success);
}

static void
on_failure(struct session *s, const struct node *failure)
{
	struct verdict v;

	verdict_of_failure(failure, &v);
	session_end_with(s, &v);
}

static void
on_stream_error(struct session *s, const struct node *error)
{
	struct verdict v;

	verdict_of_stream_error(error, &v);
	session_end_with(s, &v);
}

static void
on_stream_end(struct session *s, const struct node *node)
{
	struct verdict v;

	(void)node;
	/* the server says goodbye when it takes no more refs or codes, and its
	 * clock is the one that counts (notes 11.5) */
	if (s->state == ST_WINDOW) {
		session_dispatch(s, EV_EXPIRED);
		return;
	}
	verdict_of_loss(ERR_CLOSED, STAGE_OPEN, 0, "end of stream", &v);
	session_end_with(s, &v);
}

static void
on_more_prekeys(struct session *s, enum err err)
{
	if (err != ERR_OK)
		log_warn("session=%s pre-key upload failed: %s",
		    s->row.company, err_text(err));
}

static void
on_encrypt_notice(struct session *s, const struct node *notification)
{
	const struct node *count = node_child(notification, "count");
	uint64_t n;

	if (count == NULL || !jid_is_server(node_attr(notification, "from")) ||
	    !node_attr_u64(count, "value", 1000000, &n))
		return;
	s->prekeys_on_server = (int32_t)n;
	if (n < PREKEYS_LOW && s->state == ST_ONLINE && !replace_is_taking(s))
		prekeys_upload(s, PREKEYS_MORE, on_more_prekeys);
}

static void
set_limit(struct session *s, int64_t until_ms)
{
	s->limited_until_ms = until_ms;
	if (s->state == ST_ONLINE && !s->keep.unproven)
		session_show_online(s);
}

static void
on_mex(struct session *s, const struct node *notification)
{
	int64_t until_ms;

	if (limit_of_notification(notification, session_wall_ms(s),
	    &until_ms))
		set_limit(s, until_ms);
}

/* Acks of ours are of interest for what they forbid only, until messages
 * are sent. */
static void
on_ack(struct session *s, const struct node *ack)
{
	int64_t until_ms;

	if (limit_of_ack(ack, session_wall_ms(s), &until_ms) &&
	    until_ms > s->limited_until_ms)
		set_limit(s, until_ms);
}

static void
on_notification(struct session *s, const struct node *notification)
{
	const char *type = node_attr(notification, "type");

	session_send(s, stanza_ack(notification, 0));
	if (type == NULL)
		return;
	if (strcmp(type, "encrypt") == 0)
		on_encrypt_notice(s, notification);
	else if (strcmp(type, "mex") == 0)
		on_mex(s, notification);
	else if (s->window == NULL || s->state != ST_WINDOW)
		return;
	else if (strcmp(type, "link_code_companion_reg") == 0)
		window_code_notification(s->window, notification);
	else if (strcmp(type, "companion_reg_refresh") == 0)
		window_rotate_secret(s->window);
	else if (strcmp(type, "passkey_prologue_request") == 0)
		window_passkey(s->window);
}

/*
 * Messages are not read yet. What comes from our own account with category
 * peer may be receipted unread, and has to be: without it the phone stays at
 * "Logging in..." (notes 9.8, 13.2). All others get the plain ack.
 */
static void
on_message(struct session *s, const struct node *message)
{
	const char *id = node_attr(message, "id");
	const char *from = node_attr(message, "from");
	struct node *receipt;

	if (id != NULL && from != NULL &&
	    node_attr_is(message, "category", "peer")) {
		receipt = node_create("receipt");
		node_set(receipt, "id", id);
		node_set(receipt, "to", from);
		node_set(receipt, "participant",
		    node_attr(message, "participant"));
		node_set(receipt, "recipient",
		    node_attr(message, "recipient"));
		node_set(receipt, "type", "peer_msg");
		session_send(s, receipt);
	}
	session_send(s, stanza_ack(message, 0));
}

static void
on_acked(struct session *s, const struct node *node)
{
	session_send(s, stanza_ack(node, 0));
}

static void
clean_dirty(struct session *s, const struct node *dirty)
{
	const char *type = node_attr(dirty, "type");
	const char *timestamp = node_attr(dirty, "timestamp");
	char id[IQ_ID_MAX];
	struct node *iq, *clean;

	if (type == NULL)
		return;
	iq_next_id(s->iqs, id);
	iq = stanza_iq("set", id, "urn:xmpp:whatsapp:dirty");
	clean = node_add_new(iq, "clean");
	node_set(clean, "type", type);
	node_set(clean, "timestamp", timestamp);
	session_send(s, iq);
}

static void
on_ib(struct session *s, const struct node *ib)
{
	const struct node *child;
	const char *t;

	if (node_child(ib, "offline_preview") != NULL)
		session_send(s, stanza_offline_batch());
	if ((child = node_child(ib, "dirty")) != NULL)
		clean_dirty(s, child);
	if (node_child(ib, "downgrade_webclient") != NULL) {
		struct verdict v = { .act = ACT_HALT,
		    .reason = WA_REASON_MULTIDEVICE_OFF, .stage = STAGE_OPEN };

		str_copy(v.detail, sizeof v.detail,
		    "the phone has no multi-device");
		session_end_with(s, &v);
		return;
	}
	if ((child = node_child(ib, "client_expiration")) != NULL &&
	    (t = node_attr(child, "t")) != NULL) {
		char clean[32];

		str_clean(clean, sizeof clean, t, strlen(t));
		log_warn("session=%s this client version expires at t=%s",
		    s->row.company, clean);
	}
}

static const struct {
	const char *tag;
	void (*handle)(struct session *s, const struct node *node);
} handlers[] = {
	{ "iq", on_iq },
	{ "notification", on_notification },
	{ "message", on_message },
	{ "receipt", on_acked },
	{ "call", on_acked },
	{ "status", on_acked },
	{ "ack", on_ack },
	{ "ib", on_ib },
	{ "success", on_success },
	{ "failure", on_failure },
	{ "stream:error", on_stream_error },
	{ "xmlstreamend", on_stream_end },
};

void
stanza_handle(struct session *s, const struct node *node)
{
	for (size_t i = 0; i < ARRAY_LEN(handlers); i++) {
		if (node_is(node, handlers[i].tag)) {
			handlers[i].handle(s, node);
			return;
		}
	}
}
