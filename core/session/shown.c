/* What a session shows: status, reason, the view for faces. */
#include "core/session/impl.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "session"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"

int64_t
session_wall_ms(const struct session *s)
{
	return clock_wall_ms(s->env->clock);
}

int64_t
session_mono_ms(const struct session *s)
{
	return clock_mono_ms(s->env->clock);
}

void
session_emit(struct session *s, struct session_event *event)
{
	if (s->chief != NULL) {
		replace_emit(s, event);
		return;
	}
	s->telling++;
	s->env->on_event(s->env->on_event_ctx, s, event);
	s->telling--;
}

void
session_tally(struct session *s, enum tally_item item)
{
	if (s->env->tally != NULL)
		s->env->tally->n[item]++;
}

struct session *
session_company_of(struct session *s)
{
	return s->chief == NULL ? s : s->chief;
}

/* For the log, where both links of a company speak. */
static const char *
role_words(const struct session *s)
{
	static const char *const words[] = {
		[ROLE_OWN] = "",
		[ROLE_CANDIDATE] = " link=candidate",
		[ROLE_FORMER] = " link=former",
	};

	return words[s->role];
}

static void
note_change(struct session *s)
{
	const struct verdict *v = &s->verdict;
	const unsigned code = v->ban_code != 0 ? v->ban_code : v->code;

	history_add(&s->history, &(struct session_change){
	    .at_ms = s->since_ms,
	    .status = s->status,
	    .reason = s->reason,
	    .state_version = s->state_version,
	    /* the verdict stays after its trouble is over */
	    .code = wa_reason_error_code(s->reason) != NULL &&
	    v->reason == s->reason ? code : 0,
	});
}

void
session_show_status(struct session *s, enum wa_status status,
    enum wa_reason reason)
{
	bool differs = s->status != status || s->reason != reason;

	if (differs) {
		s->status = status;
		s->reason = reason;
		s->since_ms = session_wall_ms(s);
		log_info("session=%s%s status=%s reason=%s", s->row.company,
		    role_words(s), wa_status_name(status),
		    wa_reason_name(reason));
	}
	if (s->chief != NULL) {
		/* a step of the replacement, not a status of the company */
		s = s->chief;
		differs = false;
	}
	s->state_version++;
	if (differs)
		note_change(s);
	session_emit(s, &(struct session_event){ .type = SESSION_CHANGED });
}

void
session_show(struct session *s, enum wa_reason reason)
{
	enum wa_status status = WA_STATUS_ERROR;

	(void)wa_reason_status(reason, &status);
	session_show_status(s, status, reason);
}

void
session_show_online(struct session *s)
{
	session_show(s, s->limited_until_ms > session_wall_ms(s) ?
	    WA_REASON_LIMITED : WA_REASON_OK);
}

static bool
is_at_rest(const struct session *s)
{
	return s->state == ST_IDLE && !s->row.linked &&
	    (s->reason == WA_REASON_NEVER_LINKED ||
	    s->reason == WA_REASON_CODE_EXPIRED);
}

/* On the next turn: who was refused hears that first, and no event of it. */
void
session_show_budget(struct session *s, int64_t wait_ms)
{
	if (!is_at_rest(s) && s->reason != WA_REASON_BUDGET)
		return;
	s->budget_until_ms = session_wall_ms(s) + wait_ms;
	timer_start(s->timer, 0);
}

void
session_budget_due(struct session *s)
{
	const int64_t left = s->budget_until_ms - session_wall_ms(s);

	if (left > 0 && is_at_rest(s)) {
		s->rest_reason = s->reason;
		session_show(s, WA_REASON_BUDGET);
	} else if (left <= 0 && s->reason == WA_REASON_BUDGET) {
		session_show(s, s->rest_reason);
	}
	if (s->reason == WA_REASON_BUDGET)
		timer_start(s->timer, left);
}

void
session_note_error(struct session *s, const struct verdict *v)
{
	const char *code = verdict_error_code(v);

	log_warn("session=%s%s reason=%s stage=%s code=%u detail=\"%s\"",
	    s->row.company, role_words(s), wa_reason_name(v->reason),
	    stage_name(v->stage), v->code, v->detail);
	if (s->env->tally != NULL)
		s->env->tally->errors[v->reason]++;
	if (!replace_is_told(s))
		return;
	if (s->chief != NULL) {
		s = s->chief;
		if (s->state != ST_RETIRE)      /* which goes by its own */
			s->verdict = *v;
	}
	if (code != NULL)
		str_copy(s->row.last_error, sizeof s->row.last_error, code);
	str_copy(s->row.last_reason, sizeof s->row.last_reason,
	    wa_reason_name(v->reason));
	s->row.last_code = v->ban_code != 0 ? v->ban_code : v->code;
	s->row.last_error_ms = session_wall_ms(s);
	s->row_is_newer = true;
}

/* Whether it is still true in a core that has just started. */
static bool
is_lasting(const struct session *s)
{
	enum wa_status status = WA_STATUS_ERROR;

	if (s->reason == WA_REASON_TEMPORARY ||
	    s->reason == WA_REASON_RATE_LIMITED)
		return s->row.until_ms > session_wall_ms(s);
	if (s->reason == WA_REASON_BUDGET)
		return false;           /* counted in memory */
	(void)wa_reason_status(s->reason, &status);
	return status != WA_STATUS_CONNECTING && status != WA_STATUS_PAIRING &&
	    status != WA_STATUS_PASSKEY_REQUIRED &&
	    status != WA_STATUS_CONNECTED && status != WA_STATUS_RECONNECTING;
}

/* For the sentences; its reason is the one shown, if that is a trouble. */
static void
restore_verdict(struct session *s)
{
	struct verdict *v = &s->verdict;

	*v = (struct verdict){ .act = ACT_WAIT, .stage = STAGE_LOGIN };
	if (!wa_reason_from_name(s->row.last_reason, &v->reason))
		return;
	v->code = s->row.last_code;
	if (v->reason == WA_REASON_TEMPORARY)
		v->ban_code = s->row.last_code;
	if (strcmp(s->row.last_error, VERDICT_VETO_CODE) == 0)
		v->err = ERR_PAIR_VETO;
}

void
session_restore_shown(struct session *s)
{
	const struct company_row *row = &s->row;

	s->since_ms = row->since_ms;
	if (row->damaged) {
		s->reason = WA_REASON_STORE_DAMAGED;
	} else if (!wa_reason_from_name(row->reason, &s->reason) ||
	    s->reason == WA_REASON_NONE) {
		s->reason = row->linked ? WA_REASON_NOT_RUNNING :
		    WA_REASON_NEVER_LINKED;
	}
	if (!is_lasting(s))
		s->reason = row->linked ? WA_REASON_NOT_RUNNING :
		    WA_REASON_NEVER_LINKED;
	if (row->paused)
		s->reason = WA_REASON_PAUSED;
	(void)wa_reason_status(s->reason, &s->status);
	restore_verdict(s);
}

/* A ban's end is when it is tried again, whether a core runs now or not. */
static int64_t
next_attempt_ms(const struct session *s)
{
	if (s->next_attempt_ms == 0 && s->row.linked && !s->row.paused &&
	    (s->reason == WA_REASON_TEMPORARY ||
	    s->reason == WA_REASON_RATE_LIMITED) &&
	    s->row.until_ms > session_wall_ms(s))
		return s->row.until_ms;
	return s->next_attempt_ms;
}

static void
show_egress(const struct session *s, struct session_view *out)
{
	if (strcmp(s->row.proxy, PROXY_DIRECT_WORD) == 0)
		str_copy(out->proxy, sizeof out->proxy, PROXY_DIRECT_WORD);
	else if (s->row.proxy[0] != '\0')
		proxy_name_of(s->row.proxy, out->proxy);
	if (session_egress(s)[0] != '\0')
		proxy_name_of(session_egress(s), out->egress);
}

/* Which of the two has a window open; NULL: none. */
static const struct session *
window_of(const struct session *s)
{
	return s->state == ST_WINDOW ? s : replace_window(s);
}

void
session_view(const struct session *s, struct session_view *out)
{
	memset(out, 0, sizeof *out);
	str_copy(out->company, sizeof out->company, s->row.company);
	str_copy(out->name, sizeof out->name, s->row.name);
	if (s->row.linked)
		str_copy(out->phone, sizeof out->phone, s->row.phone);
	str_copy(out->platform, sizeof out->platform, s->row.platform);
	out->status = s->status;
	out->reason = s->reason;
	out->linked = s->row.linked;
	out->connected = s->state == ST_ONLINE && !s->keep.unproven;
	out->since_ms = s->since_ms;
	out->last_seen_ms = s->last_seen_ms;
	if (!backoff_is_stable(&s->backoff, session_mono_ms(s)))
		out->reconnects = s->reconnects;
	out->next_attempt_ms = next_attempt_ms(s);
	out->until_ms = s->reason == WA_REASON_LIMITED ? s->limited_until_ms
	    : s->reason == WA_REASON_BUDGET ? s->budget_until_ms
	    : s->row.until_ms;
	str_copy(out->last_error, sizeof out->last_error, s->row.last_error);
	out->last_error_ms = s->row.last_error_ms;
	out->verdict = s->verdict;
	out->rtt_ms = s->rtt_ms;
	out->prekeys = s->prekeys_on_server;
	out->state_version = s->state_version;
	str_copy(out->pinned_phone, sizeof out->pinned_phone,
	    s->row.pinned_phone);
	out->paused = s->row.paused;
	out->priority = s->row.priority;
	show_egress(s, out);
	replace_view(s, out);
	if ((s = window_of(s)) != NULL) {
		out->qr_available = window_has_qr(s->window);
		out->window_ends_ms = window_ends_wall_ms(s->window);
		if (window_has_code(s->window))
			out->code_expires_ms = out->window_ends_ms;
	}
}

void
session_shown(const struct session *s, struct session_shown *out)
{
	memset(out, 0, sizeof *out);
	if ((s = window_of(s)) != NULL)
		window_shown(s->window, out);
}

int64_t
session_uptime_ms(const struct session *s)
{
	return s->backoff.online_ms == 0 ? 0 :
	    session_mono_ms(s) - s->backoff.online_ms;
}

unsigned
session_reconnects_24h(const struct session *s)
{
	return hours_sum(&s->returns, session_mono_ms(s));
}

bool
session_change_before(const struct session *s, uint64_t before,
    struct session_change *out)
{
	return history_before(&s->history, before, out);
}

enum wa_status
session_status(const struct session *s)
{
	return s->status;
}

bool
session_is_linked(const struct session *s)
{
	return s->row.linked;
}
