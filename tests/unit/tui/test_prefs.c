/* What a console finds again: the file, and what is made of a bad one. */
#include "tui/console/prefs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/t.h"

struct fix {
	char *dir;
	char path[PATH_MAX], bad[PATH_MAX];
};

static void
open_fix(struct fix *f)
{
	f->dir = t_dir();
	(void)str_format(f->path, sizeof f->path, "%s/a/b/console.json",
	    f->dir);
	(void)str_format(f->bad, sizeof f->bad, "%s.bad", f->path);
}

static void
close_fix(struct fix *f)
{
	free(f->dir);
}

static void
put_file(const char *path, const char *text, size_t n)
{
	FILE *file = fopen(path, "w");

	ASSERT(file != NULL);
	EXPECT_INT(fwrite(text, 1, n, file), n);
	EXPECT_INT(fclose(file), 0);
}

static struct prefs
some(void)
{
	return (struct prefs){ .view = "company", .company = "acme",
	    .cursor = "beta-1", .filter = "!подключена a|\"b\"",
	    .sort = SORT_SEEN, .reverse = true, .wide = true,
	    .only_problems = true, .mouse = true,
	    .qr_style = QR_SEXTANT, .log_filter = "session", .log_level = "warn",
	    .log_company = "acme" };
}

static void
expect_default(const struct prefs *p)
{
	EXPECT_STR(p->view, "");
	EXPECT_STR(p->cursor, "");
	EXPECT_STR(p->filter, "");
	EXPECT_STR(p->log_level, "");
	EXPECT_INT(p->sort, SORT_NEED);
	EXPECT_INT(p->qr_style, QR_AUTO);
	EXPECT(!p->reverse && !p->wide && !p->only_problems && !p->mouse);
}

TEST(prefs_differ_by_any_member)
{
	const struct prefs one = some();
	struct prefs other = one;

	EXPECT(prefs_are_equal(&one, &other));
	other.mouse = false;
	EXPECT(!prefs_are_equal(&one, &other));
	other = one;
	other.filter[0] = 'x';
	EXPECT(!prefs_are_equal(&one, &other));
	other = one;
	other.qr_style = QR_FULL;
	EXPECT(!prefs_are_equal(&one, &other));
	other = one;
	other.sort = SORT_NAME;
	EXPECT(!prefs_are_equal(&one, &other));
}

TEST(prefs_are_found_again)
{
	const struct prefs saved = some();
	struct prefs p;
	struct stat st;
	struct fix f;

	open_fix(&f);
	EXPECT_INT(prefs_load(f.path, "xterm", &p), ERR_OK);
	expect_default(&p);
	EXPECT_INT(prefs_save(f.path, "xterm", &saved), ERR_OK);
	EXPECT_INT(stat(f.path, &st), 0);
	EXPECT_INT(st.st_mode & 0777, 0600);
	*strrchr(f.path, '/') = '\0';
	EXPECT_INT(stat(f.path, &st), 0);
	EXPECT_INT(st.st_mode & 0777, 0700);
	f.path[strlen(f.path)] = '/';
	EXPECT_INT(prefs_load(f.path, "xterm", &p), ERR_OK);
	EXPECT_STR(p.view, saved.view);
	EXPECT_STR(p.company, saved.company);
	EXPECT_STR(p.cursor, saved.cursor);
	EXPECT_STR(p.filter, saved.filter);
	EXPECT_STR(p.log_filter, saved.log_filter);
	EXPECT_STR(p.log_company, saved.log_company);
	EXPECT_STR(p.log_level, saved.log_level);
	EXPECT_INT(p.sort, saved.sort);
	EXPECT_INT(p.qr_style, saved.qr_style);
	EXPECT(p.reverse && p.wide && p.only_problems && p.mouse);
	close_fix(&f);
}

/* A style is this terminal's, and what we do not know is somebody's. */
TEST(prefs_of_others_stay)
{
	struct prefs p = some();
	struct fix f;

	open_fix(&f);
	EXPECT_INT(prefs_save(f.path, "linux", &p), ERR_OK);
	p.qr_style = QR_HALF;
	EXPECT_INT(prefs_save(f.path, "xterm\n", &p), ERR_OK);
	EXPECT_INT(prefs_load(f.path, "linux", &p), ERR_OK);
	EXPECT_INT(p.qr_style, QR_SEXTANT);
	EXPECT_INT(prefs_load(f.path, "xterm\n", &p), ERR_OK);
	EXPECT_INT(p.qr_style, QR_HALF);
	EXPECT_INT(prefs_load(f.path, "screen", &p), ERR_OK);
	EXPECT_INT(p.qr_style, QR_AUTO);
	put_file(f.path, "{\"later\":[1],\"terms\":{\"x\":{\"more\":7}}}", 39);
	EXPECT_INT(prefs_save(f.path, "x", &p), ERR_OK);
	{
		char text[4096] = "";
		FILE *file = fopen(f.path, "r");

		ASSERT(file != NULL);
		EXPECT(fread(text, 1, sizeof text - 1, file) > 0);
		(void)fclose(file);
		EXPECT(strstr(text, "\"later\":\t[1]") != NULL);
		EXPECT(strstr(text, "\"more\":\t7") != NULL);
	}
	close_fix(&f);
}

TEST(prefs_that_are_garbage_are_put_aside)
{
	static const char *const garbage[] = { "", "{", "[]", "null",
	    "{\"view\":\"", "\xff\xfe" };
	const struct prefs saved = some();
	struct prefs p;
	struct fix f;

	open_fix(&f);
	EXPECT_INT(prefs_save(f.path, "x", &saved), ERR_OK);
	for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
		put_file(f.path, garbage[i], strlen(garbage[i]));
		EXPECT_INT(prefs_load(f.path, "x", &p), ERR_MALFORMED);
		expect_default(&p);
		EXPECT_INT(access(f.path, F_OK), -1);
		EXPECT_INT(access(f.bad, F_OK), 0);
		/* once */
		EXPECT_INT(prefs_load(f.path, "x", &p), ERR_OK);
	}
	close_fix(&f);
}

TEST(prefs_of_wrong_types_are_defaults)
{
	static const char text[] = "{\"view\":7,\"cursor\":\"a b\","
	    "\"company\":\"\\u001b\",\"filter\":\"a\\u001b[2J\","
	    "\"sort\":\"colour\",\"wide\":\"yes\",\"reverse\":true,"
	    "\"logLevel\":\"loud\",\"terms\":[1]}";
	const struct prefs saved = some();
	struct prefs p;
	struct fix f;

	open_fix(&f);
	EXPECT_INT(prefs_save(f.path, "x", &saved), ERR_OK);
	put_file(f.path, text, strlen(text));
	EXPECT_INT(prefs_load(f.path, "x", &p), ERR_OK);
	EXPECT_STR(p.view, "");
	EXPECT_STR(p.cursor, "");
	EXPECT_STR(p.company, "");
	EXPECT_STR(p.filter, "a?[2J");
	EXPECT_STR(p.log_level, "");
	EXPECT_INT(p.sort, SORT_NEED);
	EXPECT_INT(p.qr_style, QR_AUTO);
	EXPECT(p.reverse && !p.wide);
	EXPECT_INT(prefs_save(f.path, "x", &saved), ERR_OK);
	EXPECT_INT(prefs_load(f.path, "x", &p), ERR_OK);
	EXPECT_INT(p.qr_style, QR_SEXTANT);
	close_fix(&f);
}

TEST(prefs_have_a_size)
{
	static char large[70000];
	const struct prefs saved = some();
	struct prefs p;
	struct fix f;

	open_fix(&f);
	EXPECT_INT(prefs_save(f.path, "x", &saved), ERR_OK);
	memset(large, ' ', sizeof large);
	memcpy(large, "{}", 2);
	put_file(f.path, large, sizeof large);
	EXPECT_INT(prefs_load(f.path, "x", &p), ERR_TOO_LARGE);
	EXPECT_INT(access(f.bad, F_OK), 0);
	/* one that others have nearly filled gives way */
	memset(large, 'x', sizeof large);
	memcpy(large, "{\"other\":\"", 10);
	memcpy(large + 65000, "\"}", 2);
	put_file(f.path, large, 65002);
	EXPECT_INT(prefs_save(f.path, "x", &saved), ERR_OK);
	EXPECT_INT(prefs_load(f.path, "x", &p), ERR_OK);
	EXPECT_STR(p.cursor, saved.cursor);
	close_fix(&f);
}

TEST(prefs_are_no_link_and_no_pipe)
{
	const struct prefs saved = some();
	char target[PATH_MAX];
	struct prefs p;
	struct stat st;
	struct fix f;

	open_fix(&f);
	EXPECT_INT(prefs_save(f.path, "x", &saved), ERR_OK);
	(void)str_format(target, sizeof target, "%s/target", f.dir);
	EXPECT_INT(rename(f.path, target), 0);
	EXPECT_INT(symlink(target, f.path), 0);
	EXPECT_INT(prefs_load(f.path, "x", &p), ERR_PERMISSION);
	expect_default(&p);
	EXPECT_INT(prefs_save(f.path, "x", &saved), ERR_OK);
	EXPECT_INT(lstat(f.path, &st), 0);
	EXPECT(S_ISREG(st.st_mode));
	EXPECT_INT(unlink(f.path), 0);
	EXPECT_INT(mkfifo(f.path, 0600), 0);
	EXPECT_INT(prefs_load(f.path, "x", &p), ERR_PERMISSION);
	EXPECT_INT(unlink(f.path), 0);
	EXPECT_INT(mkdir(f.path, 0700), 0);
	EXPECT_INT(prefs_load(f.path, "x", &p), ERR_PERMISSION);
	EXPECT(prefs_save(f.path, "x", &saved) != ERR_OK);
	close_fix(&f);
}

TEST(prefs_path_of_environment)
{
	char path[PATH_MAX];

	EXPECT_INT(setenv("HOME", "/home/x", 1), 0);
	EXPECT_INT(setenv("XDG_STATE_HOME", "/s", 1), 0);
	EXPECT(prefs_path(path, sizeof path));
	EXPECT_STR(path, "/s/pairdesk/console.json");
	EXPECT_INT(setenv("XDG_STATE_HOME", "s", 1), 0);
	EXPECT(prefs_path(path, sizeof path));
	EXPECT_STR(path, "/home/x/.local/state/pairdesk/console.json");
	EXPECT_INT(unsetenv("HOME"), 0);
	EXPECT(!prefs_path(path, sizeof path));
	EXPECT_INT(unsetenv("XDG_STATE_HOME"), 0);
}
