#include "core/pool/pool.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "pool"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/pool/budget.h"
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
	struct budget *budget;
	struct sweep *sweep;
	struct traffic *traffic;
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
	p->budget = budget_create(0, BUDGET_KEYS_MAX);
	p->sweep = sweep_create(p, &p->env);
	p->traffic = traffic_create(&p->env, on_alarm, p);
	p->env.turns = traffic_turns(p->traffic);
	return p;
}

void
pool_set_limits(struct pool *p, const struct pool_limits *limits)
{
	p->companies_max = limits->companies_max;
	budget_destroy(p->budget);
	p->budget = budget_create(limits->links_per_hour, BUDGET_KEYS_MAX);
}

void
pool_destroy(struct pool *p)
{
	if (p == NULL)
		return;
	sweep_destroy(p->sweep);
	for (size_t i = 0; i < p->count; i++) {
		traffic_leave(p->traffic, p->sessions[i]);
		session_destroy(p->sessions[i]);
	}
	traffic_destroy(p->traffic);
	budget_destroy(p->budget);
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
	bool found;
	const size_t at = place_of(p, row->company, &found);

	if (!found)
		add(p, at, row);
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

static void
company_key(const char *company, char out[BUDGET_KEY_SIZE])
{
	str_format(out, BUDGET_KEY_SIZE, "c:%s", company);
}

static void
phone_key(const char *phone, char out[BUDGET_KEY_SIZE])
{
	char number[NUMBER_KEY_SIZE];

	number_key(phone, number);
	str_format(out, BUDGET_KEY_SIZE, "p:%s", number);
}

static int64_t
company_wait_ms(const struct pool *p, const char *company)
{
	char key[BUDGET_KEY_SIZE];

	company_key(company, key);
	return budget_wait_ms(p->budget, key, clock_mono_ms(p->env.clock));
}

static int64_t
phone_wait_ms(const struct pool *p, const char *phone)
{
	char key[BUDGET_KEY_SIZE];

	if (phone == NULL)
		return 0;
	phone_key(phone, key);
	return budget_wait_ms(p->budget, key, clock_mono_ms(p->env.clock));
}

static void
spend(struct pool *p, const char *company, const char *phone)
{
	const int64_t now = clock_mono_ms(p->env.clock);
	char key[BUDGET_KEY_SIZE];

	if (company != NULL) {
		company_key(company, key);
		budget_spend(p->budget, key, now);
	}
	if (phone != NULL) {
		phone_key(phone, key);
		budget_spend(p->budget, key, now);
	}
}

/* WhatsApp counts by phone: another company must not ask on for this one. */
static void
shut_phone(struct pool *p, struct session *s)
{
	const char *phone = session_asked_phone(s);
	struct session_view view;
	char key[BUDGET_KEY_SIZE];

	session_view(s, &view);
	if (view.linked || phone[0] == '\0')
		return;
	phone_key(phone, key);
	budget_shut(p->budget, key, clock_mono_ms(p->env.clock) +
	    view.until_ms - clock_wall_ms(p->env.clock));
}

static void
on_event(void *ctx, struct session *s, const struct session_event *event)
{
	struct pool *p = ctx;

	if (event->type == SESSION_ERROR &&
	    event->verdict->reason == WA_REASON_RATE_LIMITED)
		shut_phone(p, s);
	p->on_event(p->owner, s, event);
}

/* What asking now would cost: NULL what it would not. */
struct price {
	const char *company, *phone;
};

static struct price
price_of(const struct session *s, const char *company, const char *phone)
{
	if (s == NULL || !session_is_linking(s))
		return (struct price){ company, phone };
	if (phone != NULL && number_is_same(session_asked_phone(s), phone))
		phone = NULL;
	return (struct price){ NULL, phone };
}

static bool
is_affordable(struct pool *p, struct session *s, const struct price *price)
{
	const int64_t wait = price->company == NULL ? 0 :
	    company_wait_ms(p, price->company);

	if (wait > 0 && s != NULL)
		session_show_budget(s, wait);
	return wait == 0 && phone_wait_ms(p, price->phone) == 0;
}

enum err
pool_link(struct pool *p, const char *company, const char *phone)
{
	struct session *s = pool_find(p, company);
	const struct price price = price_of(s, company, phone);
	enum err err;

	if (!company_id_is_valid(company))
		return ERR_INVALID;
	if (s != NULL && (err = session_link_check(s, phone)) != ERR_OK)
		return err;
	if (!is_affordable(p, s, &price))
		return ERR_LIMIT;
	if ((err = pool_get(p, company, &s)) == ERR_OK &&
	    (err = session_link(s, phone)) == ERR_OK && session_is_linking(s))
		spend(p, price.company, price.phone);
	return err;
}

int64_t
pool_link_wait_ms(struct pool *p, const char *company, const char *phone)
{
	const struct session *s = pool_find(p, company);
	const int64_t of_phone = phone_wait_ms(p, phone);
	int64_t wait = company_wait_ms(p, company), cooldown;
	struct session_view view;

	if (of_phone > wait)
		wait = of_phone;
	if (s == NULL)
		return wait;
	session_view(s, &view);
	cooldown = view.until_ms - clock_wall_ms(p->env.clock);
	return view.reason == WA_REASON_RATE_LIMITED && cooldown > wait ?
	    cooldown : wait;
}

/* --- start and stop ------------------------------------------------------------- */

/* In order of id, which is the order among equals in priority too. */
void
pool_start(struct pool *p, unsigned rate)
{
	log_info("starting companies=%zu rate=%u/s", p->count, rate);
	traffic_start(p->traffic, rate);
	for (size_t i = 0; i < p->count; i++)
		(void)session_start(p->sessions[i]);
	sweep_start(p->sweep);
}

void
pool_stop(struct pool *p)
{
	traffic_stop(p->traffic);
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
	return sweep_is_quiet(p->sweep);
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
