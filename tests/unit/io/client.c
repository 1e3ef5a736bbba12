#include "tests/unit/io/client.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "tests/t.h"

/* Long enough for a machine that is busy with something else. */
#define GUARD_MS 60000
#define LONG_MS 20000
#define SHORT_MS 150

static void
add(struct client *c, char what)
{
	const size_t n = strlen(c->trace);

	if (n + 1 < sizeof c->trace)
		c->trace[n] = what;
}

static void
close_if(struct client *c, int at)
{
	if (c->close_at != at)
		return;
	ws_close(c->ws);
	c->ws = NULL;
	loop_stop(c->loop);
}

static void
on_stage(void *ctx, enum stage stage)
{
	static const struct {
		char letter;
		int close_at;
	} stages[STAGE_COUNT] = {
		[STAGE_LOOKUP] = { 'L', CLOSE_AT_LOOKUP },
		[STAGE_TCP] = { 'T', CLOSE_AT_TCP },
		[STAGE_PROXY_LOOKUP] = { 'l', CLOSE_AT_PROXY_LOOKUP },
		[STAGE_PROXY_TCP] = { 't', CLOSE_AT_PROXY_TCP },
		[STAGE_PROXY] = { 'P', CLOSE_AT_PROXY },
		[STAGE_TLS] = { 'S', CLOSE_AT_TLS },
		[STAGE_UPGRADE] = { 'U', CLOSE_AT_UPGRADE },
	};
	struct client *c = ctx;

	add(c, stages[stage].letter);
	close_if(c, stages[stage].close_at);
}

static void
on_open(void *ctx)
{
	struct client *c = ctx;

	add(c, 'o');
	if (c->when_open != NULL)
		c->when_open(c);
	close_if(c, CLOSE_AT_OPEN);
}

static void
on_message(void *ctx, const uint8_t *p, size_t n)
{
	struct client *c = ctx;

	add(c, 'm');
	c->messages++;
	buf_clear(&c->last);
	if (buf_append(&c->last, p, n) != ERR_OK)
		abort();
	if (c->when_message != NULL)
		c->when_message(c);
	close_if(c, CLOSE_AT_MESSAGE);
}

static void
on_lost(void *ctx, enum err err, enum stage stage, int http_status,
    const char *detail)
{
	struct client *c = ctx;

	add(c, 'x');
	c->err = err;
	c->stage = stage;
	c->http_status = http_status;
	str_copy(c->detail, sizeof c->detail, detail);
	close_if(c, CLOSE_AT_LOST);
	loop_stop(c->loop);
}

static void
on_guard(void *ctx)
{
	struct client *c = ctx;

	c->is_late = true;
	loop_stop(c->loop);
}

void
client_init(struct client *c, const char *url)
{
	*c = (struct client){ .limits = { LONG_MS, LONG_MS, LONG_MS, LONG_MS,
	    LONG_MS, LONG_MS, LONG_MS }, .proxy = *proxy_direct() };
	buf_init(&c->last, WS_MESSAGE_MAX);
	if (loop_create(&c->loop) != ERR_OK ||
	    tls_config_create(pki_ca_file(), &c->tls) != ERR_OK ||
	    url_parse(url, &c->url) != ERR_OK)
		abort();
	c->guard = timer_create_on(c->loop, on_guard, c);
}

void
client_hurry(struct client *c, enum stage stage)
{
	struct stage_limits *l = &c->limits;

	if (stage == STAGE_LOOKUP)
		l->lookup_ms = SHORT_MS;
	else if (stage == STAGE_TCP)
		l->address_ms = SHORT_MS;
	else if (stage == STAGE_PROXY)
		l->proxy_ms = SHORT_MS;
	else if (stage == STAGE_TLS)
		l->tls_ms = SHORT_MS;
	else if (stage == STAGE_UPGRADE)
		l->upgrade_ms = SHORT_MS;
}

void
client_run(struct client *c)
{
	static const struct ws_events events = { on_stage, on_open, on_message,
	    on_lost };
	const struct ws_params params = { .url = &c->url,
	    .proxy = &c->proxy, .tls = c->tls, .ticket = c->ticket,
	    .origin = "https://web.whatsapp.com",
	    .events = &events, .ctx = c, .limits = &c->limits };

	timer_start(c->guard, GUARD_MS);
	c->ws = ws_open(c->loop, &params);
	EXPECT_STR(c->trace, "");       /* nothing from within the call */
	loop_run(c->loop);
	timer_stop(c->guard);
	EXPECT(!c->is_late);
}

void
client_finish(struct client *c)
{
	ws_close(c->ws);
	c->ws = NULL;
	timer_destroy(c->guard);
	loop_run(c->loop);              /* returns: nothing is left */
	loop_destroy(c->loop);
	tls_config_destroy(c->tls);
}

void
client_meet(struct client *c, const char *scheme, script_fn script, void *ctx)
{
	const struct server_params params = {
		.tls = strcmp(scheme, "wss") == 0,
		.leaf = LEAF_GOOD,
		.script = script,
		.ctx = ctx,
	};
	struct server *s = server_start(&params);

	c->url.port = server_port(s);
	client_run(c);
	client_finish(c);
	server_stop(s);
}
