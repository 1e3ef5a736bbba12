#include "tests/unit/tui/fake_core.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/list.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

#define REQUEST_MAX 65536
#define QUIET_TURNS 60          /* without a byte: nothing comes any more */
#define SETTLE_TURNS 20000

enum kind { KIND_NONE, KIND_ANSWER, KIND_STREAM, KIND_MUTE };

/* What a path does, and who asked for it. */
struct rule {
	struct list at;
	char *method, *path, *wants;    /* wants: of the query, "" anything */
	enum kind kind;
	int status;
	char *json;
	size_t asked;
	char *query, *body;             /* of the last request */
};

struct link {
	struct list at;
	struct fake_core *core;
	struct watch *watch;
	int fd;
	char request[REQUEST_MAX + 1];
	size_t len;
	struct rule *rule;              /* once it is known what it wants */
};

struct fake_core {
	struct loop *loop;
	struct list rules, links;
	bool gone;
	unsigned long moves;            /* bytes came or went */
};

struct fake_core *
fake_core_create(struct loop *loop)
{
	struct fake_core *f = xcalloc(1, sizeof *f);

	f->loop = loop;
	list_init(&f->rules);
	list_init(&f->links);
	return f;
}

static void
free_link(void *ctx)
{
	free(ctx);
}

static void
hang_up(struct link *l)
{
	list_remove(&l->at);
	watch_destroy(l->watch);
	close(l->fd);
	l->core->moves++;
	loop_defer(l->core->loop, free_link, l);
}

void
fake_core_destroy(struct fake_core *f)
{
	if (f == NULL)
		return;
	LIST_EACH_SAFE(at, &f->links)
		hang_up(CONTAINER_OF(at, struct link, at));
	LIST_EACH_SAFE(at, &f->rules) {
		struct rule *r = CONTAINER_OF(at, struct rule, at);

		list_remove(&r->at);
		free(r->method);
		free(r->path);
		free(r->wants);
		free(r->json);
		free(r->query);
		free(r->body);
		free(r);
	}
	free(f);
}

/* --- rules ----------------------------------------------------------------------- */

static void
set_text(char **where, const char *text)
{
	free(*where);
	*where = xstrdup(text);
}

/* The rule of exactly that path, query letters and all. */
static struct rule *
find(const struct fake_core *f, const char *method, const char *path)
{
	const size_t n = strcspn(path, "?");
	const char *wants = path[n] == '?' ? path + n + 1 : "";

	LIST_EACH(at, &f->rules) {
		struct rule *r = CONTAINER_OF(at, struct rule, at);

		if (strcmp(r->method, method) == 0 &&
		    strlen(r->path) == n && strncmp(r->path, path, n) == 0 &&
		    strcmp(r->wants, wants) == 0)
			return r;
	}
	return NULL;
}

static struct rule *
need(struct fake_core *f, const char *method, const char *path)
{
	const size_t n = strcspn(path, "?");
	struct rule *r = find(f, method, path);

	if (r != NULL)
		return r;
	r = xcalloc(1, sizeof *r);
	r->method = xstrdup(method);
	r->path = xstrdup(path);
	r->path[n] = '\0';
	r->wants = xstrdup(path[n] == '?' ? path + n + 1 : "");
	r->query = xstrdup("");
	r->body = xstrdup("");
	list_append(&f->rules, &r->at);
	return r;
}

static struct rule *
match(struct fake_core *f, const char *method, const char *path,
    const char *query)
{
	struct rule *found = NULL;

	LIST_EACH(at, &f->rules) {
		struct rule *r = CONTAINER_OF(at, struct rule, at);

		if (strcmp(r->method, method) != 0 ||
		    strcmp(r->path, path) != 0 ||
		    strstr(query, r->wants) == NULL)
			continue;
		if (found == NULL || strlen(r->wants) > strlen(found->wants))
			found = r;
	}
	return found;
}

void
fake_core_stream(struct fake_core *f, const char *path)
{
	need(f, "GET", path)->kind = KIND_STREAM;
}

void
fake_core_mute(struct fake_core *f, const char *method, const char *path)
{
	need(f, method, path)->kind = KIND_MUTE;
}

/* --- answering ---------------------------------------------------------------------- */

/* All of it at once: a socket pair holds more than a test says. */
static void
say(struct link *l, const char *text)
{
	const size_t n = strlen(text);
	const ssize_t sent = send(l->fd, text, n, MSG_NOSIGNAL);

	EXPECT(sent == (ssize_t)n || sent == -1);
	l->core->moves++;
}

static void
answer(struct link *l, int status, const char *json)
{
	const size_t size = strlen(json) + 160;
	char *text = xcalloc(1, size);

	str_format(text, size, "HTTP/1.1 %d So\r\nContent-Type: "
	    "application/json\r\nContent-Length: %zu\r\n\r\n%s", status,
	    strlen(json), json);
	say(l, text);
	free(text);
	hang_up(l);
}

static void
obey(struct link *l)
{
	if (l->rule == NULL || l->rule->kind == KIND_NONE)
		answer(l, 404, "{\"success\":false,\"error\":\"No such "
		    "company.\",\"errorCode\":\"SESSION_NOT_FOUND\"}");
	else if (l->rule->kind == KIND_ANSWER)
		answer(l, l->rule->status, l->rule->json);
	else if (l->rule->kind == KIND_STREAM)
		say(l, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream"
		    "\r\n\r\nretry: 2000\n\n");
}

void
fake_core_answer(struct fake_core *f, const char *method, const char *path,
    int status, const char *json)
{
	struct rule *r = need(f, method, path);

	r->kind = KIND_ANSWER;
	r->status = status;
	set_text(&r->json, json);
	/* who asked while it was mute */
	LIST_EACH_SAFE(at, &f->links) {
		struct link *l = CONTAINER_OF(at, struct link, at);

		if (l->rule == r)
			obey(l);
	}
}

void
fake_core_data(struct fake_core *f, const char *method, const char *path,
    const char *data)
{
	const size_t size = strlen(data) + 40;
	char *json = xcalloc(1, size);

	str_format(json, size, "{\"success\":true,\"data\":%s}", data);
	fake_core_answer(f, method, path, 200, json);
	free(json);
}

/* Whole once its body has come. */
static void
read_request(struct link *l)
{
	char *head_end = strstr(l->request, "\r\n\r\n");
	const char *length;
	char *path, *query, *version;

	if (head_end == NULL)
		return;
	length = strstr(l->request, "Content-Length: ");
	if (length != NULL && length < head_end &&
	    strlen(head_end + 4) < (size_t)strtoul(length + 16, NULL, 10))
		return;
	if ((path = strchr(l->request, ' ')) == NULL ||
	    (version = strchr(path + 1, ' ')) == NULL) {
		answer(l, 400, "{}");
		return;
	}
	*path++ = *version = '\0';
	query = path + strcspn(path, "?");
	if (*query == '?')
		*query++ = '\0';
	l->rule = match(l->core, l->request, path, query);
	if (l->rule == NULL)
		l->rule = need(l->core, l->request, path);
	l->rule->asked++;
	set_text(&l->rule->query, query);
	set_text(&l->rule->body, head_end + 4);
	obey(l);
}

static void
on_readable(void *ctx, int events)
{
	struct link *l = ctx;
	const ssize_t n = recv(l->fd, l->request + l->len,
	    REQUEST_MAX - l->len, 0);

	(void)events;
	if (n < 0)
		return;
	l->core->moves++;
	if (n == 0 || l->rule != NULL) {
		hang_up(l);
		return;
	}
	l->len += (size_t)n;
	l->request[l->len] = '\0';
	read_request(l);
}

int
fake_core_dial(void *ctx)
{
	struct fake_core *f = ctx;
	struct link *l;
	int pair[2];

	f->moves++;
	if (f->gone || socketpair(AF_UNIX,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return -1;
	l = xcalloc(1, sizeof *l);
	l->core = f;
	l->fd = pair[1];
	list_append(&f->links, &l->at);
	EXPECT_INT(loop_on_fd(f->loop, l->fd, WATCH_READ, on_readable, l,
	    &l->watch), ERR_OK);
	return pair[0];
}

/* --- streams -------------------------------------------------------------------------- */

static void
say_to_streams(struct fake_core *f, const char *path, const char *text)
{
	const struct rule *r = find(f, "GET", path);

	LIST_EACH_SAFE(at, &f->links) {
		struct link *l = CONTAINER_OF(at, struct link, at);

		if (r != NULL && l->rule == r)
			say(l, text);
	}
}

void
fake_core_tell(struct fake_core *f, const char *path, const char *id,
    const char *name, const char *data)
{
	const size_t size = strlen(id) + strlen(name) + strlen(data) + 40;
	char *text = xcalloc(1, size);

	str_format(text, size, "%s%s%sevent: %s\ndata: %s\n\n",
	    *id != '\0' ? "id: " : "", id, *id != '\0' ? "\n" : "", name,
	    data);
	say_to_streams(f, path, text);
	free(text);
}

void
fake_core_beat(struct fake_core *f, const char *path)
{
	say_to_streams(f, path, ": ping\n\n");
}

void
fake_core_end_streams(struct fake_core *f, const char *path)
{
	const struct rule *r = find(f, "GET", path);

	LIST_EACH_SAFE(at, &f->links) {
		struct link *l = CONTAINER_OF(at, struct link, at);

		if (r != NULL && l->rule == r)
			hang_up(l);
	}
}

size_t
fake_core_streams(const struct fake_core *f, const char *path)
{
	const struct rule *r = find(f, "GET", path);
	size_t n = 0;

	LIST_EACH(at, &f->links)
		n += r != NULL && CONTAINER_OF(at, struct link, at)->rule == r;
	return n;
}

void
fake_core_go(struct fake_core *f, bool gone)
{
	f->gone = gone;
	if (!gone)
		return;
	LIST_EACH_SAFE(at, &f->links)
		hang_up(CONTAINER_OF(at, struct link, at));
}

/* --- what was asked -------------------------------------------------------------------- */

size_t
fake_core_asked(const struct fake_core *f, const char *method,
    const char *path)
{
	const struct rule *r = find(f, method, path);

	return r == NULL ? 0 : r->asked;
}

const char *
fake_core_query(const struct fake_core *f, const char *method,
    const char *path)
{
	const struct rule *r = find(f, method, path);

	return r == NULL ? "" : r->query;
}

const char *
fake_core_body(const struct fake_core *f, const char *method,
    const char *path)
{
	const struct rule *r = find(f, method, path);

	return r == NULL ? "" : r->body;
}

void
fake_core_settle(struct fake_core *f)
{
	unsigned long seen = f->moves;
	int quiet = 0;

	for (int i = 0; i < SETTLE_TURNS && quiet < QUIET_TURNS; i++) {
		loop_turn(f->loop, false);
		quiet = f->moves == seen ? quiet + 1 : 0;
		seen = f->moves;
	}
	EXPECT_INT(quiet, QUIET_TURNS);
}
