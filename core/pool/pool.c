#include "core/pool/pool.h"

#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "pool"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#define START_TICK_MS 100

struct pool {
	struct session_env env;
	struct session **sessions;      /* sorted by id */
	size_t count, cap;
	struct timer *start;
	size_t start_at;                /* next to be connected */
	unsigned rate;                  /* a second */
	int64_t started_ms, started;    /* for the rate: since when, how many */
};

static void on_start(void *ctx);

struct pool *
pool_create(const struct session_env *env)
{
	struct pool *p = xcalloc(1, sizeof *p);

	p->env = *env;
	p->start = timer_create_on(env->loop, on_start, p);
	return p;
}

void
pool_destroy(struct pool *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->count; i++)
		session_destroy(p->sessions[i]);
	timer_destroy(p->start);
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
	p->count++;
	if (at < p->start_at)
		p->start_at++;
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
	if (p->count >= POOL_COMPANIES_MAX)
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
	if (at < p->start_at)
		p->start_at--;
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

/* So many may have been started by now. */
static void
on_start(void *ctx)
{
	struct pool *p = ctx;
	const int64_t elapsed = clock_mono_ms(p->env.clock) - p->started_ms;
	const int64_t due = elapsed * p->rate / 1000 + 1;

	while (p->start_at < p->count && p->started < due) {
		struct session *s = p->sessions[p->start_at++];

		/* not linked, or a ban or stop that holds: costs no turn */
		if (session_start(s))
			p->started++;
	}
	if (p->start_at < p->count)
		timer_start(p->start, START_TICK_MS);
}

void
pool_start(struct pool *p, unsigned rate)
{
	p->rate = rate;
	p->start_at = 0;
	p->started = 0;
	p->started_ms = clock_mono_ms(p->env.clock);
	log_info("starting companies=%zu rate=%u/s", p->count, rate);
	timer_start(p->start, 0);
}

void
pool_stop(struct pool *p)
{
	timer_stop(p->start);
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
	return true;
}
