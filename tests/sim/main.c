/* wasim: composition root. README.md says what it does. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sodium.h>
#include <uv.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/sim/chain.h"
#include "tests/sim/conn.h"
#include "tests/sim/control.h"
#include "tests/sim/ctl.h"
#include "tests/sim/json.h"
#include "tests/sim/net.h"
#include "tests/sim/options.h"
#include "tests/sim/persist.h"
#include "tests/sim/sim.h"
#include "tests/sim/tls.h"

/* --- randomness that repeats ------------------------------------------- */

struct seeded {
	uint8_t seed[randombytes_SEEDBYTES];
	struct rnd rnd;
};

static void
seeded_fill(void *ctx, void *out, size_t n)
{
	struct seeded *s = ctx;

	randombytes_buf_deterministic(out, n, s->seed);
	sodium_increment(s->seed, sizeof s->seed);
}

static const struct rnd *
choose_rnd(const struct options *opt, struct seeded *s)
{
	if (!opt->has_seed)
		return rnd_system();
	memset(s, 0, sizeof *s);
	memcpy(s->seed + 16, &opt->seed, sizeof opt->seed);
	s->rnd = (struct rnd){ seeded_fill, s };
	return &s->rnd;
}

/* --- the loop's own handles -------------------------------------------- */

struct handles {
	uv_signal_t term, interrupt;
	uv_prepare_t prepare;
	uv_pipe_t input;
	char input_buf[256];
};

static void
on_signal(uv_signal_t *s, int number)
{
	(void)number;
	uv_stop(s->loop);
}

/* Once a turn: what has changed is saved before the loop sleeps. */
static void
on_prepare(uv_prepare_t *p)
{
	struct sim *sim = p->data;

	if (sim->is_dirty)
		persist_now(sim);
	sim->is_dirty = false;
}

static void
on_input_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
	struct handles *hs = h->data;

	(void)suggested;
	*buf = uv_buf_init(hs->input_buf, sizeof hs->input_buf);
}

static void
on_input(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	(void)buf;
	if (n < 0)
		uv_stop(stream->loop);
}

static void
start_handles(struct sim *sim, struct handles *h, bool until_eof)
{
	uv_signal_init(sim->loop, &h->term);
	uv_signal_start(&h->term, on_signal, SIGTERM);
	uv_signal_init(sim->loop, &h->interrupt);
	uv_signal_start(&h->interrupt, on_signal, SIGINT);
	uv_prepare_init(sim->loop, &h->prepare);
	h->prepare.data = sim;
	uv_prepare_start(&h->prepare, on_prepare);
	uv_timer_init(sim->loop, &sim->listen_timer);
	sim->listen_timer.data = sim;
	if (!until_eof)
		return;
	uv_pipe_init(sim->loop, &h->input, 0);
	h->input.data = h;
	if (uv_pipe_open(&h->input, STDIN_FILENO) == 0)
		uv_read_start((uv_stream_t *)&h->input, on_input_alloc,
		    on_input);
}

/* --- life -------------------------------------------------------------- */

static void
raise_limits(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
		lim.rlim_cur = lim.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &lim);
	}
	(void)signal(SIGPIPE, SIG_IGN);
}

static void
on_accept(void *ctx, struct net *net)
{
	conn_accept(ctx, net);
}

static bool
open_log(struct sim *sim, const char *path)
{
	FILE *f = stderr;

	if (path == NULL)
		return true;
	if (strcmp(path, "-") != 0 && (f = fopen(path, "a")) == NULL) {
		fprintf(stderr, "wasim: cannot write %s\n", path);
		return false;
	}
	event_log_write_to(sim->events, f);
	return true;
}

static bool
sim_open(struct sim *sim, const struct options *opt)
{
	sim->loop = uv_default_loop();
	sim->started_ms = (int64_t)uv_now(sim->loop);
	sim->next_conn_id = 1;
	sim->state_path = opt->state;
	list_init(&sim->conns);
	list_init(&sim->waiters);
	faults_init(&sim->faults);
	accounts_init(&sim->accounts, sim->rnd);
	sim->events = event_log_create();
	sim->chain = xcalloc(1, sizeof *sim->chain);
	chain_keys_make(sim->rnd, sim->chain);
	if (!open_log(sim, opt->log) || !persist_load(sim))
		return false;
	sim->is_dirty = true;
	if (opt->tls_dir != NULL && (sim->tls = tls_sites_create(opt->tls_dir,
	    &sim->count.tls_resumed)) == NULL)
		return false;
	sim->server = net_listen(sim->loop, opt->host, opt->port, on_accept,
	    sim);
	if (sim->server == NULL)
		return false;
	return opt->control == NULL ||
	    (sim->control = control_open(sim, opt->control)) != NULL;
}

static void
close_handle(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

static void
sim_close(struct sim *sim)
{
	persist_now(sim);
	conn_close_all(sim);
	control_close(sim->control);
	net_server_close(sim->server);
	/* connections, control and server free themselves */
	for (int i = 0; i < 8; i++)
		uv_run(sim->loop, UV_RUN_NOWAIT);
	uv_walk(sim->loop, close_handle, NULL);
	uv_run(sim->loop, UV_RUN_DEFAULT);
	uv_loop_close(sim->loop);
	faults_clear(&sim->faults, 0);
	accounts_finish(&sim->accounts);
	event_log_destroy(sim->events);
	tls_sites_destroy(sim->tls);
	chain_keys_finish(sim->chain);
	free(sim->chain);
	map_finish(&sim->conns_by_id);
	map_finish(&sim->conns_by_ref);
	map_finish(&sim->noise_use);
}

static void
put_url(cJSON *o, const char *key, const struct sim *sim, const char *host,
    const char *scheme, const char *path)
{
	char url[160];
	bool is_v6 = strchr(host, ':') != NULL;

	str_format(url, sizeof url, "%s%s://%s%s%s:%u%s", scheme,
	    sim->tls != NULL ? "s" : "", is_v6 ? "[" : "", host,
	    is_v6 ? "]" : "", (unsigned)net_server_port(sim->server), path);
	json_put(o, key, url);
}

static void
say_ready(const struct sim *sim, const struct options *opt)
{
	cJSON *o = cJSON_CreateObject();
	char ca[512];
	char *line;

	cJSON_AddBoolToObject(o, "ready", true);
	json_put_int(o, "pid", getpid());
	put_url(o, "url", sim, opt->host, "ws", "/ws/chat");
	json_put(o, "host", opt->host);
	json_put_int(o, "port", net_server_port(sim->server));
	if (opt->tls_dir != NULL &&
	    str_format(ca, sizeof ca, "%s/ca.pem", opt->tls_dir))
		json_put(o, "ca_file", ca);
	else
		cJSON_AddNullToObject(o, "ca_file");
	json_put_hex(o, "noise_root_key", sim->chain->root.pub, KEY_LEN);
	put_url(o, "version_url", sim, opt->host, "http", "/sw.js");
	put_url(o, "page_url", sim, opt->host, "http", "/");
	if (opt->control != NULL)
		json_put(o, "control", opt->control);
	else
		cJSON_AddNullToObject(o, "control");
	line = cJSON_PrintUnformatted(o);
	printf("%s\n", line);
	fflush(stdout);
	cJSON_free(line);
	cJSON_Delete(o);
}

int
main(int argc, char **argv)
{
	struct options opt;
	struct handles handles;
	struct seeded seeded;
	struct sim sim;
	int status = 1;

	if (argc >= 2 && strcmp(argv[1], "ctl") == 0)
		return ctl_main(argc - 2, argv + 2);
	memset(&sim, 0, sizeof sim);
	if (!options_read(argc, argv, &opt, &sim.set, &status))
		return status;
	if (sodium_init() < 0)
		return 1;
	raise_limits();
	sim.rnd = choose_rnd(&opt, &seeded);
	if (!sim_open(&sim, &opt))
		return 1;
	start_handles(&sim, &handles, opt.until_eof);
	say_ready(&sim, &opt);
	uv_run(sim.loop, UV_RUN_DEFAULT);
	sim_close(&sim);
	return 0;
}
