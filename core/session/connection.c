/* The one connection of a session: what it says, and its keep-alive. */
#include "core/session/impl.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "session"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/stanza.h"

void
session_disconnect(struct session *s)
{
	version_wait_cancel(s->version_wait);
	s->version_wait = NULL;
	s->is_held_up = false;
	keepalive_stop(&s->keep);
	/* a short time online between two endings resets nothing */
	if (backoff_offline(&s->backoff, session_mono_ms(s)))
		s->restarts = s->reconnects = 0;
	prekeys_cancel(s);
	channel_close(s->channel);
	s->channel = NULL;
	iq_reset(s->iqs, ERR_CANCELLED);
	if (s->linking)
		session_drop_creds(s);
	else
		session_release_creds(s);
}

bool
session_send(struct session *s, struct node *node)
{
	enum err err;

	if (node == NULL)
		return false;
	err = s->channel == NULL ? ERR_CLOSED : channel_send(s->channel, node);
	if (err != ERR_OK)
		log_debug("session=%s send of <%s> failed: %s",
		    s->row.company, node_tag(node), err_text(err));
	node_destroy(node);
	return err == ERR_OK;
}

void
session_ask(struct session *s, struct node *iq, int64_t timeout_ms, iq_fn fn)
{
	const enum err err = iq_expect(s->iqs, node_attr(iq, "id"),
	    timeout_ms, fn, s);

	if (err != ERR_OK)
		log_error("session=%s too many open requests",
		    s->row.company);
	session_send(s, iq);
}

static void
on_stage(void *ctx, enum stage stage)
{
	struct session *s = ctx;

	/* the phone has accepted: that stays on show until we are online */
	if (s->reason != WA_REASON_FINISHING)
		session_show(s, verdict_stage_reason(stage));
}

static void
on_ready(void *ctx)
{
	struct session *s = ctx;

	keepalive_start(&s->keep);
	session_dispatch(s, s->linking ? EV_REGISTERING : EV_LOGGING_IN);
}

static void
on_node(void *ctx, const struct node *node)
{
	struct session *s = ctx;

	s->last_seen_ms = session_wall_ms(s);
	if (keepalive_heard(&s->keep) && s->state == ST_ONLINE)
		session_show_online(s);
	stanza_handle(s, node);
}

static void
on_lost(void *ctx, enum err err, enum stage stage, int http_status,
    const char *detail)
{
	struct session *s = ctx;
	struct verdict v;

	/* the server's clock of the window may be a little ahead of ours; and
	 * a code dies with its connection (notes 8.9) */
	if (err == ERR_CLOSED && s->state == ST_WINDOW &&
	    (window_is_last_ref(s->window) || window_has_code(s->window))) {
		session_dispatch(s, EV_EXPIRED);
		return;
	}
	verdict_of_loss(err, stage, http_status, detail, &v);
	session_end_with(s, &v);
}

const struct channel_events session_channel_events = {
	.on_stage = on_stage,
	.on_ready = on_ready,
	.on_node = on_node,
	.on_lost = on_lost,
};

static void
on_pong(void *ctx, enum err err, const struct node *answer)
{
	struct session *s = ctx;

	(void)answer;
	if (err != ERR_OK)
		return;
	s->rtt_ms = (int32_t)(session_mono_ms(s) - s->ping_sent_ms);
	/* often enough to notice that a restriction has ended */
	if (s->reason == WA_REASON_LIMITED &&
	    s->limited_until_ms <= session_wall_ms(s))
		session_show_online(s);
}

static void
on_ping(void *ctx)
{
	struct session *s = ctx;
	char id[IQ_ID_MAX];

	iq_next_id(s->iqs, id);
	s->ping_sent_ms = session_mono_ms(s);
	session_ask(s, stanza_iq("get", id, "w:p"), SILENCE_MAX_MS, on_pong);
}

static void
on_unproven(void *ctx)
{
	struct session *s = ctx;

	if (s->state == ST_ONLINE)
		session_show(s, WA_REASON_NOT_ANSWERING);
}

static void
on_dead(void *ctx)
{
	struct verdict v;

	verdict_of_silence(STAGE_OPEN, &v);
	session_end_with(ctx, &v);
}

const struct keepalive_events session_keepalive_events = {
	.on_ping = on_ping,
	.on_unproven = on_unproven,
	.on_dead = on_dead,
};
