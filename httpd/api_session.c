/* One company, as its owner or the admin handles it. */
#include "httpd/api.h"

#include <string.h>

#include "core/app/app.h"
#include "core/app/view_json.h"
#include "httpd/answer.h"
#include "httpd/attempt.h"
#include "httpd/impl.h"
#include "httpd/param.h"
#include "httpd/patch_body.h"
#include "httpd/router.h"
#include "httpd/wait.h"

/* WhatsApp's answer is due within 10 s (notes 12); a login may come first. */
#define LOGOUT_WAIT_MS 30000
/* Saving the end of a link may still be under way. */
#define REST_MS 10

static void
answer_not_linked(struct exchange *x, const struct session_view *view)
{
	if (attempt_is_open(view))
		answer_error_word(x, API_NOT_LINKED, WORD_HTTP_PAIRING, NULL);
	else
		answer_error(x, API_NOT_LINKED);
}

static bool
view_or_404(struct exchange *x, struct session_view *view)
{
	if (app_view(x->httpd->app, x->company, view))
		return true;
	answer_error(x, API_SESSION_NOT_FOUND);
	return false;
}

/* --- reconnect -------------------------------------------------------------------------- */

void
api_reconnect(struct exchange *x)
{
	struct session_view view;
	enum err err;

	if (!view_or_404(x, &view))
		return;
	err = app_reconnect(x->httpd->app, x->company);
	if (err == ERR_OK)
		api_status(x);
	else if (err == ERR_NOT_FOUND)
		answer_not_linked(x, &view);
	else if (err == ERR_BUSY && view.paused)
		answer_state(x, &view);
	else if (err == ERR_BUSY)
		answer_error_word(x, API_NOT_LINKED, WORD_HTTP_PAIRING, NULL);
	else
		answer_error(x, API_INTERNAL_ERROR);
}

/* --- logout ------------------------------------------------------------------------------- */

/* A last no to the unlinking, or to the login that has to come first. */
static bool
is_final(const struct session_view *view, const struct verdict *v)
{
	if (v->act == ACT_LIMITED && v->stage == STAGE_OPEN)
		return true;
	/* it has dialled again since */
	if (view->reason != v->reason)
		return false;
	/* it dials again by itself, within our limit */
	return view->next_attempt_ms == 0 || v->act == ACT_WAIT ||
	    v->act == ACT_VERSION || v->reason == WA_REASON_INTERNAL;
}

/* Why it stays linked. False: it may still be unlinked. */
static bool
answer_still_linked(struct exchange *x, const struct wait_news *news)
{
	const struct verdict *v = news->verdict;

	if (v != NULL && v->reason != WA_REASON_UNLINKED &&
	    (news->is_late || is_final(news->view, v)))
		answer_verdict(x, news->view, v->reason, v);
	else if (news->is_late)
		answer_late(x, view_trouble(news->view));
	else
		return false;
	return true;
}

static void
on_logout_news(struct wait *w, struct exchange *x,
    const struct wait_news *news)
{
	if (news->view == NULL)
		answer_error(x, API_SESSION_NOT_FOUND);
	else if (!news->view->linked)
		api_status(x);
	else if (!answer_still_linked(x, news))
		return;
	(void)wait_end(w);
}

void
api_logout(struct exchange *x)
{
	struct session_view view;
	struct wait *w;

	if (!view_or_404(x, &view))
		return;
	if (!view.linked) {
		answer_not_linked(x, &view);
		return;
	}
	w = wait_begin(x, LOGOUT_WAIT_MS, on_logout_news, NULL, 0);
	if (app_logout(x->httpd->app, x->company) != ERR_OK)
		answer_error(wait_end(w), API_INTERNAL_ERROR);
}

/* --- delete ------------------------------------------------------------------------------- */

struct removal {
	bool force;                     /* leaves the phone's list as it is */
	bool purge;
};

static void
on_removed(void *ctx, enum err err)
{
	struct exchange *x = wait_end(ctx);
	cJSON *data;

	if (x == NULL)
		return;
	if (err != ERR_OK) {
		answer_error(x, API_INTERNAL_ERROR);
		return;
	}
	data = cJSON_CreateObject();
	cJSON_AddTrueToObject(data, "deleted");
	answer_data(x, data);
}

/* Ends what is open, then takes it away as soon as it is at rest. */
static void
try_remove(struct wait *w, struct exchange *x)
{
	const struct removal *r = wait_own(w);
	struct app *app = x->httpd->app;
	enum err err;

	app_link_cancel(app, x->company);
	if (r->force)
		app_disconnect(app, x->company);
	err = app_remove(app, x->company, r->force, r->purge, on_removed, w);
	if (err == ERR_OK)
		wait_keep(w);
	else if (err == ERR_BUSY)
		wait_look_again(w, REST_MS);
	else
		answer_error(wait_end(w), API_INTERNAL_ERROR);
}

static void
on_remove_news(struct wait *w, struct exchange *x,
    const struct wait_news *news)
{
	const struct removal *r = wait_own(w);

	if (news->view == NULL)
		answer_error(wait_end(w), API_SESSION_NOT_FOUND);
	else if (news->view->linked && !r->force) {
		if (answer_still_linked(x, news))
			(void)wait_end(w);
	} else if (news->is_late)
		answer_error(wait_end(w), API_TIMEOUT);
	else
		try_remove(w, x);
}

void
api_delete(struct exchange *x)
{
	struct removal removal = { false, false };
	struct session_view view;
	struct wait *w;

	if (!view_or_404(x, &view) ||
	    !param_bool(x, "purge", &removal.purge) ||
	    !param_bool(x, "force", &removal.force))
		return;
	w = wait_begin(x, LOGOUT_WAIT_MS, on_remove_news, &removal,
	    sizeof removal);
	if (view.linked && !removal.force &&
	    app_logout(x->httpd->app, x->company) != ERR_OK)
		answer_error(wait_end(w), API_INTERNAL_ERROR);
}

/* --- what an admin sets ------------------------------------------------------------------- */

static void
on_patched(void *ctx, enum err err)
{
	struct exchange *x = wait_end(ctx);

	if (x == NULL)
		return;
	if (err == ERR_OK)
		api_status(x);
	else if (err == ERR_FULL)
		answer_companies_full(x);
	else
		answer_error(x, err_class(err) == ERRC_USER ?
		    API_INVALID_REQUEST : API_INTERNAL_ERROR);
}

void
api_patch(struct exchange *x)
{
	struct app_patch patch;
	cJSON *body;
	bool good;

	if ((body = router_body(x)) == NULL)
		return;
	good = patch_body_read(x, body, &patch);
	cJSON_Delete(body);
	if (!good)
		return;
	app_patch(x->httpd->app, x->company, &patch, on_patched,
	    wait_for_call(x));
}
