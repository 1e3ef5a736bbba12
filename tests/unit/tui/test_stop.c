#include "tui/stop.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/t.h"

/* A process that listens at path until it is told to end. */
static pid_t
listener(const char *path, bool ignores)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int ready[2];
	char byte = 0;
	pid_t pid;

	str_copy(address.sun_path, sizeof address.sun_path, path);
	EXPECT_INT(pipe(ready), 0);
	if ((pid = fork()) == 0) {
		if (ignores)
			signal(SIGTERM, SIG_IGN);
		/* the credentials are those of who calls listen */
		if (bind(fd, (const struct sockaddr *)&address,
		    sizeof address) == 0 && listen(fd, 4) == 0 &&
		    write(ready[1], "x", 1) == 1)
			poll(NULL, 0, 20000);
		_exit(0);
	}
	close(fd);
	close(ready[1]);
	EXPECT_INT(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static char *
place(char *out, size_t size)
{
	char dir[] = "/tmp/pairdesk-stop-XXXXXX";

	EXPECT(mkdtemp(dir) != NULL);
	str_format(out, size, "%s/s", dir);
	return out;
}

static void
clean(const char *path)
{
	char dir[64];

	(void)unlink(path);
	str_copy(dir, sizeof dir, path);
	*strrchr(dir, '/') = '\0';
	(void)rmdir(dir);
}

TEST(stop_finds_and_ends)
{
	struct stop_target target;
	char path[64];
	pid_t pid;
	int status;

	pid = listener(place(path, sizeof path), false);
	ASSERT(stop_find(path, &target) == ERR_OK);
	EXPECT_INT(target.pid, pid);
	EXPECT(!stop_wait(&target, 0));
	EXPECT_INT(stop_ask(&target), ERR_OK);
	EXPECT(stop_wait(&target, 10000));
	EXPECT_INT(waitpid(pid, &status, 0), pid);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	/* its number may be another's by now, and it is not meant */
	EXPECT_INT(stop_ask(&target), ERR_NOT_FOUND);
	stop_release(&target);
	clean(path);
}

TEST(stop_waits_no_longer_than_told)
{
	struct stop_target target;
	char path[64];
	pid_t pid;

	pid = listener(place(path, sizeof path), true);
	ASSERT(stop_find(path, &target) == ERR_OK);
	EXPECT_INT(stop_ask(&target), ERR_OK);
	EXPECT(!stop_wait(&target, 50));
	stop_release(&target);
	kill(pid, SIGKILL);
	EXPECT_INT(waitpid(pid, NULL, 0), pid);
	clean(path);
}

TEST(stop_core_in_one)
{
	char path[64];
	pid_t pid, asked = 7;

	EXPECT_INT(stop_core(place(path, sizeof path), &asked),
	    ERR_NOT_FOUND);
	EXPECT_INT(asked, 0);
	pid = listener(path, false);
	EXPECT_INT(stop_core(path, &asked), ERR_OK);
	EXPECT_INT(asked, pid);
	EXPECT_INT(waitpid(pid, NULL, 0), pid);
	/* the socket is there, nobody behind it */
	EXPECT_INT(stop_core(path, &asked), ERR_NOT_FOUND);
	EXPECT_INT(asked, 0);
	clean(path);
}
