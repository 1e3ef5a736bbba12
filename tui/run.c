#define LOG_MODULE "run"

#include "tui/run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "httpd/httpd.h"
#include "tui/dial.h"
#include "tui/passphrase.h"

#define WHAT_MAX 64
#define SENTENCE_MAX 1280
#define ASK_MS 10000

struct run {
	const struct cmd_args *args;
	struct loop *loop;
	struct client *client;
	struct app *app;                /* NULL: the core is another's */
	struct httpd *httpd;
	struct watch *signals[3];
	bool is_daemon;                 /* it has no terminal to hang up */
	loop_fn on_signal;
	void *on_signal_ctx;
	bool ending;
	enum run_there there;
	int exit_code;
};

static int
fail_open(const struct cmd_args *args, enum err err, const char *why)
{
	char text[SENTENCE_MAX];

	/* what is invalid here is a file's content, not how we were called */
	if (err != ERR_LOCKED)
		return cmd_fail(args, err == ERR_INVALID ? EX_CONFIG :
		    cmd_exit_code(err), "INTERNAL_ERROR", why);
	str_format(text, sizeof text, "%s. %s", why,
	    words_get(args->lang, WORD_CLI_LOCKED_ADVICE));
	return cmd_fail(args, EX_TEMPFAIL, "LOCKED", text);
}

static void
set_client(struct run *r, client_dial_fn dial)
{
	r->client = client_create(r->loop, dial, r);
	client_speak(r->client, words_lang_name(r->args->lang));
}

/* --- a core that runs already ----------------------------------------------- */

static int
dial_remote(void *ctx)
{
	const struct run *r = ctx;
	int fd;

	return dial_control(config_str(r->args->config, OPT_CONTROL_SOCKET),
	    &fd) == ERR_OK ? fd : -1;
}

static void
on_listener(void *ctx, const struct client_answer *answer)
{
	struct run *r = ctx;
	const cJSON *data = cJSON_GetObjectItem(answer->json, "data");

	if (answer->err == ERR_TIMEOUT)
		r->there = RUN_SILENT;
	else if (cJSON_IsTrue(cJSON_GetObjectItem(data, "serving")))
		r->there = RUN_SERVING;
	else if (data != NULL)
		r->there = RUN_PASSING;
	loop_stop(r->loop);
}

/* False: nobody is there, or it cannot be asked. */
static bool
reach_remote(struct run *r)
{
	const int fd = dial_remote(r);

	if (fd == -1)
		return false;
	close(fd);
	if (loop_create(&r->loop) != ERR_OK)
		return false;
	set_client(r, dial_remote);
	return true;
}

static void
ask_remote(struct run *r)
{
	(void)client_request(r->client, "GET", "/api/whatsapp/listener", NULL,
	    ASK_MS, on_listener, r);
	loop_run(r->loop);
}

/* False: nobody is there, or nobody who stays. */
static bool
find_remote(struct run *r, enum run_need need)
{
	if (!reach_remote(r))
		return false;
	if (need == RUN_READ)
		return true;
	ask_remote(r);
	return r->there == RUN_SERVING;
}

/* Frees what is only ours. */
static void
close_loop(struct run *r)
{
	client_destroy(r->client);
	r->client = NULL;
	if (r->loop != NULL && r->app == NULL) {
		loop_run(r->loop);      /* what was put off */
		loop_destroy(r->loop);
	}
	r->loop = NULL;
}

enum run_there
run_look(const struct cmd_args *args)
{
	struct run r = { .args = args };

	if (reach_remote(&r))
		ask_remote(&r);
	close_loop(&r);
	return r.there;
}

/* --- a core of our own --------------------------------------------------------- */

static int
dial_own(void *ctx)
{
	struct run *r = ctx;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
	    pair) != 0)
		return -1;
	if (httpd_adopt(r->httpd, pair[1]) == ERR_OK)
		return pair[0];
	close(pair[0]);
	close(pair[1]);
	return -1;
}

static enum err
open_httpd(struct run *r, bool serves, struct app_problem *problem)
{
	struct httpd_params params = { .app = r->app,
	    .config = r->args->config, .lang = r->args->lang,
	    .with_tcp = serves, .with_control = true };
	enum err err = httpd_open(&params, &r->httpd, problem);

	/* others can wait for a command's end, if they cannot ask */
	if (err != ERR_OK && !serves) {
		params.with_control = false;
		err = httpd_open(&params, &r->httpd, problem);
	}
	return err;
}

/* Before the loop turns, so it may wait for a key. */
static enum err
ask_passphrase(void *ctx, struct buf *out)
{
	const struct run *r = ctx;

	return passphrase_ask(words_get(r->args->lang, WORD_CLI_PASSPHRASE),
	    out);
}

static enum err
open_own(struct run *r, bool serves, struct app_problem *problem)
{
	char what[WHAT_MAX];
	enum err err;

	str_format(what, sizeof what, "pairdesk %s", r->args->cmd->name);
	if ((err = app_open(&(struct app_params){ .config = r->args->config,
	    .what = what, .ask = ask_passphrase, .ask_ctx = r }, &r->app,
	    problem)) != ERR_OK)
		return err;
	r->loop = app_loop(r->app);
	if ((err = open_httpd(r, serves, problem)) == ERR_OK)
		set_client(r, dial_own);
	return err;
}

static struct run *
create(const struct cmd_args *args)
{
	struct run *r = xcalloc(1, sizeof *r);

	r->args = args;
	return r;
}

static struct run *
finish_own(struct run *r, bool serves, int *exit_code, enum err *why)
{
	struct app_problem problem = { "" };

	*why = open_own(r, serves, &problem);
	if (*why == ERR_OK)
		return r;
	*exit_code = fail_open(r->args, *why, problem.text);
	run_close(r);
	return NULL;
}

struct run *
run_open(const struct cmd_args *args, enum run_need need, int *exit_code)
{
	struct run *r = create(args);
	enum err why;

	if (find_remote(r, need))
		return r;
	close_loop(r);
	return finish_own(r, false, exit_code, &why);
}

/* Asked before one may hang up. */
static bool
has_terminal(void)
{
	const int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd != -1)
		(void)close(fd);
	return fd != -1;
}

struct run *
run_open_serving(const struct cmd_args *args, int *exit_code, enum err *why)
{
	struct run *r = create(args);

	r->is_daemon = !has_terminal();
	return finish_own(r, true, exit_code, why);
}

/* --- what a command asks -------------------------------------------------------- */

struct client *
run_client(struct run *r)
{
	return r->client;
}

struct loop *
run_loop_of(struct run *r)
{
	return r->loop;
}

bool
run_is_remote(const struct run *r)
{
	return r->app == NULL;
}

struct app *
run_app(struct run *r)
{
	return r->app;
}

struct httpd *
run_httpd(struct run *r)
{
	return r->httpd;
}

bool
run_is_ending(const struct run *r)
{
	return r->ending;
}

/* --- its end ------------------------------------------------------------------------ */

static void
on_stopped(void *ctx)
{
	struct run *r = ctx;

	loop_stop(r->loop);
}

void
run_end(struct run *r, int exit_code)
{
	if (r->ending)
		return;
	r->ending = true;
	r->exit_code = exit_code;
	if (r->app == NULL) {
		loop_stop(r->loop);
		return;
	}
	httpd_say_stopping(r->httpd);
	app_stop(r->app, on_stopped, r);
}

static void
on_signal(void *ctx, int signum)
{
	struct run *r = ctx;

	if (signum == SIGHUP && r->is_daemon) {
		log_info("SIGHUP is ignored: no terminal hung up");
		return;
	}
	if (!r->ending && r->on_signal != NULL)
		r->on_signal(r->on_signal_ctx);
	run_end(r, 128 + signum);
}

int
run_loop(struct run *r, loop_fn fn, void *ctx)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

	r->on_signal = fn;
	r->on_signal_ctx = ctx;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (loop_on_signal(r->loop, numbers[i], on_signal, r,
		    &r->signals[i]) != ERR_OK)
			run_end(r, EX_OSERR);   /* nobody could stop it */
	}
	loop_run(r->loop);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		watch_destroy(r->signals[i]);
	return r->exit_code;
}

void
run_close(struct run *r)
{
	close_loop(r);
	httpd_close(r->httpd);
	app_close(r->app);
	free(r);
}
