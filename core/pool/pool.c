#include "core/pool/pool.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "pool"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/pool/linking.h"
#include "core/pool/pulse.h"
#include "core/pool/sweep.h"
#include "core/pool/traffic.h"
#include "core/session/number.h"

struct pool {
	struct session_env env;
	session_event_fn on_event;      /* the owner's */
	void *owner;                    /* its ctx */
	struct session **sessions;      /* sorted by id */
	size_t count, cap;
	size_t companies_max;
	struct linking *linking;
	char asker[BUDGET_NAME_SIZE];   /* "" nobody who counts */
	struct sweep *sweep;
	struct traffic *traffic;
	struct pulse *pulse;
	pool_alarm_fn on_alarm;
	void *on_alarm_ctx;
};

static void on_event(void *ctx, struct session *s,
    const struct session_event *event);

static void
on_alarm(void *ctx)
{
	struct pool *p = ctx;

	if (p->on_alarm != NULL)
		p->on_alarm(p->on_alarm_ctx);
}

/* Whoever is online asks for a sign of life, before anybody relies on it. */
static void
on_jump(void *ctx, int64_t jump_ms)
{
	struct pool *p = ctx;

	log_warn("clock jump_s=%lld: connections are tried",
	    (long long)(jump_ms / 1000));
	for (size_t i = 0; i < p->count; i++)
		session_probe(p->sessions[i]);
}

static int64_t on_refused(void *ctx, const struct session *s,
    int64_t told_ms);
static void on_recorded(void *ctx, const char *company, uint64_t number,
    enum err err);

struct pool *
pool_create(const struct session_env *env)
{
	struct pool *p = xcalloc(1, sizeof *p);

	p->env = *env;
	p->on_event = env->on_event;
	p->env.on_event = on_event;
	p->env.on_event_ctx = p;
	p->owner = env->on_event_ctx;
	p->companies_max = POOL_COMPANIES_MAX;
	p->env.on_refused = on_refused;
	p->linking = linking_create(&p->env, on_recorded, p);
	p->sweep = sweep_create(p, &p->env);
	p->traffic = traffic_create(&p->env, on_alarm, p);
	p->env.turns = traffic_turns(p->traffic);
	p->pulse = pulse_create(env->loop, env->clock, on_jump, p);
	return p;
}

void
pool_set_limits(struct pool *p, const struct pool_limits *limits)
{
	p->companies_max = limits->companies_max;
	linking_open(p->linking, &limits->linking);
}

void
pool_destroy(struct pool *p)
{
	if (p == NULL)
		return;
	linking_destroy(p->linking);
	sweep_destroy(p->sweep);
	for (size_t i = 0; i < p->count; i++) {
		traffic_leave(p->traffic, p->sessions[i]);
		session_destroy(p->sessions[i]);
	}
	pulse_destroy(p->pulse);
	traffic_destroy(p->traffic);
	free(p->sessions);
	free(p);
}

/* Where id is, or would be. */
static size_t
place_of(const struct pool *p, const char *company, bool *found)
{
	size_t low = 0, high = p->count;

	*found = false;
	while (low < high) {
		const size_t mid = low + (high - low) / 2;
		const int order = strcmp(session_company(p->sessions[mid]),
		    company);

		if (order == 0) {
			*found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct session *
add(struct pool *p, size_t at, const struct company_row *row)
{
	if (p->count == p->cap) {
		p->cap = p->cap == 0 ? 16 : p->cap * 2;
		p->sessions = xreallocarray(p->sessions, p->cap,
		    sizeof(struct session *));
	}
	memmove(p->sessions + at + 1, p->sessions + at,
	    (p->count - at) * sizeof(struct session *));
	p->sessions[at] = session_create(&p->env, row);
	traffic_join(p->traffic, p->sessions[at]);
	p->count++;
	return p->sessions[at];
}

static void
load_row(void *ctx, const struct company_row *row)
{
	struct pool *p = ctx;
	struct company_row sane = *row;
	bool found;
	const size_t at = place_of(p, row->company, &found);

	/* the wall clock may have been set back: never longer than it was */
	if (row->cooldown_from_ms > clock_wall_ms(p->env.clock))
		sane.until_ms += clock_wall_ms(p->env.clock) -
		    row->cooldown_from_ms;
	if (!found)
		add(p, at, &sane);
}

enum err
pool_load(struct pool *p)
{
	return store_each(p->env.store, load_row, p);
}

struct session *
pool_find(struct pool *p, const char *company)
{
	bool found;
	const size_t at = place_of(p, company, &found);

	return found ? p->sessions[at] : NULL;
}

size_t
pool_after(const struct pool *p, const char *company)
{
	bool found;
	const size_t at = place_of(p, company, &found);

	return found ? at + 1 : at;
}

enum err
pool_get(struct pool *p, const char *company, struct session **out)
{
	struct company_row row;
	bool found;
	size_t at;

	if (!company_id_is_valid(company))
		return ERR_INVALID;
	at = place_of(p, company, &found);
	if (found) {
		*out = p->sessions[at];
		return ERR_OK;
	}
	if (p->count >= p->companies_max)
		return ERR_FULL;
	if (store_row(p->env.store, company, &row) != ERR_OK) {
		memset(&row, 0, sizeof row);
		str_copy(row.company, sizeof row.company, company);
	}
	*out = add(p, at, &row);
	return ERR_OK;
}

void
pool_drop(struct pool *p, struct session *s)
{
	bool found;
	const size_t at = place_of(p, session_company(s), &found);

	if (!found)
		return;
	memmove(p->sessions + at, p->sessions + at + 1,
	    (p->count - at - 1) * sizeof(struct session *));
	p->count--;
	traffic_leave(p->traffic, s);
	session_destroy(s);
}

size_t
pool_count(const struct pool *p)
{
	return p->count;
}

struct session *
pool_at(const struct pool *p, size_t i)
{
	return p->sessions[i];
}

/* --- linking ------------------------------------------------------------------- */

/* The attempt is on disk and may begin. */
static void
on_recorded(void *ctx, const char *company, uint64_t number, enum err err)
{
	struct session *s = pool_find(ctx, company);

	if (s != NULL)
		session_let_go(s, number, err);
}

/* WhatsApp counts by phone: another company must not ask on for this one,
 * nor this one for another. */
static struct linking_ask
ask_of(const struct session *s, const struct session_view *view)
{
	return (struct linking_ask){
	    .company = session_company(s),
	    .phone = view->linked ? view->phone : session_asked_phone(s),
	};
}

static int64_t
on_refused(void *ctx, const struct session *s, int64_t told_ms)
{
	struct pool *p = ctx;
	struct session_view view;
	struct linking_ask ask;

	session_view(s, &view);
	ask = ask_of(s, &view);
	return linking_refused(p->linking, &ask, told_ms);
}

/* Whose phone a QR was for is known only now. */
static void
note_linked(struct pool *p, const struct session *s)
{
	struct session_view view;
	struct linking_ask ask;

	session_view(s, &view);
	ask = ask_of(s, &view);
	linking_worked(p->linking, &ask);
	if (!number_is_same(session_asked_phone(s), view.phone))
		(void)linking_spend(p->linking, &(struct linking_ask){
		    .phone = view.phone });
}

static void
on_event(void *ctx, struct session *s, const struct session_event *event)
{
	struct pool *p = ctx;

	if (event->type == SESSION_LINKED)
		note_linked(p, s);
	p->on_event(p->owner, s, event);
}

/* What asking now would cost: NULL what it would not. */
static struct linking_ask
price_of(const struct session *s, const char *company, const char *phone,
    const char *source)
{
	if (s == NULL || !session_is_linking(s))
		return (struct linking_ask){ company, phone, source };
	if (phone != NULL && number_is_same(session_asked_phone(s), phone))
		phone = NULL;
	return (struct linking_ask){ .phone = phone };
}

static bool
is_affordable(struct pool *p, struct session *s,
    const struct linking_ask *price)
{
	const int64_t of_company = price->company == NULL ? 0 :
	    linking_wait_ms(p->linking, &(struct linking_ask){
	    .company = price->company }, NULL);

	if (of_company > 0 && s != NULL)
		session_show_budget(s, of_company);
	return linking_wait_ms(p->linking, price, NULL) == 0;
}

void
pool_set_asker(struct pool *p, const char *source)
{
	str_copy(p->asker, sizeof p->asker, source == NULL ? "" : source);
}

/* replace NULL: only a company that is not linked. */
static enum err
link_check(const struct session *s, const char *phone,
    const struct pool_replace *replace)
{
	return replace == NULL ? session_link_check(s, phone) :
	    session_replace_check(s, phone, replace->other_number);
}

static enum err
link_now(struct session *s, const char *phone,
    const struct pool_replace *replace)
{
	return replace == NULL ? session_link(s, phone) :
	    session_replace(s, phone, replace->other_number);
}

enum err
pool_link(struct pool *p, const char *company, const char *phone,
    const struct pool_replace *replace)
{
	struct session *s = pool_find(p, company);
	const struct linking_ask price = price_of(s, company, phone,
	    p->asker[0] == '\0' ? NULL : p->asker);
	uint64_t number;
	enum err err;

	if (!company_id_is_valid(company))
		return ERR_INVALID;
	if (s != NULL && (err = link_check(s, phone, replace)) != ERR_OK)
		return err;
	if (!is_affordable(p, s, &price))
		return ERR_LIMIT;
	if ((err = pool_get(p, company, &s)) != ERR_OK ||
	    (err = link_now(s, phone, replace)) != ERR_OK ||
	    !session_is_linking(s))
		return err;
	number = linking_spend(p->linking, &price);
	if (number != 0)
		session_hold(s, number);
	return ERR_OK;
}

int64_t
pool_link_wait_ms(struct pool *p, const char *company, const char *phone,
    enum wa_reason *why)
{
	const struct session *s = pool_find(p, company);
	const struct linking_ask price = price_of(s, company, phone,
	    p->asker[0] == '\0' ? NULL : p->asker);
	struct session_view view;
	int64_t wait, cooldown;

	wait = linking_wait_ms(p->linking, &price, why);
	if (s == NULL)
		return wait;
	session_view(s, &view);
	cooldown = view.until_ms - clock_wall_ms(p->env.clock);
	if (view.reason != WA_REASON_RATE_LIMITED || cooldown <= wait)
		return wait;
	if (why != NULL)
		*why = WA_REASON_RATE_LIMITED;
	return cooldown;
}

bool
pool_clear_budget(struct pool *p, const struct linking_ask *ask)
{
	struct session *s = ask->company == NULL ? NULL :
	    pool_find(p, ask->company);
	const bool was_there = linking_clear(p->linking, ask);

	return (s != NULL && session_clear_cooldown(s)) || was_there;
}

void
pool_each_budget(const struct pool *p, const struct linking_ask *ask,
    linking_view_fn fn, void *ctx)
{
	linking_each(p->linking, ask, fn, ctx);
}

/* --- start and stop ------------------------------------------------------------- */

/* Spent in an earlier run, and not to be linked yet. */
static void
show_budget(struct pool *p, struct session *s)
{
	const int64_t wait = session_is_linked(s) ? 0 :
	    linking_wait_ms(p->linking, &(struct linking_ask){
	    .company = session_company(s) }, NULL);

	if (wait > 0)
		session_show_budget(s, wait);
}

/* In order of id, which is the order among equals in priority too. */
void
pool_start(struct pool *p, unsigned rate)
{
	log_info("starting companies=%zu rate=%u/s", p->count, rate);
	traffic_start(p->traffic, rate);
	pulse_start(p->pulse);
	for (size_t i = 0; i < p->count; i++) {
		if (!session_start(p->sessions[i]))
			show_budget(p, p->sessions[i]);
	}
	sweep_start(p->sweep);
}

void
pool_stop(struct pool *p)
{
	traffic_stop(p->traffic);
	pulse_stop(p->pulse);
	sweep_stop(p->sweep);
	for (size_t i = 0; i < p->count; i++)
		session_stop(p->sessions[i]);
}

bool
pool_is_quiet(const struct pool *p)
{
	for (size_t i = 0; i < p->count; i++) {
		if (!session_is_quiet(p->sessions[i]))
			return false;
	}
	return sweep_is_quiet(p->sweep) && linking_is_quiet(p->linking);
}

/* --- all of them together -------------------------------------------------------- */

void
pool_listen_alarm(struct pool *p, pool_alarm_fn fn, void *ctx)
{
	p->on_alarm = fn;
	p->on_alarm_ctx = ctx;
}

void
pool_traffic(const struct pool *p, struct traffic_view *out)
{
	traffic_view(p->traffic, out);
}

void
pool_new_version(struct pool *p)
{
	traffic_new_version(p->traffic);
}
