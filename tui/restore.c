#include "tui/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"

/* A line that is stuck must not keep the process from ending. */
#define STUCK_MS 500

/* The terminal to restore. A handler is given nothing but a signal number, so
 * this is one of the few things that cannot be passed along. */
static const struct restore *volatile armed;

static void
write_all(int fd, const char *p, size_t n)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	ssize_t put;
	int ready;

	while (n > 0) {
		ready = poll(&wait, 1, STUCK_MS);
		if (ready == 0 || (ready < 0 && errno != EINTR))
			return;
		put = write(fd, p, n);
		if (put > 0) {
			p += put;
			n -= (size_t)put;
		} else if (errno != EINTR && errno != EAGAIN) {
			return;
		}
	}
}

/* Only what signal handlers may call. */
void
restore_now(void)
{
	const struct restore *r = armed;

	if (r == NULL)
		return;
	armed = NULL;
	write_all(r->fd, r->bytes, r->n);
	if (r->has_saved)
		(void)tcsetattr(r->mode_fd, TCSANOW, &r->saved);
	for (int i = 0; i < 2; i++) {
		if (r->flags_fd[i] != -1)
			(void)fcntl(r->flags_fd[i], F_SETFL, r->flags[i]);
	}
}

static void
on_fatal(int number)
{
	const int saved = errno;

	restore_now();
	errno = saved;
	/* SA_RESETHAND: this time it ends the process */
	(void)raise(number);
}

static void
catch_signals(void)
{
	static const int numbers[] = {
		SIGABRT, SIGBUS, SIGFPE, SIGHUP, SIGILL, SIGINT, SIGQUIT,
		SIGSEGV, SIGTERM,
	};
	struct sigaction now, fatal = { .sa_handler = on_fatal,
	    .sa_flags = (int)SA_RESETHAND };

	sigemptyset(&fatal.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (sigaction(numbers[i], NULL, &now) == 0 &&
		    (now.sa_flags & SA_SIGINFO) == 0 &&
		    now.sa_handler == SIG_DFL)
			(void)sigaction(numbers[i], &fatal, NULL);
	}
}

void
restore_arm(const struct restore *r)
{
	static bool is_registered;

	if (!is_registered)
		is_registered = atexit(restore_now) == 0;
	armed = r;
	catch_signals();
}
