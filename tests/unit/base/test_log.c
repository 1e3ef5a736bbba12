#define LOG_MODULE "test"
#include "core/base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/t.h"

/* A directory with a log in it, and what the log's file holds. */
struct fixture {
	char *dir;
	char path[600];
	char text[8192];
};

static void
setup(struct fixture *f)
{
	f->dir = t_dir();
	str_format(f->path, sizeof f->path, "%s/pairdesk.log", f->dir);
}

static void
teardown(struct fixture *f)
{
	char old[610];

	log_close();
	log_set_tap(NULL, NULL);
	str_format(old, sizeof old, "%s.1", f->path);
	unlink(old);
	unlink(f->path);
	rmdir(f->dir);
	free(f->dir);
}

static const char *
read_file(struct fixture *f, const char *path)
{
	FILE *file = fopen(path, "r");
	size_t n = 0;

	if (file != NULL) {
		n = fread(f->text, 1, sizeof f->text - 1, file);
		fclose(file);
	}
	f->text[n] = '\0';
	return f->text;
}

static unsigned
count(const char *s, const char *what)
{
	unsigned n = 0;

	for (; (s = strstr(s, what)) != NULL; s++)
		n++;
	return n;
}

TEST(log_writes_one_line_a_fact)
{
	struct fixture f;

	setup(&f);
	ASSERT(log_open(f.path, 0, LOG_INFO) == ERR_OK);
	log_info("session=%s state=%s", "acme", "open");
	log_warn("n=%d", 2);
	read_file(&f, f.path);
	EXPECT_INT(count(f.text, "\n"), 2);
	EXPECT(strstr(f.text, "Z level=info mod=test session=acme "
	    "state=open\n") != NULL);
	EXPECT(strstr(f.text, " level=warn mod=test n=2\n") != NULL);
	teardown(&f);
}

TEST(log_is_private)
{
	struct fixture f;
	struct stat st;

	setup(&f);
	ASSERT(log_open(f.path, 0, LOG_INFO) == ERR_OK);
	EXPECT_INT(stat(f.path, &st), 0);
	EXPECT_INT(st.st_mode & 0777, 0600);
	teardown(&f);
}

TEST(log_leaves_out_what_is_below_its_level)
{
	struct fixture f;

	setup(&f);
	ASSERT(log_open(f.path, 0, LOG_WARN) == ERR_OK);
	log_debug("a=%d", 1);
	log_info("a=%d", 2);
	log_warn("a=%d", 3);
	log_error("a=%d", 4);
	read_file(&f, f.path);
	EXPECT_INT(count(f.text, "\n"), 2);
	EXPECT(strstr(f.text, "a=3") != NULL && strstr(f.text, "a=4") != NULL);
	teardown(&f);
}

TEST(log_text_cannot_forge_a_line)
{
	struct fixture f;

	setup(&f);
	ASSERT(log_open(f.path, 0, LOG_INFO) == ERR_OK);
	log_info("name=%s", "x\n2026 level=error mod=core forged\r\x1b[2J\xff");
	read_file(&f, f.path);
	EXPECT_INT(count(f.text, "\n"), 1);
	EXPECT(strstr(f.text, "name=x?2026 level=error mod=core forged??[2J?\n")
	    != NULL);
	teardown(&f);
}

TEST(log_cuts_long_lines_between_characters)
{
	char wide[3 * LOG_LINE_MAX];
	struct fixture f;
	size_t n;

	for (size_t i = 0; i + 1 < sizeof wide; i += 2)
		memcpy(wide + i, "\xd0\x96", 2);
	wide[sizeof wide - 2] = '\0';
	setup(&f);
	ASSERT(log_open(f.path, 0, LOG_INFO) == ERR_OK);
	log_info("a=%s", wide);
	log_info("aa=%s", wide);
	read_file(&f, f.path);
	n = strcspn(f.text, "\n");
	EXPECT_INT(count(f.text, "\n"), 2);
	EXPECT(n > LOG_LINE_MAX - 8 && n <= LOG_LINE_MAX);
	EXPECT(str_is_utf8(f.text, strlen(f.text)));
	EXPECT_INT(count(f.text, "?"), 0);
	teardown(&f);
}

TEST(log_rotates_once_and_loses_no_line)
{
	struct fixture f;
	char old[610];
	unsigned here, there;

	setup(&f);
	str_format(old, sizeof old, "%s.1", f.path);
	ASSERT(log_open(f.path, 600, LOG_INFO) == ERR_OK);
	for (int i = 0; i < 12; i++)
		log_info("line=%02d padding=%030d", i, 0);
	here = count(read_file(&f, f.path), "\n");
	EXPECT(strlen(f.text) <= 600);
	there = count(read_file(&f, old), "\n");
	EXPECT(strlen(f.text) <= 600);
	EXPECT(here > 0 && there > 0);
	EXPECT_INT(here + there, 12);
	teardown(&f);
}

TEST(log_counts_what_was_there_before)
{
	struct fixture f;
	char old[610];

	setup(&f);
	str_format(old, sizeof old, "%s.1", f.path);
	ASSERT(log_open(f.path, 200, LOG_INFO) == ERR_OK);
	log_info("first=%0100d", 0);
	ASSERT(log_open(f.path, 200, LOG_INFO) == ERR_OK);
	log_info("second=%0100d", 0);
	EXPECT_INT(count(read_file(&f, old), "first="), 1);
	EXPECT_INT(count(read_file(&f, f.path), "second="), 1);
	EXPECT_INT(count(f.text, "first="), 0);
	teardown(&f);
}

TEST(log_refuses_a_link_and_a_path_that_is_none)
{
	struct fixture f;
	char victim[620];

	setup(&f);
	str_format(victim, sizeof victim, "%s/victim", f.dir);
	ASSERT(symlink(victim, f.path) == 0);
	EXPECT_INT(log_open(f.path, 0, LOG_INFO), ERR_PERMISSION);
	EXPECT(access(victim, F_OK) != 0);
	unlink(f.path);
	EXPECT_INT(log_open("/dev/null/x", 0, LOG_INFO), ERR_IO);
	log_info("a=%d", 1);    /* goes nowhere, and nothing breaks */
	teardown(&f);
}

static void
tap(void *ctx, enum log_level level, const char *line)
{
	struct fixture *f = ctx;

	str_format(f->text, sizeof f->text, "%s|%s", log_level_name(level),
	    line);
}

TEST(log_tap_sees_lines_without_a_file)
{
	struct fixture f;

	setup(&f);
	ASSERT(log_open(NULL, 0, LOG_INFO) == ERR_OK);
	log_set_tap(tap, &f);
	log_error("code=%d", 405);
	EXPECT(strncmp(f.text, "error|", 6) == 0);
	EXPECT(strstr(f.text, " level=error mod=test code=405") != NULL);
	EXPECT_INT(count(f.text, "\n"), 0);
	teardown(&f);
}

TEST(log_goes_to_the_journal_when_stderr_is_one)
{
	const int saved = dup(STDERR_FILENO);
	struct fixture f;
	char stream[64];
	struct stat st;
	int fd;

	setup(&f);
	fd = open(f.path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ASSERT(fd != -1 && saved != -1 && fstat(fd, &st) == 0);
	str_format(stream, sizeof stream, "%llu:%llu",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	dup2(fd, STDERR_FILENO);
	EXPECT_INT(log_open("/nonexistent/dir/log", 0, LOG_INFO), ERR_OK);
	log_warn("a=%d", 1);
	dup2(saved, STDERR_FILENO);
	unsetenv("JOURNAL_STREAM");
	close(saved);
	close(fd);
	EXPECT_STR(read_file(&f, f.path), "<4>level=warn mod=test a=1\n");
	teardown(&f);
}
