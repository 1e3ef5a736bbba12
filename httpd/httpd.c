#include "httpd/httpd.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_MODULE "httpd"

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "httpd/answer.h"
#include "httpd/impl.h"
#include "httpd/limits.h"
#include "httpd/listen.h"
#include "httpd/live.h"
#include "httpd/pages.h"
#include "httpd/qr_cache.h"
#include "httpd/router.h"
#include "httpd/spending.h"
#include "httpd/status_cache.h"

#define SECOND_MS 1000

/* --- who was refused ------------------------------------------------------------------ */

void
httpd_note_refusal(struct httpd *h, const struct source *source,
    const char *code)
{
	struct refusal *r = &h->refusals[h->refusal_count == 0 ? 0 :
	    (h->refusal_count - 1) % REFUSALS_KEPT];

	/* a crowd of the same is one row, and one line of the log */
	if (h->refusal_count == 0 || strcmp(r->source, source->text) != 0 ||
	    strcmp(r->code, code) != 0) {
		r = &h->refusals[h->refusal_count++ % REFUSALS_KEPT];
		*r = (struct refusal){ .count = 0 };
		(void)str_copy(r->source, sizeof r->source, source->text);
		(void)str_copy(r->code, sizeof r->code, code);
		log_warn("refused source=%s code=%s", source->text, code);
	}
	r->at_ms = clock_wall_ms(clock_system());
	r->count++;
}

static void
on_crowd(void *ctx, const struct source *source)
{
	httpd_note_refusal(ctx, source, "TOO_MANY_CONNECTIONS");
}

/* --- open ------------------------------------------------------------------------------- */

static const struct server_events events = {
	.on_head = router_on_head,
	.on_request = router_on_request,
	.on_crowd = on_crowd,
};

static void
read_limits(struct httpd *h)
{
	const struct config *c = h->config;

	h->limits = (struct server_limits){
	    .connections = (size_t)config_int(c, OPT_HTTP_MAX_CONNECTIONS),
	    .per_source = (size_t)config_int(c,
		OPT_HTTP_MAX_CONNECTIONS_PER_SOURCE),
	    .header_ms = config_int(c, OPT_HTTP_HEADER_TIMEOUT) * SECOND_MS,
	    .body_ms = config_int(c, OPT_HTTP_BODY_TIMEOUT) * SECOND_MS,
	    .idle_ms = config_int(c, OPT_HTTP_IDLE_TIMEOUT) * SECOND_MS,
	    .max_body = (size_t)config_int(c, OPT_HTTP_MAX_BODY),
	    .max_header = (size_t)config_int(c, OPT_HTTP_MAX_HEADER),
	    .max_url = (size_t)config_int(c, OPT_HTTP_MAX_URL),
	};
	h->rates = limits_create(&(struct limits_params){
	    .company = (unsigned)config_int(c, OPT_LIMIT_COMPANY_PER_MINUTE),
	    .status = (unsigned)config_int(c, OPT_LIMIT_STATUS_PER_MINUTE),
	    .source = (unsigned)config_int(c, OPT_LIMIT_SOURCE_PER_MINUTE),
	});
	for (size_t i = 0; i < config_list_count(c,
	    OPT_HTTP_TRUSTED_PROXIES) && h->trusted_count < TRUSTED_MAX; i++)
		h->trusted_count += cidr_parse(config_list(c,
		    OPT_HTTP_TRUSTED_PROXIES, i),
		    &h->trusted[h->trusted_count]);
}

/* --- the control socket ---------------------------------------------------------------------- */

static bool
on_control_peer(void *ctx, int fd)
{
	const struct httpd *h = ctx;

	return control_admits(fd, h->control_group);
}

static enum err
find_group(struct httpd *h, struct app_problem *problem)
{
	const char *name = config_str(h->config, OPT_CONTROL_GROUP);
	const struct group *group;

	h->control_group = CONTROL_NO_GROUP;
	if (name == NULL)
		return ERR_OK;
	if ((group = getgrnam(name)) == NULL) {
		str_format(problem->text, sizeof problem->text,
		    "control.group: there is no group %s on this machine",
		    name);
		return ERR_INVALID;
	}
	h->control_group = group->gr_gid;
	return ERR_OK;
}

static enum err
open_control(struct httpd *h, struct app_problem *problem)
{
	const char *path = config_str(h->config, OPT_CONTROL_SOCKET);
	enum err err;
	int fd;

	if ((err = find_group(h, problem)) != ERR_OK ||
	    (err = control_listen(path, h->control_group, &fd,
	    problem)) != ERR_OK)
		return err;
	(void)str_copy(h->control_path, sizeof h->control_path, path);
	return server_listen(h->server, fd, on_control_peer, h, &h->control);
}

/* --- TCP ---------------------------------------------------------------------------------------- */

static bool
is_all_loopback(const struct bound *bound, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!listen_spec_is_loopback(&bound[i].spec))
			return false;
	}
	return true;
}

enum { AUTH_AUTO, AUTH_OPEN, AUTH_TOKEN };

/* Open mode is for this machine alone, wherever the sockets came from. */
static enum err
choose_mode(struct httpd *h, const struct bound *bound, size_t n,
    struct app_problem *problem)
{
	const int auth = config_enum(h->config, OPT_HTTP_AUTH);
	const bool is_local = is_all_loopback(bound, n);

	if (auth == AUTH_OPEN && !is_local) {
		str_format(problem->text, sizeof problem->text,
		    "http.auth = open is for loopback addresses only; set "
		    "http.auth = token, or listen on 127.0.0.1");
		return ERR_INVALID;
	}
	h->is_open = auth == AUTH_OPEN || (auth == AUTH_AUTO && is_local);
	return ERR_OK;
}

static void
close_bound(struct bound *b)
{
	server_unlisten(b->port);
	b->port = NULL;
}

static enum err
add_socket(struct httpd *h, int fd, const struct listen_spec *spec,
    struct bound *out)
{
	enum err err;

	*out = (struct bound){ .spec = *spec };
	err = server_listen(h->server, fd, NULL, NULL, &out->port);
	if (err != ERR_OK)
		close(fd);
	return err;
}

static struct bound *
find_bound(struct httpd *h, const struct listen_spec *spec)
{
	for (size_t i = 0; i < h->bound_count; i++) {
		if (h->bound[i].port != NULL && spec->port != 0 &&
		    h->bound[i].spec.port == spec->port &&
		    strcmp(h->bound[i].spec.host, spec->host) == 0)
			return &h->bound[i];
	}
	return NULL;
}

/* 0.0.0.0 and 127.0.0.1 of one port exclude each other: those of ours that
 * go anyway go first. False: none is in the way. */
static bool
make_way(struct httpd *h, uint16_t port)
{
	bool any = false;

	for (size_t i = 0; i < h->bound_count; i++) {
		struct bound *b = &h->bound[i];

		if (b->port == NULL || b->spec.port != port)
			continue;
		close_bound(b);
		b->is_closed = any = true;
	}
	return any;
}

/* What was there before is there again, if nobody else was quicker. */
static void
restore(struct httpd *h, const struct bound *before)
{
	struct app_problem problem = { "" };
	struct listen_spec bound;
	size_t count = 0;
	int fd;

	for (size_t i = 0; i < h->bound_count; i++) {
		struct bound b = before[i];

		if (h->bound[i].is_closed && (listen_tcp(&b.spec, &fd, &bound,
		    &problem) != ERR_OK ||
		    add_socket(h, fd, &bound, &b) != ERR_OK)) {
			log_warn("listener lost: %s", problem.text);
			continue;
		}
		h->bound[count++] = b;
	}
	h->bound_count = count;
}

/* Appends what one spec means to next: sockets that are open already move. */
static enum err
bind_spec(struct httpd *h, const struct listen_spec *spec,
    struct bound *next, size_t *n, struct app_problem *problem)
{
	struct listen_spec addresses[LISTEN_ADDRESSES_MAX], bound;
	const size_t count = listen_spec_addresses(spec, addresses);
	enum err err = ERR_OK;
	int fd;

	for (size_t i = 0; i < count && *n < LISTEN_MAX; i++) {
		struct bound *old = find_bound(h, &addresses[i]);

		if (old != NULL) {
			next[(*n)++] = *old;
			old->port = NULL;
			continue;
		}
		err = listen_tcp(&addresses[i], &fd, &bound, problem);
		if (err == ERR_BUSY && make_way(h, addresses[i].port))
			err = listen_tcp(&addresses[i], &fd, &bound, problem);
		/* a machine without IPv6 has but half of localhost */
		if (err != ERR_OK && i > 0)
			return ERR_OK;
		if (err != ERR_OK ||
		    (err = add_socket(h, fd, &bound, &next[*n])) != ERR_OK)
			return err;
		++*n;
	}
	return err;
}

static void
note_listening(const struct httpd *h)
{
	char text[LISTEN_TEXT_MAX];

	for (size_t i = 0; i < h->bound_count; i++) {
		listen_spec_format(&h->bound[i].spec, text);
		log_info("listening address=%s auth=%s", text,
		    h->is_open ? "open" : "token");
	}
}

enum err
httpd_listen(struct httpd *h, const struct listen_spec *specs, size_t n,
    struct app_problem *problem)
{
	struct bound next[LISTEN_MAX], before[LISTEN_MAX];
	size_t count = 0;
	enum err err = ERR_OK;

	memcpy(before, h->bound, sizeof before);
	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = bind_spec(h, &specs[i], next, &count, problem);
	if (err == ERR_OK)
		err = choose_mode(h, next, count, problem);
	if (err != ERR_OK) {
		/* what was opened goes, what was there stays */
		for (size_t i = 0; i < count; i++) {
			bool is_old = false;

			for (size_t k = 0; k < h->bound_count; k++)
				is_old |= before[k].port == next[i].port;
			if (!is_old)
				close_bound(&next[i]);
		}
		restore(h, before);
		return err;
	}
	for (size_t i = 0; i < h->bound_count; i++)
		close_bound(&h->bound[i]);
	memcpy(h->bound, next, count * sizeof next[0]);
	h->bound_count = count;
	note_listening(h);
	return ERR_OK;
}

/* Sockets of systemd: a Unix one is a further control socket. */
static enum err
take_socket(struct httpd *h, int fd, struct app_problem *problem)
{
	struct server_port *port;
	struct listen_spec spec;

	if (listen_address(fd, &spec))
		return add_socket(h, fd, &spec, &h->bound[h->bound_count++]);
	if (listen_is_control(fd))
		return server_listen(h->server, fd, on_control_peer, h, &port);
	str_format(problem->text, sizeof problem->text,
	    "systemd handed over descriptor %d, which is no socket that "
	    "listens; use ListenStream= in the socket unit", fd);
	return ERR_INVALID;
}

static enum err
take_inherited(struct httpd *h, struct app_problem *problem)
{
	int fds[LISTEN_MAX];
	const size_t n = listen_inherited(fds, LISTEN_MAX);
	enum err err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++)
		err = take_socket(h, fds[i], problem);
	return err;
}

static enum err
open_tcp(struct httpd *h, struct app_problem *problem)
{
	const size_t n = config_list_count(h->config, OPT_HTTP_LISTEN);
	struct listen_spec specs[LISTEN_MAX];
	size_t count = 0;
	enum err err;

	if ((err = take_inherited(h, problem)) != ERR_OK)
		return err;
	for (size_t i = 0; i < h->bound_count; i++)
		specs[count++] = h->bound[i].spec;
	for (size_t i = 0; i < n && count < LISTEN_MAX; i++)
		count += listen_spec_parse(config_list(h->config,
		    OPT_HTTP_LISTEN, i), &specs[count]);
	return httpd_listen(h, specs, count, problem);
}

/* --- life ------------------------------------------------------------------------------------------ */

static enum err
open_sockets(struct httpd *h, const struct httpd_params *params,
    struct app_problem *problem)
{
	enum err err = ERR_OK;

	if (params->with_control)
		err = open_control(h, problem);
	if (err == ERR_OK && params->with_tcp)
		err = open_tcp(h, problem);
	return err;
}

/* Once, at the start: a directory of users may be far away. */
static void
read_user(struct httpd *h)
{
	const uid_t uid = geteuid();
	char room[4096];
	struct passwd entry, *found = NULL;

	if (getpwuid_r(uid, &entry, room, sizeof room, &found) != 0 ||
	    found == NULL)
		(void)str_format(h->user, sizeof h->user, "%u",
		    (unsigned)uid);
	else
		str_clean(h->user, sizeof h->user, found->pw_name,
		    strlen(found->pw_name));
}

enum err
httpd_open(const struct httpd_params *params, struct httpd **out,
    struct app_problem *problem)
{
	struct httpd *h = xcalloc(1, sizeof *h);
	uint8_t boot[8];
	enum err err;

	h->app = params->app;
	h->config = params->config;
	h->lang = params->lang;
	h->is_serving = params->with_tcp;
	h->started_ms = clock_wall_ms(clock_system());
	read_user(h);
	h->is_open = config_enum(h->config, OPT_HTTP_AUTH) != AUTH_TOKEN;
	rnd_fill(rnd_system(), boot, sizeof boot);
	str_to_hex(h->boot, boot, sizeof boot);
	read_limits(h);
	h->statuses = status_cache_create();
	h->qrs = qr_cache_create(h->app);
	h->spending = spending_create(h->app);
	h->live = live_create(h);
	if ((err = pages_open(h, problem)) != ERR_OK ||
	    (err = server_create(app_loop(h->app), &h->limits, &events, h,
	    &h->server)) != ERR_OK ||
	    (err = open_sockets(h, params, problem)) != ERR_OK) {
		if (problem->text[0] == '\0')
			(void)str_copy(problem->text, sizeof problem->text,
			    err_text(err));
		httpd_close(h);
		return err;
	}
	*out = h;
	return ERR_OK;
}

void
httpd_close(struct httpd *h)
{
	if (h == NULL)
		return;
	if (h->control_path[0] != '\0') {
		server_unlisten(h->control);
		control_unlink(h->control_path);
	}
	server_destroy(h->server);
	live_destroy(h->live);
	qr_cache_destroy(h->qrs);
	spending_destroy(h->spending);
	status_cache_destroy(h->statuses);
	limits_destroy(h->rates);
	pages_close(h);
	free(h);
}

static void
answer_stopping(struct exchange *x)
{
	answer_error(x, API_STOPPING);
}

void
httpd_say_stopping(struct httpd *h)
{
	if (h == NULL)
		return;
	h->is_stopping = true;
	server_each_held(h->server, answer_stopping);
}

enum err
httpd_adopt(struct httpd *h, int fd)
{
	return server_adopt(h->server, fd);
}

const char *
httpd_address(const struct httpd *h, size_t i, char *out, size_t size)
{
	char text[LISTEN_TEXT_MAX];

	if (i >= h->bound_count)
		return NULL;
	listen_spec_format(&h->bound[i].spec, text);
	(void)str_copy(out, size, text);
	return out;
}

bool
httpd_is_open_mode(const struct httpd *h)
{
	return h->is_open;
}
