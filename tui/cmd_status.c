/* pairdesk status and companies: what is stored, without connecting. */
#include "tui/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "core/app/view_json.h"
#include "core/base/clock.h"
#include "core/base/str.h"

#define OBJECT_MAX 8192         /* bytes of one status object */
#define COMPANY_CELLS 24         /* at least, in a list */
#define PHONE_CELLS 16

static void
print_object(const struct cmd_args *args, const struct session_view *view)
{
	const char *text;
	struct buf out;

	buf_init(&out, OBJECT_MAX);
	if (view_json(view, args->lang, clock_wall_ms(clock_system()),
	    &out) == ERR_OK && buf_cstr(&out, &text) == ERR_OK)
		fputs(text, stdout);
	buf_finish(&out);
}

/* What a core that has stopped since would have shown. */
static void
print_last_trouble(const struct cmd_args *args,
    const struct session_view *view, const struct words_args *with)
{
	struct words_args last = { .time_ms = view->last_error_ms };
	enum wa_status status = WA_STATUS_ERROR;
	char sentence[WORDS_MAX], line[2 * WORDS_MAX];

	if (view->status != WA_STATUS_IDLE || view->last_error[0] == '\0' ||
	    !wa_reason_status(view->verdict.reason, &status))
		return;
	words_reason_sentence(sentence, sizeof sentence, args->lang, status,
	    view->verdict.reason, with);
	last.reason = sentence;
	words_format(line, sizeof line, args->lang, WORD_CLI_LAST_TROUBLE,
	    &last);
	printf("  %s\n", line);
}

static void
print_words(const struct cmd_args *args, const struct session_view *view)
{
	char sentence[WORDS_MAX], advice[WORDS_MAX], phone[32] = "-";
	struct words_args with;

	view_words_args(view, clock_wall_ms(clock_system()), &with);
	words_reason_sentence(sentence, sizeof sentence, args->lang,
	    view->status, view->reason, &with);
	words_reason_advice(advice, sizeof advice, args->lang, view->status,
	    view->reason, &with);
	if (view->phone[0] != '\0')
		str_mask_phone(phone, sizeof phone, view->phone);
	printf("%s  %s  %s\n  %s %s\n", view->company,
	    words_status_name(args->lang, view->status), phone, sentence,
	    advice);
	print_last_trouble(args, view, &with);
}

struct list_walk {
	const struct cmd_args *args;
	size_t count, connected;
	size_t widest;                  /* of the company ids */
};

static void
print_status(void *ctx, const struct session_view *view)
{
	struct list_walk *w = ctx;

	if (w->args->json) {
		fputs(w->count > 0 ? "," : "", stdout);
		print_object(w->args, view);
	} else {
		print_words(w->args, view);
	}
	w->count++;
	w->connected += view->connected;
}

static void
print_all(struct app *app, const struct cmd_args *args)
{
	struct list_walk w = { .args = args };

	if (args->json)
		fputs("{\"sessions\":[", stdout);
	app_each(app, print_status, &w);
	if (args->json)
		printf("],\"total\":%zu,\"connected\":%zu,"
		    "\"disconnected\":%zu,\"nextCursor\":null}\n", w.count,
		    w.connected, w.count - w.connected);
	else if (w.count == 0)
		cmd_say(args, WORD_CLI_NO_COMPANIES, NULL);
}

int
cmd_status(const struct cmd_args *args)
{
	struct session_view view;
	struct run *run;
	int code = EX_OK;

	if ((run = run_open(args, &code)) == NULL)
		return code;
	if (args->company == NULL) {
		print_all(run_app(run), args);
	} else if (!app_view(run_app(run), args->company, &view)) {
		code = cmd_fail_word(args, EX_NOUSER, "SESSION_NOT_FOUND",
		    WORD_CLI_NO_COMPANY);
	} else if (args->json) {
		print_object(args, &view);
		putchar('\n');
	} else {
		print_words(args, &view);
	}
	run_close(run);
	return code;
}

static void
add_or_null(cJSON *o, const char *name, const char *text)
{
	if (*text == '\0')
		cJSON_AddNullToObject(o, name);
	else
		cJSON_AddStringToObject(o, name, text);
}

static void
measure_company(void *ctx, const struct session_view *view)
{
	struct list_walk *w = ctx;
	const size_t n = strlen(view->company);

	if (n > w->widest)
		w->widest = n;
}

static void
print_company(void *ctx, const struct session_view *view)
{
	struct list_walk *w = ctx;
	char phone[32] = "-";
	cJSON *o;
	char *text;

	if (view->phone[0] != '\0')
		str_mask_phone(phone, sizeof phone, view->phone);
	if (w->args->json) {
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "companyId", view->company);
		add_or_null(o, "name", view->name);
		cJSON_AddBoolToObject(o, "linked", view->linked);
		add_or_null(o, "phoneNumber", view->phone);
		cJSON_AddStringToObject(o, "status",
		    wa_status_name(view->status));
		if ((text = cJSON_PrintUnformatted(o)) != NULL)
			printf("%s%s", w->count > 0 ? "," : "", text);
		free(text);
		cJSON_Delete(o);
	} else {
		printf("%-*s %-*s %s\n", (int)w->widest, view->company,
		    PHONE_CELLS, phone, words_status_name(w->args->lang,
		    view->status));
	}
	w->count++;
}

int
cmd_companies(const struct cmd_args *args)
{
	struct list_walk w = { .args = args, .widest = COMPANY_CELLS };
	struct run *run;
	int code = EX_OK;

	if ((run = run_open(args, &code)) == NULL)
		return code;
	if (args->json)
		fputs("{\"companies\":[", stdout);
	app_each(run_app(run), measure_company, &w);
	app_each(run_app(run), print_company, &w);
	if (args->json)
		printf("],\"total\":%zu}\n", w.count);
	else if (w.count == 0)
		cmd_say(args, WORD_CLI_NO_COMPANIES, NULL);
	run_close(run);
	return code;
}
