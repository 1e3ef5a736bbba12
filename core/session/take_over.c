/*
 * The moment in which a proven connection becomes the company's. Nothing is
 * dialled for it: the two sessions exchange what belongs to a connection, so
 * that WhatsApp sees no second login and faces see no gap. What belongs to
 * the company (row, history, versions) stays where it is.
 */
#include "core/session/impl.h"

#include "core/base/str.h"

#define EXCHANGE(type, a, b) do { \
	type tmp_ = (a); \
	(a) = (b); \
	(b) = tmp_; \
} while (0)

/* What waits for the ends of commits must not be there: they know a session
 * and not a connection. */
static void
settle(struct session *s)
{
	prekeys_cancel(s);
	session_drop_creds(s);
	keepalive_stop(&s->keep);
}

static void
adopt(struct session *s)
{
	iq_hand_over(s->iqs, s);
	if (s->channel == NULL)
		return;
	channel_hand_over(s->channel, s);
	keepalive_start(&s->keep);
}

static void
exchange(struct session *from, struct session *to)
{
	const bool is_online = to->state == ST_ONLINE;

	if (!is_online)
		session_disconnect(to);
	settle(from);
	settle(to);
	EXCHANGE(struct channel *, from->channel, to->channel);
	EXCHANGE(struct iq_table *, from->iqs, to->iqs);
	EXCHANGE(struct tls_ticket *, from->ticket, to->ticket);
	EXCHANGE(struct backoff, from->backoff, to->backoff);
	EXCHANGE(int, from->login_counter, to->login_counter);
	EXCHANGE(unsigned, from->refusals, to->refusals);
	EXCHANGE(unsigned, from->restarts, to->restarts);
	EXCHANGE(int64_t, from->ping_sent_ms, to->ping_sent_ms);
	EXCHANGE(int32_t, from->rtt_ms, to->rtt_ms);
	EXCHANGE(int32_t, from->prekeys_on_server, to->prekeys_on_server);
	EXCHANGE(int64_t, from->last_seen_ms, to->last_seen_ms);
	for (int i = 0; i < CONFLICTS_MAX; i++)
		EXCHANGE(int64_t, from->conflicts_ms[i], to->conflicts_ms[i]);
	to->was_online = true;
	adopt(from);
	adopt(to);
	session_dispatch(to, EV_TAKE_OVER);
	if (!is_online)
		session_dispatch(from, EV_HAND_OVER);
}

/* What changes of the company's row; phone and platform are the new ones. */
static void
write_row(struct session *chief, const struct account *account)
{
	chief->row.linked = true;
	chief->row.draft = false;
	chief->row.until_ms = chief->row.cooldown_from_ms = 0;
	chief->row.replacing = REPLACING_LEAVING;
	account_phone(account, chief->row.phone, sizeof chief->row.phone);
	str_copy(chief->row.platform, sizeof chief->row.platform,
	    account->platform);
}

enum err
replace_take_over(struct session *chief, struct session *aide,
    struct store_batch *batch)
{
	const struct session_tables *own, *next;
	enum err err;

	if ((err = session_load_creds(aide)) != ERR_OK)
		return err;
	own = session_tables(chief);
	next = session_tables(aide);
	write_row(chief, &aide->creds->account);
	/* from now on it writes where the former keys go, behind this batch */
	aide->role = ROLE_FORMER;
	store_batch_move_all(batch, own->creds, session_tables(aide)->creds);
	store_batch_move_all(batch, own->prekey, session_tables(aide)->prekey);
	store_batch_move_all(batch, next->creds, own->creds);
	store_batch_move_all(batch, next->prekey, own->prekey);
	session_batch_link(chief, batch);
	exchange(aide, chief);
	session_show_online(chief);
	return ERR_OK;
}

void
replace_take_back(struct session *chief, struct session *aide,
    const struct company_row *before, bool had_link)
{
	const bool was_online = aide->state == ST_ONLINE;

	chief->row.linked = before->linked;
	chief->row.draft = before->draft;
	chief->row.until_ms = before->until_ms;
	chief->row.cooldown_from_ms = before->cooldown_from_ms;
	chief->row.replacing = before->replacing;
	str_copy(chief->row.phone, sizeof chief->row.phone, before->phone);
	str_copy(chief->row.platform, sizeof chief->row.platform,
	    before->platform);
	aide->role = ROLE_CANDIDATE;
	/* either may have lost its connection meanwhile: it dials again */
	if (chief->state == ST_ONLINE)
		exchange(chief, aide);
	else if (was_online)
		exchange(aide, chief);
	if (!was_online && had_link)
		(void)!session_connect(chief, true);
}
