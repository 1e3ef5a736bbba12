#include "core/io/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"

#define FEEDS 3                 /* in one interval of the watchdog */
#define EXTEND_EVERY_MS 1000
#define EXTEND_MAX 120          /* times */
#define WATCHDOG_MAX_US (INT64_C(24) * 3600 * 1000000)

struct notify {
	struct sockaddr_un to;
	socklen_t to_len;       /* 0: nobody listens */
	int fd;
	struct timer *feed, *extend;
	int64_t feed_ms;        /* ours, 0: no watchdog */
	unsigned extended;
};

/* "/path" or "@abstract"; anything else is no address that we know. */
static void
find_manager(struct notify *n)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t len;

	if (name == NULL || (name[0] != '/' && name[0] != '@') ||
	    name[1] == '\0' || (len = strlen(name)) >= sizeof n->to.sun_path)
		return;
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->fd == -1)
		return;
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, name, len);
	/* an abstract name has no end but its length */
	if (name[0] == '@')
		n->to.sun_path[0] = '\0';
	n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len +
	    (name[0] == '@' ? 0 : 1));
}

/* A manager that is gone or does not read is its own trouble. */
static void
say(struct notify *n, const char *text)
{
	if (n->to_len != 0)
		(void)!sendto(n->fd, text, strlen(text), MSG_NOSIGNAL,
		    (const struct sockaddr *)&n->to, n->to_len);
}

static void
on_feed(void *ctx)
{
	struct notify *n = ctx;

	say(n, "WATCHDOG=1");
	timer_start(n->feed, n->feed_ms);
}

static void
start_watchdog(struct notify *n)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	uint64_t us, for_pid;

	if (n->to_len == 0 || usec == NULL ||
	    !str_to_u64(usec, WATCHDOG_MAX_US, &us) || us == 0)
		return;
	if (pid != NULL && (!str_to_u64(pid, INT32_MAX, &for_pid) ||
	    for_pid != (uint64_t)getpid()))
		return;
	/* the manager's clock is the wall's, whatever ours is hurried to */
	n->feed_ms = (int64_t)(us / 1000 / FEEDS) * clock_speed();
	if (n->feed_ms < 1)
		n->feed_ms = 1;
	on_feed(n);
}

static void
on_extend(void *ctx)
{
	struct notify *n = ctx;

	if (n->extended++ >= EXTEND_MAX)
		return;
	say(n, "EXTEND_TIMEOUT_USEC=10000000");
	timer_start(n->extend, EXTEND_EVERY_MS * clock_speed());
}

struct notify *
notify_create(struct loop *loop)
{
	struct notify *n = xcalloc(1, sizeof *n);

	n->fd = -1;
	n->feed = timer_create_on(loop, on_feed, n);
	n->extend = timer_create_on(loop, on_extend, n);
	find_manager(n);
	start_watchdog(n);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return n;
}

void
notify_destroy(struct notify *n)
{
	if (n == NULL)
		return;
	timer_destroy(n->feed);
	timer_destroy(n->extend);
	if (n->fd != -1)
		(void)close(n->fd);
	free(n);
}

void
notify_ready(struct notify *n)
{
	say(n, "READY=1");
}

void
notify_status(struct notify *n, const char *text)
{
	char line[sizeof "STATUS=" + NOTIFY_STATUS_MAX], clean[NOTIFY_STATUS_MAX + 1];

	/* a line feed would begin a word of its own */
	str_clean(clean, sizeof clean, text, strlen(text));
	str_format(line, sizeof line, "STATUS=%s", clean);
	say(n, line);
}

void
notify_stopping(struct notify *n)
{
	say(n, "STOPPING=1");
	if (!timer_is_running(n->extend))
		timer_start(n->extend, EXTEND_EVERY_MS * clock_speed());
}
