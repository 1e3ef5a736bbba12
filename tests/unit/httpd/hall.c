#include "tests/unit/httpd/hall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

#define TAKE 65536

static void
set(struct config *c, const char *name, const char *value)
{
	struct config_problem problem;

	EXPECT_INT(config_set(c, CONFIG_FLAG, "test", name, value, &problem),
	    ERR_OK);
}

static struct config *
make_config(const char *dir)
{
	static char *env[] = { NULL };
	struct config *c = config_create();
	struct config_problem problem;

	set(c, "state_dir", dir);
	set(c, "whatsapp.url", "ws://127.0.0.1:1/ws/chat");
	set(c, "limit.links_per_hour", "0");
	EXPECT_INT(config_finish(c, &(struct config_place){ .env = env },
	    &problem), ERR_OK);
	return c;
}

void
hall_init(struct hall *h)
{
	struct app_problem problem = { "" };
	char *dir = t_dir();

	memset(h, 0, sizeof *h);
	fix_init_in(&h->fix, dir);
	h->config = make_config(dir);
	free(dir);
	if (app_open(&(struct app_params){ .config = h->config,
	    .what = "unit" }, &h->app, &problem) != ERR_OK ||
	    httpd_open(&(struct httpd_params){ .app = h->app,
	    .config = h->config }, &h->h, &problem) != ERR_OK) {
		EXPECT_STR(problem.text, "");
		abort();
	}
}

void
hall_turn(struct hall *h, int turns)
{
	for (int i = 0; i < turns; i++)
		loop_turn(app_loop(h->app), false);
}

static void
on_stopped(void *ctx)
{
	struct hall *h = ctx;

	h->stopped = true;
}

void
hall_finish(struct hall *h)
{
	while (h->patching > 0)
		loop_turn(app_loop(h->app), true);
	app_stop(h->app, on_stopped, h);
	for (int i = 0; i < HALL_TURNS && !h->stopped; i++)
		loop_turn(app_loop(h->app), true);
	EXPECT(h->stopped);
	httpd_close(h->h);
	h->h = NULL;
	app_close(h->app);
	config_destroy(h->config);
	fix_finish(&h->fix);
}

void
hall_finish_now(struct hall *h)
{
	httpd_close(h->h);
	h->h = NULL;
	hall_finish(h);
}

static void
on_patched(void *ctx, enum err err)
{
	struct hall *h = ctx;

	EXPECT_INT(err, ERR_OK);
	h->patching--;
}

void
hall_name(struct hall *h, const char *company, const char *name)
{
	struct app_patch patch = { .has_name = true };

	str_copy(patch.name, sizeof patch.name, name);
	h->patching++;
	app_patch(h->app, company, &patch, on_patched, h);
}

/* --- callers -------------------------------------------------------------------- */

static void
caller_open(struct caller *c, struct hall *h, const char *request)
{
	const size_t n = strlen(request);
	int fds[2];

	*c = (struct caller){ .hall = h, .cap = TAKE };
	c->text = xcalloc(1, c->cap + 1);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0, fds) != 0)
		abort();
	c->fd = fds[0];
	EXPECT(write(c->fd, request, n) == (ssize_t)n);
	EXPECT_INT(httpd_adopt(h->h, fds[1]), ERR_OK);
}

void
caller_init(struct caller *c, struct hall *h, const char *path,
    const char *fields)
{
	char text[512];

	str_format(text, sizeof text, "GET %s HTTP/1.0\r\nHost: pairdesk\r\n"
	    "%s\r\n", path, fields);
	caller_open(c, h, text);
}

void
caller_ask(struct caller *c, struct hall *h, const char *method,
    const char *path, const char *body)
{
	char text[2048];

	str_format(text, sizeof text, "%s %s HTTP/1.0\r\nHost: pairdesk\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    method, path, strlen(body), body);
	caller_open(c, h, text);
}

void
caller_finish(struct caller *c)
{
	close(c->fd);
	free(c->text);
}

void
caller_take(struct caller *c, size_t max)
{
	ssize_t n;

	if (c->len + max > c->cap) {
		c->cap = (c->len + max) * 2;
		c->text = xreallocarray(c->text, c->cap + 1, 1);
	}
	n = read(c->fd, c->text + c->len, max);
	if (n > 0)
		c->len += (size_t)n;
	else if (n == 0 || errno != EAGAIN)
		c->ended = true;
	c->text[c->len] = '\0';
}

bool
caller_until(struct caller *c, const char *text)
{
	for (int i = 0; i < HALL_TURNS; i++) {
		caller_take(c, TAKE);
		if (strstr(c->text, text) != NULL)
			return true;
		if (c->ended)
			return false;
		loop_turn(app_loop(c->hall->app), true);
	}
	return false;
}

bool
caller_until_end(struct caller *c)
{
	for (int i = 0; i < HALL_TURNS && !c->ended; i++) {
		loop_turn(app_loop(c->hall->app), true);
		caller_take(c, TAKE);
	}
	return c->ended;
}

size_t
caller_count(const struct caller *c, const char *text)
{
	size_t n = 0;

	for (const char *at = c->text; (at = strstr(at, text)) != NULL; n++)
		at += strlen(text);
	return n;
}
