/* pairdesk proxy: by which proxy a company's connections leave. */
#include "tui/cmd.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/secret.h"
#include "core/base/str.h"
#include "core/io/proxy.h"
#include "tui/ask.h"

static int
tell(void *ctx, struct ask *a, const cJSON *answer)
{
	const struct cmd_args *args = *(const struct cmd_args **)ctx;
	const cJSON *data = ask_data(answer);
	const char *proxy = told_text(data, "proxy");
	const struct words_args with = { .company = args->company,
	    .reason = proxy };

	(void)a;
	if (args->json)
		ask_print(data);
	else if (proxy[0] == '\0')
		cmd_say(args, WORD_CLI_PROXY_DEFAULT, &with);
	else if (strcmp(proxy, PROXY_DIRECT_WORD) == 0)
		cmd_say(args, WORD_CLI_PROXY_DIRECT, &with);
	else
		cmd_say(args, WORD_CLI_PROXY_SET, &with);
	return EX_OK;
}

static int
set(const struct cmd_args *args, const char *proxy)
{
	cJSON *body = cJSON_CreateObject();
	char path[ASK_PATH_MAX];

	cJSON_AddStringToObject(body, "proxy", proxy);
	ask_path(args, "", path, sizeof path);
	return ask(&(struct question){ .args = args, .need = RUN_READ,
	    .method = "PATCH", .path = path, .body = body,
	    .timeout_ms = ASK_USUAL_MS, .tell = tell, .ctx = &args });
}

static bool
read_line(char *out, size_t size)
{
	size_t n;

	if (fgets(out, (int)size, stdin) == NULL)
		return false;
	n = strlen(out);
	if (n > 0 && out[n - 1] == '\n')
		out[--n] = '\0';
	if (n > 0 && out[n - 1] == '\r')
		out[--n] = '\0';
	return n > 0;
}

/* From a person without showing it, else as it comes. */
static bool
read_secret(const struct cmd_args *args, char *out, size_t size)
{
	struct termios shown, hidden;
	char text[WORDS_MAX];
	bool is_read;

	/* the password is in what is read, not in a buffer beside it */
	(void)setvbuf(stdin, NULL, _IONBF, 0);
	if (tcgetattr(STDIN_FILENO, &shown) != 0)
		return read_line(out, size);
	words_format(text, sizeof text, args->lang, WORD_CLI_PROXY_ASK, NULL);
	fprintf(stderr, "%s", text);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	is_read = read_line(out, size);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	fprintf(stderr, "\n");
	return is_read;
}

static int
from_input(const struct cmd_args *args)
{
	char text[PROXY_TEXT_SIZE + 2] = "";
	struct proxy proxy;
	int code;

	if (!read_secret(args, text, sizeof text) ||
	    proxy_parse(text, &proxy) != PROXY_OK) {
		secret_wipe(text, sizeof text);
		return cmd_usage(args, WORD_CLI_PROXY_BAD, NULL);
	}
	proxy_finish(&proxy);
	code = set(args, text);
	secret_wipe(text, sizeof text);
	return code;
}

int
cmd_proxy(const struct cmd_args *args)
{
	struct proxy proxy;
	bool has_password;

	if (strcmp(args->value, "-") == 0)
		return from_input(args);
	if (strcmp(args->value, "default") == 0)
		return set(args, "");
	if (proxy_parse(args->value, &proxy) != PROXY_OK)
		return cmd_usage(args, WORD_CLI_PROXY_BAD, NULL);
	has_password = proxy.password[0] != '\0';
	proxy_finish(&proxy);
	if (has_password)
		return cmd_usage(args, WORD_CLI_PROXY_SECRET, NULL);
	return set(args, args->value);
}
