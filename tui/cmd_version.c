/* pairdesk version: which client version WhatsApp is shown, and to set it. */
#include "tui/cmd.h"

#include <string.h>

#include "tui/ask.h"

#define VERSION_PATH "/api/whatsapp/version"

static enum word
word_of(const char *source)
{
	static const struct {
		const char *source;
		enum word word;
	} words[] = {
		{ "learned", WORD_CLI_VERSION_LEARNED },
		{ "configured", WORD_CLI_VERSION_CONFIGURED },
		{ "set", WORD_CLI_VERSION_SET },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i].source, source) == 0)
			return words[i].word;
	}
	return WORD_CLI_VERSION_BUILT_IN;
}

static int
tell(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;
	const cJSON *data = ask_data(answer);
	const struct words_args with = {
		.reason = told_text(data, "version"),
		.time_ms = told_time(data, "learnedAt"),
	};

	(void)a;
	if (args->json) {
		ask_print(data);
		return EX_OK;
	}
	cmd_say(args, word_of(told_text(data, "source")), &with);
	if (cJSON_IsTrue(cJSON_GetObjectItem(data, "refused")))
		cmd_say(args, WORD_CLI_VERSION_REFUSED, NULL);
	return EX_OK;
}

int
cmd_version(const struct cmd_args *args)
{
	struct question q = { .args = args, .need = RUN_READ, .method = "GET",
	    .path = VERSION_PATH, .timeout_ms = ASK_USUAL_MS, .tell = tell,
	    .ctx = &args };
	struct wa_version parsed;

	if (args->verb == NULL)
		return ask(&q);
	if (strcmp(args->verb, "auto") != 0 &&
	    !wa_version_parse(args->verb, &parsed))
		return cmd_usage(args, WORD_CLI_BAD_VERSION, NULL);
	q.method = "PATCH";
	q.body = cJSON_CreateObject();
	cJSON_AddStringToObject(q.body, "version", args->verb);
	return ask(&q);
}
