/*
 * SIGKILL at random moments: what was called back is there, and never half
 * a batch.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/rnd.h"
#include "core/base/str.h"
#include "core/store/store.h"
#include "tests/t.h"
#include "tests/unit/store/fix.h"

#define ROUNDS 50
#define MOVE_ROUNDS 25
#define WAIT_MS 10000

struct child {
	pid_t pid;
	int out;                        /* numbers that were called back */
	uint64_t acked;
};

/* --- the process that will be killed -------------------------------------- */

static enum err
commit_number(struct fix *f, uint64_t number)
{
	struct company_row row = { .company = "acme",
	    .state_version_limit = number };
	struct store_batch *b = store_batch_create();
	char key[24];

	str_format(key, sizeof key, "%llu", (unsigned long long)number % 40);
	store_batch_put(b, "pair", "a", &number, sizeof number);
	store_batch_put(b, "many", key, key, strlen(key));
	store_batch_put(b, "pair", "b", &number, sizeof number);
	store_batch_index(b, &row);
	return fix_commit(f, "acme", b);
}

/* Ends by being killed; returns only if something fails. */
static void
run_child(const char *dir, int out, uint64_t number, bool moves)
{
	struct fix f;

	fix_init_in(&f, dir);
	if (fix_open(&f) != ERR_OK)
		return;
	for (;; number++) {
		if (moves && number % 4 == 3 &&
		    fix_quarantine(&f, "acme") != ERR_OK)
			return;
		if (commit_number(&f, number) != ERR_OK ||
		    write(out, &number, sizeof number) != sizeof number)
			return;
	}
}

static void
start_child(struct child *c, const char *dir, uint64_t number, bool moves)
{
	int ends[2];

	EXPECT_INT(pipe(ends), 0);
	c->acked = 0;
	c->out = ends[0];
	c->pid = fork();
	if (c->pid == 0) {
		close(ends[0]);
		run_child(dir, ends[1], number, moves);
		_exit(1);
	}
	close(ends[1]);
	EXPECT(c->pid > 0);
}

static bool
read_number(struct child *c)
{
	return read(c->out, &c->acked, sizeof c->acked) ==
	    (ssize_t)sizeof c->acked;
}

/* Lets it work for `commits`, then up to some milliseconds more. */
static void
kill_child(struct child *c, uint32_t commits, uint32_t delay_us)
{
	const struct timespec delay = { .tv_nsec = (long)delay_us * 1000 };
	struct pollfd fd = { .fd = c->out, .events = POLLIN };
	int status = 0;

	while (commits-- > 0) {
		if (poll(&fd, 1, WAIT_MS) != 1 || !read_number(c)) {
			t_fail(__FILE__, __LINE__, "child is stuck or gone");
			break;
		}
	}
	nanosleep(&delay, NULL);
	kill(c->pid, SIGKILL);
	EXPECT_INT(waitpid(c->pid, &status, 0), c->pid);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	while (read_number(c))
		;
	close(c->out);
}

/* --- what it left --------------------------------------------------------- */

/* 0 when there is none. */
static uint64_t
get_number(struct fix *f, const char *key)
{
	uint64_t number = 0;
	struct buf out;
	enum err err;

	buf_init_secret(&out, sizeof number);
	err = store_get(f->store, "acme", "pair", key, &out);
	if (err == ERR_OK) {
		EXPECT_INT(out.len, sizeof number);
		memcpy(&number, out.data, sizeof number);
	} else {
		EXPECT_INT(err, ERR_NOT_FOUND);
	}
	buf_finish(&out);
	return number;
}

static uint64_t
check_state(struct fix *f, bool *present)
{
	struct company_row row = { .state_version_limit = 0 };
	const uint64_t number = get_number(f, "a");
	const enum err err = store_row(f->store, "acme", &row);

	EXPECT_INT(get_number(f, "b"), number);
	EXPECT(err == ERR_OK || err == ERR_NOT_FOUND);
	EXPECT(!row.damaged);
	*present = err == ERR_OK;
	if (number != 0) {
		EXPECT(*present);
		EXPECT_INT(row.state_version_limit, number);
	}
	return number;
}

TEST(kill_during_commits)
{
	uint64_t last = 0;
	struct t_rnd rnd;
	struct fix f;

	t_rnd_init(&rnd, 4711);
	fix_init(&f);
	for (int i = 0; i < ROUNDS; i++) {
		struct child c;
		bool present;

		fix_close(&f);
		start_child(&c, f.dir, last + 1, false);
		kill_child(&c, rnd_below(&rnd.rnd, 6),
		    rnd_below(&rnd.rnd, 20000));
		fix_reopen(&f);
		if (c.acked == 0)
			c.acked = last;
		last = check_state(&f, &present);
		/* the one in flight may have made it */
		if (last != c.acked)
			EXPECT_INT(last, c.acked + 1);
		EXPECT(present || c.acked == 0);
		/* reading has had the WAL moved into the database */
		fix_close(&f);
		EXPECT(!present || fix_count_names(fix_path(&f,
		    "sessions/company_acme")) == 1);
	}
	EXPECT(last > 0);
	fix_finish(&f);
}

/* The company may be empty after a quarantine, but it is always listed, and
 * old data are in quarantine, whole. */
TEST(kill_during_quarantines)
{
	struct t_rnd rnd;
	struct fix f;
	uint64_t last = 0;

	t_rnd_init(&rnd, 815);
	fix_init(&f);
	for (int i = 0; i < MOVE_ROUNDS; i++) {
		struct child c;
		uint64_t number;
		bool present;

		fix_close(&f);
		start_child(&c, f.dir, last + 1, true);
		kill_child(&c, rnd_below(&rnd.rnd, 5),
		    rnd_below(&rnd.rnd, 20000));
		fix_reopen(&f);
		if (c.acked == 0)
			c.acked = last;
		number = check_state(&f, &present);
		EXPECT(present || c.acked == 0);
		EXPECT(number == 0 || number == c.acked ||
		    number == c.acked + 1);
		last = number > c.acked ? number : c.acked;
	}
	fix_finish(&f);
}
