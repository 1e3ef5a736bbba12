#include "tui/stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tui/dial.h"

static enum err
err_of(int why)
{
	switch (why) {
	case ESRCH:
		return ERR_NOT_FOUND;
	case EPERM:
	case EACCES:
		return ERR_PERMISSION;
	default:
		return ERR_IO;
	}
}

/* It has not hung up, so the process that listens there has not ended. */
static bool
is_open(int socket_fd)
{
	struct pollfd p = { .fd = socket_fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) == 0;
}

static enum err
find_peer(int socket_fd, struct stop_target *out)
{
	struct ucred peer;
	socklen_t n = sizeof peer;
	long fd;

	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
		return err_of(errno);
	/* a process that this namespace does not show */
	if (peer.pid <= 0)
		return ERR_INVALID;
	if ((fd = syscall(SYS_pidfd_open, peer.pid, 0)) == -1)
		return err_of(errno);
	/* looked at only now: the number was this process's all the time */
	if (!is_open(socket_fd)) {
		close((int)fd);
		return ERR_NOT_FOUND;
	}
	*out = (struct stop_target){ .pid = peer.pid, .fd = (int)fd };
	return ERR_OK;
}

enum err
stop_find(const char *control_socket, struct stop_target *out)
{
	enum err err;
	int fd;

	if ((err = dial_control(control_socket, &fd)) != ERR_OK)
		return err;
	err = find_peer(fd, out);
	close(fd);
	return err;
}

void
stop_release(struct stop_target *t)
{
	close(t->fd);
}

enum err
stop_ask(const struct stop_target *t)
{
	if (syscall(SYS_pidfd_send_signal, t->fd, SIGTERM, NULL, 0) == 0)
		return ERR_OK;
	return err_of(errno);
}

bool
stop_wait(const struct stop_target *t, int64_t ms)
{
	const int64_t end = clock_mono_ms(clock_system()) +
	    ms * clock_speed();
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	int64_t left = ms;
	int n;

	/* interrupted, as by a change of the terminal's size: on it goes */
	while ((n = poll(&p, 1, (int)left)) == -1 && errno == EINTR) {
		left = (end - clock_mono_ms(clock_system())) / clock_speed();
		if (left <= 0)
			return false;
	}
	return n == 1;
}

enum err
stop_core(const char *control_socket, pid_t *pid)
{
	struct stop_target t;
	enum err err;

	*pid = 0;
	if ((err = stop_find(control_socket, &t)) != ERR_OK)
		return err;
	if ((err = stop_ask(&t)) == ERR_OK)
		*pid = t.pid;
	stop_release(&t);
	return err;
}
