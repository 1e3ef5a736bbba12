/* pairdesk share, name, pin, pause and resume: what an admin sets. */
#include "tui/cmd.h"

#include <stdio.h>
#include <string.h>

#include "core/app/patch.h"
#include "core/app/phone.h"
#include "core/app/tokens.h"
#include "core/base/str.h"
#include "tui/ask.h"

#define HOUR_S 3600

/* --- share ------------------------------------------------------------------ */

static int
tell_share(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;
	const cJSON *data = ask_data(answer);

	(void)a;
	if (args->json) {
		ask_print(data);
		return EX_OK;
	}
	printf("%s\n%s\n", told_text(data, "pairingUrl"),
	    told_text(data, "qrUrl"));
	cmd_note(args, WORD_CLI_SHARED, &(struct words_args){
	    .company = args->company,
	    .time_ms = told_time(data, "expiresAt") });
	return EX_OK;
}

int
cmd_share(const struct cmd_args *args)
{
	char path[ASK_PATH_MAX];
	cJSON *body;

	if (args->expires_s > TOKENS_SHARE_HOURS_MAX * HOUR_S)
		return cmd_usage(args, WORD_CLI_SHARE_TOO_LONG,
		    &(struct words_args){ .n = TOKENS_SHARE_HOURS_MAX / 24 });
	body = cJSON_CreateObject();
	if (args->expires_s > 0)
		cJSON_AddNumberToObject(body, "expiresIn",
		    (double)args->expires_s);
	ask_path(args, "/share", path, sizeof path);
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "POST", .path = path, .body = body,
	    .timeout_ms = ASK_USUAL_MS, .tell = tell_share, .ctx = &args });
}

/* --- one member of the company ------------------------------------------------- */

struct patch {
	const struct cmd_args *args;
	enum word done;
	const char *text;               /* for the sentence */
};

static int
tell_patched(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct patch *p = ctx;

	(void)a;
	if (p->args->json)
		ask_print(ask_data(answer));
	else
		cmd_say(p->args, p->done, &(struct words_args){
		    .company = p->args->company, .reason = p->text,
		    .phone = p->text });
	return EX_OK;
}

/* value is taken over. */
static int
patch(const struct cmd_args *args, const char *member, cJSON *value,
    enum word done, const char *text)
{
	struct patch p = { .args = args, .done = done, .text = text };
	cJSON *body = cJSON_CreateObject();
	char path[ASK_PATH_MAX];

	cJSON_AddItemToObject(body, member, value);
	ask_path(args, "", path, sizeof path);
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "PATCH", .path = path, .body = body,
	    .timeout_ms = ASK_USUAL_MS, .tell = tell_patched, .ctx = &p });
}

int
cmd_pause(const struct cmd_args *args)
{
	return patch(args, "paused", cJSON_CreateTrue(), WORD_CLI_PAUSED,
	    NULL);
}

int
cmd_resume(const struct cmd_args *args)
{
	return patch(args, "paused", cJSON_CreateFalse(), WORD_CLI_RESUMED,
	    NULL);
}

int
cmd_name(const struct cmd_args *args)
{
	if (!patch_name_is_valid(args->value))
		return cmd_usage(args, WORD_CLI_BAD_NAME,
		    &(struct words_args){ .n = PATCH_NAME_CHARS });
	return patch(args, "name", cJSON_CreateString(args->value),
	    WORD_CLI_NAMED, args->value);
}

int
cmd_pin(const struct cmd_args *args)
{
	char phone[PHONE_SIZE], masked[32];
	bool changed;
	enum phone_fault fault;

	if (strcmp(args->value, "none") == 0)
		return patch(args, "phoneNumber", cJSON_CreateNull(),
		    WORD_CLI_UNPINNED, NULL);
	fault = phone_normalise_typed(args->value, phone, &changed);
	if (fault != PHONE_OK)
		return cmd_fail_word(args, EX_USAGE, "INVALID_PHONE",
		    words_phone_fault(fault));
	str_mask_phone(masked, sizeof masked, phone);
	return patch(args, "phoneNumber", cJSON_CreateString(phone),
	    WORD_CLI_PINNED, masked);
}
