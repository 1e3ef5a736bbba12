/* What an admin sets for a company: name, bound number, pause, priority. */
#include "core/session/impl.h"

#include <string.h>

#include "core/base/str.h"
#include "core/session/number.h"

void
session_set_name(struct session *s, const char *name)
{
	str_copy(s->row.name, sizeof s->row.name, name);
}

void
session_pin(struct session *s, const char *phone)
{
	str_copy(s->row.pinned_phone, sizeof s->row.pinned_phone, phone);
}

bool
session_is_pinned_elsewhere(const struct session *s, const char *phone)
{
	const char *bound = replace_bound_phone(s);

	return bound[0] != '\0' && !number_is_same(bound, phone);
}

void
session_set_priority(struct session *s, int priority)
{
	s->row.priority = priority;
}

int
session_priority(const struct session *s)
{
	return s->row.priority;
}

static void
pause(struct session *s)
{
	s->row.paused = true;
	session_stop(s);
	if (s->state == ST_IDLE)
		session_show(s, WA_REASON_PAUSED);
}

/* A ban or cooldown went on meanwhile. */
static enum wa_reason
reason_after_pause(const struct session *s)
{
	enum wa_reason reason;

	if (s->row.until_ms > session_wall_ms(s) &&
	    wa_reason_from_name(s->row.last_reason, &reason) &&
	    (reason == WA_REASON_TEMPORARY ||
	    reason == WA_REASON_RATE_LIMITED))
		return reason;
	return s->row.linked ? WA_REASON_NOT_RUNNING : WA_REASON_NEVER_LINKED;
}

static void
resume(struct session *s)
{
	enum wa_reason reason;

	s->row.paused = s->stop_wanted = false;
	if (s->state != ST_IDLE)
		return;
	reason = reason_after_pause(s);
	/* a login tells of itself: until then nothing else is so */
	if (reason != WA_REASON_NOT_RUNNING)
		session_show(s, reason);
	if (!session_start(s) && s->state == ST_IDLE &&
	    s->reason == WA_REASON_PAUSED)
		session_show(s, reason);
}

void
session_set_paused(struct session *s, bool paused)
{
	if (paused && !s->row.paused)
		pause(s);
	else if (!paused && s->row.paused)
		resume(s);
}

void
session_save_settings(struct session *s, store_fn fn, void *ctx)
{
	s->row.draft = false;
	session_show_status(s, s->status, s->reason);
	session_commit_for(s, store_batch_create(), fn, ctx);
}

bool
session_clear_cooldown(struct session *s)
{
	if (s->reason == WA_REASON_BUDGET) {
		s->budget_until_ms = 0;
		session_budget_due(s);
		return true;
	}
	if (s->reason != WA_REASON_RATE_LIMITED)
		return false;
	s->row.until_ms = s->row.cooldown_from_ms = 0;
	/* a linked one waits out its back-off, or is connected by hand */
	if (s->state == ST_IDLE)
		session_show(s, s->row.linked ? WA_REASON_NOT_RUNNING :
		    WA_REASON_NEVER_LINKED);
	session_persist(s);
	return true;
}
