#include "tui/ask.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/secret.h"
#include "core/base/str.h"

#define NO_CODE (-1)

struct ask {
	const struct question *q;
	struct run *run;
	struct timer *later;            /* NULL until it is needed */
	char path[ASK_PATH_MAX];        /* to be asked then */
};

const cJSON *
ask_data(const cJSON *answer)
{
	return cJSON_GetObjectItem(answer, "data");
}

void
ask_print(const cJSON *o)
{
	char *text = cJSON_PrintUnformatted(o);

	if (text != NULL) {
		cmd_print_json(text);
		secret_wipe(text, strlen(text));
	}
	free(text);
}

void
ask_path(const struct cmd_args *args, const char *what, char *out,
    size_t size)
{
	str_format(out, size, "/api/whatsapp/sessions/%s%s", args->company,
	    what);
}

/* --- failures ------------------------------------------------------------------ */

int
ask_fail_trouble(const struct cmd_args *args, const struct trouble *t)
{
	char text[2 * WORDS_MAX];

	/* it names the company */
	if (args->company != NULL && strcmp(t->code, "SESSION_NOT_FOUND") == 0)
		return cmd_fail_word(args, EX_NOUSER, t->code,
		    WORD_CLI_NO_COMPANY);
	str_format(text, sizeof text, "%s%s%s", t->sentence,
	    t->advice[0] != '\0' ? " " : "", t->advice);
	return cmd_fail(args, trouble_exit_code(t, false), t->code, text);
}

int
ask_fail_gone(const struct cmd_args *args)
{
	return cmd_fail_word(args, EX_TEMPFAIL, "CORE_GONE",
	    WORD_CLI_CORE_GONE);
}

int
ask_fail(const struct cmd_args *args, const struct client_answer *answer,
    enum words_ending ending)
{
	struct trouble t;

	if (answer->err == ERR_TIMEOUT)
		return cmd_fail_word(args, EX_TEMPFAIL, "CORE_GONE",
		    WORD_CLI_CORE_SILENT);
	if (answer->err != ERR_OK)
		return ask_fail_gone(args);
	trouble_of_error(answer->json, &t);
	/* an answer of none of our handlers */
	if (t.code[0] == '\0')
		return cmd_fail_word(args, EX_SOFTWARE, "INTERNAL_ERROR",
		    WORD_HTTP_INTERNAL_ERROR);
	trouble_end(&t, args->lang, ending);
	return ask_fail_trouble(args, &t);
}

/* --- asking ------------------------------------------------------------------------- */

static void
on_answer(void *ctx, const struct client_answer *answer)
{
	struct ask *a = ctx;
	int code;

	if (run_is_ending(a->run))
		return;
	if (answer->err == ERR_OK && answer->status / 100 == 2 &&
	    answer->json != NULL)
		code = a->q->tell(a->q->ctx, a, answer->json);
	else
		code = ask_fail(a->q->args, answer, a->q->ending);
	if (code != NO_CODE)
		run_end(a->run, code);
}

int
ask_on(struct ask *a, const char *path)
{
	(void)client_request(run_client(a->run), "GET", path, NULL,
	    a->q->timeout_ms, on_answer, a);
	return NO_CODE;
}

static void
on_later(void *ctx)
{
	struct ask *a = ctx;

	if (!run_is_ending(a->run))
		(void)ask_on(a, a->path);
}

int
ask_on_later(struct ask *a, const char *path, int64_t ms)
{
	if (a->later == NULL)
		a->later = timer_create_on(run_loop_of(a->run), on_later, a);
	str_copy(a->path, sizeof a->path, path);
	timer_start(a->later, ms);
	return NO_CODE;
}

int
ask(const struct question *q)
{
	char *body = q->body != NULL ? cJSON_PrintUnformatted(q->body) : NULL;
	struct ask a = { .q = q };
	int code;

	cJSON_Delete(q->body);
	if ((a.run = run_open(q->args, q->need, &code)) != NULL) {
		(void)client_request(run_client(a.run), q->method, q->path,
		    body, q->timeout_ms, on_answer, &a);
		code = run_loop(a.run, NULL, NULL);
		timer_destroy(a.later);
		run_close(a.run);
	}
	if (body != NULL)               /* it may have a passphrase */
		secret_wipe(body, strlen(body));
	free(body);
	return code;
}
