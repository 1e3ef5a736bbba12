/* pairdesk doctor: the way to WhatsApp, step by step, without logging in. */
#include "tui/cmd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "core/base/clock.h"
#include "core/base/str.h"

#define CLOCK_SANE_S 1767225600 /* 2026-01-01: before it the clock is wrong */

struct visit {
	const struct cmd_args *args;
	struct loop *loop;
	cJSON *steps;
	bool failed;
	enum stage failed_at;
};

static void
on_step(void *ctx, const struct doctor_step *step)
{
	struct visit *v = ctx;
	cJSON *o;

	if (!step->ok) {
		v->failed = true;
		v->failed_at = step->stage;
	}
	if (v->args->json) {
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "stage", stage_name(step->stage));
		cJSON_AddBoolToObject(o, "ok", step->ok);
		cJSON_AddNumberToObject(o, "ms", (double)step->took_ms);
		if (!step->ok)
			cJSON_AddStringToObject(o, "detail", step->detail);
		cJSON_AddItemToArray(v->steps, o);
		return;
	}
	printf("%6lld ms  ", (long long)step->took_ms);
	cmd_say(v->args, step->ok ? WORD_CLI_STAGE_OK : WORD_CLI_STAGE_FAILED,
	    &(struct words_args){ .stage = doctor_reason(step->stage),
	    .reason = step->detail });
}

static void
on_done(void *ctx)
{
	struct visit *v = ctx;

	loop_stop(v->loop);
}

static void
on_signal(void *ctx, int signum)
{
	struct visit *v = ctx;

	(void)signum;
	v->failed = true;
	loop_stop(v->loop);
}

static void
print_result(struct visit *v)
{
	char text[WORDS_MAX];
	cJSON *o;
	char *printed;

	words_format(text, sizeof text, v->args->lang, v->failed ?
	    WORD_CLI_DOCTOR_FAILED : WORD_CLI_DOCTOR_OK,
	    &(struct words_args){ .stage = doctor_reason(v->failed_at) });
	if (!v->args->json) {
		printf("%s\n", text);
		return;
	}
	o = cJSON_CreateObject();
	cJSON_AddBoolToObject(o, "ok", !v->failed);
	cJSON_AddStringToObject(o, "message", text);
	cJSON_AddItemToObject(o, "steps", v->steps);
	v->steps = NULL;
	if ((printed = cJSON_PrintUnformatted(o)) != NULL)
		cmd_print_json(printed);
	free(printed);
	cJSON_Delete(o);
}

int
cmd_doctor(const struct cmd_args *args)
{
	struct visit v = { .args = args, .steps = cJSON_CreateArray() };
	struct app_problem problem;
	struct doctor *doctor = NULL;
	struct watch *watch = NULL;
	enum err err;
	int code;

	if (loop_create(&v.loop) != ERR_OK)
		return EX_OSERR;
	if (clock_wall_ms(clock_system()) / 1000 < CLOCK_SANE_S)
		fprintf(stderr, "pairdesk: this machine's clock is wrong; "
		    "certificates will not verify\n");
	err = doctor_run(v.loop, args->config, on_step, on_done, &v, &doctor,
	    &problem);
	if (err != ERR_OK) {
		code = cmd_fail(args, EX_CONFIG, "CONFIG", problem.text);
	} else {
		if (loop_on_signal(v.loop, SIGINT, on_signal, &v, &watch) ==
		    ERR_OK)
			loop_run(v.loop);
		print_result(&v);
		code = v.failed ? EX_UNAVAILABLE : EX_OK;
	}
	doctor_close(doctor);
	watch_destroy(watch);
	loop_run(v.loop);       /* until the connection has ended */
	loop_destroy(v.loop);
	cJSON_Delete(v.steps);
	return code;
}
