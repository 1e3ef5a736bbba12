#include "core/io/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

/* A manager's socket; abstract, or below dir. */
struct manager {
	int fd;
	char name[100], text[256];
	char *dir;
	struct loop *loop;
	struct notify *n;
};

static void
open_manager(struct manager *m, bool is_abstract)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len;

	*m = (struct manager){ .fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0) };
	if (is_abstract) {
		str_format(m->name, sizeof m->name, "@pairdesk-unit-%d",
		    (int)getpid());
	} else {
		m->dir = t_dir();
		str_format(m->name, sizeof m->name, "%s/n", m->dir);
	}
	memcpy(a.sun_path, m->name, strlen(m->name));
	if (is_abstract)
		a.sun_path[0] = '\0';
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    strlen(m->name) + !is_abstract);
	EXPECT_INT(bind(m->fd, (const struct sockaddr *)&a, len), 0);
	EXPECT_INT(loop_create(&m->loop), ERR_OK);
	(void)setenv("NOTIFY_SOCKET", m->name, 1);
}

static void
close_manager(struct manager *m)
{
	notify_destroy(m->n);
	loop_destroy(m->loop);
	close(m->fd);
	if (m->dir != NULL) {
		(void)unlink(m->name);
		(void)rmdir(m->dir);
	}
	free(m->dir);
}

/* The next datagram, "" none. */
static const char *
heard(struct manager *m)
{
	const ssize_t n = recv(m->fd, m->text, sizeof m->text - 1, 0);

	m->text[n < 0 ? 0 : n] = '\0';
	return m->text;
}

static void
says_all(bool is_abstract)
{
	struct manager m;

	open_manager(&m, is_abstract);
	m.n = notify_create(m.loop);
	EXPECT_STR(heard(&m), "");
	notify_ready(m.n);
	EXPECT_STR(heard(&m), "READY=1");
	notify_status(m.n, "3 companies, 2 connected");
	EXPECT_STR(heard(&m), "STATUS=3 companies, 2 connected");
	notify_stopping(m.n);
	EXPECT_STR(heard(&m), "STOPPING=1");
	/* a child must not speak for us */
	EXPECT_NULL(getenv("NOTIFY_SOCKET"));
	close_manager(&m);
}

TEST(notify_speaks_to_a_path)
{
	says_all(false);
}

TEST(notify_speaks_to_an_abstract_name)
{
	says_all(true);
}

TEST(notify_status_is_one_short_line)
{
	char text[2 * NOTIFY_STATUS_MAX];
	struct manager m;

	open_manager(&m, true);
	m.n = notify_create(m.loop);
	notify_status(m.n, "a\nREADY=1");
	EXPECT_NULL(strchr(heard(&m), '\n'));
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	notify_status(m.n, text);
	EXPECT(strlen(heard(&m)) <= strlen("STATUS=") + NOTIFY_STATUS_MAX);
	EXPECT(strlen(m.text) > 100);
	close_manager(&m);
}

TEST(notify_without_a_manager_is_silent)
{
	static const char *const names[] = { "", "relative", "/", "@",
	    "vsock:2:1234", "/no/such/place" };
	char too_long[200];
	struct loop *loop;
	struct notify *n;

	ASSERT(loop_create(&loop) == ERR_OK);
	memset(too_long, 'a', sizeof too_long - 1);
	too_long[0] = '/';
	too_long[sizeof too_long - 1] = '\0';
	for (size_t i = 0; i <= ARRAY_LEN(names); i++) {
		(void)setenv("NOTIFY_SOCKET", i == ARRAY_LEN(names) ? too_long :
		    names[i], 1);
		n = notify_create(loop);
		notify_ready(n);
		notify_status(n, "well");
		notify_stopping(n);
		notify_destroy(n);
	}
	loop_destroy(loop);
}

static void
set_watchdog(const char *usec, const char *pid)
{
	(void)setenv("WATCHDOG_USEC", usec, 1);
	if (pid == NULL)
		(void)unsetenv("WATCHDOG_PID");
	else
		(void)setenv("WATCHDOG_PID", pid, 1);
}

static bool
is_fed_at_once(const char *usec, const char *pid)
{
	struct manager m;
	bool yes;

	open_manager(&m, true);
	set_watchdog(usec, pid);
	m.n = notify_create(m.loop);
	yes = strcmp(heard(&m), "WATCHDOG=1") == 0;
	close_manager(&m);
	return yes;
}

TEST(notify_watchdog_is_for_whom_it_names)
{
	char own[16], other[16];

	str_format(own, sizeof own, "%d", (int)getpid());
	str_format(other, sizeof other, "%d", (int)getppid());
	EXPECT(is_fed_at_once("30000000", own));
	EXPECT(is_fed_at_once("30000000", NULL));
	EXPECT(!is_fed_at_once("30000000", other));
	EXPECT(!is_fed_at_once("30000000", "x"));
	EXPECT(!is_fed_at_once("0", own));
	EXPECT(!is_fed_at_once("soon", own));
	EXPECT_NULL(getenv("WATCHDOG_USEC"));
}

/* Fed by turns of the loop: no turn, no food. */
TEST(notify_watchdog_is_fed_by_the_loop)
{
	struct manager m;

	open_manager(&m, true);
	set_watchdog("60000", NULL);    /* so each 20 ms */
	m.n = notify_create(m.loop);
	EXPECT_STR(heard(&m), "WATCHDOG=1");
	usleep(50000);
	EXPECT_STR(heard(&m), "");
	loop_turn(m.loop, true);
	EXPECT_STR(heard(&m), "WATCHDOG=1");
	loop_turn(m.loop, true);
	EXPECT_STR(heard(&m), "WATCHDOG=1");
	close_manager(&m);
}
