/* The control socket: bound where one core serves one state directory. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "httpd/listen.h"

#define BACKLOG 128
#define DIR_MAX 4096
#define GROUPS_MAX 1024

/*
 * A path of any length as an address: the 107 bytes that it has room for
 * hold the descriptor of the directory and the last name.
 */
struct place {
	int dir;
	const char *name;
	struct sockaddr_un address;
};

static void
leave(struct place *p)
{
	if (p->dir != -1)
		close(p->dir);
}

static bool
find_place(struct place *p, const char *path)
{
	char dir[DIR_MAX];
	const char *slash = strrchr(path, '/');

	p->dir = -1;
	errno = ENAMETOOLONG;
	if (slash == NULL || slash == path || slash[1] == '\0' ||
	    !str_copy(dir, sizeof dir, path))
		return false;
	dir[slash - path] = '\0';
	/* /run/pairdesk does not survive a boot */
	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return false;
	p->name = slash + 1;
	p->dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	p->address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (p->dir != -1)
		errno = ENAMETOOLONG;
	return p->dir != -1 && str_format(p->address.sun_path,
	    sizeof p->address.sun_path, "/proc/self/fd/%d/%s", p->dir,
	    p->name);
}

static bool
somebody_answers(const struct place *p)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes;

	if (fd == -1)
		return false;
	yes = connect(fd, (const struct sockaddr *)&p->address,
	    sizeof p->address) == 0 || errno == EAGAIN;
	close(fd);
	return yes;
}

static bool
is_socket(const struct place *p)
{
	struct stat st;

	return fstatat(p->dir, p->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISSOCK(st.st_mode);
}

static bool
bind_there(int fd, const struct place *p, gid_t group)
{
	const mode_t mode = group == CONTROL_NO_GROUP ? 0600 : 0660;

	/* nobody can connect before listen, so the mode is set in time */
	if (bind(fd, (const struct sockaddr *)&p->address,
	    sizeof p->address) != 0)
		return false;
	return (group == CONTROL_NO_GROUP ||
	    fchownat(p->dir, p->name, (uid_t)-1, group, 0) == 0) &&
	    fchmodat(p->dir, p->name, mode, 0) == 0 &&
	    listen(fd, BACKLOG) == 0;
}

static enum err
fail(const char *path, int why, struct app_problem *problem)
{
	str_format(problem->text, sizeof problem->text,
	    "the control socket %s cannot be made: %s; set control.socket to "
	    "a place that this user may write to", path, strerror(why));
	return why == EACCES || why == EPERM ? ERR_PERMISSION : ERR_IO;
}

enum err
control_listen(const char *path, gid_t group, int *fd,
    struct app_problem *problem)
{
	struct place p;
	enum err err = ERR_OK;
	int s = -1;

	if (!find_place(&p, path)) {
		err = fail(path, errno, problem);
	} else if (somebody_answers(&p)) {
		str_format(problem->text, sizeof problem->text,
		    "another pairdesk answers on %s; set control.socket to "
		    "another path for this one", path);
		err = ERR_LOCKED;
	} else {
		if (is_socket(&p))
			(void)unlinkat(p.dir, p.name, 0);
		s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
		    SOCK_CLOEXEC, 0);
		if (s == -1 || !bind_there(s, &p, group)) {
			err = fail(path, errno, problem);
			if (s != -1)
				close(s);
		}
	}
	leave(&p);
	if (err == ERR_OK)
		*fd = s;
	return err;
}

void
control_unlink(const char *path)
{
	struct place p;

	if (find_place(&p, path) && is_socket(&p) && !somebody_answers(&p))
		(void)unlinkat(p.dir, p.name, 0);
	leave(&p);
}

/* --- who is at the other end -------------------------------------------------------- */

static bool
is_in_group(int fd, const struct ucred *peer, gid_t group)
{
	gid_t *groups = xcalloc(GROUPS_MAX, sizeof *groups);
	socklen_t n = GROUPS_MAX * sizeof *groups;
	bool is = peer->gid == group;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &n) != 0)
		n = 0;
	for (size_t i = 0; i < n / sizeof *groups; i++)
		is = is || groups[i] == group;
	free(groups);
	return is;
}

bool
control_admits(int fd, gid_t group)
{
	struct ucred peer;
	socklen_t n = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
		return false;
	return peer.uid == 0 || peer.uid == geteuid() ||
	    (group != CONTROL_NO_GROUP && is_in_group(fd, &peer, group));
}
