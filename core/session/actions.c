/* What the state table's rows do. */
#include "core/session/actions.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "session"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#define PAYLOAD_MAX 2048
#define VERSION_RETRY_MS (60LL * 60 * 1000)     /* while still outdated */
#define CONFLICT_PAUSE_MS 5000
#define SECOND_MS 1000

void
act_nothing(struct session *s)
{
	(void)s;
}

/* WhatsApp refuses the best version known: asking again would be blind. */
static bool
is_refused(struct session *s)
{
	const struct session_turns *turns = session_turns(s);
	struct verdict v = {
		.act = ACT_VERSION,
		.stage = STAGE_LOOKUP,
		.detail = "WhatsApp refuses this program, and it has nothing "
		    "new to show",
	};
	int64_t wait_ms;

	if (!s->linking || turns == NULL ||
	    turns->may_try(turns->ctx, &wait_ms, &v.reason))
		return false;
	v.wait_s = wait_ms / SECOND_MS + 1;
	session_end_with(s, &v);
	return true;
}

static void
on_version(void *ctx, const struct wa_version *version)
{
	struct session *s = ctx;

	(void)version;          /* dial asks for the best known then */
	s->version_wait = NULL;
	s->is_held_up = s->linking && s->hold != 0;
	if (!s->is_held_up && !is_refused(s))
		session_dispatch(s, EV_PREPARED);
}

void
session_hold(struct session *s, uint64_t number)
{
	if (replace_is_linking(s))
		s = replace_session(s);
	s->hold = number;
}

void
session_let_go(struct session *s, uint64_t number, enum err err)
{
	struct verdict v = {
		.act = ACT_HALT,
		.reason = WA_REASON_INTERNAL,
		.stage = STAGE_LOOKUP,
		.err = err,
		.detail = "the attempt could not be recorded",
	};

	if (replace_is_linking(s))
		s = replace_session(s);
	if (s->hold == 0 || s->hold > number)
		return;
	s->hold = 0;
	if (!s->linking || s->state != ST_PREPARE)
		return;
	if (err != ERR_OK) {
		session_end_with(s, &v);
	} else if (s->is_held_up) {
		s->is_held_up = false;
		if (!is_refused(s))
			session_dispatch(s, EV_PREPARED);
	}
}

static void
learn_version(struct session *s, int64_t max_age_ms)
{
	struct proxy proxy;

	if (s->version_retried)
		max_age_ms = 0;
	if (session_egress_proxy(s, &proxy) != ERR_OK) {
		session_egress_failed(s);
		return;
	}
	s->version_wait = versions_get(s->env->versions, max_age_ms, &proxy,
	    on_version, s);
	proxy_finish(&proxy);
}

void
act_open_attempt(struct session *s)
{
	s->linking = true;
	session_tally(s, TALLY_ATTEMPT);
	session_drop_creds(s);
	s->creds = xcalloc(1, sizeof *s->creds);
	identity_create(s->env->rnd, &s->creds->id);
	s->creds->next_prekey_id = s->creds->first_unuploaded_prekey_id = 1;
	s->row.phone[0] = '\0';
	s->row.asked_ms = session_wall_ms(s);
	if (s->row.state_version_limit == 0)
		s->row.draft = true;    /* never stored: nobody else made it */
	session_show(s, WA_REASON_NAME_LOOKUP);
	if (s->chief == NULL)
		session_persist(s);     /* there is such a company now */
	learn_version(s, VERSION_FRESH_LINK_MS);
}

/* After a 405 with a version learned anew: same window, same keys. */
void
act_reopen_attempt(struct session *s)
{
	struct creds *keep = s->creds;

	s->creds = NULL;
	session_disconnect(s);
	s->creds = keep;
	learn_version(s, 0);
}

static void
prepare_failed(struct session *s, enum err err)
{
	struct verdict v = {
		.act = ACT_RETRY,
		.reason = WA_REASON_INTERNAL,
		.stage = STAGE_LOOKUP,
	};
	struct store_problem why;

	str_copy(v.detail, sizeof v.detail, err == ERR_NEWER_SCHEMA ?
	    "it was written by a newer pairdesk; update this one" :
	    store_why(s->env->store, s->row.company, err, &why));
	if (err == ERR_CORRUPT || err == ERR_NOT_FOUND) {
		session_dispatch(s, EV_DAMAGED);
		return;
	}
	/* a full disk may pass; what else is left does not by itself */
	if (err_class(err) != ERRC_LOCAL || err == ERR_NEWER_SCHEMA ||
	    err == ERR_PERMISSION)
		v.act = ACT_HALT;
	session_end_with(s, &v);
}

void
act_open_login(struct session *s)
{
	enum err err;

	s->linking = false;
	if (s->reason != WA_REASON_FINISHING)
		session_show(s, WA_REASON_NAME_LOOKUP);
	if ((err = session_load_creds(s)) != ERR_OK)
		prepare_failed(s, err);
	else
		learn_version(s, VERSION_FRESH_LOGIN_MS);
}

/* Until its turn: what went wrong, or that something did. */
static enum wa_reason
reason_of_wait(const struct session *s, bool urgent)
{
	if (urgent)
		return s->reason == WA_REASON_FINISHING ? s->reason :
		    WA_REASON_NAME_LOOKUP;
	return s->status == WA_STATUS_RECONNECTING ||
	    s->status == WA_STATUS_OUTDATED ? s->reason :
	    WA_REASON_CONNECTION_LOST;
}

static void
wait_for_turn(struct session *s, bool urgent)
{
	const struct session_turns *turns = session_turns(s);
	enum wa_reason why = reason_of_wait(s, urgent);
	int64_t wait_ms;

	if (turns == NULL) {
		session_dispatch(s, EV_TURN);
		return;
	}
	session_disconnect(s);
	wait_ms = turns->await(turns->ctx, s, urgent, &why);
	if (wait_ms >= 0)
		s->next_attempt_ms = session_wall_ms(s) + wait_ms;
	session_show(s, why);
}

void
act_start(struct session *s)
{
	s->is_first_dial = true;
	wait_for_turn(s, false);
}

void
act_connect(struct session *s)
{
	s->is_first_dial = true;
	wait_for_turn(s, true);
}

void
act_await_turn(struct session *s)
{
	wait_for_turn(s, false);
}

void
act_ask_turn(struct session *s)
{
	wait_for_turn(s, true);
}

void
act_take_turn(struct session *s)
{
	session_disconnect(s);
	if (!s->is_first_dial)
		s->reconnects++;
	s->is_first_dial = false;
	act_open_login(s);
}

void
act_first_login(struct session *s)
{
	window_destroy(s->window);
	s->window = NULL;
	s->was_online = false;
	session_disconnect(s);
	act_open_login(s);
}

void
act_login_to_log_out(struct session *s)
{
	s->logout_wanted = true;
	session_disconnect(s);
	act_open_login(s);
}

void
act_dial(struct session *s)
{
	const struct session_env *env = s->env;
	struct wa_client client = *env->client;
	struct proxy proxy;
	struct buf payload;
	enum err err;

	client.version = s->dialled = versions_best(env->versions);
	buf_init_secret(&payload, PAYLOAD_MAX);
	err = s->linking ? payload_register(&client, &s->creds->id, &payload)
	    : payload_login(&client, s->creds->account.jid,
	    ++s->login_counter, &payload);
	if (err != ERR_OK) {
		buf_finish(&payload);
		prepare_failed(s, err);
		return;
	}
	if (session_egress_proxy(s, &proxy) != ERR_OK) {
		buf_finish(&payload);
		session_egress_failed(s);
		return;
	}
	session_tally(s, TALLY_DIAL);
	s->channel = channel_open(&(struct channel_params){
	    .loop = env->loop,
	    .clock = env->clock,
	    .rnd = env->rnd,
	    .url = env->url,
	    .proxy = &proxy,
	    .tls = env->tls,
	    .ticket = s->ticket,
	    .trust = env->trust,
	    .noise_key = &s->creds->id.noise,
	    .payload = payload.data,
	    .payload_len = payload.len,
	    .events = &session_channel_events,
	    .ctx = s,
	});
	proxy_finish(&proxy);
	buf_finish(&payload);
}

void
act_await_verdict(struct session *s)
{
	timer_start(s->timer, VERDICT_WAIT_MS);
}

void
act_on_window(struct session *s)
{
	window_open(s->window);
}

/* The attempt is over, for whatever reason: nothing dials again by itself. */
static void
close_attempt(struct session *s)
{
	window_destroy(s->window);
	s->window = NULL;
	session_disconnect(s);
	s->linking = s->stop_wanted = s->logout_wanted = false;
	s->version_retried = false;
}

void
act_expire(struct session *s)
{
	close_attempt(s);
	session_tally(s, TALLY_EXPIRED);
	session_show(s, WA_REASON_CODE_EXPIRED);
	session_persist(s);
}

/* How long to leave WhatsApp alone after a 429: doubles while they recur. */
static void
start_cooldown(struct session *s, const struct verdict *v)
{
	const int64_t now = session_wall_ms(s);
	int64_t wait_s = COOLDOWN_FIRST_S;

	if (s->env->on_refused != NULL) {
		s->row.cooldown_from_ms = now;
		s->row.until_ms = now + s->env->on_refused(
		    s->env->on_event_ctx, s, v->wait_s * SECOND_MS);
		return;
	}
	/* from and until of the last one give its length; a ban has no from */
	if (s->row.cooldown_from_ms != 0 &&
	    s->row.until_ms > s->row.cooldown_from_ms &&
	    now - s->row.until_ms < COOLDOWN_LAST_S * SECOND_MS)
		wait_s = 2 * (s->row.until_ms - s->row.cooldown_from_ms) /
		    SECOND_MS;
	if (wait_s > COOLDOWN_LAST_S)
		wait_s = COOLDOWN_LAST_S;
	if (v->wait_s > wait_s)
		wait_s = v->wait_s;
	s->row.cooldown_from_ms = now;
	s->row.until_ms = now + wait_s * SECOND_MS;
}

static enum wa_reason
shown_after_attempt(enum wa_reason reason)
{
	switch (reason) {
	case WA_REASON_RATE_LIMITED:
	case WA_REASON_CLIENT_OUTDATED:
	case WA_REASON_BAD_AGENT:
	case WA_REASON_MULTIDEVICE_OFF:
		return reason;
	default:
		return WA_REASON_NEVER_LINKED;
	}
}

void
act_fail_attempt(struct session *s)
{
	const struct verdict v = s->verdict;
	struct store_batch *batch = store_batch_create();

	close_attempt(s);
	if (v.reason == WA_REASON_RATE_LIMITED)
		start_cooldown(s, &v);
	session_show(s, shown_after_attempt(v.reason));
	/* of another phone's pairing code: nothing of it stays */
	if (v.err == ERR_PAIR_VETO)
		store_batch_delete(batch, session_tables(s)->creds,
		    CREDS_KEY);
	session_commit(s, batch, NULL);
	session_emit(s, &(struct session_event){ .type = SESSION_ERROR,
	    .verdict = &v });
}

void
act_save(struct session *s)
{
	session_show(s, WA_REASON_FINISHING);
	window_save(s->window);
}

/* The save is durable; now, and not before, the phone may hear yes. */
void
act_answer_pair(struct session *s)
{
	const bool stop_now = s->stop_wanted;
	const bool was_sent = window_answer(s->window);

	s->stop_wanted = false;
	log_info("session=%s linked", s->row.company);
	session_tally(s, TALLY_LINK);
	session_emit(s, &(struct session_event){ .type = SESSION_LINKED });
	timer_start(s->timer, FINISH_MS);
	if (stop_now)
		session_dispatch(s, EV_STOP);
	else if (!was_sent)
		session_dispatch(s, EV_FAILED);
}

void
act_refuse_pair(struct session *s)
{
	struct verdict v = {
		.act = ACT_HALT,
		.reason = WA_REASON_INTERNAL,
		.stage = STAGE_OPEN,
	};

	str_copy(v.detail, sizeof v.detail,
	    "the new link could not be stored");
	window_refuse(s->window);
	s->row.linked = false;
	s->row.phone[0] = '\0';
	session_note_error(s, &v);
	s->verdict = v;
	close_attempt(s);
	session_show(s, WA_REASON_INTERNAL);
	session_emit(s, &(struct session_event){ .type = SESSION_ERROR,
	    .verdict = &v });
}

void
act_set_up(struct session *s)
{
	session_tally(s, TALLY_LOGIN);
	if (s->logout_wanted) {
		session_dispatch(s, EV_LOGOUT);
		return;
	}
	timer_start(s->timer, SETUP_MS);
	login_setup(s);
}

static void
count_return(struct session *s)
{
	if (s->was_online) {
		hours_add(&s->returns, session_mono_ms(s));
		session_tally(s, TALLY_RETURN);
	}
	s->was_online = true;
}

void
act_go_online(struct session *s)
{
	count_return(s);
	s->refusals = 0;
	s->row.until_ms = s->row.cooldown_from_ms = 0;
	backoff_online(&s->backoff, session_mono_ms(s));
	session_release_creds(s);
	session_show_online(s);
	if (s->row.no_backup)
		session_back_up(s);
	/* a routine login writes nothing: only a stored trouble is cleared */
	if (s->chief == NULL &&
	    strcmp(s->row.status, wa_status_name(s->status)) != 0)
		session_persist(s);
}

static int64_t
pause_ms(struct session *s)
{
	const struct verdict *v = &s->verdict;
	const int64_t now = session_wall_ms(s);

	switch (v->act) {
	case ACT_CONFLICT:
		return BACKOFF_FIRST_MS +
		    (int64_t)rnd_below(s->env->rnd, CONFLICT_PAUSE_MS);
	case ACT_VERSION:
		/* whose turn it is to try again is decided for all */
		return (s->env->turns == NULL ? VERSION_RETRY_MS :
		    BACKOFF_FIRST_MS) +
		    (int64_t)rnd_below(s->env->rnd, BACKOFF_FIRST_MS);
	case ACT_WAIT:
		return (s->row.until_ms > now ? s->row.until_ms - now : 0) +
		    (int64_t)rnd_below(s->env->rnd, BAN_JITTER_MS);
	default:
		return backoff_next_ms(&s->backoff, s->env->rnd,
		    v->reason == WA_REASON_NETWORK_BLOCKED ? BACKOFF_SLOW_MS
		    : BACKOFF_FIRST_MS);
	}
}

void
act_back_off(struct session *s)
{
	const struct verdict v = s->verdict;
	const int64_t until_before = s->row.until_ms;
	int64_t ms;

	/* it was online for a logout only, which failed */
	if (s->row.paused && !s->logout_wanted) {
		session_dispatch(s, EV_STOP);
		return;
	}
	session_disconnect(s);
	if (v.act == ACT_WAIT && v.wait_s > 0) {
		s->row.until_ms = session_wall_ms(s) + v.wait_s * SECOND_MS;
		s->row.cooldown_from_ms = 0;
	} else if (v.act == ACT_WAIT && until_before <= session_wall_ms(s)) {
		start_cooldown(s, &v);  /* a ban without an end too */
	}
	ms = pause_ms(s);
	timer_start(s->timer, ms);
	s->next_attempt_ms = session_wall_ms(s) + ms;
	session_show(s, v.reason);
	/* what somebody may ask about when no core runs */
	if (s->row.until_ms != until_before || v.act == ACT_VERSION)
		session_persist(s);
	session_emit(s, &(struct session_event){ .type = SESSION_ERROR,
	    .verdict = &v });
}

void
act_halt(struct session *s)
{
	const struct verdict v = s->verdict;

	session_disconnect(s);
	s->logout_wanted = false;
	s->refusals = 0;
	session_show(s, v.reason);
	session_persist(s);
	session_emit(s, &(struct session_event){ .type = SESSION_ERROR,
	    .verdict = &v });
}

void
act_send_logout(struct session *s)
{
	prekeys_cancel(s);
	timer_start(s->timer, LOGOUT_MS);
	login_logout(s);
}

static void
on_quarantined(void *ctx, enum err err)
{
	struct session *s = ctx;
	struct store_batch *batch;

	if (err != ERR_OK && err != ERR_NOT_FOUND) {
		/* the row still says linked and logged out: done at restart */
		log_error("session=%s keys could not be moved to quarantine: "
		    "%s", s->row.company, err_text(err));
	} else {
		log_info("session=%s keys moved to quarantine",
		    s->row.company);
		s->row.linked = false;
		s->row.damaged = false;
		if (s->replace == NULL)
			s->row.replacing = REPLACING_NOT;
		/* the phone's number goes with it, which is a change to tell;
		 * what was asked for is told as what it led to */
		if (!s->logout_wanted)
			session_show_status(s, s->status, s->reason);
		batch = store_batch_create();
		session_batch_kept_links(s, batch);
		session_commit(s, batch, NULL);
	}
	session_dispatch(s, EV_RETIRED);
}

static void
on_retiring(void *ctx, enum err err)
{
	struct session *s = ctx;

	(void)err;      /* the keys are moved all the same */
	/* unless a candidate's lie beside them, which may have been stored
	 * only now: they stay until that is settled */
	if (replace_has_keys(s))
		session_dispatch(s, EV_RETIRED);
	else
		session_quarantine(s, on_quarantined);
}

/* Unlinked by an admin here, not by the phone. */
static bool
is_own_logout(const struct session *s)
{
	return s->logout_wanted && s->verdict.reason == WA_REASON_UNLINKED;
}

/*
 * First the verdict is stored, then the keys are moved: a crash in between
 * finds "linked, but logged out" and finishes the move. Of an own logout
 * nothing is told before it is done: that the phone removed the link would
 * not be so.
 */
void
act_retire(struct session *s)
{
	window_destroy(s->window);
	s->window = NULL;
	session_disconnect(s);
	s->linking = false;
	/* what is stored is not only this link's: replace.c sees to it */
	if (s->chief != NULL) {
		session_dispatch(s, EV_RETIRED);
		return;
	}
	if (!is_own_logout(s))
		session_show(s, s->verdict.reason);
	session_commit_verdict(s, on_retiring);
}

/* What cannot be read is not written to either, only moved. */
void
act_retire_damaged(struct session *s)
{
	session_disconnect(s);
	s->verdict = (struct verdict){ .act = ACT_RETIRE,
	    .reason = WA_REASON_STORE_DAMAGED, .stage = STAGE_LOOKUP,
	    .detail = "what is stored cannot be read" };
	session_note_error(s, &s->verdict);
	if (s->chief != NULL) {
		session_dispatch(s, EV_RETIRED);
		return;
	}
	if (s->reason == WA_REASON_STORE_DAMAGED)       /* known at the start */
		log_warn("session=%s status=%s reason=%s", s->row.company,
		    wa_status_name(s->status), wa_reason_name(s->reason));
	session_show(s, WA_REASON_STORE_DAMAGED);
	session_quarantine(s, on_quarantined);
}

void
act_retired(struct session *s)
{
	const struct verdict v = s->verdict;

	if (s->chief != NULL) {
		s->logout_wanted = false;
		return;
	}
	/* what was asked for is no trouble to be shown */
	if (s->logout_wanted && !s->row.linked) {
		s->row.last_error[0] = s->row.last_reason[0] = '\0';
		s->row.last_error_ms = 0;
		session_show(s, WA_REASON_NEVER_LINKED);
		session_persist(s);
	} else if (is_own_logout(s)) {
		session_show(s, v.reason);      /* the keys could not be moved */
	}
	s->logout_wanted = false;
	session_emit(s, &(struct session_event){ .type = SESSION_ERROR,
	    .verdict = &v });
}

void
act_stop(struct session *s)
{
	const bool was_linking = s->linking && s->row.linked == false;

	close_attempt(s);
	if (s->row.paused)
		session_show(s, WA_REASON_PAUSED);
	else if (was_linking)
		session_show(s, WA_REASON_NEVER_LINKED);
	else if (s->row.until_ms <= session_wall_ms(s))
		session_show(s, WA_REASON_NOT_RUNNING);
	/* else a ban or cooldown, which goes on */
	if (s->row_is_newer)
		session_persist(s);     /* what `status` tells afterwards */
}

void
act_stop_later(struct session *s)
{
	s->stop_wanted = true;
}
