#include "tui/term.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/charset.h"

#define SIZE_MAX_CELLS 10000

#define ENTER "\033[?1049h\033[?25l\033[0m\033[2J\033[H"
/* the wipe comes first: some terminals keep the alternate screen's text */
#define LEAVE "\033[0m\033[2J\033[H\033[?25h\033[?1049l"

static bool
is_one_of(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(s, list[i]) == 0)
			return true;
	}
	return false;
}

/* Terminals that take U+1FB00 for something unknown, whatever the locale. */
bool
term_has_sextants(const char *name)
{
	static const char *const without[] = {
		"linux", "cygwin", "vt100", "vt102", "vt220", "ansi",
	};

	return !is_one_of(name, without, ARRAY_LEN(without));
}

static bool
has_256_colours(const char *name)
{
	static const char *const with[] = {
		"alacritty", "foot", "xterm-kitty", "xterm-ghostty", "contour",
		"wezterm", "xterm-direct",
	};
	const char *colorterm = getenv("COLORTERM");

	return strstr(name, "256color") != NULL ||
	    is_one_of(name, with, ARRAY_LEN(with)) || (colorterm != NULL &&
	    (strcmp(colorterm, "truecolor") == 0 ||
	    strcmp(colorterm, "24bit") == 0));
}

static unsigned
size_from_env(const char *name, unsigned fallback)
{
	const char *s = getenv(name);
	uint64_t v;

	return s != NULL && str_to_u64(s, SIZE_MAX_CELLS, &v) && v > 0
	    ? (unsigned)v : fallback;
}

bool
term_update_size(struct term *t)
{
	const struct qr_terminal old = t->can;
	struct winsize size;

	if (t->is_tty && ioctl(t->fd, TIOCGWINSZ, &size) == 0 &&
	    size.ws_row > 0 && size.ws_col > 0) {
		t->can.rows = size.ws_row;
		t->can.columns = size.ws_col;
	} else {
		t->can.rows = size_from_env("LINES", 24);
		t->can.columns = size_from_env("COLUMNS", 80);
	}
	return t->can.rows != old.rows || t->can.columns != old.columns;
}

void
term_init(struct term *t, int fd)
{
	const char *name = getenv("TERM"), *no_color = getenv("NO_COLOR");

	*t = (struct term){ .fd = fd, .is_tty = isatty(fd) == 1 };
	if (name == NULL)
		name = "dumb";
	t->is_plain = !t->is_tty || *name == '\0' || strcmp(name, "dumb") == 0;
	t->wants_colour = !t->is_plain &&
	    (no_color == NULL || *no_color == '\0');
	t->can.utf8 = charset_is_utf8();
	t->can.sextants = term_has_sextants(name);
	t->can.colours256 = has_256_colours(name);
	(void)term_update_size(t);
}

void
term_enter(struct term *t)
{
	struct restore *r = &t->restore;
	struct termios quiet;

	if (t->is_plain || t->is_entered)
		return;
	*r = (struct restore){ .fd = t->fd, .mode_fd = t->fd,
	    .flags_fd = { -1, -1 }, .bytes = LEAVE, .n = sizeof LEAVE - 1 };
	r->has_saved = tcgetattr(t->fd, &r->saved) == 0;
	if (r->has_saved) {
		quiet = r->saved;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON);
		/* Ctrl-S and Ctrl-Z would hold up what keeps links alive */
		quiet.c_iflag &= ~(tcflag_t)IXON;
		quiet.c_cc[VSUSP] = _POSIX_VDISABLE;
		(void)tcsetattr(t->fd, TCSANOW, &quiet);
	}
	t->is_entered = true;
	restore_arm(r);
	(void)term_write(t, ENTER, sizeof ENTER - 1);
}

void
term_leave(struct term *t)
{
	if (!t->is_entered)
		return;
	t->is_entered = false;
	restore_now();
}

bool
term_write(const struct term *t, const void *p, size_t n)
{
	struct pollfd wait = { .fd = t->fd, .events = POLLOUT };
	const char *at = p;
	ssize_t put;

	while (n > 0) {
		put = write(t->fd, at, n);
		if (put >= 0) {
			at += put;
			n -= (size_t)put;
		} else if (errno == EAGAIN) {
			(void)poll(&wait, 1, -1);
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}
