#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/secret.h"

#define ROUNDS 5

static int64_t
clock_ns(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t) != 0)
		bench_die("clock", "cannot be read");
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t
bench_thread_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

int64_t
bench_process_ns(void)
{
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t
bench_mono_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

double
bench_best_ns(bench_fn fn, void *ctx, unsigned calls)
{
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		const int64_t since = bench_thread_ns();
		double took;

		for (unsigned i = 0; i < calls; i++)
			fn(ctx);
		took = (double)(bench_thread_ns() - since) / calls;
		if (round == 0 || took < best)
			best = took;
	}
	return best;
}

void
bench_say(const char *name, double value)
{
	printf("{\"name\":\"%s\",\"value\":%.3f}\n", name, value);
	fflush(stdout);
}

void
bench_die(const char *what, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(1);
}

void
bench_limit(unsigned seconds)
{
	/* nobody catches it: the system ends the process */
	alarm(seconds);
}

struct config *
bench_config(int argc, char **argv)
{
	struct config *config = config_create();
	struct config_problem problem = { "" };
	static char *no_env[] = { NULL };
	int at = 0;

	while (at < argc) {
		if (config_take_flag(config, argc, argv, &at, &problem) !=
		    ERR_OK)
			bench_die(argv[at], problem.text);
	}
	if (config_load(config, &(struct config_place){ .env = no_env },
	    &problem) != ERR_OK)
		bench_die("options", problem.text);
	return config;
}

struct app *
bench_app(const struct config *config)
{
	struct app_problem problem = { "" };
	struct app *a;

	if (app_open(&(struct app_params){ .config = config,
	    .what = "bench" }, &a, &problem) != ERR_OK)
		bench_die("start", problem.text);
	return a;
}

static void
on_stopped(void *ctx)
{
	loop_stop(app_loop(ctx));
}

void
bench_app_end(struct app *a)
{
	app_stop(a, on_stopped, a);
	loop_run(app_loop(a));
	app_close(a);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} parts[] = {
		{ "login", bench_login },
		{ "crypto", bench_crypto },
		{ "store", bench_store },
		{ "screen", bench_screen },
		{ "tls", bench_tls },
		{ "farm", bench_farm },
		{ "codes", bench_codes },
		{ "bare", bench_bare },
		{ "image", bench_image },
	};

	if (secret_process_init() != ERR_OK)
		bench_die("libsodium", "cannot start");
	for (size_t i = 0; argc > 1 && i < ARRAY_LEN(parts); i++) {
		if (strcmp(argv[1], parts[i].name) == 0)
			return parts[i].run(argc - 2, argv + 2);
	}
	fputs("usage: bench login|crypto|store|screen|tls|farm|codes|bare|"
	    "image ...\n",
	    stderr);
	return 2;
}
