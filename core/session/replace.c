/*
 * A link that takes the place of another. Beside the company's session (the
 * chief) runs a second one (the aide) with keys of its own, in tables of its
 * own of the same database:
 *
 *	step            row.replacing   tables      what a kill leaves
 *	window open     not             -           nothing
 *	phone accepted  unproven        next_*      both: the old one logs in,
 *	                                            the candidate is tried
 *	logged in       unproven        next_*      the same
 *	took over       leaving         former_*    the new one logs in, the
 *	                                            former is unlinked
 *	former is gone  not             -           the new one
 *
 * Each step is one commit, and the next begins when it is on disk. The aide
 * goes by the state table as any session; its moves are looked at on a turn
 * of their own, and here alone is decided what follows. It never writes the
 * company's row but with the commits of its keys, and what it shows is told
 * as a step of the replacement (session_view.replace), never as the status.
 */
#include "core/session/impl.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "replace"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/session/number.h"

#define TRIES_MAX 20            /* failures in a row, about an hour; then */
#define STALLED_MS (60LL * 60 * 1000)   /* one look now and then */
#define STORE_AGAIN_MS 10000    /* a take-over that could not be stored */

struct replace {
	struct session *chief, *aide;
	struct timer *timer;
	bool other_number;              /* any phone will do */
	bool is_starting;               /* with keys of an earlier run */
	bool is_stopped;                /* the company is */
	bool is_stalled;
	bool is_taking, is_clearing;    /* these commits are under way */
	bool is_over;                   /* and that was the last */
	bool had_link;                  /* the chief, when it was taken over */
	bool logout_due;                /* both are to be unlinked */
	bool is_look_due;
	struct company_row before;      /* the chief's, if taking fails */
	int64_t next_ms;                /* wall, of the timer; 0 none */
};

/* --- life ----------------------------------------------------------------- */

static void look(void *ctx);

static void
look_soon(struct replace *r)
{
	if (r == NULL || r->is_look_due)
		return;
	r->is_look_due = true;
	loop_defer(r->chief->env->loop, look, r);
}

static void
wait(struct replace *r, int64_t ms)
{
	r->next_ms = session_wall_ms(r->chief) + ms;
	timer_start(r->timer, ms);
}

static void
restart(struct replace *r)
{
	r->is_stalled = r->is_stopped = false;
	r->next_ms = 0;
	r->aide->backoff.failures = r->aide->refusals = 0;
	timer_stop(r->timer);
	r->is_starting = r->aide->row.linked;
	look_soon(r);
}

static void
on_timer(void *ctx)
{
	struct replace *r = ctx;

	r->next_ms = 0;
	if (r->is_stalled)
		restart(r);
	else
		look_soon(r);
}

/* The chief's row without what is its connection's. */
static struct session *
create_aide(struct session *chief, enum session_role role)
{
	struct company_row row = chief->row;
	struct session *aide;

	row.linked = row.paused = row.damaged = row.draft = false;
	row.status[0] = row.reason[0] = '\0';
	row.last_error[0] = row.last_reason[0] = '\0';
	row.until_ms = row.cooldown_from_ms = row.since_ms = 0;
	aide = session_create(chief->env, &row);
	aide->chief = chief;
	aide->role = role;
	return aide;
}

static struct replace *
create(struct session *chief, enum session_role role)
{
	struct replace *r = xcalloc(1, sizeof *r);

	r->chief = chief;
	r->aide = create_aide(chief, role);
	r->timer = timer_create_on(chief->env->loop, on_timer, r);
	chief->replace = r;
	chief->replace_due = false;
	return r;
}

void
replace_destroy(struct session *s)
{
	struct replace *r = s->replace;

	if (r == NULL)
		return;
	s->replace = NULL;
	session_destroy(r->aide);
	timer_destroy(r->timer);
	free(r);
}

/* As an earlier run has left it. */
static struct replace *
resume(struct session *s)
{
	struct replace *r = create(s, s->row.replacing == REPLACING_LEAVING ?
	    ROLE_FORMER : ROLE_CANDIDATE);

	r->aide->row.linked = true;
	r->is_starting = true;
	look_soon(r);
	return r;
}

/* Told with the company's status, which stays. */
static void
tell_step(struct session *chief)
{
	session_show_status(chief, chief->status, chief->reason);
}

/* --- its end -------------------------------------------------------------- */

static bool
is_lost(const struct session *s)
{
	return s->state == ST_IDLE && s->row.linked && !s->row.paused &&
	    session_is_retiring(s);
}

static void
end(struct replace *r)
{
	struct session *chief = r->chief;
	const bool stays = r->is_stopped, logs_out = r->logout_due;

	replace_destroy(chief);
	tell_step(chief);
	if (stays)
		return;
	if (logs_out)
		(void)!session_logout(chief);
	else if (is_lost(chief))        /* its own keys waited for this */
		(void)!session_connect(chief, true);
}

static void
on_cleared(void *ctx, enum err err)
{
	struct replace *r = ctx;

	if (err != ERR_OK)      /* found again, and tried, at the next start */
		log_warn("session=%s keys beside its own were not deleted",
		    r->chief->row.company);
	r->is_clearing = false;
	r->is_over = true;
	look_soon(r);
}

/* Nothing of the second link stays. */
static void
finish(struct replace *r)
{
	const struct session_tables *tables = session_tables(r->aide);
	struct store_batch *batch = store_batch_create();

	store_batch_delete_all(batch, tables->creds);
	store_batch_delete_all(batch, tables->prekey);
	r->chief->row.replacing = REPLACING_NOT;
	r->is_clearing = true;
	session_commit_for(r->chief, batch, on_cleared, r);
}

static void
end_attempt(struct replace *r)
{
	struct session *aide = r->aide;

	if (aide->reason == WA_REASON_CODE_EXPIRED) {
		aide->verdict = (struct verdict){ .act = ACT_HALT,
		    .reason = WA_REASON_CODE_EXPIRED, .stage = STAGE_OPEN,
		    .detail = "nobody used the code; the link is as before" };
		session_note_error(aide, &aide->verdict);
		session_emit(aide, &(struct session_event){
		    .type = SESSION_ERROR, .verdict = &aide->verdict });
	}
	finish(r);
}

static void
end_refused(struct replace *r)
{
	struct session *aide = r->aide;

	log_info("session=%s %s", r->chief->row.company,
	    aide->role == ROLE_FORMER ? "the former link is gone" :
	    r->logout_due ? "the candidate is unlinked" :
	    "the candidate was refused, the link is as before");
	/* act_retire has left it to us */
	if (aide->role == ROLE_CANDIDATE && !r->logout_due)
		session_emit(aide, &(struct session_event){
		    .type = SESSION_ERROR, .verdict = &aide->verdict });
	finish(r);
}

static void
forget(struct replace *r)
{
	struct session *chief = r->chief;

	replace_destroy(chief);
	tell_step(chief);
}

/* Its keys stay: what the phone has linked is not given up for a network. */
static void
stall(struct replace *r)
{
	if (r->is_stalled)
		return;
	if (r->logout_due && r->aide->role == ROLE_CANDIDATE) {
		log_warn("session=%s the candidate could not be unlinked: it "
		    "may still be listed on the phone",
		    r->chief->row.company);
		finish(r);
		return;
	}
	log_warn("session=%s %s, tried again in an hour",
	    r->chief->row.company, r->aide->role == ROLE_FORMER ?
	    "the former link could not be unlinked" :
	    "the candidate could not log in");
	r->is_stalled = true;
	wait(r, STALLED_MS);
	tell_step(r->chief);
}

/* --- taking over ---------------------------------------------------------- */

static bool
may_take_over(const struct replace *r)
{
	const struct session *chief = r->chief;
	enum session_state to;

	return chief->telling == 0 && chief->commits == 0 &&
	    chief->asked == 0 && r->aide->prekey_job == NULL &&
	    session_transition(chief->state, EV_TAKE_OVER, &to);
}

static void
on_taken(void *ctx, enum err err)
{
	struct replace *r = ctx;
	struct session *chief = r->chief, *aide = r->aide;
	const struct verdict v = { .act = ACT_HALT,
	    .reason = WA_REASON_INTERNAL, .stage = STAGE_OPEN,
	    .detail = "the new link could not be stored; it is tried again" };

	r->is_taking = false;
	if (err == ERR_OK) {
		log_info("session=%s the candidate took over",
		    chief->row.company);
		session_tally(chief, TALLY_LINK);
		chief->replace_after_ms = 0;
		session_emit(chief, &(struct session_event){
		    .type = SESSION_LINKED });
		tell_step(chief);
		r->is_starting = true;
		look_soon(r);
		return;
	}
	replace_take_back(chief, aide, &r->before, r->had_link);
	session_note_error(aide, &v);
	session_emit(aide, &(struct session_event){ .type = SESSION_ERROR,
	    .verdict = &v });
	r->is_starting = aide->state != ST_ONLINE;
	wait(r, STORE_AGAIN_MS);
}

static void
begin_take_over(struct replace *r)
{
	struct store_batch *batch;
	enum err err;

	/* each change of it looks again, or the timer does */
	if (r->next_ms != 0 || !may_take_over(r))
		return;
	r->before = r->chief->row;
	r->had_link = r->chief->row.linked;
	batch = store_batch_create();
	if ((err = replace_take_over(r->chief, r->aide, batch)) != ERR_OK) {
		store_batch_destroy(batch);
		log_error("session=%s the candidate's keys cannot be read: %s",
		    r->chief->row.company, err_text(err));
		wait(r, STORE_AGAIN_MS);
		return;
	}
	r->is_taking = true;
	session_commit_for(r->chief, batch, on_taken, r);
}

/* --- looking -------------------------------------------------------------- */

static void
start(struct replace *r)
{
	struct session *aide = r->aide;

	r->is_starting = false;
	if (aide->role == ROLE_FORMER || r->logout_due) {
		aide->logout_wanted = true;
		session_dispatch(aide, EV_LOGOUT);
	} else {
		session_dispatch(aide, EV_CONNECT);
	}
}

static void
look_at_rest(struct replace *r)
{
	const struct session *aide = r->aide;

	if (!aide->row.linked)
		end_attempt(r);
	else if (r->is_stopped)
		forget(r);
	else if (aide->verdict.act == ACT_RETIRE)
		end_refused(r);
	else
		stall(r);
}

static void
look_at_online(struct replace *r)
{
	struct session *aide = r->aide;

	if (aide->role == ROLE_CANDIDATE && !r->logout_due) {
		begin_take_over(r);
		return;
	}
	aide->logout_wanted = true;
	session_dispatch(aide, EV_LOGOUT);
}

static void
look(void *ctx)
{
	struct replace *r = ctx;
	const struct session *aide = r->aide;

	r->is_look_due = false;
	if (r->is_taking || r->is_clearing || aide->commits > 0)
		return;                 /* the end of it looks again */
	if (aide->asked != 0)
		look_soon(r);
	else if (r->is_over)
		end(r);
	else if (r->is_starting && !r->is_stopped)
		start(r);
	else if (aide->state == ST_IDLE)
		look_at_rest(r);
	else if (aide->state == ST_ONLINE)
		look_at_online(r);
	else if (aide->state == ST_BACKOFF &&
	    aide->backoff.failures >= TRIES_MAX)
		session_dispatch(r->aide, EV_STOP);
}

/* --- what is asked -------------------------------------------------------- */

enum err
session_replace_check(const struct session *s, const char *phone,
    bool other_number)
{
	const char *bound = s->row.pinned_phone[0] != '\0' || other_number ?
	    s->row.pinned_phone : s->row.phone;

	if (!s->row.linked && s->replace == NULL)
		return session_link_check(s, phone);
	if (s->telling > 0)
		return ERR_BUSY;
	if (replace_is_linking(s))
		return session_link_check(s->replace->aide, phone);
	if (s->replace != NULL || s->row.replacing != REPLACING_NOT ||
	    s->row.paused || s->logout_wanted || s->state == ST_LOGOUT ||
	    s->state == ST_RETIRE ||
	    s->replace_after_ms > session_wall_ms(s))
		return ERR_BUSY;
	return phone != NULL && bound[0] != '\0' &&
	    !number_is_same(bound, phone) ? ERR_MISMATCH : ERR_OK;
}

enum err
session_replace(struct session *s, const char *phone, bool other_number)
{
	const enum err err = session_replace_check(s, phone, other_number);
	struct replace *r;

	if (err != ERR_OK)
		return err;
	if (!s->row.linked && s->replace == NULL)
		return session_link(s, phone);
	if (s->replace == NULL) {
		r = create(s, ROLE_CANDIDATE);
		r->other_number = other_number;
		log_info("session=%s a candidate for its link is opened",
		    s->row.company);
	}
	return session_link(s->replace->aide, phone);
}

void
replace_stop(struct session *s)
{
	struct replace *r = s->replace;

	s->replace_due = false;
	if (r == NULL)
		return;
	r->is_stopped = true;
	r->next_ms = 0;
	timer_stop(r->timer);
	session_put(r->aide, EV_STOP);
	look_soon(r);
}

void
replace_go_on(struct session *s)
{
	if (s->replace == NULL)
		s->replace_due = s->row.replacing != REPLACING_NOT;
	else if (s->replace->is_stopped || s->replace->is_stalled)
		restart(s->replace);
}

bool
replace_logout(struct session *s)
{
	struct replace *r = s->replace;
	struct session *aide;

	if (r == NULL && s->row.replacing == REPLACING_NOT)
		return false;
	if (r == NULL)
		r = resume(s);
	aide = r->aide;
	if (!aide->row.linked && aide->state < ST_SAVE) {
		/* only a window is open, or it is over */
		session_put(aide, EV_STOP);
		return false;
	}
	r->logout_due = true;
	if (r->is_stopped || r->is_stalled)
		restart(r);
	if (aide->role == ROLE_CANDIDATE && !r->is_taking) {
		aide->logout_wanted = true;
		session_put(aide, EV_LOGOUT);
	}
	return true;
}

/* --- what the others see -------------------------------------------------- */

void
replace_look_soon(struct session *s)
{
	look_soon(session_company_of(s)->replace);
}

void
replace_moved(struct session *s)
{
	const bool rests = s->state == ST_ONLINE || s->state == ST_BACKOFF ||
	    s->state == ST_IDLE;

	if (s->chief == NULL && s->replace_due && rests)
		(void)resume(s);
	else if (s->chief == NULL && s->state == ST_ONLINE &&
	    s->replace != NULL && s->replace->is_stalled)
		restart(s->replace);    /* the network is back, perhaps */
	else
		replace_look_soon(s);
}

void
replace_saving(struct session *s)
{
	if (s->role == ROLE_CANDIDATE)
		s->chief->row.replacing = REPLACING_UNPROVEN;
}

void
replace_emit(struct session *s, struct session_event *event)
{
	if (s->role != ROLE_CANDIDATE || event->type == SESSION_LINKED)
		return;
	event->of_candidate = true;
	if (event->type == SESSION_ERROR &&
	    s->row.until_ms > session_wall_ms(s))
		s->chief->replace_after_ms = s->row.until_ms;
	session_emit(s->chief, event);
}

bool
replace_is_told(const struct session *s)
{
	return s->role != ROLE_FORMER;
}

bool
replace_is_taking(struct session *s)
{
	const struct replace *r = session_company_of(s)->replace;

	return r != NULL && r->is_taking;
}

bool
replace_has_keys(const struct session *s)
{
	return s->row.replacing == REPLACING_UNPROVEN;
}

bool
replace_is_quiet(const struct session *s)
{
	const struct replace *r = s->replace;

	return r == NULL || (!r->is_look_due && !r->is_taking &&
	    !r->is_clearing && !r->is_starting && session_is_quiet(r->aide));
}

const char *
replace_bound_phone(const struct session *s)
{
	const struct session *own = s->chief == NULL ? s : s->chief;

	if (own->row.pinned_phone[0] != '\0')
		return own->row.pinned_phone;
	return s == own || own->replace->other_number ? "" : own->row.phone;
}

struct session *
replace_session(const struct session *s)
{
	return s->replace == NULL ? NULL : s->replace->aide;
}

bool
replace_is_linking(const struct session *s)
{
	return s->replace != NULL && s->replace->aide->linking;
}

struct session *
replace_window(const struct session *s)
{
	return replace_is_linking(s) && s->replace->aide->state == ST_WINDOW ?
	    s->replace->aide : NULL;
}

static enum replace_step
step_of(const struct replace *r)
{
	const struct session *aide = r->aide;

	if (aide->role == ROLE_FORMER)
		return REPLACE_LEAVING;
	if (!aide->row.linked && !aide->linking)
		return REPLACE_NONE;
	if (r->is_stalled)
		return REPLACE_STALLED;
	if (!aide->linking)
		return REPLACE_PROVING;
	if (aide->state == ST_WINDOW && aide->reason != WA_REASON_FINISHING)
		return REPLACE_WAITING;
	return aide->state < ST_WINDOW ? REPLACE_OPENING : REPLACE_FINISHING;
}

static enum replace_step
stored_step(const struct session *s)
{
	switch (s->row.replacing) {
	case REPLACING_UNPROVEN:
		return REPLACE_STALLED;
	case REPLACING_LEAVING:
		return REPLACE_LEAVING;
	default:
		return REPLACE_NONE;
	}
}

void
replace_view(const struct session *s, struct session_view *out)
{
	const struct replace *r = s->replace;

	out->replace_after_ms = s->replace_after_ms;
	out->replace = r == NULL ? stored_step(s) : step_of(r);
	if (r != NULL)
		out->replace_next_ms = r->next_ms != 0 ? r->next_ms :
		    r->aide->next_attempt_ms;
}
