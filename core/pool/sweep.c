#include "core/pool/sweep.h"

#include <stdlib.h>

#define LOG_MODULE "sweep"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/pool/pool.h"

#define EVERY_MS (60LL * 60 * 1000)
#define NEXT_TURN_MS 50
#define LOOKS_A_TURN 500
#define DROPS_A_TURN 8

struct sweep {
	struct pool *pool;
	const struct session_env *env;
	struct timer *timer;
	size_t at;                      /* the next one to look at */
	unsigned dropping;              /* under way */
};

struct drop {
	struct sweep *sweep;
	char company[COMPANY_ID_MAX + 1];
};

static void
on_dropped(void *ctx, enum err err)
{
	struct drop *d = ctx;
	struct session *s;

	d->sweep->dropping--;
	if (err == ERR_OK || err == ERR_NOT_FOUND)
		log_info("session=%s dropped, it was never linked",
		    d->company);
	else if (pool_get(d->sweep->pool, d->company, &s) != ERR_OK)
		log_error("session=%s is not served until the next start",
		    d->company);
	free(d);
}

static void
drop(struct sweep *w, struct session *s)
{
	struct drop *d = xcalloc(1, sizeof *d);

	d->sweep = w;
	str_copy(d->company, sizeof d->company, session_company(s));
	w->dropping++;
	pool_drop(w->pool, s);
	store_drop(w->env->store, d->company, on_dropped, d);
}

static void
on_turn(void *ctx)
{
	struct sweep *w = ctx;
	const size_t end = w->at + LOOKS_A_TURN;

	while (w->at < pool_count(w->pool) && w->at < end &&
	    w->dropping < DROPS_A_TURN) {
		struct session *s = pool_at(w->pool, w->at);

		if (session_is_stale(s))
			drop(w, s);     /* the next one moves here */
		else
			w->at++;
	}
	if (w->at < pool_count(w->pool)) {
		timer_start(w->timer, NEXT_TURN_MS);
	} else {
		w->at = 0;
		timer_start(w->timer, EVERY_MS);
	}
}

struct sweep *
sweep_create(struct pool *p, const struct session_env *env)
{
	struct sweep *w = xcalloc(1, sizeof *w);

	w->pool = p;
	w->env = env;
	w->timer = timer_create_on(env->loop, on_turn, w);
	return w;
}

void
sweep_destroy(struct sweep *w)
{
	if (w == NULL)
		return;
	timer_destroy(w->timer);
	free(w);
}

void
sweep_start(struct sweep *w)
{
	w->at = 0;
	timer_start(w->timer, 0);
}

void
sweep_stop(struct sweep *w)
{
	timer_stop(w->timer);
}

bool
sweep_is_quiet(const struct sweep *w)
{
	return w->dropping == 0;
}
