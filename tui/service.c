#include "tui/service.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/notify.h"

#define STATUS_EVERY_MS 5000    /* at most; a mass start changes all the time */

struct service {
	struct app *app;
	struct notify *notify;
	struct app_listener *listener;
	struct timer *status;
};

struct totals {
	size_t all, linked, connected;
};

static void
count(void *ctx, const struct session_view *view)
{
	struct totals *t = ctx;

	t->all++;
	t->linked += view->linked;
	t->connected += view->status == WA_STATUS_CONNECTED;
}

/* English: systemctl's own words are. */
static void
tell_status(void *ctx)
{
	struct service *s = ctx;
	struct totals t = { 0 };
	char text[NOTIFY_STATUS_MAX];

	app_each(s->app, count, &t);
	str_format(text, sizeof text,
	    "%zu companies, %zu linked, %zu connected", t.all, t.linked,
	    t.connected);
	notify_status(s->notify, text);
}

static void
on_event(void *ctx, const char *company, const struct session_event *event)
{
	struct service *s = ctx;

	(void)company;
	if (event->type == SESSION_CHANGED && !timer_is_running(s->status))
		timer_start(s->status, STATUS_EVERY_MS * clock_speed());
}

struct service *
service_create(struct app *app)
{
	struct service *s = xcalloc(1, sizeof *s);

	s->app = app;
	s->notify = notify_create(app_loop(app));
	s->status = timer_create_on(app_loop(app), tell_status, s);
	s->listener = app_listen(app, on_event, s);
	notify_ready(s->notify);
	tell_status(s);
	return s;
}

void
service_stopping(void *service)
{
	struct service *s = service;

	timer_stop(s->status);
	app_unlisten(s->listener);
	s->listener = NULL;
	notify_stopping(s->notify);
	notify_status(s->notify, "disconnecting, saving");
}

void
service_destroy(struct service *s)
{
	app_unlisten(s->listener);
	timer_destroy(s->status);
	notify_destroy(s->notify);
	free(s);
}
