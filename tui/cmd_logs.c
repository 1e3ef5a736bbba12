/*
 * pairdesk logs: the end of the log file, one company's lines if asked,
 * following it on request. Reads the file only, so it works beside a running
 * core.
 */
#include "tui/cmd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#define TAIL_MAX (64u * 1024 * 1024)    /* bytes looked at from the end */
#define POLL_MS 250

struct tail {
	const struct cmd_args *args;
	const char *path;
	FILE *file;                     /* NULL while there is none */
	ino_t inode;                    /* of file: rotation makes another */
	char *line;                     /* getline's */
	size_t line_size;
	struct loop *loop;
	struct timer *poll;
};

/* Whether the line is about the company asked for. */
static bool
is_wanted(const struct tail *t, const char *line)
{
	char token[COMPANY_ID_MAX + 16];
	const char *at;
	size_t n;

	if (t->args->company == NULL)
		return true;
	str_format(token, sizeof token, " session=%s", t->args->company);
	n = strlen(token);
	for (at = strstr(line, token); at != NULL; at = strstr(at + 1, token)) {
		if (at[n] == ' ' || at[n] == '\0')
			return true;
	}
	return false;
}

/* "key=value" or "key=\"value\"" into o; returns where it ended. */
static char *
add_pair(cJSON *o, char *p)
{
	char *key = p, *value, *end;

	p[strcspn(p, "=")] = '\0';
	value = key + strlen(key) + 1;
	if (*value == '"') {
		value++;
		end = value + strcspn(value, "\"");
	} else {
		end = value + strcspn(value, " ");
	}
	p = *end == '\0' ? end : end + 1;
	*end = '\0';
	cJSON_AddStringToObject(o, key, value);
	return p;
}

/* Words without '=' are the free text of the line. */
static void
print_as_json(const char *line)
{
	char text[LOG_LINE_MAX], message[LOG_LINE_MAX] = "";
	cJSON *o = cJSON_CreateObject();
	char *p = text, *printed;

	str_copy(text, sizeof text, line);
	p[strcspn(p, " ")] = '\0';
	cJSON_AddStringToObject(o, "time", p);
	p += strlen(p);
	if ((size_t)(p - text) < strlen(line))
		p++;
	while (*p != '\0') {
		const size_t word = strcspn(p, " ");

		if (word == 0) {
			p++;
		} else if (memchr(p, '=', word) != NULL) {
			p = add_pair(o, p);
		} else {
			const size_t used = strlen(message);

			str_format(message + used, sizeof message - used,
			    "%s%.*s", used > 0 ? " " : "", (int)word, p);
			p += word;
		}
	}
	cJSON_AddStringToObject(o, "message", message);
	if ((printed = cJSON_PrintUnformatted(o)) != NULL)
		cmd_print_json(printed);
	free(printed);
	cJSON_Delete(o);
}

static void
print_line(const struct tail *t, const char *line)
{
	char clean[LOG_LINE_MAX];

	if (!is_wanted(t, line))
		return;
	str_clean(clean, sizeof clean, line, strlen(line));
	if (t->args->json)
		print_as_json(clean);
	else
		puts(clean);
}

/* The next whole line without its end; false when there is none yet. */
static bool
next_line(struct tail *t)
{
	const off_t before = ftello(t->file);
	const ssize_t n = getline(&t->line, &t->line_size, t->file);

	if (n > 0 && t->line[n - 1] == '\n') {
		t->line[n - 1] = '\0';
		return true;
	}
	/* half written: read it again when it has ended */
	clearerr(t->file);
	(void)fseeko(t->file, before, SEEK_SET);
	return false;
}

static bool
open_file(struct tail *t)
{
	struct stat st;

	if ((t->file = fopen(t->path, "re")) == NULL)
		return false;
	if (fstat(fileno(t->file), &st) == 0) {
		t->inode = st.st_ino;
		if (st.st_size > (off_t)TAIL_MAX &&
		    fseeko(t->file, st.st_size - (off_t)TAIL_MAX,
		    SEEK_SET) == 0)
			(void)next_line(t);     /* the rest of a cut line */
	}
	return true;
}

/* The last `most` lines that are wanted, in their order. False: there are
 * none at all. */
static bool
print_last(struct tail *t, size_t most)
{
	char **ring;
	size_t seen = 0;

	if (most == 0) {
		while (next_line(t))
			continue;
		return true;
	}
	ring = xcalloc(most, sizeof *ring);
	while (next_line(t)) {
		if (!is_wanted(t, t->line))
			continue;
		free(ring[seen % most]);
		ring[seen++ % most] = xstrdup(t->line);
	}
	for (size_t i = seen > most ? seen - most : 0; i < seen; i++)
		print_line(t, ring[i % most]);
	for (size_t i = 0; i < most; i++)
		free(ring[i]);
	free(ring);
	return seen > 0;
}

static void
on_poll(void *ctx)
{
	struct tail *t = ctx;
	struct stat st;

	if (t->file != NULL) {
		while (next_line(t))
			print_line(t, t->line);
		fflush(stdout);
	}
	/* moved away, or made only now */
	if (stat(t->path, &st) == 0 &&
	    (t->file == NULL || st.st_ino != t->inode)) {
		if (t->file != NULL)
			fclose(t->file);
		if (!open_file(t))
			t->file = NULL;
	}
	timer_start(t->poll, POLL_MS);
}

static void
on_signal(void *ctx, int signum)
{
	(void)signum;
	loop_stop(((struct tail *)ctx)->loop);
}

static int
follow(struct tail *t)
{
	struct watch *interrupt = NULL, *terminate = NULL;

	if (loop_create(&t->loop) != ERR_OK)
		return EX_OSERR;
	t->poll = timer_create_on(t->loop, on_poll, t);
	if (loop_on_signal(t->loop, SIGINT, on_signal, t, &interrupt) ==
	    ERR_OK && loop_on_signal(t->loop, SIGTERM, on_signal, t,
	    &terminate) == ERR_OK) {
		timer_start(t->poll, 0);
		loop_run(t->loop);
	}
	watch_destroy(interrupt);
	watch_destroy(terminate);
	timer_destroy(t->poll);
	loop_destroy(t->loop);
	return EX_OK;
}

int
cmd_logs(const struct cmd_args *args)
{
	struct tail t = { .args = args,
	    .path = config_str(args->config, OPT_LOG_FILE) };
	int code = EX_OK;
	bool any = false;

	if (t.path == NULL)
		return cmd_fail(args, EX_CONFIG, "CONFIG",
		    "no log is kept: log.file is none");
	if (!open_file(&t) && !args->follow)
		return cmd_fail(args, EX_NOINPUT, "NOT_FOUND",
		    "there is no log yet; under systemd: "
		    "journalctl -u pairdesk");
	if (t.file != NULL)
		any = print_last(&t, (size_t)args->lines);
	fflush(stdout);
	/* a name mistyped; the list of companies may be locked by a core */
	if (!any && args->company != NULL && !args->follow)
		code = cmd_fail_word(args, EX_NOUSER, "SESSION_NOT_FOUND",
		    WORD_CLI_NO_LINES);
	if (args->follow)
		code = follow(&t);
	if (t.file != NULL)
		fclose(t.file);
	free(t.line);
	return code;
}
