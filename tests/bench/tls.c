/*
 * bench tls COUNT URL CA_FILE: websocket connections one after the other,
 * first with nothing remembered, then with the ticket of the one before.
 */
#include "tests/bench/bench.h"

#include <string.h>

#include "core/base/str.h"

#define ORIGIN "https://web.whatsapp.com"
#define LIMIT_S 60

struct dialler {
	struct loop *loop;
	struct url url;
	struct tls_config *tls;
	struct ws *ws;
	bool is_open;
};

static void
on_stage(void *ctx, enum stage stage)
{
	(void)ctx;
	(void)stage;
}

static void
on_open(void *ctx)
{
	struct dialler *d = ctx;

	d->is_open = true;
}

static void
on_message(void *ctx, const uint8_t *p, size_t n)
{
	(void)ctx;
	(void)p;
	(void)n;
}

static void
on_lost(void *ctx, enum err err, enum stage stage, int http_status,
    const char *detail)
{
	(void)ctx;
	(void)err;
	(void)http_status;
	bench_die(stage_name(stage), detail);
}

static void
dial(struct dialler *d, struct tls_ticket *ticket)
{
	static const struct ws_events events = {
		.on_stage = on_stage,
		.on_open = on_open,
		.on_message = on_message,
		.on_lost = on_lost,
	};

	d->is_open = false;
	d->ws = ws_open(d->loop, &(struct ws_params){
	    .url = &d->url,
	    .proxy = proxy_direct(),
	    .tls = d->tls,
	    .ticket = ticket,
	    .origin = ORIGIN,
	    .events = &events,
	    .ctx = d,
	});
	while (!d->is_open)
		loop_turn(d->loop, true);
	ws_close(d->ws);
}

static void
say(struct dialler *d, const char *name, struct tls_ticket *ticket,
    unsigned count)
{
	int64_t since;

	dial(d, ticket);        /* the first one brings the ticket */
	since = bench_thread_ns();
	for (unsigned i = 0; i < count; i++)
		dial(d, ticket);
	bench_say(name, (double)(bench_thread_ns() - since) / 1e3 / count);
}

int
bench_tls(int argc, char **argv)
{
	struct tls_ticket *ticket = tls_ticket_create();
	struct dialler d = { .loop = NULL };
	uint64_t count;

	if (argc != 3 || !str_to_u64(argv[0], 100000, &count) || count == 0 ||
	    url_parse(argv[1], &d.url) != ERR_OK)
		bench_die("tls", "needs COUNT URL CA_FILE");
	bench_limit(LIMIT_S);
	if (loop_create(&d.loop) != ERR_OK)
		bench_die("loop", "cannot be made");
	if (tls_config_create(argv[2], &d.tls) != ERR_OK)
		bench_die(argv[2], "has no certificate");
	say(&d, "tls_full_us", NULL, (unsigned)count);
	say(&d, "tls_ticket_us", ticket, (unsigned)count);
	tls_ticket_destroy(ticket);
	tls_config_destroy(d.tls);
	loop_run(d.loop);       /* until the last connection has ended */
	loop_destroy(d.loop);
	return 0;
}
