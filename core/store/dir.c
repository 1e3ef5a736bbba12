#include "core/store/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/secret.h"
#include "core/base/str.h"
#include "core/store/store.h"

void
problem_say(struct store_problem *problem, const char *fmt, ...)
{
	va_list ap;

	if (problem == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(problem->text, sizeof problem->text, fmt, ap);
	va_end(ap);
}

enum err
err_from_errno(int number)
{
	switch (number) {
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EEXIST:
	case ENOTEMPTY:
		return ERR_EXISTS;
	case EACCES:
	case EPERM:
	case EROFS:
	case ELOOP:             /* a link where O_NOFOLLOW forbids one */
		return ERR_PERMISSION;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_NO_SPACE;
	case ENOMEM:
		return ERR_NO_MEMORY;
	default:
		return ERR_IO;
	}
}

enum err
dir_path(char *out, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(out, DIR_PATH_MAX, fmt, ap);
	va_end(ap);
	return n >= 0 && n < DIR_PATH_MAX ? ERR_OK : ERR_INVALID;
}

enum err
dir_is_ours(const char *path, const struct stat *st,
    struct store_problem *problem)
{
	if (st->st_uid != geteuid()) {
		problem_say(problem, "%s belongs to user %u, but this process "
		    "runs as user %u. Run it as that user, or: chown %u %s",
		    path, (unsigned)st->st_uid, (unsigned)geteuid(),
		    (unsigned)geteuid(), path);
		return ERR_PERMISSION;
	}
	if ((st->st_mode & 077) != 0) {
		problem_say(problem, "%s is open to other users (mode %04o). "
		    "Close it: chmod %s %s", path,
		    (unsigned)(st->st_mode & 07777),
		    S_ISDIR(st->st_mode) ? "700" : "600", path);
		return ERR_PERMISSION;
	}
	return ERR_OK;
}

static enum err
fail(const char *path, struct store_problem *problem)
{
	const int number = errno;

	problem_say(problem, "%s: %s", path, strerror(number));
	return err_from_errno(number);
}

static enum err
check_dir(const char *path, int flags, struct store_problem *problem)
{
	struct stat st;

	if (fstatat(AT_FDCWD, path, &st, flags) != 0)
		return fail(path, problem);
	if (!S_ISDIR(st.st_mode)) {
		problem_say(problem, "%s is not a directory", path);
		return ERR_PERMISSION;
	}
	return dir_is_ours(path, &st, problem);
}

/* mkdir obeys the umask, so the mode is set once more. */
static enum err
make_one(const char *path, struct store_problem *problem)
{
	enum err err;

	if (mkdir(path, 0700) != 0 || chmod(path, 0700) != 0)
		return fail(path, problem);
	if ((err = dir_sync_parent(path)) != ERR_OK)
		problem_say(problem, "%s: cannot be synced", path);
	return err;
}

enum err
dir_make(const char *path, struct store_problem *problem)
{
	enum err err;

	if (!dir_exists(path) &&
	    (err = make_one(path, problem)) != ERR_OK)
		return err;
	return check_dir(path, AT_SYMLINK_NOFOLLOW, problem);
}

enum err
dir_make_all(const char *path, struct store_problem *problem)
{
	char part[DIR_PATH_MAX];
	enum err err;

	if (path[0] == '\0' || !str_copy(part, sizeof part, path)) {
		problem_say(problem, "the state directory's name is empty or "
		    "too long");
		return ERR_INVALID;
	}
	for (char *slash = strchr(part + 1, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (access(part, F_OK) != 0 &&
		    (err = make_one(part, problem)) != ERR_OK)
			return err;
		*slash = '/';
	}
	if (access(part, F_OK) != 0 &&
	    (err = make_one(part, problem)) != ERR_OK)
		return err;
	return check_dir(path, 0, problem);
}

enum err
dir_create_file(const char *path, int *fd)
{
	const int made = open(path,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (made < 0)
		return err_from_errno(errno);
	if (fchmod(made, 0600) != 0) {
		const enum err err = err_from_errno(errno);

		close(made);
		unlink(path);
		return err;
	}
	*fd = made;
	return ERR_OK;
}

static enum err
write_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		const ssize_t put = write(fd, at, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_from_errno(errno);
		at += put;
		n -= (size_t)put;
	}
	return fsync(fd) == 0 ? ERR_OK : err_from_errno(errno);
}

enum err
dir_write_file(const char *path, const void *p, size_t n)
{
	enum err err;
	int fd = -1;

	if ((err = dir_create_file(path, &fd)) != ERR_OK)
		return err;
	err = write_all(fd, p, n);
	if (close(fd) != 0 && err == ERR_OK)
		err = err_from_errno(errno);
	if (err != ERR_OK)
		unlink(path);
	return err;
}

static enum err
read_all(int fd, struct buf *out)
{
	uint8_t part[256];
	ssize_t got = 0;
	enum err err = ERR_OK;

	while (err == ERR_OK && (got = read(fd, part, sizeof part)) != 0) {
		if (got > 0)
			err = buf_append(out, part, (size_t)got);
		else if (errno != EINTR)
			err = err_from_errno(errno);
	}
	secret_wipe(part, sizeof part);
	return err;
}

enum err
dir_read_ours(const char *path, struct buf *out, struct store_problem *problem)
{
	const int fd = open(path,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	enum err err;

	if (fd < 0)
		return fail(path, problem);
	if (fstat(fd, &st) != 0) {
		err = fail(path, problem);
	} else if (!S_ISREG(st.st_mode)) {
		problem_say(problem, "%s is not a file", path);
		err = ERR_PERMISSION;
	} else if ((err = dir_is_ours(path, &st, problem)) == ERR_OK &&
	    (err = read_all(fd, out)) != ERR_OK) {
		problem_say(problem, "%s: %s", path, err_text(err));
	}
	close(fd);
	return err;
}

static enum err
sync_path(const char *path, int flags)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	enum err err = ERR_OK;

	if (fd < 0)
		return err_from_errno(errno);
	if (fsync(fd) != 0)
		err = err_from_errno(errno);
	close(fd);
	return err;
}

enum err
dir_sync(const char *path)
{
	return sync_path(path, O_DIRECTORY);
}

enum err
dir_sync_file(const char *path)
{
	return sync_path(path, O_NOFOLLOW);
}

enum err
dir_sync_parent(const char *path)
{
	char parent[DIR_PATH_MAX];
	char *slash;

	if (!str_copy(parent, sizeof parent, path))
		return ERR_INVALID;
	if ((slash = strrchr(parent, '/')) == NULL)
		return sync_path(".", O_DIRECTORY);
	slash[slash == parent ? 1 : 0] = '\0';
	return dir_sync(parent);
}

enum err
dir_move(const char *from, const char *to)
{
	const char *from_end = strrchr(from, '/'), *to_end = strrchr(to, '/');
	enum err err;

	/* nobody else works here: the state directory's lock is ours */
	if (dir_exists(to))
		return ERR_EXISTS;
	if (rename(from, to) != 0)
		return err_from_errno(errno);
	if ((err = dir_sync_parent(to)) != ERR_OK)
		return err;
	if (from_end != NULL && to_end != NULL &&
	    from_end - from == to_end - to &&
	    memcmp(from, to, (size_t)(to_end - to)) == 0)
		return ERR_OK;
	return dir_sync_parent(from);
}

bool
dir_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

enum err
dir_each(const char *path, dir_name_fn fn, void *ctx)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	enum err err = ERR_OK;

	if (d == NULL)
		return err_from_errno(errno);
	while (err == ERR_OK && (errno = 0, e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			err = fn(ctx, e->d_name);
	}
	if (err == ERR_OK && errno != 0)
		err = err_from_errno(errno);
	closedir(d);
	return err;
}

static enum err
delete_file(void *ctx, const char *name)
{
	char path[DIR_PATH_MAX];
	enum err err;

	if ((err = dir_path(path, "%s/%s", (const char *)ctx, name)) != ERR_OK)
		return err;
	return unlink(path) == 0 ? ERR_OK : err_from_errno(errno);
}

enum err
dir_delete(const char *path)
{
	char copy[DIR_PATH_MAX];
	struct stat st;
	enum err err;

	if (!str_copy(copy, sizeof copy, path))
		return ERR_INVALID;
	if (lstat(path, &st) != 0)
		return err_from_errno(errno);
	if (!S_ISDIR(st.st_mode))       /* never follow a link out of here */
		return ERR_PERMISSION;
	if ((err = dir_each(path, delete_file, copy)) != ERR_OK)
		return err;
	if (rmdir(path) != 0)
		return err_from_errno(errno);
	return dir_sync_parent(path);
}
