/*
 * pairdesk without a command: a core, the one that runs or one that is
 * started, and a console on it. Whatever ends the console leaves the core
 * alone, unless its admin says otherwise.
 */
#include "tui/cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "tui/console/console.h"
#include "tui/console/launch.h"
#include "tui/console/listen_also.h"
#include "tui/console/plain.h"
#include "tui/dial.h"

#define PATH_LEN 4096

/* One time on the screen. */
struct visit {
	const struct cmd_args *args;
	pid_t child;                    /* the core that we started, 0 none */
	struct loop *loop;
	struct client *client;
	struct screen *screen;
	struct console *console;        /* NULL: line by line */
	struct plain *plain;
	struct listen_also *listen;
	struct watch *signals[4];
	bool stops, again, leaves;
	int exit_code;
	char prefs[PATH_LEN];
};

static int
dial(void *ctx)
{
	const struct visit *v = ctx;
	int fd;

	return dial_control(config_str(v->args->config, OPT_CONTROL_SOCKET),
	    &fd) == ERR_OK ? fd : -1;
}

/* --- how it ends --------------------------------------------------------------- */

static void
on_leave(void *ctx, bool stop)
{
	struct visit *v = ctx;

	v->stops = stop;
	loop_stop(v->loop);
}

static void
on_plain_leave(void *ctx, bool stop, int exit_code)
{
	struct visit *v = ctx;

	v->exit_code = exit_code;
	v->stops = stop;
	v->leaves = true;
	/* who asked for an address hears what came of it */
	if (v->listen == NULL)
		loop_stop(v->loop);
}

static void
on_start(void *ctx)
{
	struct visit *v = ctx;

	v->again = true;
	loop_stop(v->loop);
}

static void
on_child_end(struct visit *v, int status)
{
	const bool is_killed = WIFSIGNALED(status);
	char why[WORDS_MAX];

	text_format(why, sizeof why, v->args->lang, is_killed ?
	    TEXT_CORE_WAS_KILLED : TEXT_CORE_HAS_ENDED,
	    &(struct words_args){ .n = is_killed ? WTERMSIG(status) :
	    WEXITSTATUS(status),
	    .reason = v->console != NULL ? ":start" : "start" });
	if (v->console != NULL)
		console_core_ended(v->console, why);
	if (v->plain != NULL)
		plain_core_ended(v->plain, why);
}

static void
on_signal(void *ctx, int signum)
{
	struct visit *v = ctx;
	int status;

	if (signum != SIGCHLD) {
		v->exit_code = 128 + signum;
		loop_stop(v->loop);
	} else if (v->child != 0 && launch_has_ended(v->child, &status)) {
		v->child = 0;
		on_child_end(v, status);
	}
}

static bool
watch_signals(struct visit *v)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (loop_on_signal(v->loop, numbers[i], on_signal, v,
		    &v->signals[i]) != ERR_OK)
			return false;
	}
	return true;
}

/* --- what it opens ------------------------------------------------------------------ */

static void
on_listening(void *ctx, bool ok, const char *sentence)
{
	struct visit *v = ctx;

	v->listen = NULL;
	if (v->console != NULL)
		console_say_text(v->console, ok ? ROLE_NOTICE : ROLE_ERROR,
		    sentence);
	else
		plain_say(v->plain, ok, sentence);
	if (v->leaves)
		loop_stop(v->loop);
}

static bool
is_plain(const struct cmd_args *args)
{
	const char *term = getenv("TERM");

	return args->plain || isatty(STDIN_FILENO) != 1 ||
	    isatty(STDOUT_FILENO) != 1 || term == NULL || *term == '\0' ||
	    strcmp(term, "dumb") == 0;
}

/* False: the terminal cannot be drawn on, and why was said. */
static bool
open_screen(struct visit *v)
{
	const char *problem = "";
	char text[WORDS_MAX];

	if (screen_open(&(struct screen_params){ .loop = v->loop,
	    .in_fd = STDIN_FILENO, .out_fd = STDOUT_FILENO,
	    .no_colour = v->args->no_colour,
	    .handlers = console_screen_handlers(&v->console) },
	    &v->screen, &problem) != ERR_OK) {
		text_format(text, sizeof text, v->args->lang,
		    TEXT_SCREEN_UNKNOWN,
		    &(struct words_args){ .reason = problem });
		fprintf(stderr, "pairdesk: %s\n", text);
		return false;
	}
	v->console = console_create(&(struct console_params){
	    .loop = v->loop, .client = v->client, .screen = v->screen,
	    .config = v->args->config, .lang = v->args->lang,
	    .read_only = config_bool(v->args->config, OPT_CONSOLE_READ_ONLY),
	    .prefs_path = prefs_path(v->prefs, sizeof v->prefs) ?
	    v->prefs : NULL,
	    .on_leave = on_leave, .on_start = on_start,
	    .started_core = v->child != 0, .ctx = v });
	return true;
}

static void
open_plain(struct visit *v)
{
	v->plain = plain_create(&(struct plain_params){ .loop = v->loop,
	    .client = v->client, .args = v->args,
	    .read_only = config_bool(v->args->config, OPT_CONSOLE_READ_ONLY),
	    .started_core = v->child != 0, .on_leave = on_plain_leave,
	    .on_start = on_start, .ctx = v });
}

static int
run(struct visit *v)
{
	if (loop_create(&v->loop) != ERR_OK)
		return EX_OSERR;
	v->client = client_create(v->loop, dial, v);
	client_speak(v->client, words_lang_name(v->args->lang));
	if (watch_signals(v)) {
		if (is_plain(v->args) || !open_screen(v))
			open_plain(v);
		if (v->child == 0)
			v->listen = listen_also_begin(v->client,
			    v->args->config, v->args->lang, on_listening, v);
		loop_run(v->loop);
	} else {
		v->exit_code = EX_OSERR;
	}
	/* a signal may have come first */
	listen_also_cancel(v->listen);
	console_destroy(v->console);
	plain_destroy(v->plain);
	screen_close(v->screen);
	client_destroy(v->client);
	for (size_t i = 0; i < ARRAY_LEN(v->signals); i++)
		watch_destroy(v->signals[i]);
	loop_run(v->loop);              /* what was put off */
	loop_destroy(v->loop);
	return v->exit_code;
}

/* --- and the core? --------------------------------------------------------------------- */

static void
say(const struct cmd_args *args, enum text text, pid_t pid)
{
	char line[WORDS_MAX];

	text_format(line, sizeof line, args->lang, text,
	    &(struct words_args){ .n = pid });
	printf("%s\n", line);
	fflush(stdout);
}

static void
part(const struct visit *v)
{
	if (v->exit_code > 128 || (v->child == 0 && !v->stops))
		return;
	if (v->child == 0) {
		/* another's: `:stop` has told it */
		say(v->args, TEXT_LEFT_TOLD, 0);
		return;
	}
	if (!v->stops) {
		say(v->args, TEXT_LEFT_RUNNING, v->child);
		return;
	}
	say(v->args, TEXT_LEFT_STOPPING, 0);
	say(v->args, launch_end(v->child) ? TEXT_LEFT_STOPPED :
	    TEXT_LEFT_LATE, v->child);
}

/* A core is forked before there is a loop, and its threads: so once more from
 * the beginning, as the same process. Returns only if that fails. */
static int
begin_again(const struct cmd_args *args)
{
	char line[WORDS_MAX];

	fflush(NULL);
	execv("/proc/self/exe", args->argv);
	text_format(line, sizeof line, args->lang, TEXT_LAUNCH_NO_PROCESS,
	    &(struct words_args){ .n = errno });
	return cmd_fail(args, EX_OSERR, "INTERNAL_ERROR", line);
}

int
cmd_console(const struct cmd_args *args)
{
	struct visit v = { .args = args };
	int code;

	if (args->json)
		return cmd_usage(args, WORD_CLI_CONSOLE_JSON, NULL);
	if ((code = launch_core(args, &v.child)) != EX_OK)
		return code;
	code = run(&v);
	if (v.again)
		return begin_again(args);
	part(&v);
	return code;
}
