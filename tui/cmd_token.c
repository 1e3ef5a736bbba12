/* pairdesk token: who may call the listener. */
#include "tui/cmd.h"

#include <stdio.h>
#include <string.h>

#include "core/base/str.h"
#include "core/store/token_record.h"
#include "tui/ask.h"

#define TOKENS "/api/whatsapp/tokens"
#define ID_CELLS 10
#define ROLE_CELLS 8

/* --- add ----------------------------------------------------------------------- */

static int
tell_added(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;
	const cJSON *data = ask_data(answer);

	(void)a;
	if (args->json) {
		ask_print(data);
		return EX_OK;
	}
	/* alone on standard output, so that a script can take it */
	cmd_note(args, WORD_CLI_TOKEN_ONCE, NULL);
	printf("%s\n", told_text(data, "token"));
	return EX_OK;
}

static int
check(const struct cmd_args *args, const char *role)
{
	const bool is_admin = strcmp(role, "admin") == 0;

	if (!token_name_is_valid(args->value))
		return cmd_usage(args, WORD_CLI_BAD_TOKEN_NAME,
		    &(struct words_args){ .n = TOKEN_NAME_CHARS });
	if (!is_admin && strcmp(role, "company") != 0 &&
	    strcmp(role, "share") != 0)
		return cmd_usage(args, WORD_CLI_BAD_ROLE, NULL);
	if (is_admin && args->company != NULL)
		return cmd_usage(args, WORD_CLI_ROLE_OF_ALL, NULL);
	if (!is_admin && args->company == NULL)
		return cmd_usage(args, WORD_CLI_ROLE_NEEDS_COMPANY,
		    &(struct words_args){ .reason = role });
	return EX_OK;
}

static int
add(const struct cmd_args *args)
{
	const char *role = args->role != NULL ? args->role : "admin";
	const int code = check(args, role);
	cJSON *body;

	if (code != EX_OK)
		return code;
	body = cJSON_CreateObject();
	cJSON_AddStringToObject(body, "name", args->value);
	cJSON_AddStringToObject(body, "role", role);
	if (args->company != NULL)
		cJSON_AddStringToObject(body, "companyId", args->company);
	if (args->expires_s > 0)
		cJSON_AddNumberToObject(body, "expiresIn",
		    (double)args->expires_s);
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "POST", .path = TOKENS, .body = body,
	    .timeout_ms = ASK_USUAL_MS, .tell = tell_added, .ctx = &args });
}

/* --- list ------------------------------------------------------------------------ */

static void
print_token(const struct cmd_args *args, const cJSON *o)
{
	const char *company = told_text(o, "companyId");
	const int64_t expires = told_time(o, "expiresAt");
	char text[WORDS_MAX] = "", name[TOKEN_NAME_MAX + 1];

	told_line(o, "name", name, sizeof name);
	if (expires != 0)
		words_format(text, sizeof text, args->lang,
		    WORD_CLI_TOKEN_UNTIL,
		    &(struct words_args){ .time_ms = expires });
	printf("%-*s %-*s %s%s%s%s%s\n", ID_CELLS, told_text(o, "id"),
	    ROLE_CELLS, told_text(o, "role"), name,
	    *company != '\0' ? "  " : "", company,
	    *text != '\0' ? "  " : "", text);
}

static int
tell_list(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;
	const cJSON *data = ask_data(answer), *at;
	const cJSON *tokens = cJSON_GetObjectItem(data, "tokens");

	(void)a;
	if (args->json) {
		ask_print(data);
		return EX_OK;
	}
	cJSON_ArrayForEach(at, tokens)
		print_token(args, at);
	if (cJSON_GetArraySize(tokens) == 0)
		cmd_say(args, WORD_CLI_NO_TOKENS, NULL);
	return EX_OK;
}

static int
list(const struct cmd_args *args)
{
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "GET", .path = TOKENS, .timeout_ms = ASK_USUAL_MS,
	    .tell = tell_list, .ctx = &args });
}

/* --- revoke ---------------------------------------------------------------------- */

static int
tell_revoked(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;

	(void)a;
	if (args->json)
		ask_print(ask_data(answer));
	else
		cmd_say(args, WORD_CLI_TOKEN_REVOKED, NULL);
	return EX_OK;
}

static int
revoke(const struct cmd_args *args)
{
	cJSON *body = cJSON_CreateObject();

	cJSON_AddStringToObject(body, "id", args->value);
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "DELETE", .path = TOKENS, .body = body,
	    .timeout_ms = ASK_USUAL_MS, .tell = tell_revoked, .ctx = &args });
}

int
cmd_token(const struct cmd_args *args)
{
	if (strcmp(args->verb, "add") == 0)
		return add(args);
	return strcmp(args->verb, "list") == 0 ? list(args) : revoke(args);
}
