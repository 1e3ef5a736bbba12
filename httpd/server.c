#include "httpd/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LOG_MODULE "httpd"

#include "core/base/clock.h"
#include "core/base/list.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "httpd/head.h"
#include "httpd/response_mhd.h"
#include "httpd/source.h"

#define ACCEPT_BATCH 64         /* at one wake-up, so that others get a turn */
#define ACCEPT_PAUSE_MS 200     /* when descriptors have run out */
#define SWEEP_MS 250            /* between looks at deadlines */
#define LOOK_SWEEPS 4           /* of which one looks for readers that left */
#define CONTROL_MAX 256         /* connections to the control socket */
#define SEND_MS 30000           /* for an answer to be taken */
#define PEER_GONE_MS 60000      /* unacknowledged data means that */
#define UNSENT_MAX 32768        /* the kernel holds for who does not read */
#define BODY_SLACK 65536        /* read and dropped before we hang up */
#define NEVER INT64_MAX

struct server {
	struct loop *loop;
	struct server_limits limits;
	struct server_events events;
	void *ctx;
	struct MHD_Daemon *mhd;
	struct watch *watch;            /* of MHD's epoll descriptor */
	struct timer *run;              /* MHD wants a turn */
	struct timer *sweep;
	unsigned sweeps;
	struct list links, ports;
	struct link *arriving;          /* handed to MHD just now */
	struct sources *sources;
	size_t control_open;
	bool finishing;
	struct server_counts counts;
};

struct server_port {
	struct list link;
	struct server *server;
	int fd;
	bool is_control;
	bool (*admits)(void *ctx, int fd);
	void *ctx;
	struct watch *watch;
	struct timer *pause;
};

/* One connection, from accept to its end. */
struct link {
	struct list at;
	struct server *server;
	struct MHD_Connection *mhd;
	int fd;
	int64_t deadline_ms;
	struct exchange x;
	size_t dropped;                 /* bytes of a body over its limit */
	struct head_line line;          /* in MHD's buffer */
	struct head head;
	bool head_done, asked, asleep, answered, dead;
};

static int64_t
now_ms(void)
{
	return clock_mono_ms(clock_system());
}

/* --- MHD's turns --------------------------------------------------------------- */

static void
arm_run(struct server *s)
{
	MHD_UNSIGNED_LONG_LONG ms = 0;

	if (MHD_get_timeout(s->mhd, &ms) == MHD_YES)
		timer_start(s->run, (int64_t)ms);
}

static void
run_mhd(struct server *s)
{
	MHD_run(s->mhd);
	arm_run(s);
}

static void
on_run(void *ctx)
{
	run_mhd(ctx);
}

static void
on_epoll(void *ctx, int events)
{
	(void)events;
	run_mhd(ctx);
}

/* After something that MHD cannot see: it gets a turn of its own. */
static void
kick(struct server *s)
{
	timer_start(s->run, 0);
}

/* --- deadlines -------------------------------------------------------------------- */

static void
wait_at_most(struct link *l, int64_t ms)
{
	l->deadline_ms = ms == NEVER ? NEVER : now_ms() + ms;
	if (!timer_is_running(l->server->sweep))
		timer_start(l->server->sweep, SWEEP_MS);
}

static void
wake(struct link *l)
{
	if (!l->asleep)
		return;
	l->asleep = false;
	MHD_resume_connection(l->mhd);
	kick(l->server);
}

void
server_wake(struct link *link)
{
	wake(link);
}

void
server_drop(struct link *link)
{
	link->dead = true;
	/* MHD sees the end of the socket and takes it away by itself */
	(void)shutdown(link->fd, SHUT_RDWR);
	wake(link);
}

bool
server_sleep(struct link *link)
{
	/* who is awake at the end sends what it has, and ends then */
	if (link->dead || link->server->finishing)
		return false;
	if (!link->asleep) {
		link->asleep = true;
		MHD_suspend_connection(link->mhd);
	}
	return true;
}

/* MHD does not watch one that sleeps. Who holds a request may have closed
 * only its sending half; a reader of events has nothing to wait for. */
static bool
is_left(const struct link *l)
{
	char byte;

	return l->asleep && l->answered &&
	    recv(l->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void
on_sweep(void *ctx)
{
	struct server *s = ctx;
	const int64_t now = now_ms();
	const bool looks = ++s->sweeps % LOOK_SWEEPS == 0;

	LIST_EACH_SAFE(at, &s->links) {
		struct link *l = CONTAINER_OF(at, struct link, at);

		if (l->deadline_ms <= now || (looks && is_left(l))) {
			l->deadline_ms = NEVER;
			server_drop(l);
		}
	}
	if (!list_is_empty(&s->links))
		timer_start(s->sweep, SWEEP_MS);
}

/* --- one exchange -------------------------------------------------------------------- */

static void
begin_exchange(struct link *l)
{
	struct exchange *x = &l->x;

	request_init(&x->req);
	buf_init(&x->body, l->server->limits.max_body);
	x->client = x->peer;
	x->route = NULL;
	x->company[0] = '\0';
	x->who = (struct principal){ .role = ROLE_NONE };
	x->field_count = 0;
	x->response = NULL;
	x->on_gone = NULL;
	l->head_done = l->asked = l->answered = false;
	l->dropped = 0;
}

static void
end_exchange(struct link *l)
{
	struct exchange *x = &l->x;
	void (*on_gone)(void *ctx) = x->on_gone;

	x->on_gone = NULL;
	if (on_gone != NULL)
		on_gone(x->on_gone_ctx);
	response_unref(x->response);
	x->response = NULL;
	request_finish(&x->req);
	buf_finish(&x->body);
}

void
exchange_field(struct exchange *x, const char *name, const char *value)
{
	struct exchange_field *f;

	if (x->field_count == EXCHANGE_FIELDS_MAX)
		return;
	f = &x->fields[x->field_count++];
	f->name = name;
	(void)str_copy(f->value, sizeof f->value, value);
}

void
exchange_answer(struct exchange *x, struct response *response)
{
	if (x->response != NULL) {
		response_unref(response);
		return;
	}
	for (size_t i = 0; i < x->field_count; i++)
		response_field(response, x->fields[i].name,
		    x->fields[i].value);
	x->response = response;
	x->on_gone = NULL;
	wake(x->link);
}

void
exchange_hold(struct exchange *x, void (*fn)(void *ctx), void *ctx)
{
	x->on_gone = fn;
	x->on_gone_ctx = ctx;
}

static enum MHD_Result
send_answer(struct link *l)
{
	struct response *r = l->x.response;
	const unsigned status = response_status(r);

	l->answered = true;
	l->server->counts.answers[status / 100 % 6]++;
	if (r->ops != NULL)
		r->link = l;
	wait_at_most(l, r->ops != NULL ? NEVER : SEND_MS);
	return MHD_queue_response(l->mhd, status, r->mhd);
}

/* --- MHD's callbacks -------------------------------------------------------------------- */

static struct link *
link_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* The request line is here: the first that is known of a request. */
static void *
on_target(void *ctx, const char *target, struct MHD_Connection *mhd)
{
	struct link *l = link_of(mhd);
	enum err err;

	(void)ctx;
	end_exchange(l);
	begin_exchange(l);
	wait_at_most(l, l->server->limits.header_ms);
	l->line.target = target;
	l->line.target_end = target + strlen(target);
	err = request_take_target(&l->x.req, target,
	    l->server->limits.max_url);
	if (err == ERR_TOO_LARGE)
		l->x.req.is_too_long = true;
	else if (err != ERR_OK)
		l->x.req.is_ambiguous = true;
	return l;
}

static enum MHD_Result
on_field(void *ctx, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct link *l = ctx;

	(void)kind;
	head_field(&l->head, name, value == NULL ? "" : value);
	request_take_field(&l->x.req, name, value);
	return MHD_YES;
}

/* Newer ones are strict by themselves, and need not parse in place. */
static bool
is_lenient_mhd(void)
{
	static const char *version;

	if (version == NULL)
		version = MHD_get_version();
	return strncmp(version, "0.", 2) == 0;
}

static void
take_fields(struct link *l, const char *method, const char *version)
{
	struct request *r = &l->x.req;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(l->mhd,
	    MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	const size_t size = info == NULL ? 0 : info->header_size;

	l->line.method = method;
	l->line.version = version;
	head_begin(&l->head, &l->line);
	MHD_get_connection_values(l->mhd, MHD_HEADER_KIND, on_field, l);
	if (is_lenient_mhd() && !head_is_sound(&l->head, method + size))
		r->is_ambiguous = true;
	r->is_head_too_large = r->field_count > REQUEST_FIELDS_MAX ||
	    size > l->server->limits.max_header;
}

static bool
has_body(const struct request *r)
{
	return r->is_chunked || r->length > 0;
}

static void
take_head(struct link *l, const char *method, const char *version)
{
	struct server *s = l->server;
	struct request *r = &l->x.req;

	r->method = request_method(method);
	take_fields(l, method, version);
	s->counts.requests++;
	if (!l->x.peer.is_control)
		s->counts.outside++;
	if (has_body(r))
		wait_at_most(l, s->limits.body_ms);
	else
		wait_at_most(l, NEVER);
	s->events.on_head(s->ctx, &l->x);
	/* who is refused before the body has come is not listened to */
	if (l->x.response != NULL && has_body(r))
		response_field(l->x.response, "Connection", "close");
}

static enum MHD_Result
take_body(struct link *l, const char *p, size_t *n)
{
	struct request *r = &l->x.req;

	if (!r->is_body_too_large &&
	    buf_append(&l->x.body, p, *n) != ERR_OK)
		r->is_body_too_large = true;
	if (r->is_body_too_large) {
		buf_release(&l->x.body);
		if ((l->dropped += *n) > BODY_SLACK)
			return MHD_NO;
	}
	*n = 0;
	return MHD_YES;
}

static enum MHD_Result
on_access(void *ctx, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *upload, size_t *size,
    void **request_ctx)
{
	struct server *s = ctx;
	struct link *l = *request_ctx;

	(void)mhd, (void)url;
	if (l->dead)
		return MHD_NO;
	if (!l->head_done) {
		l->head_done = true;
		take_head(l, method, version);
		/* an answer before the body's end costs the connection: one
		 * that has no body gets it with the next call */
		return l->x.response != NULL && has_body(&l->x.req) ?
		    send_answer(l) : MHD_YES;
	}
	if (l->x.response != NULL)
		return l->answered ? MHD_YES : send_answer(l);
	if (*size > 0)
		return take_body(l, upload, size);
	if (!l->asked) {
		l->asked = true;
		wait_at_most(l, NEVER);
		s->events.on_request(s->ctx, &l->x);
	}
	if (l->x.response != NULL)
		return send_answer(l);
	return server_sleep(l) ? MHD_YES : MHD_NO;
}

static void
on_completed(void *ctx, struct MHD_Connection *mhd, void **request_ctx,
    enum MHD_RequestTerminationCode code)
{
	struct link *l = *request_ctx;

	(void)ctx, (void)mhd, (void)code;
	if (l == NULL)
		return;
	end_exchange(l);
	wait_at_most(l, l->server->limits.idle_ms);
}

static void
destroy_link(struct link *l)
{
	if (l->x.peer.is_control)
		l->server->control_open--;
	else
		sources_leave(l->server->sources, &l->x.peer);
	/* what MHD refused by itself was never completed */
	end_exchange(l);
	list_remove(&l->at);
	free(l);
}

static void
on_connection(void *ctx, struct MHD_Connection *mhd, void **socket_ctx,
    enum MHD_ConnectionNotificationCode code)
{
	struct server *s = ctx;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		s->arriving->mhd = mhd;
		*socket_ctx = s->arriving;
		return;
	}
	destroy_link(*socket_ctx);
}

__attribute__((format(printf, 2, 0))) static void
on_mhd_log(void *ctx, const char *fmt, va_list ap)
{
	char text[256], clean[256];

	(void)ctx;
	vsnprintf(text, sizeof text, fmt, ap);
	text[strcspn(text, "\n")] = '\0';
	str_clean(clean, sizeof clean, text, strlen(text));
	log_debug("mhd=\"%s\"", clean);
}

/* What arrives is decoded by request.c, and by nobody else. */
static size_t
on_unescape(void *ctx, struct MHD_Connection *mhd, char *text)
{
	(void)ctx, (void)mhd;
	return strlen(text);
}

/* --- connections ---------------------------------------------------------------------------- */

/* Best effort: one short answer that says why, then the end. For those who
 * do not get as far as MHD. */
static void
answer_and_close(int fd, const char *status, const char *body)
{
	char text[512];

	str_format(text, sizeof text, "HTTP/1.1 %s\r\nConnection: close\r\n"
	    "Content-Type: " TYPE_JSON "\r\nContent-Length: %zu\r\n\r\n%s",
	    status, strlen(body), body);
	(void)send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	close(fd);
}

static void
turn_away(struct server *s, int fd, const struct source *source)
{
	s->counts.refused++;
	answer_and_close(fd, "503 Service Unavailable\r\nRetry-After: 5",
	    "{\"success\":false,\"error\":\"Too many connections at once. "
	    "Wait a few seconds.\",\"errorCode\":\"RATE_LIMITED\","
	    "\"retryAfter\":5}\r\n");
	s->events.on_crowd(s->ctx, source);
}

static bool
is_crowded(const struct server *s, const struct source *source)
{
	if (source->is_control)
		return s->control_open >= CONTROL_MAX;
	return sources_count(s->sources) >= s->limits.connections ||
	    (s->limits.per_source > 0 &&
	    sources_of(s->sources, source) >= s->limits.per_source);
}

static void
set_tcp_options(int fd)
{
	const int yes = 1, gone_ms = PEER_GONE_MS, unsent = UNSENT_MAX;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &gone_ms,
	    sizeof gone_ms);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent,
	    sizeof unsent);
}

static struct link *
create_link(struct server *s, int fd, const struct source *source)
{
	struct link *l = xcalloc(1, sizeof *l);

	l->server = s;
	l->fd = fd;
	l->x.link = l;
	l->x.peer = *source;
	request_init(&l->x.req);
	list_append(&s->links, &l->at);
	if (source->is_control) {
		s->control_open++;
	} else {
		sources_join(s->sources, source);
		source_local(fd, l->x.local, sizeof l->x.local);
		set_tcp_options(fd);
	}
	return l;
}

/* Takes fd over, whatever comes of it. */
static enum err
serve(struct server *s, int fd, const struct source *source)
{
	/* MHD wants an address; nobody reads it */
	const struct sockaddr_in any = { .sin_family = AF_INET };
	struct link *l;
	enum MHD_Result ok;

	if (s->finishing || is_crowded(s, source)) {
		turn_away(s, fd, source);
		return ERR_FULL;
	}
	s->counts.connections++;
	l = s->arriving = create_link(s, fd, source);
	ok = MHD_add_connection(s->mhd, fd, (const struct sockaddr *)&any,
	    sizeof any);
	s->arriving = NULL;
	if (ok == MHD_NO) {
		/* it has closed fd; the link was told of it only if it knew */
		if (l->mhd == NULL)
			destroy_link(l);
		return ERR_FULL;
	}
	wait_at_most(l, s->limits.header_ms);
	kick(s);
	return ERR_OK;
}

enum err
server_adopt(struct server *s, int fd)
{
	return serve(s, fd, &(struct source){ .is_control = true,
	    .text = "control" });
}

static void
take(struct server_port *p, int fd)
{
	struct source source = { .is_control = true, .text = "control" };

	if (p->is_control && !p->admits(p->ctx, fd))
		answer_and_close(fd, "403 Forbidden", "{\"success\":false,"
		    "\"error\":\"Your user may not use this socket; see the "
		    "option control.group.\",\"errorCode\":\"FORBIDDEN\"}\r\n");
	else if (!p->is_control && !source_of(fd, &source))
		close(fd);
	else
		(void)serve(p->server, fd, &source);
}

static void
on_acceptable(void *ctx, int events)
{
	struct server_port *p = ctx;
	int fd;

	(void)events;
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		fd = accept4(p->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd == -1 && (errno == EMFILE || errno == ENFILE ||
		    errno == ENOBUFS || errno == ENOMEM)) {
			/* the waiting one would wake us at once, again */
			watch_destroy(p->watch);
			p->watch = NULL;
			timer_start(p->pause, ACCEPT_PAUSE_MS);
			return;
		}
		if (fd == -1 && errno != ECONNABORTED && errno != EINTR)
			return;
		if (fd == -1)
			continue;
		take(p, fd);
	}
}

static void
on_pause_over(void *ctx)
{
	struct server_port *p = ctx;

	if (loop_on_fd(p->server->loop, p->fd, WATCH_READ, on_acceptable, p,
	    &p->watch) != ERR_OK)
		timer_start(p->pause, ACCEPT_PAUSE_MS);
}

enum err
server_listen(struct server *s, int fd, bool (*admits)(void *ctx, int fd),
    void *ctx, struct server_port **out)
{
	struct server_port *p = xcalloc(1, sizeof *p);
	enum err err;

	p->server = s;
	p->fd = fd;
	p->is_control = admits != NULL;
	p->admits = admits;
	p->ctx = ctx;
	p->pause = timer_create_on(s->loop, on_pause_over, p);
	err = loop_on_fd(s->loop, fd, WATCH_READ, on_acceptable, p, &p->watch);
	if (err != ERR_OK) {
		timer_destroy(p->pause);
		free(p);
		return err;
	}
	list_append(&s->ports, &p->link);
	*out = p;
	return ERR_OK;
}

void
server_unlisten(struct server_port *p)
{
	if (p == NULL)
		return;
	watch_destroy(p->watch);
	timer_destroy(p->pause);
	close(p->fd);
	list_remove(&p->link);
	free(p);
}

void
server_counts(const struct server *s, struct server_counts *out)
{
	*out = s->counts;
	out->open = sources_count(s->sources);
	out->sources = sources_distinct(s->sources);
}

/* --- life ------------------------------------------------------------------------------------ */

static struct MHD_Daemon *
start_mhd(struct server *s)
{
	/* a request's header and the answer's, one after the other */
	const size_t memory = s->limits.max_header + s->limits.max_url + 4096;

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
	    MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TURBO |
	    MHD_USE_ERROR_LOG, 0, NULL, NULL, on_access, s,
	    MHD_OPTION_EXTERNAL_LOGGER, on_mhd_log, s,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, s,
	    MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, s,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
	    MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)(s->limits.connections + CONTROL_MAX),
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
	    MHD_OPTION_END);
}

enum err
server_create(struct loop *loop, const struct server_limits *limits,
    const struct server_events *events, void *ctx, struct server **out)
{
	struct server *s = xcalloc(1, sizeof *s);
	const union MHD_DaemonInfo *epoll;

	s->loop = loop;
	s->limits = *limits;
	s->events = *events;
	s->ctx = ctx;
	list_init(&s->links);
	list_init(&s->ports);
	s->sources = sources_create();
	s->run = timer_create_on(loop, on_run, s);
	s->sweep = timer_create_on(loop, on_sweep, s);
	if ((s->mhd = start_mhd(s)) == NULL)
		goto fail;
	epoll = MHD_get_daemon_info(s->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	if (epoll == NULL || loop_on_fd(loop, epoll->epoll_fd, WATCH_READ,
	    on_epoll, s, &s->watch) != ERR_OK)
		goto fail;
	*out = s;
	return ERR_OK;
fail:
	server_destroy(s);
	return ERR_IO;
}

void
server_each_held(struct server *s, void (*fn)(struct exchange *x))
{
	LIST_EACH_SAFE(at, &s->links) {
		struct link *l = CONTAINER_OF(at, struct link, at);
		void (*on_gone)(void *ctx) = l->x.on_gone;

		if (!l->asked || l->x.response != NULL || on_gone == NULL)
			continue;
		l->x.on_gone = NULL;
		on_gone(l->x.on_gone_ctx);
		fn(&l->x);
	}
}

void
server_hang_up(struct server *s)
{
	s->finishing = true;
	LIST_EACH_SAFE(at, &s->links) {
		struct link *l = CONTAINER_OF(at, struct link, at);

		/* held, idle or a stream: none of them ends by itself */
		if (l->asleep || !l->answered)
			server_drop(l);
	}
}

void
server_destroy(struct server *s)
{
	if (s == NULL)
		return;
	LIST_EACH_SAFE(at, &s->ports)
		server_unlisten(CONTAINER_OF(at, struct server_port, link));
	watch_destroy(s->watch);
	if (s->mhd != NULL) {
		/* MHD ends nothing that sleeps */
		server_hang_up(s);
		MHD_run(s->mhd);
		MHD_stop_daemon(s->mhd);
	}
	timer_destroy(s->run);
	timer_destroy(s->sweep);
	sources_destroy(s->sources);
	free(s);
}
