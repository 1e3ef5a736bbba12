#include "tui/dial.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/t.h"

/* Deeper than the 107 bytes of an address. */
#define PART "a-directory-with-a-long-name-of-sixty-characters-in-its-path"

struct place {
	char top[64], mid[256], dir[256], path[300];
	int fd;
};

static void
open_place(struct place *p)
{
	str_copy(p->top, sizeof p->top, "/tmp/pairdesk-dial-XXXXXX");
	EXPECT(mkdtemp(p->top) != NULL);
	str_format(p->mid, sizeof p->mid, "%s/" PART, p->top);
	str_format(p->dir, sizeof p->dir, "%.150s/" PART, p->mid);
	str_format(p->path, sizeof p->path, "%s/control.sock", p->dir);
	EXPECT_INT(mkdir(p->mid, 0700), 0);
	EXPECT_INT(mkdir(p->dir, 0700), 0);
	p->fd = -1;
}

static void
bind_place(struct place *p)
{
	const int dir = open(p->dir, O_PATH | O_DIRECTORY);
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	str_format(address.sun_path, sizeof address.sun_path,
	    "/proc/self/fd/%d/control.sock", dir);
	p->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT_INT(bind(p->fd, (const struct sockaddr *)&address,
	    sizeof address), 0);
	close(dir);
}

static void
close_place(struct place *p)
{
	if (p->fd != -1)
		close(p->fd);
	(void)unlink(p->path);
	(void)rmdir(p->dir);
	(void)rmdir(p->mid);
	(void)rmdir(p->top);
}

TEST(dial_a_long_path)
{
	struct place p;
	int fd = -1;

	open_place(&p);
	EXPECT(strlen(p.path) > 107);
	EXPECT_INT(dial_control(p.path, &fd), ERR_NOT_FOUND);
	bind_place(&p);
	/* bound by one who has died since */
	EXPECT_INT(dial_control(p.path, &fd), ERR_NOT_FOUND);
	EXPECT_INT(listen(p.fd, 4), 0);
	ASSERT(dial_control(p.path, &fd) == ERR_OK);
	EXPECT_INT(write(fd, "x", 1), 1);
	close(fd);
	close_place(&p);
}

TEST(dial_what_is_no_socket)
{
	struct place p;
	int fd = -1;

	open_place(&p);
	EXPECT_INT(dial_control("", &fd), ERR_NOT_FOUND);
	EXPECT_INT(dial_control("nowhere", &fd), ERR_NOT_FOUND);
	EXPECT_INT(dial_control("/nowhere", &fd), ERR_NOT_FOUND);
	EXPECT_INT(dial_control("/nowhere/at/all", &fd), ERR_NOT_FOUND);
	EXPECT_INT(dial_control(p.dir, &fd), ERR_NOT_FOUND);
	p.fd = open(p.path, O_CREAT | O_WRONLY, 0600);
	EXPECT_INT(dial_control(p.path, &fd), ERR_NOT_FOUND);
	close_place(&p);
}

/* A core too busy to accept: two seconds, not for ever. */
TEST(dial_a_full_backlog)
{
	struct place p;
	int fds[8], fd = -1;
	size_t n = 0;
	enum err err = ERR_OK;

	open_place(&p);
	bind_place(&p);
	EXPECT_INT(listen(p.fd, 0), 0);
	while (n < 8 && (err = dial_control(p.path, &fd)) == ERR_OK)
		fds[n++] = fd;
	EXPECT_INT(err, ERR_TIMEOUT);
	while (n > 0)
		close(fds[--n]);
	close_place(&p);
}
