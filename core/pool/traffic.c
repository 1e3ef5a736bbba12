#include "core/pool/traffic.h"

#include <stdlib.h>

#define LOG_MODULE "fleet"

#include "core/base/list.h"
#include "core/base/log.h"
#include "core/base/mem.h"

#define RATE_AT_FIRST 10
/* How often a newer version is asked for: no attempt, a fetch. */
#define RENEW_MS 60000

struct traveller {
	struct convoy_member member;
	struct session *session;
};

struct traffic {
	const struct session_env *env;
	struct session_turns turns;
	struct convoy *convoy;
	struct timer *run, *renew;
	struct proxy way;               /* of the one refused last */
	struct version_wait *wait;
	bool is_stopped;
	traffic_fn on_alarm;
	void *ctx;
	enum alarm_kind alarm;
	int64_t alarm_since_ms;         /* wall */
	struct verdict last;            /* of a network that failed */
};

static int64_t
now_ms(const struct traffic *t)
{
	return clock_mono_ms(t->env->clock);
}

/* In an order that numbers have too. */
static uint64_t
number_of(const struct wa_version *v)
{
	return (uint64_t)(v->primary & 0xffff) << 48 |
	    (uint64_t)(v->secondary & 0xffff) << 32 | v->tertiary;
}

static struct wa_version
version_of(uint64_t number)
{
	return (struct wa_version){ (uint32_t)(number >> 48),
	    (uint32_t)(number >> 32) & 0xffff, (uint32_t)number };
}

static struct traveller *
traveller_of(const struct session *s)
{
	return session_tag(s);
}

/* --- the alarm --------------------------------------------------------------- */

static enum alarm_kind
alarm_of(const struct convoy_status *status)
{
	switch (status->mode) {
	case CONVOY_REFUSED:
		return status->is_agent ? ALARM_AGENT : ALARM_VERSION;
	case CONVOY_DOWN:
		return ALARM_NETWORK;
	case CONVOY_CALM:
	case CONVOY_RETURNING:
	case CONVOY_TRIAL:
		return ALARM_NONE;
	}
	return ALARM_NONE;
}

static void
log_alarm(const struct traffic *t, const struct convoy_status *status)
{
	char version[WA_VERSION_TEXT_MAX + 1];
	const struct wa_version refused =
	    version_of(status->refused_version);

	switch (t->alarm) {
	case ALARM_NONE:
		log_info("alarm=over companies=%zu rate=%u/s",
		    status->waiting, status->rate);
		break;
	case ALARM_NETWORK:
		log_error("alarm=network reason=%s stage=%s companies=%zu "
		    "next_try=%llds: this server cannot reach WhatsApp; one "
		    "company at a time tries", wa_reason_name(t->last.reason),
		    stage_name(t->last.stage), status->egress_offline,
		    (long long)(status->next_ms / 1000));
		break;
	case ALARM_VERSION:
	case ALARM_AGENT:
		wa_version_format(&refused, version, sizeof version);
		log_error("alarm=%s version=%s companies=%zu: nobody dials "
		    "but one company now and then",
		    t->alarm == ALARM_AGENT ? "agent" : "version", version,
		    status->offline);
		break;
	}
}

/* A trial after a failure is no end of it: the canary is out. */
static void
look(struct traffic *t)
{
	struct convoy_status status;
	enum alarm_kind now;

	convoy_status(t->convoy, now_ms(t), &status);
	now = alarm_of(&status);
	if (now == t->alarm)
		return;
	t->alarm = now;
	t->alarm_since_ms = now == ALARM_NONE ? 0 :
	    clock_wall_ms(t->env->clock);
	log_alarm(t, &status);
	t->on_alarm(t->ctx);
}

/* --- turns ---------------------------------------------------------------------- */

static void
on_run(void *ctx)
{
	struct traffic *t = ctx;
	int64_t next;

	if (t->is_stopped)
		return;
	next = convoy_run(t->convoy, now_ms(t));
	look(t);
	if (next >= 0)
		timer_start(t->run, next);
}

/* On a turn of its own: sessions are in the middle of something. */
static void
run_soon(struct traffic *t)
{
	if (!t->is_stopped)
		timer_start(t->run, 0);
}

static void
on_grant(void *ctx, struct convoy_member *m)
{
	struct traveller *w = CONTAINER_OF(m, struct traveller, member);

	(void)ctx;
	session_take_turn(w->session);
}

/* --- the version ------------------------------------------------------------------ */

static void
know_version(struct traffic *t)
{
	const struct wa_version best = versions_best(t->env->versions);

	convoy_set_version(t->convoy, number_of(&best));
}

static void
on_version(void *ctx, const struct wa_version *version)
{
	struct traffic *t = ctx;

	(void)version;
	t->wait = NULL;
	know_version(t);
	run_soon(t);
	timer_start(t->renew, RENEW_MS);
}

static void
on_renew(void *ctx)
{
	struct traffic *t = ctx;
	struct convoy_status status;

	convoy_status(t->convoy, now_ms(t), &status);
	if (status.mode != CONVOY_REFUSED || t->wait != NULL || t->is_stopped)
		return;
	t->wait = versions_get(t->env->versions, 0, &t->way, on_version, t);
}

static void
refuse(struct traffic *t, const struct session *s, bool agent)
{
	const struct wa_version shown = session_dialled_version(s);
	bool has_way;

	if (shown.primary == 0)
		return;                 /* nothing was shown to WhatsApp */
	/* its question for another version leaves as its connection did */
	proxy_finish(&t->way);
	has_way = session_egress_proxy(s, &t->way) == ERR_OK;
	know_version(t);
	convoy_refused(t->convoy, number_of(&shown), agent, now_ms(t));
	/* a proxy that is none any more: nothing leaves past it */
	if (!agent && has_way)
		timer_start(t->renew, 0);
}

void
traffic_new_version(struct traffic *t)
{
	know_version(t);
	convoy_try_now(t->convoy, now_ms(t));
	run_soon(t);
}

/* --- what sessions tell -------------------------------------------------------------- */

static int64_t
await(void *ctx, struct session *s, bool urgent, enum wa_reason *why)
{
	struct traffic *t = ctx;
	struct traveller *w = traveller_of(s);
	struct convoy_status status;

	convoy_await(t->convoy, &w->member, session_egress(s),
	    session_priority(s), urgent, now_ms(t));
	run_soon(t);
	convoy_status(t->convoy, now_ms(t), &status);
	if (status.mode == CONVOY_REFUSED)
		*why = status.is_agent ? WA_REASON_BAD_AGENT :
		    WA_REASON_CLIENT_OUTDATED;
	return convoy_turn_ms(t->convoy, &w->member, now_ms(t));
}

static void
online(void *ctx, struct session *s)
{
	struct traffic *t = ctx;

	convoy_online(t->convoy, &traveller_of(s)->member, session_egress(s),
	    now_ms(t));
	run_soon(t);
}

static enum convoy_end
end_of(const struct verdict *v)
{
	if (v == NULL)
		return CONVOY_END_STOPPED;
	switch (v->reason) {
	case WA_REASON_NETWORK_BLOCKED:
	case WA_REASON_NOT_ANSWERING:
	case WA_REASON_SERVER_BUSY:
	case WA_REASON_CONNECTION_LOST:
		return CONVOY_END_NETWORK;
	case WA_REASON_CLIENT_OUTDATED:
		return CONVOY_END_VERSION;
	case WA_REASON_BAD_AGENT:
		return CONVOY_END_AGENT;
	case WA_REASON_INTERNAL:
	case WA_REASON_STORE_DAMAGED:
		return CONVOY_END_STOPPED;
	default:
		return CONVOY_END_OWN;
	}
}

static void
ended(void *ctx, struct session *s, const struct verdict *v)
{
	struct traffic *t = ctx;
	const enum convoy_end end = end_of(v);

	if (end == CONVOY_END_NETWORK)
		t->last = *v;
	convoy_ended(t->convoy, &traveller_of(s)->member, end, now_ms(t));
	/* what a registration says of this program no login repeats */
	if (end == CONVOY_END_VERSION ||
	    (end == CONVOY_END_AGENT && !session_is_linking(s)))
		refuse(t, s, end == CONVOY_END_AGENT);
	run_soon(t);
}

static void
accepted(void *ctx, struct session *s)
{
	struct traffic *t = ctx;

	(void)s;
	convoy_accepted(t->convoy, now_ms(t));
	run_soon(t);
}

static bool
may_try(void *ctx, int64_t *wait_ms, enum wa_reason *why)
{
	struct traffic *t = ctx;
	const struct wa_version best = versions_best(t->env->versions);
	struct convoy_status status;

	know_version(t);
	convoy_status(t->convoy, now_ms(t), &status);
	*why = WA_REASON_CLIENT_OUTDATED;
	/* a link attempt shows other things than a login */
	if (status.is_agent)
		return true;
	return convoy_may_try(t->convoy, number_of(&best), now_ms(t), wait_ms);
}

/* --- life ------------------------------------------------------------------------------ */

struct traffic *
traffic_create(const struct session_env *env, traffic_fn fn, void *ctx)
{
	struct traffic *t = xcalloc(1, sizeof *t);

	t->env = env;
	t->on_alarm = fn;
	t->ctx = ctx;
	t->convoy = convoy_create(&(struct convoy_params){
	    .rate = RATE_AT_FIRST, .rnd = env->rnd, .grant = on_grant,
	    .ctx = t });
	t->run = timer_create_on(env->loop, on_run, t);
	t->renew = timer_create_on(env->loop, on_renew, t);
	t->turns = (struct session_turns){ .await = await, .online = online,
	    .ended = ended, .accepted = accepted, .may_try = may_try,
	    .ctx = t };
	return t;
}

void
traffic_destroy(struct traffic *t)
{
	if (t == NULL)
		return;
	version_wait_cancel(t->wait);
	timer_destroy(t->run);
	timer_destroy(t->renew);
	convoy_destroy(t->convoy);
	proxy_finish(&t->way);
	free(t);
}

const struct session_turns *
traffic_turns(const struct traffic *t)
{
	return &t->turns;
}

void
traffic_start(struct traffic *t, unsigned rate)
{
	t->is_stopped = false;
	convoy_set_rate(t->convoy, rate);
	run_soon(t);
}

void
traffic_join(struct traffic *t, struct session *s)
{
	struct traveller *w = xcalloc(1, sizeof *w);

	(void)t;
	w->session = s;
	session_set_tag(s, w);
}

void
traffic_leave(struct traffic *t, struct session *s)
{
	struct traveller *w = traveller_of(s);

	convoy_ended(t->convoy, &w->member, CONVOY_END_STOPPED, now_ms(t));
	session_set_tag(s, NULL);
	free(w);
}

void
traffic_stop(struct traffic *t)
{
	t->is_stopped = true;
	timer_stop(t->run);
	timer_stop(t->renew);
}

void
traffic_view(const struct traffic *t, struct traffic_view *out)
{
	const int64_t wall = clock_wall_ms(t->env->clock);
	struct convoy_status status;

	convoy_status(t->convoy, now_ms(t), &status);
	*out = (struct traffic_view){
	    .mode = status.mode,
	    .waiting = status.waiting,
	    .dialling = status.dialling,
	    .online = status.online,
	    .rate = status.rate,
	    .alarm = t->alarm,
	    .alarm_since_ms = t->alarm_since_ms,
	    .affected = t->alarm == ALARM_NETWORK ? status.egress_offline :
	    status.offline,
	    .reason = t->alarm == ALARM_NETWORK ? t->last.reason :
	    t->alarm == ALARM_AGENT ? WA_REASON_BAD_AGENT :
	    WA_REASON_CLIENT_OUTDATED,
	    .stage = t->last.stage,
	    .refused = version_of(status.refused_version),
	};
	if (status.eta_ms >= 0)
		out->eta_ms = wall + status.eta_ms;
	if (t->alarm != ALARM_NONE)
		out->next_try_ms = wall + status.next_ms;
}
