/* pairdesk doctor: the ways to WhatsApp, step by step, without logging in. By
 * itself where no core runs and the default way is meant, else by a core. */
#include "tui/cmd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "core/app/doctor.h"
#include "core/app/json.h"
#include "core/app/way.h"
#include "core/base/clock.h"
#include "core/base/str.h"
#include "tui/ask.h"

#define CLOCK_SANE_S 1767225600 /* 2026-01-01: before it the clock is wrong */
#define ALL_MS (20 * 60000)     /* 64 ways, 8 at a time, 90 s at most each */

/* --- by a core ----------------------------------------------------------------- */

static void
say_step(const struct cmd_args *args, enum stage stage, bool ok,
    long long ms, const char *cause, const char *detail)
{
	char reason[WORDS_MAX];

	str_format(reason, sizeof reason, "%s (%s)", cause, detail);
	printf("%6lld ms  ", ms);
	cmd_say(args, ok ? WORD_CLI_STAGE_OK : WORD_CLI_STAGE_FAILED,
	    &(struct words_args){ .stage = doctor_reason(stage),
	    .proxy_fault = way_of(stage, ERR_OK), .reason = reason });
}

static void
print_step(const struct cmd_args *args, const cJSON *step)
{
	enum stage stage;

	if (stage_from_name(told_text(step, "stage"), &stage))
		say_step(args, stage,
		    cJSON_IsTrue(cJSON_GetObjectItem(step, "ok")),
		    (long long)told_number(step, "ms"),
		    told_text(step, "cause"), told_text(step, "detail"));
}

static void
print_companies(const cJSON *way)
{
	const cJSON *named = cJSON_GetObjectItem(way, "companies"), *at;
	const long long all = (long long)told_number(way, "companyCount");
	const long long rest = all - cJSON_GetArraySize(named);

	cJSON_ArrayForEach(at, named)
		printf(" %s", cJSON_GetStringValue(at));
	if (rest > 0)
		printf(" +%lld", rest);
	printf("\n");
}

static void
print_way(const struct cmd_args *args, const cJSON *way)
{
	const cJSON *steps = cJSON_GetObjectItem(way, "steps"), *at;
	const char *name = told_text(way, "egress");
	char text[WORDS_MAX];

	words_format(text, sizeof text, args->lang, WORD_CLI_DOCTOR_STRAIGHT,
	    NULL);
	printf("%s:", name[0] != '\0' ? name : text);
	print_companies(way);
	cJSON_ArrayForEach(at, steps)
		print_step(args, at);
	printf("%s\n", told_text(way, "message"));
}

static int
tell(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;
	const cJSON *data = ask_data(answer), *at;
	const cJSON *ways = cJSON_GetObjectItem(data, "egresses");

	(void)a;
	if (args->json) {
		ask_print(data);
	} else {
		cJSON_ArrayForEach(at, ways)
			print_way(args, at);
	}
	return cJSON_IsTrue(cJSON_GetObjectItem(data, "ok")) ? EX_OK :
	    EX_UNAVAILABLE;
}

static int
ask_core(const struct cmd_args *args)
{
	cJSON *body = cJSON_CreateObject();

	if (args->company != NULL)
		cJSON_AddStringToObject(body, "companyId", args->company);
	else if (args->all)
		cJSON_AddTrueToObject(body, "all");
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "POST", .path = "/api/whatsapp/doctor", .body = body,
	    .timeout_ms = args->all ? ALL_MS : 2 * ASK_LONG_MS, .tell = tell,
	    .ctx = &args });
}

/* --- by itself ----------------------------------------------------------------- */

struct visit {
	const struct cmd_args *args;
	struct loop *loop;
	cJSON *steps;
	bool failed;
	struct doctor_step last;
};

static void
on_step(void *ctx, const struct doctor_step *step)
{
	struct visit *v = ctx;
	cJSON *o;

	v->failed = v->failed || !step->ok;
	v->last = *step;
	v->last.detail = "";
	if (v->args->json) {
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "stage", stage_name(step->stage));
		cJSON_AddBoolToObject(o, "ok", step->ok);
		cJSON_AddNumberToObject(o, "ms", (double)step->took_ms);
		if (!step->ok) {
			cJSON_AddStringToObject(o, "cause", words_get(
			    v->args->lang, way_cause(step->stage, step->err)));
			cJSON_AddStringToObject(o, "detail", step->detail);
		}
		cJSON_AddItemToArray(v->steps, o);
		return;
	}
	say_step(v->args, step->stage, step->ok, (long long)step->took_ms,
	    words_get(v->args->lang, way_cause(step->stage, step->err)),
	    step->detail);
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
	const char *proxy = config_str(v->args->config, OPT_PROXY);
	char text[WORDS_MAX], way[PROXY_NAME_SIZE] = "";
	cJSON *o;
	char *printed;

	if (proxy != NULL)
		proxy_name_of(proxy, way);
	v->last.ok = !v->failed;
	doctor_verdict(way, &v->last, v->args->lang, text, sizeof text);
	if (!v->args->json) {
		printf("%s\n", text);
		return;
	}
	o = cJSON_CreateObject();
	cJSON_AddBoolToObject(o, "ok", !v->failed);
	json_add_text(o, "egress", way);
	cJSON_AddStringToObject(o, "message", text);
	cJSON_AddItemToObject(o, "steps", v->steps);
	v->steps = NULL;
	if ((printed = cJSON_PrintUnformatted(o)) != NULL)
		cmd_print_json(printed);
	free(printed);
	cJSON_Delete(o);
}

static int
look_ourselves(const struct cmd_args *args)
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

int
cmd_doctor(const struct cmd_args *args)
{
	if (args->company != NULL || args->all ||
	    run_look(args) == RUN_SERVING)
		return ask_core(args);
	return look_ourselves(args);
}
