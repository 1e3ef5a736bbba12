#include "tui/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/secret.h"

#define CTRL_C 3
#define CTRL_D 4
#define CTRL_U 21
#define BACKSPACE 8
#define DELETE 127

static void
say(int fd, const char *text)
{
	/* without a prompt it can be typed all the same */
	if (write(fd, text, strlen(text)) < 0)
		return;
}

/* All bytes of the last character, which may be UTF-8. */
static void
rub_out(struct buf *out, size_t start)
{
	while (out->len > start) {
		const uint8_t last = out->data[out->len - 1];

		buf_truncate(out, out->len - 1);
		if ((last & 0xc0) != 0x80)
			break;
	}
}

static enum err
read_line(int fd, struct buf *out)
{
	const size_t start = out->len;
	char c;
	ssize_t n;

	for (;;) {
		if ((n = read(fd, &c, 1)) < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_IO;
		if (c == '\n' || c == '\r')
			return ERR_OK;
		if (c == CTRL_C || (c == CTRL_D && out->len == start))
			return ERR_CANCELLED;
		if (c == CTRL_U)
			buf_truncate(out, start);
		else if (c == BACKSPACE || c == DELETE)
			rub_out(out, start);
		else if (buf_append(out, &c, 1) != ERR_OK)
			return ERR_TOO_LARGE;
	}
}

/* Key by key and without signals: a Ctrl-C that ended the process here would
 * leave a terminal that shows nothing. */
enum err
passphrase_ask(const char *prompt, struct buf *out)
{
	const int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	const size_t start = out->len;
	struct termios before, silent;
	enum err err;

	if (fd == -1)
		return ERR_NOT_FOUND;
	if (tcgetattr(fd, &before) != 0) {
		close(fd);
		return ERR_NOT_FOUND;
	}
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	silent.c_cc[VMIN] = 1;
	silent.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSAFLUSH, &silent) != 0) {
		close(fd);
		return ERR_IO;
	}
	say(fd, prompt);
	err = read_line(fd, out);
	if (err != ERR_OK)
		buf_truncate(out, start);
	say(fd, "\n");
	(void)tcsetattr(fd, TCSAFLUSH, &before);
	close(fd);
	return err;
}
