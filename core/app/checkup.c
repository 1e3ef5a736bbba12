#include "core/app/checkup.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/app_impl.h"
#include "core/app/doctor.h"
#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/secret.h"
#include "core/base/str.h"

#define AT_ONCE 8               /* ways looked at together */
#define CHECKUPS_MAX 4          /* under way; each may take minutes */

struct run {
	struct checkup *checkup;
	char proxy[PROXY_TEXT_SIZE];    /* secret */
	struct doctor *doctor;
	bool has_begun, has_ended;
};

struct checkup {
	struct list link;               /* of the app's */
	struct app *app;
	checkup_fn fn;
	void *ctx;
	struct timer *turn;             /* goes on, never from within a call */
	size_t n;
	struct run run[CHECKUP_WAYS_MAX];
	struct checkup_way way[CHECKUP_WAYS_MAX];
};

static struct checkup_way *
way_of_run(struct run *r)
{
	return &r->checkup->way[r - r->checkup->run];
}

static void
destroy(struct checkup *c)
{
	for (size_t i = 0; i < c->n; i++)
		doctor_close(c->run[i].doctor);
	timer_destroy(c->turn);
	list_remove(&c->link);
	secret_wipe(c->run, sizeof c->run);
	free(c);
}

static void
add_step(struct checkup_way *way, const struct doctor_step *step)
{
	struct checkup_step *to;

	if (way->steps == STAGE_COUNT)
		return;
	to = &way->step[way->steps++];
	*to = (struct checkup_step){ .stage = step->stage, .ok = step->ok,
	    .err = step->err, .took_ms = step->took_ms };
	str_clean(to->detail, sizeof to->detail, step->detail,
	    strlen(step->detail));
	way->ok = step->ok;
}

static void
on_step(void *ctx, const struct doctor_step *step)
{
	add_step(way_of_run(ctx), step);
}

static void
on_done(void *ctx)
{
	struct run *r = ctx;

	r->has_ended = true;
	timer_start(r->checkup->turn, 0);
}

static void
begin(struct run *r)
{
	struct proxy proxy;

	r->has_begun = true;
	if (proxy_parse(r->proxy, &proxy) == PROXY_OK) {
		r->doctor = doctor_start(app_loop(r->checkup->app),
		    app_net(r->checkup->app), &proxy, on_step, on_done, r);
		proxy_finish(&proxy);
		return;
	}
	add_step(way_of_run(r), &(struct doctor_step){
	    .stage = STAGE_PROXY_LOOKUP, .err = ERR_INVALID,
	    .detail = "what is set is no proxy" });
	on_done(r);
}

static void
on_turn(void *ctx)
{
	struct checkup *c = ctx;
	const checkup_fn fn = c->fn;
	void *fn_ctx = c->ctx;
	size_t running = 0, ended = 0;

	for (size_t i = 0; i < c->n; i++) {
		ended += c->run[i].has_ended;
		running += c->run[i].has_begun && !c->run[i].has_ended;
	}
	for (size_t i = 0; i < c->n && running < AT_ONCE; i++) {
		if (!c->run[i].has_begun) {
			begin(&c->run[i]);
			running++;
		}
	}
	if (ended < c->n)
		return;
	fn(fn_ctx, ERR_OK, c->way, c->n);
	destroy(c);
}

/* --- what there is to look at ------------------------------------------------ */

static void
name_company(struct checkup_way *way, const char *company)
{
	if (company != NULL && way->companies++ < CHECKUP_NAMED_MAX)
		str_copy(way->named[way->companies - 1], sizeof way->named[0],
		    company);
}

/* By its whole address: two passwords at one proxy may be two ways. */
static void
add(struct checkup *c, const char *proxy, const char *company)
{
	size_t i = 0;

	while (i < c->n && strcmp(c->run[i].proxy, proxy) != 0)
		i++;
	if (i == CHECKUP_WAYS_MAX)
		return;
	if (i == c->n) {
		c->n++;
		c->run[i].checkup = c;
		str_copy(c->run[i].proxy, sizeof c->run[i].proxy, proxy);
		if (proxy[0] != '\0')
			proxy_name_of(proxy, c->way[i].name);
	}
	name_company(&c->way[i], company);
}

static const char *
default_proxy(const struct app *a)
{
	const char *proxy = app_net(a)->proxy;

	return proxy == NULL || strcmp(proxy, PROXY_DIRECT_WORD) == 0 ? "" :
	    proxy;
}

static void
add_all(struct checkup *c)
{
	struct session_view view = { .company = "" };

	while (app_next(c->app, view.company, &view))
		add(c, session_egress(app_session(c->app, view.company)),
		    view.company);
}

enum err
app_checkup(struct app *a, enum checkup_of of, const char *company,
    checkup_fn fn, void *ctx)
{
	const struct session *s = of == CHECKUP_COMPANY ?
	    app_session(a, company) : NULL;
	struct list *all = app_checkups(a);
	struct checkup *c;
	size_t under_way = 0;

	if (of == CHECKUP_COMPANY && s == NULL)
		return ERR_NOT_FOUND;
	LIST_EACH(at, all)
		under_way++;
	if (under_way >= CHECKUPS_MAX)
		return ERR_BUSY;
	c = xcalloc(1, sizeof *c);
	c->app = a;
	c->fn = fn;
	c->ctx = ctx;
	if (of == CHECKUP_COMPANY)
		add(c, session_egress(s), company);
	else
		add(c, default_proxy(a), NULL);
	if (of == CHECKUP_ALL)
		add_all(c);
	for (size_t i = 0; i < c->n; i++)
		c->way[i].is_default = strcmp(c->run[i].proxy,
		    default_proxy(a)) == 0;
	list_append(all, &c->link);
	c->turn = timer_create_on(app_loop(a), on_turn, c);
	timer_start(c->turn, 0);
	return ERR_OK;
}

void
app_checkups_cancel(struct app *a)
{
	struct list *all = app_checkups(a);

	while (!list_is_empty(all)) {
		struct checkup *c = CONTAINER_OF(all->next, struct checkup,
		    link);
		const checkup_fn fn = c->fn;
		void *fn_ctx = c->ctx;

		destroy(c);
		fn(fn_ctx, ERR_CANCELLED, NULL, 0);
	}
}
