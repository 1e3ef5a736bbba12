/*
 * From <success> to online, and out again: pre-key count, upload if needed,
 * active; remove-companion-device (protocol notes 9 and 12). Because the
 * login was passive the server holds back live traffic until active.
 */
#include "core/session/impl.h"

#include <string.h>

#define LOG_MODULE "login"

#include "core/base/log.h"
#include "core/base/str.h"
#include "core/wire/prekey.h"
#include "core/wire/stanza.h"

static void
store_lid(struct session *s, const char *lid)
{
	struct account *account = &s->creds->account;
	struct store_batch *batch;
	struct jid parsed;

	if (lid == NULL || !jid_parse(lid, &parsed) ||
	    strcmp(parsed.server, JID_SERVER_LID) != 0 ||
	    strcmp(account->lid, lid) == 0)
		return;
	if (account->lid[0] != '\0') {
		log_warn("session=%s WhatsApp names another LID than before",
		    s->row.company);
		return;
	}
	str_copy(account->lid, sizeof account->lid, lid);
	batch = store_batch_create();
	session_batch_creds(s, batch);
	session_commit(s, batch, NULL);
}

void
login_success(struct session *s, const struct node *success)
{
	store_lid(s, node_attr(success, "lid"));
	session_dispatch(s, EV_SUCCESS);
}

static void
on_active(void *ctx, enum err err, const struct node *answer)
{
	struct session *s = ctx;
	struct verdict v;

	if (err == ERR_CANCELLED || s->state != ST_SETUP)
		return;
	if (err == ERR_OK && iq_error_code(answer) == 0) {
		session_dispatch(s, EV_READY);
		return;
	}
	verdict_of_silence(STAGE_LOGIN, &v);
	session_end_with(s, &v);
}

static void
send_active(struct session *s)
{
	char id[IQ_ID_MAX];
	struct node *iq;

	iq_next_id(s->iqs, id);
	iq = stanza_iq("set", id, "passive");
	node_add_new(iq, "active");
	session_ask(s, iq, IQ_TIMEOUT_MS, on_active);
}

static void
on_uploaded(struct session *s, enum err err)
{
	struct verdict v = { .act = ACT_RETRY, .reason =
	    err_class(err) == ERRC_LOCAL ? WA_REASON_INTERNAL :
	    WA_REASON_CONNECTION_LOST, .stage = STAGE_LOGIN };

	if (err == ERR_OK) {
		send_active(s);
		return;
	}
	str_format(v.detail, sizeof v.detail,
	    "pre-keys could not be uploaded: %s", err_text(err));
	session_end_with(s, &v);
}

static void
on_count(void *ctx, enum err err, const struct node *answer)
{
	struct session *s = ctx;
	const struct node *count = node_child(answer, "count");
	struct verdict v;
	uint64_t n;

	if (err == ERR_CANCELLED || s->state != ST_SETUP)
		return;
	if (err != ERR_OK) {
		verdict_of_silence(STAGE_LOGIN, &v);
		session_end_with(s, &v);
		return;
	}
	/* no count to be had: treated as none, which uploads */
	if (count == NULL || !node_attr_u64(count, "value", 1000000, &n))
		n = 0;
	s->prekeys_on_server = (int32_t)n;
	if (n >= PREKEYS_LOW) {
		prekeys_confirm(s);
		send_active(s);
	} else {
		prekeys_upload(s, n == 0 ? PREKEYS_FIRST : PREKEYS_MORE,
		    on_uploaded);
	}
}

void
login_setup(struct session *s)
{
	char id[IQ_ID_MAX];
	struct node *iq;

	iq_next_id(s->iqs, id);
	iq = stanza_iq("get", id, "encrypt");
	node_add_new(iq, "count");
	session_ask(s, iq, IQ_TIMEOUT_MS, on_count);
}

static void
on_logged_out(void *ctx, enum err err, const struct node *answer)
{
	struct session *s = ctx;
	struct verdict v = { .act = ACT_RETIRE, .reason = WA_REASON_UNLINKED,
	    .stage = STAGE_OPEN };

	if (err == ERR_CANCELLED)
		return;
	if (err != ERR_OK) {
		verdict_of_silence(STAGE_OPEN, &v);
	} else if (iq_error_code(answer) != 0) {
		/* an explicit no: the asker hears it, the link goes on */
		s->logout_wanted = false;
		v = (struct verdict){ .act = ACT_LIMITED,
		    .reason = WA_REASON_REFUSED, .stage = STAGE_OPEN,
		    .code = iq_error_code(answer),
		    .detail = "WhatsApp refused to unlink" };
	} else {
		str_copy(v.detail, sizeof v.detail, "unlinked by us");
		log_info("session=%s unlinked by us", s->row.company);
	}
	session_end_with(s, &v);
}

void
login_logout(struct session *s)
{
	char id[IQ_ID_MAX];
	struct node *iq, *remove;
	enum err err;

	if ((err = session_load_creds(s)) != ERR_OK) {
		struct verdict v;

		verdict_of_loss(err, STAGE_OPEN, 0, err_text(err), &v);
		session_end_with(s, &v);
		return;
	}
	iq_next_id(s->iqs, id);
	iq = stanza_iq("set", id, "md");
	remove = node_add_new(iq, "remove-companion-device");
	node_set(remove, "jid", s->creds->account.jid);
	node_set(remove, "reason", "user_initiated");
	session_ask(s, iq, LOGOUT_MS, on_logged_out);
}
