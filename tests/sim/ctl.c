#include "tests/sim/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/sim/json.h"

enum { EXIT_NOT_OK = 1, EXIT_BAD_USAGE = 2, EXIT_NO_SERVER = 3,
	EXIT_TIMED_OUT = 4 };

#define VALUE_MAX ((size_t)1024 * 1024)

static int
usage(void)
{
	fprintf(stderr, "usage: wasim ctl PATH COMMAND [key=value ...]\n"
	    "       wasim ctl PATH '{\"cmd\":\"status\"}'\n"
	    "       wasim ctl PATH -          (lines from standard input)\n");
	return EXIT_BAD_USAGE;
}

static FILE *
connect_to(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || !str_copy(addr.sun_path, sizeof addr.sun_path, path) ||
	    connect(fd, (struct sockaddr *)&addr, sizeof addr) != 0) {
		fprintf(stderr, "wasim: no simulator at %s\n", path);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	return fdopen(fd, "r+");
}

/* @- and @FILE: the text there without its last newline. */
static char *
read_text(const char *name)
{
	FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
	char *text;
	size_t n;

	if (f == NULL)
		return NULL;
	text = xcalloc(1, VALUE_MAX + 1);
	n = fread(text, 1, VALUE_MAX, f);
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		text[--n] = '\0';
	if (f != stdin)
		fclose(f);
	return text;
}

static bool
add_word(cJSON *cmd, const char *word)
{
	const char *eq = strchr(word, '=');
	char key[64];
	cJSON *json;
	char *text;

	if (eq == NULL || eq == word || (size_t)(eq - word) >= sizeof key)
		return false;
	memcpy(key, word, (size_t)(eq - word));
	key[eq - word] = '\0';
	eq++;
	if (*eq == '{' || *eq == '[') {
		if ((json = cJSON_Parse(eq)) == NULL)
			return false;
		cJSON_AddItemToObject(cmd, key, json);
	} else if (*eq == '@' && eq[1] != '\0') {
		if ((text = read_text(eq + 1)) == NULL)
			return false;
		json_put(cmd, key, text);
		free(text);
	} else {
		json_put(cmd, key, eq);
	}
	return true;
}

static char *
command_line(int argc, char **argv)
{
	cJSON *cmd;
	char *line = NULL;
	bool ok = true;

	if (argv[0][0] == '{')
		return argc == 1 ? xstrdup(argv[0]) : NULL;
	cmd = cJSON_CreateObject();
	json_put(cmd, "cmd", argv[0]);
	for (int i = 1; i < argc; i++)
		ok = ok && add_word(cmd, argv[i]);
	if (ok)
		line = cJSON_PrintUnformatted(cmd);
	cJSON_Delete(cmd);
	return line;
}

/* What an answer means for the exit status. */
static int
judge(const char *text)
{
	cJSON *answer = cJSON_Parse(text);
	int status = 0;

	if (!json_bool(answer, "ok", true))
		status = json_is(answer, "error", "timeout") ? EXIT_TIMED_OUT :
		    EXIT_NOT_OK;
	cJSON_Delete(answer);
	return status;
}

/* Sends a line and prints the answer; with "events" all that follows. */
static int
ask(FILE *server, const char *line)
{
	char *answer = NULL;
	size_t cap = 0;
	int status = EXIT_NO_SERVER;
	bool streams = strstr(line, "\"events\"") != NULL;

	fprintf(server, "%s\n", line);
	fflush(server);
	while (getline(&answer, &cap, server) > 0) {
		fputs(answer, stdout);
		fflush(stdout);
		if (status == EXIT_NO_SERVER)
			status = judge(answer);
		if (!streams)
			break;
	}
	free(answer);
	return status;
}

static int
ask_lines(FILE *server)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int status = 0;

	while ((n = getline(&line, &cap, stdin)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (line[0] != '\0' && status == 0)
			status = ask(server, line);
	}
	free(line);
	return status;
}

int
ctl_main(int argc, char **argv)
{
	FILE *server;
	char *line;
	int status;

	if (argc < 2)
		return usage();
	if ((server = connect_to(argv[0])) == NULL)
		return EXIT_NO_SERVER;
	if (strcmp(argv[1], "-") == 0) {
		status = ask_lines(server);
	} else if ((line = command_line(argc - 1, argv + 1)) != NULL) {
		status = ask(server, line);
		free(line);
	} else {
		status = usage();
	}
	fclose(server);
	return status;
}
