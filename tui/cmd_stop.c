/* pairdesk stop: ends the core that runs. */
#include "tui/cmd.h"

#include <stdio.h>

#include <cjson/cJSON.h>

#include "tui/ask.h"
#include "tui/console/text.h"
#include "tui/stop.h"

#define STOP_MS 30000

static int
fail(const struct cmd_args *args, int exit_code, const char *code,
    enum text text, pid_t pid)
{
	char sentence[WORDS_MAX];

	text_format(sentence, sizeof sentence, args->lang, text,
	    &(struct words_args){ .n = pid });
	return cmd_fail(args, exit_code, code, sentence);
}

static int
fail_error(const struct cmd_args *args, enum err err)
{
	switch (err) {
	case ERR_NOT_FOUND:
		return fail(args, EX_UNAVAILABLE, "NOT_RUNNING",
		    TEXT_STOP_NOBODY, 0);
	case ERR_PERMISSION:
		return fail(args, EX_NOPERM, "FORBIDDEN", TEXT_STOP_FORBIDDEN,
		    0);
	case ERR_INVALID:
		return fail(args, EX_UNAVAILABLE, "INTERNAL_ERROR",
		    TEXT_STOP_ELSEWHERE, 0);
	default:
		return fail(args, EX_OSERR, "INTERNAL_ERROR",
		    TEXT_STOP_FAILED, 0);
	}
}

static void
tell(const struct cmd_args *args, pid_t pid)
{
	char text[WORDS_MAX];
	cJSON *o;

	if (args->json) {
		o = cJSON_CreateObject();
		cJSON_AddBoolToObject(o, "stopped", true);
		cJSON_AddNumberToObject(o, "pid", pid);
		ask_print(o);
		cJSON_Delete(o);
		return;
	}
	text_format(text, sizeof text, args->lang, TEXT_STOP_DONE,
	    &(struct words_args){ .n = pid });
	printf("%s\n", text);
}

static int
end_target(const struct cmd_args *args, const struct stop_target *target)
{
	enum err err;

	/* somebody waits for that command; who is silent may be ended */
	if (run_look(args) == RUN_PASSING)
		return fail(args, EX_TEMPFAIL, "BUSY", TEXT_STOP_PASSING,
		    target->pid);
	/* it may be on its way out already, by itself or by another stop */
	if ((err = stop_ask(target)) != ERR_OK && err != ERR_NOT_FOUND)
		return fail_error(args, err);
	if (!stop_wait(target, STOP_MS))
		return fail(args, EX_TEMPFAIL, "TIMEOUT", TEXT_STOP_LATE,
		    target->pid);
	tell(args, target->pid);
	return EX_OK;
}

int
cmd_stop(const struct cmd_args *args)
{
	struct stop_target target;
	enum err err;
	int code;

	if ((err = stop_find(config_str(args->config, OPT_CONTROL_SOCKET),
	    &target)) != ERR_OK)
		return fail_error(args, err);
	code = end_target(args, &target);
	stop_release(&target);
	return code;
}
