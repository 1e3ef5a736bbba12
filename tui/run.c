/* A core of our own for the length of one command. */
#include "tui/cmd.h"

#include <signal.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define WHAT_MAX 64
#define SENTENCE_MAX 1280

struct run {
	struct app *app;
	struct watch *signals[3];
	loop_fn on_signal;
	void *on_signal_ctx;
	bool ending;
	int exit_code;
};

static int
fail_open(const struct cmd_args *args, enum err err, const char *why)
{
	char text[SENTENCE_MAX];

	/* what is invalid here is a file's content, not how we were called */
	if (err != ERR_LOCKED)
		return cmd_fail(args, err == ERR_INVALID ? EX_CONFIG :
		    cmd_exit_code(err), "INTERNAL_ERROR", why);
	str_format(text, sizeof text, "%s. %s", why,
	    words_get(args->lang, WORD_CLI_LOCKED_ADVICE));
	return cmd_fail(args, EX_TEMPFAIL, "LOCKED", text);
}

struct run *
run_open(const struct cmd_args *args, int *exit_code)
{
	struct run *r = xcalloc(1, sizeof *r);
	struct app_problem problem = { "" };
	char what[WHAT_MAX];
	enum err err;

	str_format(what, sizeof what, "pairdesk %s", args->cmd->name);
	err = app_open(&(struct app_params){ .config = args->config,
	    .what = what }, &r->app, &problem);
	if (err == ERR_OK)
		return r;
	*exit_code = fail_open(args, err, problem.text);
	free(r);
	return NULL;
}

struct app *
run_app(struct run *r)
{
	return r->app;
}

bool
run_is_ending(const struct run *r)
{
	return r->ending;
}

static void
on_stopped(void *ctx)
{
	struct run *r = ctx;

	loop_stop(app_loop(r->app));
}

void
run_end(struct run *r, int exit_code)
{
	if (r->ending)
		return;
	r->ending = true;
	r->exit_code = exit_code;
	app_stop(r->app, on_stopped, r);
}

static void
on_signal(void *ctx, int signum)
{
	struct run *r = ctx;

	if (!r->ending && r->on_signal != NULL)
		r->on_signal(r->on_signal_ctx);
	run_end(r, 128 + signum);
}

int
run_loop(struct run *r, loop_fn fn, void *ctx)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

	r->on_signal = fn;
	r->on_signal_ctx = ctx;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (loop_on_signal(app_loop(r->app), numbers[i], on_signal, r,
		    &r->signals[i]) != ERR_OK)
			run_end(r, EX_OSERR);   /* nobody could stop it */
	}
	loop_run(app_loop(r->app));
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		watch_destroy(r->signals[i]);
	return r->exit_code;
}

void
run_close(struct run *r)
{
	app_close(r->app);
	free(r);
}
