/* The outside of a session: its life and what may be asked of it. */
#include "core/session/impl.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "session"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"

struct session *
session_create(const struct session_env *env, const struct company_row *row)
{
	struct session *s = xcalloc(1, sizeof *s);
	const uint64_t now = (uint64_t)clock_wall_ms(env->clock);

	s->env = env;
	s->row = *row;
	s->iqs = iq_create(env->loop, env->clock, env->rnd);
	s->ticket = tls_ticket_create();
	s->timer = timer_create_on(env->loop, session_on_timer, s);
	keepalive_init(&s->keep, env->loop, env->clock, env->rnd,
	    &session_keepalive_events, s);
	s->rtt_ms = s->prekeys_on_server = -1;
	/* milliseconds as the base make versions rise over restarts without
	 * a write at each change */
	s->state_version = row->state_version_limit > now ?
	    row->state_version_limit : now;
	session_restore_shown(s);
	if (s->since_ms == 0)
		s->since_ms = (int64_t)now;
	return s;
}

void
session_destroy(struct session *s)
{
	if (s == NULL)
		return;
	replace_destroy(s);
	window_destroy(s->window);
	session_disconnect(s);
	iq_destroy(s->iqs);
	tls_ticket_destroy(s->ticket);
	timer_destroy(s->timer);
	keepalive_finish(&s->keep);
	history_finish(&s->history);
	free(s->kept_links);
	free(s);
}

const char *
session_company(const struct session *s)
{
	return s->row.company;
}

static void
run_asked(void *ctx)
{
	struct session *s = ctx;
	const unsigned asked = s->asked;

	s->asked = 0;
	if ((asked & 1u << EV_STOP) != 0) {
		session_dispatch(s, EV_STOP);
		return;
	}
	for (int input = 0; input < EV_COUNT; input++) {
		if ((asked & 1u << input) != 0)
			session_dispatch(s, (enum session_input)input);
	}
}

/*
 * A face may answer an event with a command. Whoever emits still needs its
 * window and channel afterwards, so such a command waits for the next turn.
 */
const struct session_turns *
session_turns(const struct session *s)
{
	return s->chief == NULL ? s->env->turns : NULL;
}

void
session_put(struct session *s, enum session_input input)
{
	if (session_company_of(s)->telling == 0) {
		session_dispatch(s, input);
		return;
	}
	if (s->asked == 0)
		loop_defer(s->env->loop, run_asked, s);
	s->asked |= 1u << input;
}

bool
session_has_accepted(const struct session *s)
{
	return s->state == ST_SAVE || s->state == ST_FINISH;
}

enum err
session_link_check(const struct session *s, const char *phone)
{
	if (s->telling > 0 || s->held ||
	    (s->chief != NULL && s->chief->telling > 0))
		return ERR_BUSY;
	/* the phone has accepted: too late for another code */
	if (session_has_accepted(s))
		return ERR_OK;
	if (s->row.linked)
		return ERR_EXISTS;
	if (s->row.paused)
		return ERR_BUSY;
	if (phone != NULL && session_is_pinned_elsewhere(s, phone))
		return ERR_MISMATCH;
	if (s->window == NULL && (s->state != ST_IDLE ||
	    (s->reason == WA_REASON_RATE_LIMITED &&
	    s->row.until_ms > session_wall_ms(s))))
		return ERR_BUSY;
	return ERR_OK;
}

bool
session_is_linking(const struct session *s)
{
	return s->linking || replace_is_linking(s);
}

const char *
session_asked_phone(const struct session *s)
{
	return replace_is_linking(s) ? replace_session(s)->asked_phone :
	    s->asked_phone;
}

enum err
session_link(struct session *s, const char *phone)
{
	enum err err;

	if (!s->row.linked && replace_is_linking(s))
		s = replace_session(s);
	if ((err = session_link_check(s, phone)) != ERR_OK ||
	    session_has_accepted(s))
		return err;
	if (phone != NULL || s->window == NULL)
		str_copy(s->asked_phone, sizeof s->asked_phone,
		    phone == NULL ? "" : phone);
	if (s->window != NULL) {
		if (phone != NULL)
			window_set_phone(s->window, phone);
		window_resend(s->window);
		return ERR_OK;
	}
	if (s->row.damaged) {
		/* moved aside first, and said; then it can be linked anew */
		session_dispatch(s, EV_DAMAGED);
		return ERR_OK;
	}
	s->window = window_create(s, phone);
	session_dispatch(s, EV_LINK);
	return ERR_OK;
}

void
session_link_cancel(struct session *s)
{
	if (replace_is_linking(s))
		s = replace_session(s);
	/* what the phone has accepted is no open attempt any more */
	if (s->linking && s->state < ST_SAVE)
		session_put(s, EV_STOP);
}

/* An earlier run decided that the link is gone but did not get to move it. */
bool
session_is_retiring(const struct session *s)
{
	return s->reason == WA_REASON_UNLINKED ||
	    s->reason == WA_REASON_ACCOUNT_LOCKED ||
	    s->reason == WA_REASON_PERMANENT;
}

/*
 * Somebody else uses the link: dialling again would throw them out, also
 * after a restart, so it waits for an admin. The other halts are about this
 * program or its settings, which a restart may have changed: one try.
 */
static bool
is_halted(const struct session *s)
{
	return s->reason == WA_REASON_REPLACED;
}

/* As stored, from an earlier run perhaps. */
static void
set_verdict(struct session *s, enum verdict_act act)
{
	s->verdict.act = act;
	s->verdict.reason = s->reason;
	s->verdict.wait_s = 0;
}

enum err
session_connect(struct session *s, bool now)
{
	if (!s->row.linked)
		return ERR_NOT_FOUND;
	if (s->row.paused || s->held)
		return ERR_BUSY;
	replace_go_on(s);
	if (s->state == ST_IDLE && session_is_retiring(s)) {
		set_verdict(s, ACT_RETIRE);
		session_put(s, EV_RETIRE);
		return ERR_OK;
	}
	if (s->state == ST_IDLE && !now) {
		if (is_halted(s)) {
			replace_moved(s);       /* it may have another link */
			return ERR_BUSY;
		}
		if (s->row.until_ms > session_wall_ms(s)) {
			set_verdict(s, ACT_WAIT);
			session_put(s, EV_RETRY);
			return ERR_BUSY;
		}
	}
	session_put(s, now ? EV_CONNECT : EV_START);
	return ERR_OK;
}

void
session_take_turn(struct session *s)
{
	if (s->state == ST_TURN)
		session_dispatch(s, EV_TURN);
}

void
session_probe(struct session *s)
{
	if (s->state == ST_ONLINE)
		keepalive_probe(&s->keep);
}

struct wa_version
session_dialled_version(const struct session *s)
{
	return s->dialled;
}

void
session_set_tag(struct session *s, void *tag)
{
	s->tag = tag;
}

void *
session_tag(const struct session *s)
{
	return s->tag;
}

bool
session_start(struct session *s)
{
	if (s->held)
		return false;
	if (s->row.damaged && s->state == ST_IDLE) {
		session_dispatch(s, EV_DAMAGED);
		return false;
	}
	return s->row.linked && !s->row.paused &&
	    session_connect(s, false) == ERR_OK;
}

enum err
session_reconnect(struct session *s)
{
	if (s->linking)
		return ERR_BUSY;
	if (!s->row.linked)
		return ERR_NOT_FOUND;
	if (s->row.paused)
		return ERR_BUSY;
	if (s->state == ST_LOGIN || s->state == ST_SETUP ||
	    s->state == ST_ONLINE)
		session_put(s, EV_RESTART);
	else
		return session_connect(s, true);
	return ERR_OK;
}

enum err
session_logout(struct session *s)
{
	if (!s->row.linked)
		return ERR_NOT_FOUND;
	if (s->held)
		return ERR_BUSY;
	if (replace_logout(s))
		return ERR_OK;
	s->logout_wanted = true;
	/* while a login is under way it is done as soon as that stands */
	session_put(s, EV_LOGOUT);
	return ERR_OK;
}

void
session_stop(struct session *s)
{
	replace_stop(s);
	session_put(s, EV_STOP);
}

bool
session_is_stale(const struct session *s)
{
	const struct company_row *row = &s->row;

	return row->draft && !row->linked && !row->paused && !row->damaged &&
	    row->name[0] == '\0' && row->pinned_phone[0] == '\0' &&
	    session_is_quiet(s) &&
	    session_wall_ms(s) - row->asked_ms >= STALE_MS;
}

bool
session_is_quiet(const struct session *s)
{
	return s->state == ST_IDLE && s->commits == 0 && s->asked == 0 &&
	    replace_is_quiet(s) && !s->held;
}

void
session_set_aside(struct session *s)
{
	s->held = true;
}

void
session_take_up(struct session *s, const struct company_row *row)
{
	s->held = false;
	if (row == NULL)
		return;
	s->row = *row;
	s->was_online = false;
	if (row->state_version_limit > s->state_version)
		s->state_version = row->state_version_limit;
	session_restore_shown(s);
	s->since_ms = session_wall_ms(s);
	session_show_status(s, s->status, s->reason);
}
