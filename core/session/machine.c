/*
 * The state machine of one company. session_dispatch is the only writer of
 * the state; pairs not in the table are ignored, and a test walks every pair
 * of state and input. An action runs after the state was written, so that an
 * input raised from within it meets the new state.
 */
#include "core/session/actions.h"

#include <string.h>

#define LOG_MODULE "session"

#include "core/base/log.h"
#include "core/base/mem.h"

static const char *const state_names[ST_COUNT] = {
	[ST_IDLE] = "idle",
	[ST_PREPARE] = "prepare",
	[ST_DIAL] = "dial",
	[ST_REGISTER] = "register",
	[ST_WINDOW] = "window",
	[ST_SAVE] = "save",
	[ST_FINISH] = "finish",
	[ST_LOGIN] = "login",
	[ST_SETUP] = "setup",
	[ST_ONLINE] = "online",
	[ST_BACKOFF] = "backoff",
	[ST_TURN] = "turn",
	[ST_LOGOUT] = "logout",
	[ST_RETIRE] = "retire",
};

static const char *const input_names[EV_COUNT] = {
	[EV_LINK] = "link",
	[EV_CONNECT] = "connect",
	[EV_START] = "start",
	[EV_TURN] = "turn",
	[EV_STOP] = "stop",
	[EV_LOGOUT] = "logout",
	[EV_PREPARED] = "prepared",
	[EV_DAMAGED] = "damaged",
	[EV_REGISTERING] = "registering",
	[EV_LOGGING_IN] = "logging_in",
	[EV_REFS] = "refs",
	[EV_EXPIRED] = "expired",
	[EV_FAILED] = "failed",
	[EV_PAIRED] = "paired",
	[EV_SAVED] = "saved",
	[EV_SAVE_FAILED] = "save_failed",
	[EV_SUCCESS] = "success",
	[EV_READY] = "ready",
	[EV_RESTART] = "restart",
	[EV_RETRY] = "retry",
	[EV_HALT] = "halt",
	[EV_RETIRE] = "retire",
	[EV_RETIRED] = "retired",
	[EV_DUE] = "due",
	[EV_TAKE_OVER] = "take_over",
	[EV_HAND_OVER] = "hand_over",
};

typedef void (*action_fn)(struct session *s);

static const struct transition {
	enum session_state from;
	enum session_input input;
	action_fn action;
	enum session_state to;
} table[] = {
	{ ST_IDLE,     EV_LINK,        act_open_attempt,     ST_PREPARE },
	{ ST_IDLE,     EV_CONNECT,     act_connect,          ST_TURN },
	{ ST_IDLE,     EV_START,       act_start,            ST_TURN },
	{ ST_IDLE,     EV_LOGOUT,      act_login_to_log_out, ST_PREPARE },
	{ ST_IDLE,     EV_RETRY,       act_back_off,         ST_BACKOFF },
	{ ST_IDLE,     EV_RETIRE,      act_retire,           ST_RETIRE },
	{ ST_IDLE,     EV_DAMAGED,     act_retire_damaged,   ST_RETIRE },
	{ ST_IDLE,     EV_STOP,        act_nothing,          ST_IDLE },

	{ ST_PREPARE,  EV_PREPARED,    act_dial,             ST_DIAL },
	{ ST_PREPARE,  EV_DAMAGED,     act_retire_damaged,   ST_RETIRE },
	{ ST_PREPARE,  EV_FAILED,      act_fail_attempt,     ST_IDLE },
	{ ST_PREPARE,  EV_RETRY,       act_back_off,         ST_BACKOFF },
	{ ST_PREPARE,  EV_HALT,        act_halt,             ST_IDLE },
	{ ST_PREPARE,  EV_STOP,        act_stop,             ST_IDLE },

	{ ST_DIAL,     EV_REGISTERING, act_await_verdict,    ST_REGISTER },
	{ ST_DIAL,     EV_LOGGING_IN,  act_await_verdict,    ST_LOGIN },
	{ ST_DIAL,     EV_FAILED,      act_fail_attempt,     ST_IDLE },
	{ ST_DIAL,     EV_RETRY,       act_back_off,         ST_BACKOFF },
	{ ST_DIAL,     EV_HALT,        act_halt,             ST_IDLE },
	{ ST_DIAL,     EV_STOP,        act_stop,             ST_IDLE },

	{ ST_REGISTER, EV_REFS,        act_on_window,        ST_WINDOW },
	{ ST_REGISTER, EV_FAILED,      act_fail_attempt,     ST_IDLE },
	{ ST_REGISTER, EV_RESTART,     act_reopen_attempt,   ST_PREPARE },
	{ ST_REGISTER, EV_STOP,        act_stop,             ST_IDLE },

	{ ST_WINDOW,   EV_REFS,        act_on_window,        ST_WINDOW },
	{ ST_WINDOW,   EV_EXPIRED,     act_expire,           ST_IDLE },
	{ ST_WINDOW,   EV_FAILED,      act_fail_attempt,     ST_IDLE },
	{ ST_WINDOW,   EV_PAIRED,      act_save,             ST_SAVE },
	{ ST_WINDOW,   EV_STOP,        act_stop,             ST_IDLE },

	/* a lost connection changes nothing here: the answer meets it */
	{ ST_SAVE,     EV_SAVED,       act_answer_pair,      ST_FINISH },
	{ ST_SAVE,     EV_SAVE_FAILED, act_refuse_pair,      ST_IDLE },
	{ ST_SAVE,     EV_STOP,        act_stop_later,       ST_SAVE },

	/* the reply is on its way: whatever ends it, a login tells the truth */
	{ ST_FINISH,   EV_RESTART,     act_first_login,      ST_PREPARE },
	{ ST_FINISH,   EV_FAILED,      act_first_login,      ST_PREPARE },
	{ ST_FINISH,   EV_RETIRE,      act_retire,           ST_RETIRE },
	{ ST_FINISH,   EV_STOP,        act_stop,             ST_IDLE },

	{ ST_LOGIN,    EV_SUCCESS,     act_set_up,           ST_SETUP },
	{ ST_LOGIN,    EV_RESTART,     act_ask_turn,         ST_TURN },
	{ ST_LOGIN,    EV_RETRY,       act_back_off,         ST_BACKOFF },
	{ ST_LOGIN,    EV_HALT,        act_halt,             ST_IDLE },
	{ ST_LOGIN,    EV_RETIRE,      act_retire,           ST_RETIRE },
	{ ST_LOGIN,    EV_STOP,        act_stop,             ST_IDLE },

	{ ST_SETUP,    EV_READY,       act_go_online,        ST_ONLINE },
	{ ST_SETUP,    EV_LOGOUT,      act_send_logout,      ST_LOGOUT },
	{ ST_SETUP,    EV_RESTART,     act_ask_turn,         ST_TURN },
	{ ST_SETUP,    EV_RETRY,       act_back_off,         ST_BACKOFF },
	{ ST_SETUP,    EV_HALT,        act_halt,             ST_IDLE },
	{ ST_SETUP,    EV_RETIRE,      act_retire,           ST_RETIRE },
	{ ST_SETUP,    EV_STOP,        act_stop,             ST_IDLE },

	{ ST_ONLINE,   EV_LOGOUT,      act_send_logout,      ST_LOGOUT },
	{ ST_ONLINE,   EV_RESTART,     act_ask_turn,         ST_TURN },
	{ ST_ONLINE,   EV_RETRY,       act_back_off,         ST_BACKOFF },
	{ ST_ONLINE,   EV_HALT,        act_halt,             ST_IDLE },
	{ ST_ONLINE,   EV_RETIRE,      act_retire,           ST_RETIRE },
	{ ST_ONLINE,   EV_STOP,        act_stop,             ST_IDLE },

	{ ST_BACKOFF,  EV_DUE,         act_await_turn,       ST_TURN },
	{ ST_BACKOFF,  EV_CONNECT,     act_ask_turn,         ST_TURN },
	{ ST_BACKOFF,  EV_LOGOUT,      act_login_to_log_out, ST_PREPARE },
	{ ST_BACKOFF,  EV_STOP,        act_stop,             ST_IDLE },

	{ ST_TURN,     EV_TURN,        act_take_turn,        ST_PREPARE },
	{ ST_TURN,     EV_CONNECT,     act_ask_turn,         ST_TURN },
	{ ST_TURN,     EV_LOGOUT,      act_login_to_log_out, ST_PREPARE },
	{ ST_TURN,     EV_STOP,        act_stop,             ST_IDLE },

	{ ST_LOGOUT,   EV_RETIRE,      act_retire,           ST_RETIRE },
	{ ST_LOGOUT,   EV_RESTART,     act_ask_turn,         ST_TURN },
	{ ST_LOGOUT,   EV_RETRY,       act_back_off,         ST_BACKOFF },
	{ ST_LOGOUT,   EV_HALT,        act_halt,             ST_IDLE },
	{ ST_LOGOUT,   EV_STOP,        act_stop,             ST_IDLE },

	{ ST_RETIRE,   EV_RETIRED,     act_retired,          ST_IDLE },

	/* a connection that has been proven beside this one (take_over.c) */
	{ ST_IDLE,     EV_TAKE_OVER,   act_nothing,          ST_ONLINE },
	{ ST_PREPARE,  EV_TAKE_OVER,   act_nothing,          ST_ONLINE },
	{ ST_DIAL,     EV_TAKE_OVER,   act_nothing,          ST_ONLINE },
	{ ST_LOGIN,    EV_TAKE_OVER,   act_nothing,          ST_ONLINE },
	{ ST_SETUP,    EV_TAKE_OVER,   act_nothing,          ST_ONLINE },
	{ ST_ONLINE,   EV_TAKE_OVER,   act_nothing,          ST_ONLINE },
	{ ST_BACKOFF,  EV_TAKE_OVER,   act_nothing,          ST_ONLINE },
	{ ST_TURN,     EV_TAKE_OVER,   act_nothing,          ST_ONLINE },
	{ ST_ONLINE,   EV_HAND_OVER,   act_nothing,          ST_IDLE },
};

const char *
session_state_name(enum session_state state)
{
	return state_names[state];
}

const char *
session_input_name(enum session_input input)
{
	return input_names[input];
}

static const struct transition *
find_row(enum session_state from, enum session_input input)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (table[i].from == from && table[i].input == input)
			return &table[i];
	}
	return NULL;
}

bool
session_transition(enum session_state from, enum session_input input,
    enum session_state *to)
{
	const struct transition *row = find_row(from, input);

	if (row == NULL)
		return false;
	*to = row->to;
	return true;
}

/* No connection, and none on its way. */
static bool
is_ended(enum session_state state)
{
	return state == ST_IDLE || state == ST_BACKOFF || state == ST_TURN ||
	    state == ST_RETIRE;
}

/* Whether the verdict is why, or somebody has asked for it. */
static bool
is_by_verdict(enum session_input input)
{
	return input == EV_RETRY || input == EV_HALT || input == EV_RETIRE ||
	    input == EV_FAILED;
}

/* Who gives the turns hears how they went. */
static void
tell_turns(struct session *s, enum session_state from,
    enum session_input input)
{
	const struct session_turns *turns = session_turns(s);

	if (turns == NULL || s->state == from)
		return;
	if (s->state == ST_ONLINE)
		turns->online(turns->ctx, s);
	else if (s->state == ST_WINDOW)
		turns->accepted(turns->ctx, s);
	else if (from == ST_REGISTER && s->state == ST_PREPARE)
		turns->ended(turns->ctx, s, &s->verdict);       /* a 405 */
	else if (is_ended(s->state) && from != ST_RETIRE &&
	    (from != ST_BACKOFF || s->state != ST_TURN) &&
	    (from != ST_IDLE || s->state == ST_BACKOFF))
		turns->ended(turns->ctx, s, is_by_verdict(input) ?
		    &s->verdict : NULL);
}

bool
session_dispatch(struct session *s, enum session_input input)
{
	const struct transition *row = find_row(s->state, input);
	const enum session_state from = s->state;

	if (row == NULL) {
		log_debug("session=%s state=%s input=%s ignored",
		    s->row.company, state_names[s->state],
		    input_names[input]);
		return false;
	}
	log_debug("session=%s from=%s input=%s to=%s", s->row.company,
	    state_names[s->state], input_names[input], state_names[row->to]);
	timer_stop(s->timer);
	s->next_attempt_ms = 0;
	s->state = row->to;
	tell_turns(s, from, input);
	row->action(s);
	replace_moved(s);
	return true;
}

/* --- endings ------------------------------------------------------------- */

static bool
is_third_conflict(struct session *s)
{
	const int64_t now = session_mono_ms(s);
	const int64_t third = s->conflicts_ms[CONFLICTS_MAX - 2];

	memmove(s->conflicts_ms + 1, s->conflicts_ms,
	    sizeof s->conflicts_ms - sizeof s->conflicts_ms[0]);
	s->conflicts_ms[0] = now;
	return third != 0 && now - third < CONFLICT_WINDOW_MS;
}

static enum session_input
input_of_linked(struct session *s, const struct verdict *v)
{
	switch (v->act) {
	case ACT_RESTART:
		return ++s->restarts > RESTARTS_MAX ? EV_RETRY : EV_RESTART;
	case ACT_LIMITED:
		return ++s->refusals >= REFUSALS_MAX ? EV_HALT : EV_RETRY;
	case ACT_CONFLICT:
		return is_third_conflict(s) ? EV_HALT : EV_RETRY;
	case ACT_HALT:
		return EV_HALT;
	case ACT_RETIRE:
		return EV_RETIRE;
	case ACT_RETRY:
	case ACT_VERSION:
	case ACT_WAIT:
		return EV_RETRY;
	}
	return EV_RETRY;
}

static enum session_input
input_of_linking(struct session *s, const struct verdict *v)
{
	if (v->act == ACT_RESTART && s->state == ST_FINISH)
		return EV_RESTART;
	if (v->act == ACT_RETIRE && s->state == ST_FINISH)
		return EV_RETIRE;
	if (v->act == ACT_VERSION && s->state == ST_REGISTER &&
	    !s->version_retried) {
		s->version_retried = true;
		return EV_RESTART;
	}
	return EV_FAILED;
}

void
session_end_with(struct session *s, const struct verdict *verdict)
{
	/* after pair-success the login tells how it really went */
	const bool is_finishing = s->state == ST_SAVE || s->state == ST_FINISH;

	s->verdict = *verdict;
	/* a device that never was linked cannot have been unlinked; nor can
	 * the company while another link is its own */
	if (((s->linking && !is_finishing) || s->role == ROLE_CANDIDATE) &&
	    verdict->reason == WA_REASON_UNLINKED)
		s->verdict.reason = WA_REASON_REFUSED;
	verdict = &s->verdict;
	if (verdict->act == ACT_RETIRE ||
	    (verdict->act != ACT_RESTART && !is_finishing))
		session_note_error(s, verdict);
	session_dispatch(s, s->linking ? input_of_linking(s, verdict)
	    : input_of_linked(s, verdict));
}

void
session_on_timer(void *ctx)
{
	struct session *s = ctx;
	struct verdict v;

	if (s->state == ST_BACKOFF) {
		session_dispatch(s, EV_DUE);
		return;
	}
	if (s->state == ST_IDLE) {
		session_budget_due(s);
		return;
	}
	verdict_of_silence(STAGE_LOGIN, &v);
	session_end_with(s, &v);
}
