#include "httpd/wait.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/app.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "httpd/impl.h"

struct wait {
	struct exchange *x;             /* NULL: it is gone */
	struct app *app;
	wait_fn fn;
	struct app_listener *listener;
	struct timer *limit, *look;     /* look: fn is to be told */
	bool is_late, is_kept, has_failed, candidate_failed;
	struct verdict verdict, candidate;
	char company[COMPANY_ID_MAX + 1];
	size_t own_len;
	max_align_t own[];
};

static void
on_event(void *ctx, const char *company, const struct session_event *e)
{
	struct wait *w = ctx;

	if (strcmp(company, w->company) != 0)
		return;
	if (e->type == SESSION_ERROR && e->of_candidate) {
		w->candidate_failed = true;
		w->candidate = *e->verdict;
	} else if (e->type == SESSION_ERROR) {
		w->has_failed = true;
		w->verdict = *e->verdict;
	}
	timer_start(w->look, 0);
}

static void
on_look(void *ctx)
{
	struct wait *w = ctx;
	struct session_view view;
	const bool exists = app_view(w->app, w->company, &view);
	const struct wait_news news = {
	    .is_late = w->is_late,
	    .view = exists ? &view : NULL,
	    .verdict = w->has_failed ? &w->verdict : NULL,
	    .candidate = w->candidate_failed ? &w->candidate : NULL,
	};

	w->is_late = false;
	w->fn(w, w->x, &news);          /* may free w */
}

static void
on_limit(void *ctx)
{
	struct wait *w = ctx;

	w->is_late = true;
	timer_start(w->look, 0);
}

/* No more news. */
static void
fall_silent(struct wait *w)
{
	timer_destroy(w->limit);
	timer_destroy(w->look);
	app_unlisten(w->listener);
	w->limit = w->look = NULL;
	w->listener = NULL;
}

struct exchange *
wait_end(struct wait *w)
{
	struct exchange *x = w->x;

	fall_silent(w);
	secret_wipe(w->own, w->own_len);
	free(w);
	return x;
}

static void
on_gone(void *ctx)
{
	struct wait *w = ctx;

	w->x = NULL;
	if (!w->is_kept)
		(void)wait_end(w);
}

struct wait *
wait_begin(struct exchange *x, int64_t limit_ms, wait_fn fn, const void *own,
    size_t own_len)
{
	struct wait *w = xcalloc(1, sizeof *w + own_len);
	struct app *app = x->httpd->app;

	w->x = x;
	w->app = app;
	w->fn = fn;
	memcpy(w->company, x->company, sizeof w->company);
	w->own_len = own_len;
	if (own != NULL)
		memcpy(w->own, own, own_len);
	w->limit = timer_create_on(app_loop(app), on_limit, w);
	w->look = timer_create_on(app_loop(app), on_look, w);
	w->listener = app_listen(app, on_event, w);
	timer_start(w->limit, limit_ms);
	timer_start(w->look, 0);
	exchange_hold(x, on_gone, w);
	return w;
}

void *
wait_own(struct wait *w)
{
	return w->own;
}

void
wait_look_again(struct wait *w, int64_t ms)
{
	/* an event that waits to be told is not put off */
	if (!timer_is_running(w->look))
		timer_start(w->look, ms);
}

void
wait_keep(struct wait *w)
{
	w->is_kept = true;
	fall_silent(w);
}

struct wait *
wait_for_call(struct exchange *x)
{
	struct wait *w = wait_begin(x, 0, NULL, NULL, 0);

	wait_keep(w);
	return w;
}
