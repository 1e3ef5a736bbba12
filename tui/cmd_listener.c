/* pairdesk listener: where pages and API are served, and to how many. */
#include "tui/cmd.h"

#include <stdio.h>

#include "tui/ask.h"

static void
print_refusal(const cJSON *o)
{
	printf("  %s  %s  %s  %lld\n", told_text(o, "at"),
	    told_text(o, "source"), told_text(o, "code"),
	    (long long)told_number(o, "count"));
}

static void
print_words(const struct cmd_args *args, const cJSON *data)
{
	const cJSON *addresses = cJSON_GetObjectItem(data, "addresses");
	const cJSON *refused = cJSON_GetObjectItem(data, "refused");
	const bool is_open = told_text(data, "auth")[0] == 'o';
	const cJSON *at;

	cJSON_ArrayForEach(at, addresses) {
		if (cJSON_IsString(at))
			printf("http://%s/\n", at->valuestring);
	}
	if (cJSON_GetArraySize(addresses) == 0)
		cmd_say(args, WORD_CLI_NOT_LISTENING, NULL);
	else
		cmd_say(args, is_open ? WORD_CLI_OPEN_MODE :
		    WORD_CLI_TOKEN_MODE, NULL);
	cmd_say(args, WORD_CLI_CONNECTIONS, &(struct words_args){
	    .n = told_number(data, "connections"),
	    .m = told_number(data, "requests") });
	if (cJSON_GetArraySize(refused) > 0)
		cmd_say(args, WORD_CLI_REFUSED, NULL);
	cJSON_ArrayForEach(at, refused)
		print_refusal(at);
}

static int
tell(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;

	(void)a;
	if (args->json)
		ask_print(ask_data(answer));
	else
		print_words(args, ask_data(answer));
	return EX_OK;
}

int
cmd_listener(const struct cmd_args *args)
{
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "GET", .path = "/api/whatsapp/listener",
	    .timeout_ms = ASK_USUAL_MS, .tell = tell, .ctx = &args });
}
