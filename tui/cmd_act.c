/* pairdesk reconnect, logout and remove: one company, one thing, and how it
 * ended. */
#include "tui/cmd.h"

#include <string.h>

#include "core/base/str.h"
#include "tui/ask.h"

#define CONNECT_LIMIT_MS 75000

static int
say_done(const struct cmd_args *args, enum word word, const cJSON *status)
{
	const char *phone = told_text(status, "phoneNumber");
	char masked[32] = "*";
	cJSON *o;

	if (args->json) {
		o = cJSON_Duplicate(status, true);
		cJSON_DeleteItemFromObject(o, "serverTime");
		ask_print(o);
		cJSON_Delete(o);
		return EX_OK;
	}
	str_mask_phone(masked, sizeof masked, phone);
	cmd_say(args, word, &(struct words_args){ .company = args->company,
	    .phone = masked });
	return EX_OK;
}

/* --- logout and remove: the answer is the end -------------------------------------- */

static int
tell_logged_out(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;

	(void)a;
	return say_done(args, WORD_CLI_LOGGED_OUT, ask_data(answer));
}

int
cmd_logout(const struct cmd_args *args)
{
	char path[ASK_PATH_MAX];

	ask_path(args, "/logout", path, sizeof path);
	return ask(&(struct question){ .args = args, .need = RUN_ACT,
	    .method = "POST", .path = path, .timeout_ms = ASK_LONG_MS,
	    .ending = ENDING_LOGOUT, .tell = tell_logged_out, .ctx = &args });
}

static int
tell_removed(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;

	(void)a;
	if (args->json)
		ask_print(ask_data(answer));
	else
		cmd_say(args, WORD_CLI_REMOVED, &(struct words_args){
		    .company = args->company });
	return EX_OK;
}

int
cmd_remove(const struct cmd_args *args)
{
	char path[ASK_PATH_MAX];

	ask_path(args, args->force && args->purge ? "?force=true&purge=true" :
	    args->force ? "?force=true" : args->purge ? "?purge=true" : "",
	    path, sizeof path);
	return ask(&(struct question){ .args = args, .need = RUN_ACT,
	    .method = "DELETE", .path = path, .timeout_ms = ASK_LONG_MS,
	    .ending = ENDING_LOGOUT, .tell = tell_removed, .ctx = &args });
}

/* --- reconnect: asked for, then watched ---------------------------------------------- */

struct acting {
	const struct cmd_args *args;
	struct run *run;
	struct timer *limit;
	cJSON *status;                  /* the last one; NULL none yet */
};

static void
fail(struct acting *a, struct trouble *t)
{
	trouble_end(t, a->args->lang, ENDING_LOGIN);
	run_end(a->run, ask_fail_trouble(a->args, t));
}

static void
on_status(struct acting *a, const cJSON *status)
{
	enum wa_reason reason = WA_REASON_NONE;
	struct trouble t;

	if (told_true(status, "connected")) {
		run_end(a->run, say_done(a->args, WORD_CLI_CONNECTED, status));
		return;
	}
	/* the error itself may have been told before we listened */
	if (wa_reason_from_name(told_text(status, "reason"), &reason) &&
	    wa_reason_error_code(reason) != NULL) {
		trouble_of_status(status, a->args->lang, &t);
		if (!trouble_passes(&t))
			fail(a, &t);
	}
}

static void
on_event(void *ctx, const struct sse_event *event)
{
	struct acting *a = ctx;
	cJSON *o;
	struct trouble t;

	if (run_is_ending(a->run) ||
	    (o = cJSON_Parse(event->data)) == NULL)
		return;
	if (strcmp(event->name, "status") == 0) {
		on_status(a, o);
		cJSON_Delete(a->status);
		a->status = o;
		return;
	}
	if (strcmp(event->name, "error") == 0) {
		trouble_of_error(o, &t);
		if (!trouble_passes(&t))
			fail(a, &t);
	}
	told_wipe(o);
}

static void
on_end(void *ctx, const struct client_answer *answer)
{
	struct acting *a = ctx;

	if (run_is_ending(a->run))
		return;
	if (answer->err == ERR_OK)      /* no stream, but a refusal */
		run_end(a->run, ask_fail(a->args, answer, ENDING_LOGIN));
	else
		run_end(a->run, ask_fail_gone(a->args));
}

static void
on_asked(void *ctx, const struct client_answer *answer)
{
	struct acting *a = ctx;
	char path[ASK_PATH_MAX];

	if (run_is_ending(a->run))
		return;
	if (answer->err != ERR_OK || answer->status != 200) {
		run_end(a->run, ask_fail(a->args, answer, ENDING_LOGIN));
		return;
	}
	ask_path(a->args, "/events", path, sizeof path);
	(void)client_events(run_client(a->run), path, "", on_event, on_end, a);
}

static void
on_limit(void *ctx)
{
	struct acting *a = ctx;
	struct trouble t;

	trouble_of_status(a->status, a->args->lang, &t);
	fail(a, &t);
}

int
cmd_reconnect(const struct cmd_args *args)
{
	struct acting a = { .args = args };
	char path[ASK_PATH_MAX];
	int code;

	if ((a.run = run_open(args, RUN_ACT, &code)) == NULL)
		return code;
	a.limit = timer_create_on(run_loop_of(a.run), on_limit, &a);
	timer_start(a.limit, CONNECT_LIMIT_MS);
	ask_path(args, "/reconnect", path, sizeof path);
	(void)client_request(run_client(a.run), "POST", path, NULL,
	    ASK_USUAL_MS, on_asked, &a);
	code = run_loop(a.run, NULL, NULL);
	timer_destroy(a.limit);
	cJSON_Delete(a.status);
	run_close(a.run);
	return code;
}
