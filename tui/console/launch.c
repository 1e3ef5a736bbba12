#include "tui/console/launch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/console/text.h"
#include "tui/run.h"
#include "tui/serve.h"

#define READY_MS 30000          /* many companies on a slow disk */
#define PATIENCE_MS 1000        /* then it says what it waits for */
#define HELD_MS 10000           /* somebody else's core comes up, or ends */
#define HELD_STEP_MS 200
#define END_MS 10000
#define END_STEP_MS 20
#define SAID_MAX 4096

/* What the core's process says until it is ready comes by a pipe in place of
 * its standard error; one of these bytes, which no text has, ends it. */
#define READY_BYTE '\0'
#define HELD_BYTE '\1'          /* not ready: somebody holds the state */

/* Milliseconds of the machine's clock: processes do not go faster in tests. */
static int64_t
now_ms(void)
{
	return clock_mono_ms(clock_system()) / clock_speed();
}

static void
rest(int64_t ms)
{
	const struct timespec t = { .tv_sec = ms / 1000,
	    .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* --- the core's process ------------------------------------------------------- */

static bool
replace(int fd, int by)
{
	return fd == by || dup2(fd, by) == by;
}

/* Paths of options that were given relative to where we are hold there. */
static void
leave_directory(const struct config *config)
{
	static const enum option paths[] = { OPT_STATE_DIR,
	    OPT_MASTER_KEY_FILE, OPT_LOG_FILE, OPT_WHATSAPP_CA_FILE,
	    OPT_HTTP_PUBLIC_DIR, OPT_CONTROL_SOCKET };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const char *path = config_str(config, paths[i]);

		if (path != NULL && path[0] != '/')
			return;
	}
	if (chdir("/") != 0) {
		/* then it holds the directory that it was started in */
	}
}

/* What the shell left open; ours are marked to go with exec, and some belong
 * to libraries that still use them. */
static void
close_inherited(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *e;
	uint64_t fd;
	int flags;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (!str_to_u64(e->d_name, INT_MAX, &fd) ||
		    fd <= STDERR_FILENO)
			continue;
		flags = fcntl((int)fd, F_GETFD);
		if (flags != -1 && (flags & FD_CLOEXEC) == 0)
			close((int)fd);
	}
	if (dir != NULL)
		closedir(dir);
}

/* Nothing of the terminal, and nothing of the shell. */
static bool
detach(int pipe_fd)
{
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null == -1 || setsid() == -1 || !replace(null, STDIN_FILENO) ||
	    !replace(null, STDOUT_FILENO) || !replace(pipe_fd, STDERR_FILENO))
		return false;
	close(null);
	close(pipe_fd);
	close_inherited();
	return true;
}

/* A console that has gone in between is no reason not to go on. */
static void
tell(char byte)
{
	while (write(STDERR_FILENO, &byte, 1) == -1 && errno == EINTR)
		;
}

static void
on_failed(void *ctx, enum err why)
{
	(void)ctx;
	if (why == ERR_LOCKED)
		tell(HELD_BYTE);
}

static void
on_ready(void *ctx, struct run *run)
{
	int null;

	(void)ctx;
	(void)run;
	tell(READY_BYTE);
	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) != -1) {
		(void)replace(null, STDERR_FILENO);
		close(null);
	}
}

__attribute__((noreturn)) static void
be_core(const struct cmd_args *args, int pipe_fd)
{
	/* who holds the state reads as what it does */
	static const struct cmd as = { .name = "serve" };
	struct cmd_args own = *args;

	own.cmd = &as;
	own.json = false;
	if (!detach(pipe_fd))
		exit(EX_OSERR);
	leave_directory(args->config);
	exit(serve(&own, &(struct serve_hooks){ .ready = on_ready,
	    .failed = on_failed }));
}

/* --- watching it come up -------------------------------------------------------- */

struct birth {
	pid_t pid;
	int fd;
	char said[SAID_MAX];
	size_t n;
	bool is_ready, is_held;
};

/* False: the pipe has ended, or it is ready. */
static bool
take(struct birth *b)
{
	char *at = b->said + b->n;
	ssize_t n = read(b->fd, at, sizeof b->said - 1 - b->n);
	const char *end;

	if (n == -1)
		return errno == EINTR;
	if (n == 0)
		return false;
	if (memchr(at, READY_BYTE, (size_t)n) != NULL) {
		b->is_ready = true;
		return false;
	}
	if ((end = memchr(at, HELD_BYTE, (size_t)n)) != NULL) {
		b->is_held = true;
		n = end - at;
	}
	b->n += (size_t)n;
	/* who says so much has said it */
	if (b->n == sizeof b->said - 1)
		b->n = 0;
	return true;
}

/* False: in all that time it came to nothing. */
static bool
watch_birth(struct birth *b, const struct cmd_args *args)
{
	const int64_t start = now_ms();
	struct pollfd p = { .fd = b->fd, .events = POLLIN };
	int64_t limit = PATIENCE_MS, left;

	for (;;) {
		if ((left = start + limit - now_ms()) < 0)
			left = 0;
		if (poll(&p, 1, (int)left) == 1) {
			if (!take(b))
				return true;
		} else if (now_ms() >= start + limit) {
			if (limit == READY_MS)
				return false;
			fprintf(stderr, "pairdesk: %s\n",
			    text_get(args->lang, TEXT_LAUNCH_WAITS));
			limit = READY_MS;
		}
	}
}

static int
fail(const struct cmd_args *args, int exit_code, enum text text, int64_t n)
{
	char sentence[WORDS_MAX];

	text_format(sentence, sizeof sentence, args->lang, text,
	    &(struct words_args){ .n = n });
	return cmd_fail(args, exit_code, "INTERNAL_ERROR", sentence);
}

/* What the core said at its end is said again here. */
static int
tell_failure(const struct cmd_args *args, const struct birth *b, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) != EX_OK && b->n > 0) {
		fwrite(b->said, 1, b->n, stderr);
		return WEXITSTATUS(status);
	}
	if (b->n > 0)
		fwrite(b->said, 1, b->n, stderr);
	if (WIFSIGNALED(status))
		return fail(args, EX_SOFTWARE, TEXT_LAUNCH_KILLED,
		    WTERMSIG(status));
	return fail(args, EX_SOFTWARE, TEXT_LAUNCH_DIED,
	    WIFEXITED(status) ? WEXITSTATUS(status) : 0);
}

static int
reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return status;
}

static bool
begin(struct birth *b, const struct cmd_args *args)
{
	int ends[2];

	*b = (struct birth){ .pid = -1 };
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	fflush(NULL);
	if ((b->pid = fork()) == 0)
		be_core(args, ends[1]);
	close(ends[1]);
	b->fd = ends[0];
	if (b->pid != -1)
		return true;
	close(ends[0]);
	return false;
}

/*
 * One try. EX_OK: *child is up. may_wait: that somebody holds the state is no
 * failure yet, *is_held_by_other says so.
 */
static int
start_core(const struct cmd_args *args, bool may_wait, pid_t *child,
    bool *is_held_by_other)
{
	struct birth b;
	int code = EX_OK, status;

	*is_held_by_other = false;
	if (!begin(&b, args))
		return fail(args, EX_OSERR, TEXT_LAUNCH_NO_PROCESS, errno);
	if (!watch_birth(&b, args)) {
		code = fail(args, EX_TEMPFAIL, TEXT_LAUNCH_LATE, b.pid);
	} else if (b.is_ready) {
		*child = b.pid;
	} else {
		status = reap(b.pid);
		*is_held_by_other = may_wait && b.is_held;
		code = *is_held_by_other ? EX_TEMPFAIL :
		    tell_failure(args, &b, status);
	}
	close(b.fd);
	return code;
}

int
launch_core(const struct cmd_args *args, pid_t *child)
{
	const int64_t start = now_ms();
	bool is_waiting = true, has_told = false;
	int code = EX_TEMPFAIL;

	*child = 0;
	while (is_waiting) {
		switch (run_look(args)) {
		case RUN_SERVING:
			return EX_OK;
		case RUN_SILENT:
			return cmd_fail_word(args, EX_TEMPFAIL, "CORE_GONE",
			    WORD_CLI_CORE_SILENT);
		default:
			break;
		}
		/* it may be another console's core that comes up */
		code = start_core(args, now_ms() - start < HELD_MS, child,
		    &is_waiting);
		if (is_waiting) {
			if (!has_told && now_ms() - start > PATIENCE_MS) {
				fprintf(stderr, "pairdesk: %s\n", text_get(
				    args->lang, TEXT_LAUNCH_HELD));
				has_told = true;
			}
			rest(HELD_STEP_MS);
		}
	}
	return code;
}

/* --- its end ---------------------------------------------------------------------- */

bool
launch_has_ended(pid_t child, int *status)
{
	return waitpid(child, status, WNOHANG) == child;
}

bool
launch_end(pid_t child)
{
	const int64_t end = now_ms() + END_MS;
	int status;

	if (kill(child, SIGTERM) != 0)
		return true;
	while (!launch_has_ended(child, &status)) {
		if (now_ms() >= end)
			return false;
		rest(END_STEP_MS);
	}
	return true;
}
