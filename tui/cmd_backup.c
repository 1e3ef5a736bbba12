/* pairdesk backup, backups and restore: copies of what is stored. */
#include "tui/cmd.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/str.h"
#include "tui/ask.h"

/* --- backup and backups ---------------------------------------------------------- */

static void
print_backup(const struct cmd_args *args, const cJSON *b)
{
	const time_t at = (time_t)(told_time(b, "at") / 1000);
	char when[32] = "", phone[32] = "-";
	struct tm tm;

	if (localtime_r(&at, &tm) != NULL)
		strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
	if (*told_text(b, "phoneNumber") != '\0')
		str_mask_phone(phone, sizeof phone,
		    told_text(b, "phoneNumber"));
	printf("%-28s  %s  %8lld  %-16s  %s\n", told_text(b, "id"), when,
	    (long long)told_number(b, "bytes"), phone,
	    told_true(b, "damaged") ?
	    words_get(args->lang, WORD_CLI_BACKUP_DAMAGED) : "");
}

static int
tell_backups(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;
	const cJSON *list =
	    cJSON_GetObjectItem(ask_data(answer), "backups");
	const cJSON *b;

	(void)a;
	if (args->json) {
		ask_print(ask_data(answer));
		return EX_OK;
	}
	cJSON_ArrayForEach(b, list)
		print_backup(args, b);
	if (cJSON_GetArraySize(list) == 0)
		cmd_say(args, WORD_CLI_NO_BACKUPS, &(struct words_args){
		    .company = args->company });
	return EX_OK;
}

static int
tell_made(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;
	const cJSON *first = cJSON_GetArrayItem(
	    cJSON_GetObjectItem(ask_data(answer), "backups"), 0);

	(void)a;
	if (args->json)
		ask_print(ask_data(answer));
	else
		cmd_say(args, WORD_CLI_BACKED_UP, &(struct words_args){
		    .company = args->company,
		    .n = told_number(first, "bytes"),
		    .reason = told_text(first, "id") });
	return EX_OK;
}

int
cmd_backup(const struct cmd_args *args)
{
	char path[ASK_PATH_MAX];

	ask_path(args, "/backup", path, sizeof path);
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "POST", .path = path, .timeout_ms = ASK_USUAL_MS,
	    .tell = tell_made, .ctx = &args });
}

int
cmd_backups(const struct cmd_args *args)
{
	char path[ASK_PATH_MAX];

	ask_path(args, "/backups", path, sizeof path);
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "GET", .path = path, .timeout_ms = ASK_USUAL_MS,
	    .tell = tell_backups, .ctx = &args });
}

/* --- restore ------------------------------------------------------------------------ */

static int
tell_restored(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;

	(void)a;
	if (args->json)
		ask_print(ask_data(answer));
	else
		cmd_say(args, WORD_CLI_RESTORED, &(struct words_args){
		    .company = args->company });
	return EX_OK;
}

int
cmd_restore(const struct cmd_args *args)
{
	cJSON *body = cJSON_CreateObject();
	char path[ASK_PATH_MAX];

	if (args->value != NULL)
		cJSON_AddStringToObject(body, "id", args->value);
	if (args->force)
		cJSON_AddTrueToObject(body, "force");
	ask_path(args, "/restore", path, sizeof path);
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "POST", .path = path, .body = body,
	    .timeout_ms = ASK_LONG_MS, .tell = tell_restored, .ctx = &args });
}
