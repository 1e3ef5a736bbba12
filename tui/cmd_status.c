/* pairdesk status and companies: what a core knows, without connecting. */
#include "tui/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tui/ask.h"

#define COMPANY_CELLS 24         /* at least, in a list */
#define PHONE_CELLS 16
#define NAME_BYTES 512           /* hold every name */
#define PAGE "/api/whatsapp/sessions?limit=1000"

static enum wa_status
status_of(const cJSON *o)
{
	enum wa_status status = WA_STATUS_ERROR;

	(void)wa_status_from_name(told_text(o, "status"), &status);
	return status;
}

static const char *
state_of(const struct cmd_args *args, const cJSON *o)
{
	enum wa_reason reason = WA_REASON_NONE;

	(void)wa_reason_from_name(told_text(o, "reason"), &reason);
	return words_state_name(args->lang, status_of(o), reason);
}

static void
mask(const cJSON *o, char masked[32])
{
	const char *phone = told_text(o, "phoneNumber");

	str_copy(masked, 32, "-");
	if (*phone != '\0')
		str_mask_phone(masked, 32, phone);
}

/* What a core that has stopped since would have shown. */
static void
print_last_trouble(const struct cmd_args *args, const cJSON *o)
{
	const cJSON *last = cJSON_GetObjectItem(o, "lastError");
	char line[2 * WORDS_MAX];

	if (status_of(o) != WA_STATUS_IDLE ||
	    *told_text(last, "message") == '\0')
		return;
	words_format(line, sizeof line, args->lang, WORD_CLI_LAST_TROUBLE,
	    &(struct words_args){ .time_ms = told_time(last, "at"),
	    .reason = told_text(last, "message") });
	printf("  %s\n", line);
}

static void
print_words(const struct cmd_args *args, const cJSON *o)
{
	char phone[32], name[NAME_BYTES];

	told_line(o, "name", name, sizeof name);
	mask(o, phone);
	printf("%s  %s  %s%s%s\n  %s %s\n", told_text(o, "companyId"),
	    state_of(args, o), phone,
	    name[0] == '\0' ? "" : "  ", name, told_text(o, "message"),
	    told_text(o, "advice"));
	print_last_trouble(args, o);
}

static int
tell_status(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;
	cJSON *o;

	(void)a;
	if (!args->json) {
		print_words(args, ask_data(answer));
		return EX_OK;
	}
	o = cJSON_Duplicate(ask_data(answer), true);
	cJSON_DeleteItemFromObject(o, "serverTime");
	ask_print(o);
	cJSON_Delete(o);
	return EX_OK;
}

/* --- all of them, page by page ----------------------------------------------------- */

struct list {
	const struct cmd_args *args;
	cJSON *sessions;                /* array, so far */
	size_t connected;
	int (*print)(const struct list *l);
};

static void
take_page(struct list *l, const cJSON *data)
{
	cJSON *page = cJSON_GetObjectItem(data, "sessions");
	cJSON *o;

	while ((o = cJSON_DetachItemFromArray(page, 0)) != NULL) {
		l->connected += told_true(o, "connected");
		cJSON_AddItemToArray(l->sessions, o);
	}
}

static int
tell_page(void *ctx, struct ask *a, const cJSON *answer)
{
	struct list *l = ctx;
	const cJSON *data = ask_data(answer);
	const char *next = told_text(data, "nextCursor");
	char path[ASK_PATH_MAX];

	take_page(l, data);
	if (!company_id_is_valid(next))
		return l->print(l);
	str_format(path, sizeof path, PAGE "&cursor=%s", next);
	return ask_on(a, path);
}

static int
list_all(const struct cmd_args *args, int (*print)(const struct list *l))
{
	struct list l = { .args = args, .print = print,
	    .sessions = cJSON_CreateArray() };
	const int code = ask(&(struct question){ .args = args,
	    .need = RUN_READ, .method = "GET", .path = PAGE,
	    .timeout_ms = ASK_USUAL_MS, .tell = tell_page, .ctx = &l });

	cJSON_Delete(l.sessions);
	return code;
}

static int
print_statuses(const struct list *l)
{
	const size_t total = (size_t)cJSON_GetArraySize(l->sessions);
	const cJSON *at;
	cJSON *o;

	if (l->args->json) {
		o = cJSON_CreateObject();
		cJSON_AddItemReferenceToObject(o, "sessions", l->sessions);
		cJSON_AddNumberToObject(o, "total", (double)total);
		cJSON_AddNumberToObject(o, "connected",
		    (double)l->connected);
		cJSON_AddNumberToObject(o, "disconnected",
		    (double)(total - l->connected));
		cJSON_AddNullToObject(o, "nextCursor");
		ask_print(o);
		cJSON_Delete(o);
	} else {
		cJSON_ArrayForEach(at, l->sessions)
			print_words(l->args, at);
		if (total == 0)
			cmd_say(l->args, WORD_CLI_NO_COMPANIES, NULL);
	}
	return EX_OK;
}

int
cmd_status(const struct cmd_args *args)
{
	char path[ASK_PATH_MAX];

	if (args->company == NULL)
		return list_all(args, print_statuses);
	ask_path(args, "/status", path, sizeof path);
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "GET", .path = path, .timeout_ms = ASK_USUAL_MS,
	    .tell = tell_status, .ctx = &args });
}

/* --- companies ------------------------------------------------------------------------ */

static void
add_or_null(cJSON *o, const char *name, const char *text)
{
	if (*text == '\0')
		cJSON_AddNullToObject(o, name);
	else
		cJSON_AddStringToObject(o, name, text);
}

static cJSON *
company_of(const cJSON *status)
{
	cJSON *o = cJSON_CreateObject();
	const char *phone = told_text(status, "phoneNumber");

	cJSON_AddStringToObject(o, "companyId",
	    told_text(status, "companyId"));
	add_or_null(o, "name", told_text(status, "name"));
	/* a number is told of linked companies only */
	cJSON_AddBoolToObject(o, "linked", *phone != '\0');
	add_or_null(o, "phoneNumber", phone);
	cJSON_AddStringToObject(o, "status", told_text(status, "status"));
	cJSON_AddBoolToObject(o, "connected", told_true(status, "connected"));
	return o;
}

static void
print_companies_json(const struct list *l)
{
	cJSON *o = cJSON_CreateObject();
	cJSON *companies = cJSON_AddArrayToObject(o, "companies");
	const cJSON *at;

	cJSON_ArrayForEach(at, l->sessions)
		cJSON_AddItemToArray(companies, company_of(at));
	cJSON_AddNumberToObject(o, "total", cJSON_GetArraySize(companies));
	ask_print(o);
	cJSON_Delete(o);
}

/* Cells that the columns of a list take. */
struct widths {
	size_t company, status;
};

static void
widen(size_t *width, const char *text)
{
	const size_t cells = str_width_cells(text);

	if (cells > *width)
		*width = cells;
}

static struct widths
widths_of(const struct list *l)
{
	struct widths w = { .company = COMPANY_CELLS };
	const cJSON *at;

	cJSON_ArrayForEach(at, l->sessions) {
		widen(&w.company, told_text(at, "companyId"));
		widen(&w.status, state_of(l->args, at));
	}
	return w;
}

/* The name comes last: it may be long, and its cells are its own matter. */
static void
print_company(const struct list *l, const struct widths *w, const cJSON *o)
{
	const char *status = state_of(l->args, o);
	const size_t gap = w->status - str_width_cells(status) + 2;
	char phone[32], name[NAME_BYTES];

	told_line(o, "name", name, sizeof name);
	mask(o, phone);
	printf("%-*s %-*s %s%*s%s\n", (int)w->company,
	    told_text(o, "companyId"), PHONE_CELLS, phone, status,
	    name[0] == '\0' ? 0 : (int)gap, "", name);
}

static int
print_companies(const struct list *l)
{
	const struct widths w = widths_of(l);
	const cJSON *at;

	if (l->args->json) {
		print_companies_json(l);
		return EX_OK;
	}
	cJSON_ArrayForEach(at, l->sessions)
		print_company(l, &w, at);
	if (cJSON_GetArraySize(l->sessions) == 0)
		cmd_say(l->args, WORD_CLI_NO_COMPANIES, NULL);
	return EX_OK;
}

int
cmd_companies(const struct cmd_args *args)
{
	return list_all(args, print_companies);
}
