#include "core/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/store/dir.h"

#define NOTE_MAX 256
/* The holder writes its note just after the flock; give it that moment. */
#define NOTE_TRIES 5
#define NOTE_WAIT_NS (20 * 1000 * 1000L)

struct lock {
	int fd;
};

/* First line of the file, fit for a terminal; false when there is none. */
static bool
read_note(int fd, char *out, size_t size)
{
	char note[NOTE_MAX];
	const ssize_t n = pread(fd, note, sizeof note, 0);
	const char *end;

	if (n <= 0 || (end = memchr(note, '\n', (size_t)n)) == NULL)
		return false;
	str_clean(out, size, note, (size_t)(end - note));
	return true;
}

static void
describe_holder(int fd, char *out, size_t size)
{
	const struct timespec wait = { .tv_nsec = NOTE_WAIT_NS };

	for (int i = 0; i < NOTE_TRIES; i++) {
		if (read_note(fd, out, size))
			return;
		nanosleep(&wait, NULL);
	}
	str_copy(out, size, "another process, which left no note");
}

/* The note is for people; that it cannot be written is no reason to fail. */
static void
write_note(int fd, const char *what)
{
	char note[NOTE_MAX], host[65] = "", since[32];
	size_t n;

	if (gethostname(host, sizeof host - 1) != 0)
		str_copy(host, sizeof host, "?");
	str_time_utc(since, sizeof since, clock_wall_ms(clock_system()));
	str_format(note, sizeof note - 1, "pid %ld on host %s (%s, since %s)",
	    (long)getpid(), host, what, since);
	n = strlen(note);
	note[n++] = '\n';
	if (ftruncate(fd, 0) != 0 || pwrite(fd, note, n, 0) != (ssize_t)n)
		return;
}

enum err
lock_take(const char *dir, const char *what, struct lock **out, char *holder,
    size_t holder_size)
{
	char path[DIR_PATH_MAX];
	struct lock *l;
	enum err err;
	int fd;

	if ((err = dir_path(path, "%s/lock", dir)) != ERR_OK)
		return err;
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_from_errno(errno);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		err = errno == EWOULDBLOCK ? ERR_LOCKED :
		    err_from_errno(errno);
		if (err == ERR_LOCKED)
			describe_holder(fd, holder, holder_size);
		close(fd);
		return err;
	}
	if (fchmod(fd, 0600) != 0) {
		err = err_from_errno(errno);
		close(fd);
		return err;
	}
	write_note(fd, what);
	l = xcalloc(1, sizeof *l);
	l->fd = fd;
	*out = l;
	return ERR_OK;
}

void
lock_release(struct lock *l)
{
	if (l == NULL)
		return;
	/* the note goes before the lock, or it would be the next holder's */
	if (ftruncate(l->fd, 0) != 0) {
		/* then it stays: only the flock counts */
	}
	close(l->fd);
	free(l);
}
