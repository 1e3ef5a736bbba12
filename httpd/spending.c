#include "httpd/spending.h"

#include <stdlib.h>
#include <string.h>

#include "core/app/tokens.h"
#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "httpd/attempt.h"

struct note {
	struct list link;
	char company[COMPANY_ID_MAX + 1];
	char token[TOKEN_ID_LEN + 1];
};

struct spending {
	struct app *app;
	struct app_listener *listener;
	struct list notes;              /* only of attempts that are open */
};

static void
drop(struct note *n)
{
	list_remove(&n->link);
	free(n);
}

void
spending_note(struct spending *s, const struct exchange *x)
{
	struct note *n;

	if (x->who.role != ROLE_SHARE)
		return;
	LIST_EACH(at, &s->notes) {
		n = CONTAINER_OF(at, struct note, link);
		if (strcmp(n->token, x->who.token) == 0)
			return;
	}
	n = xcalloc(1, sizeof *n);
	(void)str_copy(n->company, sizeof n->company, x->company);
	(void)str_copy(n->token, sizeof n->token, x->who.token);
	list_append(&s->notes, &n->link);
}

static bool
is_over(struct app *app, const char *company)
{
	struct session_view view;

	return !app_view(app, company, &view) ||
	    (!view.linked && !attempt_is_open(&view));
}

static void
on_event(void *ctx, const char *company, const struct session_event *e)
{
	struct spending *s = ctx;
	const bool is_linked = e->type == SESSION_LINKED;

	if (list_is_empty(&s->notes) ||
	    (!is_linked && !is_over(s->app, company)))
		return;
	LIST_EACH_SAFE(at, &s->notes) {
		struct note *n = CONTAINER_OF(at, struct note, link);

		if (strcmp(n->company, company) != 0)
			continue;
		/* one that was revoked meanwhile is as good as spent */
		if (is_linked)
			(void)!tokens_spend(app_tokens(s->app), n->token,
			    NULL, NULL);
		drop(n);
	}
}

struct spending *
spending_create(struct app *app)
{
	struct spending *s = xcalloc(1, sizeof *s);

	s->app = app;
	list_init(&s->notes);
	s->listener = app_listen(app, on_event, s);
	return s;
}

void
spending_destroy(struct spending *s)
{
	if (s == NULL)
		return;
	app_unlisten(s->listener);
	LIST_EACH_SAFE(at, &s->notes)
		drop(CONTAINER_OF(at, struct note, link));
	free(s);
}
