#include "core/store/lock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "tests/t.h"

static void
path_of(char *out, size_t size, const char *dir)
{
	EXPECT(str_format(out, size, "%s/lock", dir));
}

/* In the child: 0 when refused in the expected words, else a line number. */
static int
expect_refusal(const char *dir, long parent)
{
	const int64_t since = clock_mono_ms(clock_system());
	char holder[256] = "poison", pid[32];
	struct lock *l = NULL;

	if (lock_take(dir, "second", &l, holder, sizeof holder) != ERR_LOCKED)
		return __LINE__;
	if (l != NULL)
		return __LINE__;
	str_format(pid, sizeof pid, "pid %ld ", parent);
	if (strncmp(holder, pid, strlen(pid)) != 0)
		return __LINE__;
	if (strstr(holder, "on host ") == NULL ||
	    strstr(holder, "(first test, since 20") == NULL)
		return __LINE__;
	if (clock_mono_ms(clock_system()) - since > 1000 * clock_speed())
		return __LINE__;
	return 0;
}

TEST(lock_second_process_is_told_who_holds_it)
{
	char *dir = t_dir();
	const long parent = (long)getpid();
	char holder[256] = "";
	struct lock *l = NULL;
	int status = -1;
	pid_t child;

	ASSERT(lock_take(dir, "first test", &l, holder, sizeof holder) ==
	    ERR_OK);
	EXPECT_STR(holder, "");
	child = fork();
	if (child == 0)
		_exit(expect_refusal(dir, parent) & 0xff);
	ASSERT(child > 0);
	EXPECT_INT(waitpid(child, &status, 0), child);
	EXPECT_INT(status, 0);
	lock_release(l);
	free(dir);
}

TEST(lock_is_refused_within_one_process_too)
{
	char *dir = t_dir(), holder[256] = "";
	struct lock *l = NULL, *second = NULL;

	ASSERT(lock_take(dir, "a", &l, holder, sizeof holder) == ERR_OK);
	EXPECT_INT(lock_take(dir, "b", &second, holder, sizeof holder),
	    ERR_LOCKED);
	EXPECT_NULL(second);
	lock_release(l);
	EXPECT_INT(lock_take(dir, "b", &second, holder, sizeof holder),
	    ERR_OK);
	lock_release(second);
	lock_release(NULL);
	free(dir);
}

/* Left by a crash or an earlier boot: a file with a note, no flock. */
TEST(lock_takes_a_stale_file)
{
	char *dir = t_dir(), holder[256] = "", path[512], text[256] = "";
	struct lock *l = NULL;
	struct stat st;
	FILE *f;

	path_of(path, sizeof path, dir);
	f = fopen(path, "w");
	ASSERT(f != NULL);
	fputs("pid 1 on host gone (long note of an earlier boot "
	    "..........................................)\n", f);
	fclose(f);
	ASSERT(lock_take(dir, "test", &l, holder, sizeof holder) == ERR_OK);
	ASSERT((f = fopen(path, "r")) != NULL);
	EXPECT(fgets(text, sizeof text, f) != NULL);
	EXPECT(strstr(text, "gone") == NULL);
	EXPECT(strstr(text, "(test, since ") != NULL);
	EXPECT_NULL(fgets(text, sizeof text, f));
	fclose(f);
	EXPECT_INT(stat(path, &st), 0);
	EXPECT_INT(st.st_mode & 0777, 0600);
	lock_release(l);
	free(dir);
}

TEST(lock_holder_without_or_with_a_hostile_note)
{
	char *dir = t_dir(), holder[256] = "", path[512];
	struct lock *l = NULL;
	int fd;

	path_of(path, sizeof path, dir);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	ASSERT(fd >= 0 && flock(fd, LOCK_EX) == 0);
	EXPECT_INT(lock_take(dir, "x", &l, holder, sizeof holder),
	    ERR_LOCKED);
	EXPECT_STR(holder, "another process, which left no note");
	EXPECT_INT(write(fd, "a\033[2J\n", 6), 6);
	EXPECT_INT(lock_take(dir, "x", &l, holder, sizeof holder),
	    ERR_LOCKED);
	EXPECT_STR(holder, "a?[2J");
	EXPECT_NULL(l);
	close(fd);
	free(dir);
}

TEST(lock_refuses_a_link_and_a_missing_directory)
{
	char *dir = t_dir(), holder[256] = "", path[512];
	struct lock *l = NULL;

	path_of(path, sizeof path, dir);
	ASSERT(symlink("/dev/null", path) == 0);
	EXPECT_INT(lock_take(dir, "x", &l, holder, sizeof holder),
	    ERR_PERMISSION);
	EXPECT_INT(lock_take("/nonexistent", "x", &l, holder, sizeof holder),
	    ERR_NOT_FOUND);
	EXPECT_NULL(l);
	free(dir);
}
