#include "tui/console/screen_tty.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/str.h"

#define CELLS_MAX 1000

static bool
is_same_terminal(int a, int b)
{
	unsigned x, y;

	return ioctl(a, TIOCGDEV, &x) == 0 && ioctl(b, TIOCGDEV, &y) == 0 &&
	    x == y;
}

/*
 * A description of our own. O_NONBLOCK belongs to the description, and the one
 * we were given is the shell's and its other children's too. After su(1) the
 * device may not be ours to open by name; /dev/tty always is. What is left is
 * to share the flag while we run.
 */
static int
open_own(int fd, int mode, struct restore *r, int slot)
{
	const int how = mode | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char path[32];
	int own;

	r->flags_fd[slot] = -1;
	if (str_format(path, sizeof path, "/proc/self/fd/%d", fd) &&
	    (own = open(path, how)) != -1)
		return own;
	own = open("/dev/tty", how);
	if (own != -1 && is_same_terminal(own, fd))
		return own;
	if (own != -1)
		(void)close(own);
	own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (own == -1)
		return -1;
	r->flags[slot] = fcntl(fd, F_GETFL);
	r->flags_fd[slot] = own;
	return own;
}

enum err
tty_open(struct tty *t, int in, int out)
{
	*t = (struct tty){ .in = -1, .out = -1 };
	if (isatty(in) != 1 || isatty(out) != 1)
		return ERR_INVALID;
	t->in = open_own(in, O_RDONLY, &t->restore, 0);
	t->out = open_own(out, O_WRONLY, &t->restore, 1);
	if (t->in == -1 || t->out == -1) {
		tty_close(t);
		return ERR_IO;
	}
	t->restore.fd = t->out;
	t->restore.mode_fd = t->in;
	return ERR_OK;
}

void
tty_close(struct tty *t)
{
	tty_give_back(t);
	if (t->in != -1)
		(void)close(t->in);
	if (t->out != -1)
		(void)close(t->out);
	t->in = t->out = -1;
}

void
tty_set_leave(struct tty *t, const char *bytes)
{
	(void)str_copy(t->restore.bytes, sizeof t->restore.bytes, bytes);
	t->restore.n = strlen(t->restore.bytes);
}

void
tty_take(struct tty *t)
{
	struct restore *r = &t->restore;
	struct termios raw;

	if (t->in == -1)
		return;
	/* a shell that stopped us may have changed them since */
	if (!t->is_raw)
		r->has_saved = tcgetattr(t->in, &r->saved) == 0;
	t->is_raw = true;
	restore_arm(r);
	if (r->has_saved) {
		raw = r->saved;
		raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | IGNCR | INLCR |
		    INPCK | ISTRIP | IXON | IXOFF | PARMRK);
		raw.c_oflag &= ~(tcflag_t)OPOST;
		raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN |
		    ISIG);
		raw.c_cc[VMIN] = 1;
		raw.c_cc[VTIME] = 0;
		(void)tcsetattr(t->in, TCSANOW, &raw);
	}
	for (int i = 0; i < 2; i++) {
		if (r->flags_fd[i] != -1)
			(void)fcntl(r->flags_fd[i], F_SETFL,
			    r->flags[i] | O_NONBLOCK);
	}
}

void
tty_give_back(struct tty *t)
{
	if (!t->is_raw)
		return;
	t->is_raw = false;
	restore_now();
}

bool
tty_size(const struct tty *t, int *rows, int *columns)
{
	struct winsize size;

	if (t->out == -1 || ioctl(t->out, TIOCGWINSZ, &size) != 0 ||
	    size.ws_row == 0 || size.ws_col == 0)
		return false;
	*rows = size.ws_row < CELLS_MAX ? size.ws_row : CELLS_MAX;
	*columns = size.ws_col < CELLS_MAX ? size.ws_col : CELLS_MAX;
	return true;
}
