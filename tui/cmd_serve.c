/* pairdesk serve: every linked company connected, until stopped. */
#include "tui/serve.h"

#include <stdio.h>
#include <sys/resource.h>

#include "core/app/listen_spec.h"
#include "httpd/httpd.h"
#include "tui/service.h"

struct count {
	size_t linked, damaged, unlinked;
};

static void
count_company(void *ctx, const struct session_view *view)
{
	struct count *c = ctx;

	if (view->reason == WA_REASON_STORE_DAMAGED)
		c->damaged++;
	else if (view->linked)
		c->linked++;
	else
		c->unlinked++;
}

static void
say(const struct cmd_args *args, enum word word, size_t n)
{
	char text[WORDS_MAX];

	words_format(text, sizeof text, args->lang, word,
	    &(struct words_args){ .n = (int64_t)n });
	fprintf(stderr, " %s", text);
}

/* For who started it by hand: it is silent from here on. */
static void
say_serving(const struct cmd_args *args, struct app *app)
{
	struct count c = { 0 };

	app_each(app, count_company, &c);
	fputs("pairdesk:", stderr);
	say(args, WORD_CLI_SERVING, c.linked);
	if (c.unlinked > 0)
		say(args, WORD_CLI_NOT_LINKED, c.unlinked);
	if (c.damaged > 0)
		say(args, WORD_CLI_DAMAGED, c.damaged);
	fputc('\n', stderr);
}

static void
say_listening(const struct httpd *h)
{
	char address[LISTEN_TEXT_MAX];

	for (size_t i = 0; httpd_address(h, i, address, sizeof address) !=
	    NULL; i++)
		fprintf(stderr, "pairdesk: listening on http://%s/\n",
		    address);
}

/* A company costs up to three descriptors, and 1024 is what shells give. */
static void
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
		/* then as many companies as it was before */
	}
}

int
serve(const struct cmd_args *args, const struct serve_hooks *hooks)
{
	struct service *service;
	struct run *run;
	enum err why;
	int code;

	raise_descriptors();
	if ((run = run_open_serving(args, &code, &why)) == NULL) {
		if (hooks->failed != NULL)
			hooks->failed(hooks->ctx, why);
		return code;
	}
	app_start(run_app(run));
	service = service_create(run_app(run));
	hooks->ready(hooks->ctx, run);
	code = run_loop(run, service_stopping, service);
	service_destroy(service);
	run_close(run);
	/* being told to stop is how it ends */
	return code > 128 ? EX_OK : code;
}

static void
tell_ready(void *ctx, struct run *run)
{
	const struct cmd_args *args = ctx;

	if (args->json) {
		cmd_print_json("{\"event\":\"serving\"}");
		return;
	}
	say_serving(args, run_app(run));
	say_listening(run_httpd(run));
}

int
cmd_serve(const struct cmd_args *args)
{
	struct cmd_args copy = *args;

	return serve(args, &(struct serve_hooks){ .ready = tell_ready,
	    .ctx = &copy });
}
