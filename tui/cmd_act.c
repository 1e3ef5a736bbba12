/*
 * pairdesk reconnect, logout and remove: connect one company, do one thing,
 * say how it ended.
 */
#include "tui/cmd.h"

#include <stdio.h>
#include <string.h>

#include "core/app/view_json.h"
#include "core/base/clock.h"
#include "core/base/str.h"

#define CONNECT_LIMIT_MS 75000
#define LOGOUT_LIMIT_MS 30000   /* its answer is due within 10 s (notes 12) */
#define OBJECT_MAX 8192

enum act { RECONNECT, LOGOUT, REMOVE };

struct acting {
	const struct cmd_args *args;
	enum act act;
	struct run *run;
	struct app *app;
	struct timer *limit, *rest;
};

static void
print_view(struct acting *a)
{
	struct session_view view;
	const char *text;
	struct buf out;

	if (!a->args->json || !app_view(a->app, a->args->company, &view))
		return;
	buf_init(&out, OBJECT_MAX);
	if (view_json(&view, a->args->lang, clock_wall_ms(clock_system()),
	    &out) == ERR_OK && buf_cstr(&out, &text) == ERR_OK)
		cmd_print_json(text);
	buf_finish(&out);
}

static void
succeed(struct acting *a, enum word word)
{
	struct session_view view;
	struct words_args with = { .company = a->args->company };
	char masked[32] = "-";

	if (app_view(a->app, a->args->company, &view))
		str_mask_phone(masked, sizeof masked, view.phone);
	with.phone = masked;
	if (a->args->json)
		print_view(a);
	else
		cmd_say(a->args, word, &with);
	run_end(a->run, EX_OK);
}

static void
fail(struct acting *a, enum wa_reason reason, int exit_code)
{
	char sentence[WORDS_MAX], advice[WORDS_MAX], text[2 * WORDS_MAX];
	const char *code = wa_reason_error_code(reason);
	enum wa_status status = WA_STATUS_ERROR;
	struct session_view view;
	struct words_args with;

	memset(&view, 0, sizeof view);
	(void)app_view(a->app, a->args->company, &view);
	view_words_args(&view, clock_wall_ms(clock_system()), &with);
	with.ending = a->act == RECONNECT ? ENDING_LOGIN : ENDING_LOGOUT;
	(void)wa_reason_status(reason, &status);
	words_reason_sentence(sentence, sizeof sentence, a->args->lang, status,
	    reason, &with);
	words_reason_advice(advice, sizeof advice, a->args->lang, status,
	    reason, &with);
	str_format(text, sizeof text, "%s %s", sentence, advice);
	run_end(a->run, cmd_fail(a->args, exit_code, code == NULL ?
	    "INTERNAL_ERROR" : code, text));
}

/* --- remove, once the link is gone ---------------------------------------------- */

static void
on_removed(void *ctx, enum err err)
{
	struct acting *a = ctx;

	if (err != ERR_OK) {
		run_end(a->run, cmd_fail(a->args, cmd_exit_code(err),
		    "INTERNAL_ERROR", err_text(err)));
	} else if (a->args->json) {
		cmd_print_json("{\"deleted\":true}");
		run_end(a->run, EX_OK);
	} else {
		cmd_say(a->args, WORD_CLI_REMOVED, &(struct words_args){
		    .company = a->args->company });
		run_end(a->run, EX_OK);
	}
}

/* Saving the end of the link may still be under way: look again shortly. */
static void
try_remove(void *ctx)
{
	struct acting *a = ctx;
	enum err err;

	if (run_is_ending(a->run))
		return;
	err = app_remove(a->app, a->args->company, a->args->force,
	    a->args->purge, on_removed, a);
	if (err == ERR_BUSY)
		timer_start(a->rest, 10);
	else if (err != ERR_OK)
		on_removed(a, err);
}

/* --- events ----------------------------------------------------------------------- */

static void
on_unlinked(struct acting *a)
{
	if (a->act == REMOVE)
		timer_start(a->rest, 0);
	else if (a->act == LOGOUT)
		succeed(a, WORD_CLI_LOGGED_OUT);
	else
		fail(a, WA_REASON_UNLINKED, EX_UNAVAILABLE);
}

static int
exit_code_of(const struct verdict *v)
{
	if (v->reason == WA_REASON_STORE_DAMAGED)
		return EX_DATAERR;
	if (v->reason == WA_REASON_INTERNAL)
		return EX_CONFIG;
	return v->act == ACT_WAIT ? EX_TEMPFAIL : EX_UNAVAILABLE;
}

static void
on_error(struct acting *a, const struct session_view *view,
    const struct verdict *v)
{
	if (!view->linked && v->reason == WA_REASON_UNLINKED) {
		on_unlinked(a);
		return;
	}
	/* a last no to what was asked for, not to the connection */
	if (a->act != RECONNECT && v->act == ACT_LIMITED &&
	    v->stage == STAGE_OPEN) {
		fail(a, v->reason, EX_UNAVAILABLE);
		return;
	}
	/* it dials again by itself, within our limit */
	if (view->next_attempt_ms != 0 && v->act != ACT_WAIT &&
	    v->act != ACT_VERSION && v->reason != WA_REASON_INTERNAL)
		return;
	fail(a, v->reason, exit_code_of(v));
}

static void
on_event(void *ctx, const char *company, const struct session_event *e)
{
	struct acting *a = ctx;
	struct session_view view;

	if (run_is_ending(a->run) || strcmp(company, a->args->company) != 0 ||
	    !app_view(a->app, company, &view))
		return;
	if (e->type == SESSION_ERROR)
		on_error(a, &view, e->verdict);
	else if (a->act == RECONNECT && view.connected)
		succeed(a, WORD_CLI_CONNECTED);
}

static void
on_limit(void *ctx)
{
	struct acting *a = ctx;
	struct session_view view;
	enum wa_reason reason = WA_REASON_NOT_ANSWERING;

	if (app_view(a->app, a->args->company, &view))
		reason = view_trouble(&view);
	fail(a, reason, EX_UNAVAILABLE);
}

static void
begin(struct acting *a)
{
	struct session_view view;
	enum err err = ERR_OK;

	if (!app_view(a->app, a->args->company, &view)) {
		run_end(a->run, cmd_fail_word(a->args, EX_NOUSER,
		    "SESSION_NOT_FOUND", WORD_CLI_NO_COMPANY));
		return;
	}
	if (a->act == REMOVE && (!view.linked || a->args->force)) {
		timer_start(a->rest, 0);
		return;
	}
	if (!view.linked) {
		run_end(a->run, cmd_fail_word(a->args, EX_DATAERR,
		    "NOT_LINKED", WORD_CLI_NOT_LINKED));
		return;
	}
	err = a->act == RECONNECT ? app_connect(a->app, a->args->company) :
	    app_logout(a->app, a->args->company);
	if (err != ERR_OK)
		run_end(a->run, cmd_fail(a->args, cmd_exit_code(err),
		    "INTERNAL_ERROR", err_text(err)));
}

static int
run_act(const struct cmd_args *args, enum act act)
{
	struct acting a = { .args = args, .act = act };
	struct app_listener *listener;
	int code;

	if ((a.run = run_open(args, &code)) == NULL)
		return code;
	a.app = run_app(a.run);
	a.limit = timer_create_on(app_loop(a.app), on_limit, &a);
	a.rest = timer_create_on(app_loop(a.app), try_remove, &a);
	listener = app_listen(a.app, on_event, &a);
	timer_start(a.limit, act == RECONNECT ? CONNECT_LIMIT_MS :
	    LOGOUT_LIMIT_MS);
	begin(&a);
	code = run_loop(a.run, NULL, NULL);
	timer_destroy(a.limit);
	timer_destroy(a.rest);
	app_unlisten(listener);
	run_close(a.run);
	return code;
}

int
cmd_reconnect(const struct cmd_args *args)
{
	return run_act(args, RECONNECT);
}

int
cmd_logout(const struct cmd_args *args)
{
	return run_act(args, LOGOUT);
}

int
cmd_remove(const struct cmd_args *args)
{
	return run_act(args, REMOVE);
}
