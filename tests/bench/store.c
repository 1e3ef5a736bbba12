/*
 * bench store DIR: reading and committing companies of a new store. DIR
 * must not exist.
 */
#include "tests/bench/bench.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/store/store.h"
#include "core/wire/prekey.h"

#define COMPANY_FORMAT "bench-%02u"
#define CREDS_LEN 700           /* as those of a linked company */
#define COMMITS 20
#define COMPANIES 48            /* more than are kept open */

struct shelf {
	struct loop *loop;
	struct store *store;
	bool is_done;
	unsigned next;                  /* company to read */
};

static void
on_committed(void *ctx, enum err err)
{
	struct shelf *s = ctx;

	if (err != ERR_OK)
		bench_die("commit", err_text(err));
	s->is_done = true;
}

static void
commit(struct shelf *s, unsigned company, struct store_batch *batch)
{
	char name[COMPANY_ID_MAX + 1];

	str_format(name, sizeof name, COMPANY_FORMAT, company);
	s->is_done = false;
	store_commit(s->store, name, batch, on_committed, s);
	while (!s->is_done)
		loop_turn(s->loop, true);
}

static struct store_batch *
creds_batch(void)
{
	static const uint8_t creds[CREDS_LEN] = { 5 };
	struct store_batch *batch = store_batch_create();

	store_batch_put(batch, "creds", "creds", creds, sizeof creds);
	return batch;
}

static struct store_batch *
prekeys_batch(void)
{
	static const uint8_t key[KEY_LEN] = { 3 };
	struct store_batch *batch = creds_batch();
	char name[STORE_KEY_MAX];

	for (unsigned i = 1; i <= PREKEYS_FIRST; i++) {
		str_format(name, sizeof name, "%08u", i);
		store_batch_put(batch, "prekey", name, key, sizeof key);
	}
	return batch;
}

/* Each company in turn: whatever the store keeps open is of another one. */
static void
one_read(void *ctx)
{
	struct shelf *s = ctx;
	char name[COMPANY_ID_MAX + 1];
	struct buf out;

	str_format(name, sizeof name, COMPANY_FORMAT,
	    s->next++ % COMPANIES);
	buf_init_secret(&out, STORE_VALUE_MAX);
	if (store_get(s->store, name, "creds", "creds", &out) != ERR_OK ||
	    out.len != CREDS_LEN)
		bench_die("store_get", "not what was put");
	buf_finish(&out);
}

/* Of the company with the pre-keys: all its pages are checked. */
static void
say_first_read(struct shelf *s)
{
	int64_t cpu;

	s->next = 1;
	one_read(s);            /* what SQLite does once a process */
	s->next = 0;
	cpu = bench_process_ns();
	one_read(s);
	bench_say("first_read_us", (double)(bench_process_ns() - cpu) / 1e3);
}

/* On this disk and in this process: the loop, the worker and its sync. */
static void
say_commits(struct shelf *s)
{
	const int64_t cpu = bench_process_ns(), wall = bench_mono_ns();

	for (int i = 0; i < COMMITS; i++)
		commit(s, 0, creds_batch());
	bench_say("commit_cpu_us",
	    (double)(bench_process_ns() - cpu) / 1e3 / COMMITS);
	bench_say("commit_wall_us",
	    (double)(bench_mono_ns() - wall) / 1e3 / COMMITS);
}

static void
say_prekeys(struct shelf *s)
{
	const int64_t cpu = bench_process_ns();

	commit(s, 0, prekeys_batch());
	bench_say("commit_prekeys_ms",
	    (double)(bench_process_ns() - cpu) / 1e6);
}

static void
open_store(struct shelf *s, const char *dir)
{
	struct store_problem problem = { "" };

	if (store_open(&(struct store_params){ .dir = dir,
	    .rnd = rnd_system(), .loop = s->loop }, &s->store, &problem) !=
	    ERR_OK)
		bench_die("store_open", problem.text);
}

int
bench_store(int argc, char **argv)
{
	struct shelf s = { .loop = NULL };

	if (argc != 1)
		bench_die("store", "needs a directory");
	bench_limit(60);
	if (loop_create(&s.loop) != ERR_OK)
		bench_die("loop", "cannot be made");
	open_store(&s, argv[0]);
	for (unsigned i = 0; i < COMPANIES; i++)
		commit(&s, i, creds_batch());
	say_commits(&s);
	say_prekeys(&s);
	store_close(s.store);
	/* as at a start: nothing is open from a commit before */
	open_store(&s, argv[0]);
	say_first_read(&s);
	bench_say("read_us", bench_best_ns(one_read, &s, 4 * COMPANIES) / 1e3);
	store_close(s.store);
	loop_destroy(s.loop);
	return 0;
}
