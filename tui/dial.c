#include "tui/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/str.h"

#define DIAL_SECONDS 2
#define PATH_LEN 4096

static int
open_directory(const char *path, const char *name)
{
	char dir[PATH_LEN];

	if (!str_copy(dir, sizeof dir, path))
		return -1;
	/* of "/x" it is "/" */
	dir[name - path == 1 ? 1 : name - path - 1] = '\0';
	return open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Others could have put a socket of theirs where ours is looked for. */
static bool
is_trusted(int fd, int dir)
{
	struct ucred peer;
	struct stat st;
	socklen_t n = sizeof peer;

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 &&
	    (peer.uid == 0 || peer.uid == geteuid() ||
	    (fstat(dir, &st) == 0 && peer.uid == st.st_uid));
}

static enum err
err_of(int why)
{
	switch (why) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
	case ENOTSOCK:
		return ERR_NOT_FOUND;
	case EACCES:
	case EPERM:
		return ERR_PERMISSION;
	case EAGAIN:
		return ERR_TIMEOUT;
	default:
		return ERR_IO;
	}
}

static enum err
connect_in(int dir, const char *name, int *fd)
{
	/* a full backlog makes connect wait */
	const struct timeval limit = { .tv_sec = DIAL_SECONDS };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	enum err err;

	/* 107 bytes fit: the directory goes as its descriptor */
	if (!str_format(address.sun_path, sizeof address.sun_path,
	    "/proc/self/fd/%d/%s", dir, name))
		return ERR_NOT_FOUND;
	if ((*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		return ERR_IO;
	(void)setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	if (connect(*fd, (const struct sockaddr *)&address,
	    sizeof address) != 0)
		err = err_of(errno);
	else
		err = is_trusted(*fd, dir) ? ERR_OK : ERR_PERMISSION;
	if (err != ERR_OK)
		close(*fd);
	return err;
}

enum err
dial_control(const char *path, int *fd)
{
	const char *slash = strrchr(path, '/');
	enum err err;
	int dir;

	if (slash == NULL || slash[1] == '\0')
		return ERR_NOT_FOUND;
	if ((dir = open_directory(path, slash + 1)) == -1)
		return err_of(errno);
	err = connect_in(dir, slash + 1, fd);
	close(dir);
	return err;
}
