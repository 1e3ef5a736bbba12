#include "core/store/masterkey.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/store/store.h"
#include "tests/t.h"

#define DIGITS \
	"000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"

struct fix {
	char *dir;
	char path[512];
	struct secret key;
	struct store_problem problem;
};

static void
setup(struct fix *f)
{
	unsetenv("CREDENTIALS_DIRECTORY");
	*f = (struct fix){ .dir = t_dir() };
	EXPECT(str_format(f->path, sizeof f->path, "%s/master.key", f->dir));
	memset(f->key.b, 0x5a, sizeof f->key.b);
}

static void
teardown(struct fix *f)
{
	unsetenv("CREDENTIALS_DIRECTORY");
	free(f->dir);
}

static void
write_file(const char *path, const char *p, size_t n, mode_t mode)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	EXPECT(fd >= 0);
	EXPECT_INT(write(fd, p, n), n);
	EXPECT_INT(fchmod(fd, mode), 0);
	close(fd);
}

static enum err
load(struct fix *f, bool may_create)
{
	return masterkey_load(f->path, may_create, rnd_system(), &f->key,
	    &f->problem);
}

/* Key untouched, and the words contain what to do. */
static void
expect_refused(struct fix *f, enum err err, enum err want, const char *words)
{
	EXPECT_INT(err, want);
	for (size_t i = 0; i < sizeof f->key.b; i++)
		EXPECT_INT(f->key.b[i], 0x5a);
	if (strstr(f->problem.text, words) == NULL)
		t_fail(__FILE__, __LINE__, "\"%s\" lacks \"%s\"",
		    f->problem.text, words);
}

TEST(masterkey_is_made_once)
{
	struct fix f;
	struct secret first;
	struct stat st;
	char draft[600];

	setup(&f);
	str_format(draft, sizeof draft, "%s.new", f.path);
	write_file(draft, "half", 4, 0644);     /* left by a crash */
	umask(0777);
	EXPECT_INT(load(&f, true), ERR_OK);
	umask(022);
	first = f.key;
	EXPECT_INT(stat(f.path, &st), 0);
	EXPECT_INT(st.st_mode & 07777, 0600);
	EXPECT_INT(st.st_nlink, 1);
	EXPECT(access(draft, F_OK) != 0);
	memset(&f.key, 0, sizeof f.key);
	EXPECT_INT(load(&f, true), ERR_OK);
	EXPECT(secret_is_equal(first.b, f.key.b, sizeof first.b));
	EXPECT_INT(load(&f, false), ERR_OK);
	teardown(&f);
}

TEST(masterkey_is_not_made_over_sessions)
{
	struct fix f;

	setup(&f);
	expect_refused(&f, load(&f, false), ERR_NOT_FOUND, f.path);
	expect_refused(&f, load(&f, false), ERR_NOT_FOUND, "Put the key back");
	EXPECT(access(f.path, F_OK) != 0);
	teardown(&f);
}

TEST(masterkey_forms)
{
	static const struct { const char *p; size_t n; enum err want; }
	cases[] = {
		{ DIGITS, 64, ERR_OK },
		{ DIGITS "\n", 65, ERR_OK },
		{ DIGITS "\r\n", 66, ERR_OK },
		{ "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25"
		    "\26\27\30\31\32\33\34\35\36\37", 32, ERR_OK },
		{ "", 0, ERR_INVALID },
		{ DIGITS, 63, ERR_INVALID },
		{ DIGITS, 31, ERR_INVALID },
		{ DIGITS, 33, ERR_INVALID },
		{ DIGITS "\n\n", 66, ERR_INVALID },
		{ DIGITS "0", 65, ERR_INVALID },
		{ DIGITS "\r\nx", 67, ERR_INVALID },
		{ " " DIGITS, 64, ERR_INVALID },
		{ "zz" DIGITS, 64, ERR_INVALID },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fix f;

		setup(&f);
		write_file(f.path, cases[i].p, cases[i].n, 0400);
		if (cases[i].want != ERR_OK) {
			expect_refused(&f, load(&f, true), cases[i].want,
			    "must hold 32 bytes or 64 hex digits");
		} else {
			EXPECT_INT(load(&f, true), ERR_OK);
			for (size_t b = 0; b < sizeof f.key.b; b++)
				EXPECT_INT(f.key.b[b], b);
		}
		teardown(&f);
	}
}

TEST(masterkey_refuses_modes_with_the_line_to_run)
{
	static const mode_t bad[] = { 0640, 0604, 0620, 0602, 0644, 0610,
	    0601, 0440, 0444 };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct fix f;
		char line[600];

		setup(&f);
		write_file(f.path, DIGITS, 64, bad[i]);
		str_format(line, sizeof line, "chmod 600 %s", f.path);
		expect_refused(&f, load(&f, true), ERR_PERMISSION, line);
		teardown(&f);
	}
}

TEST(masterkey_refuses_a_foreign_owner_with_the_line_to_run)
{
	struct fix f;
	char line[600];

	if (geteuid() != 0)
		return;                 /* only root can give a file away */
	setup(&f);
	write_file(f.path, DIGITS, 64, 0600);
	EXPECT_INT(chown(f.path, 12345, (gid_t)-1), 0);
	str_format(line, sizeof line, "chown 0 %s", f.path);
	expect_refused(&f, load(&f, true), ERR_PERMISSION, line);
	teardown(&f);
}

TEST(masterkey_refuses_what_is_no_file)
{
	struct fix f;
	char target[600];

	setup(&f);
	str_format(target, sizeof target, "%s/target", f.dir);
	write_file(target, DIGITS, 64, 0600);
	EXPECT_INT(symlink(target, f.path), 0);
	expect_refused(&f, load(&f, true), ERR_PERMISSION, "symbolic link");
	EXPECT_INT(unlink(f.path), 0);
	EXPECT_INT(mkfifo(f.path, 0600), 0);
	expect_refused(&f, load(&f, true), ERR_PERMISSION, "not a file");
	EXPECT_INT(unlink(f.path), 0);
	EXPECT_INT(mkdir(f.path, 0700), 0);
	expect_refused(&f, load(&f, true), ERR_PERMISSION, "not a file");
	/* a dangling link is not a missing key either */
	EXPECT_INT(rmdir(f.path), 0);
	EXPECT_INT(symlink("/nonexistent", f.path), 0);
	expect_refused(&f, load(&f, true), ERR_PERMISSION, "symbolic link");
	teardown(&f);
}

TEST(masterkey_in_a_missing_directory)
{
	struct fix f;

	setup(&f);
	str_format(f.path, sizeof f.path, "%s/none/key", f.dir);
	expect_refused(&f, load(&f, true), ERR_NOT_FOUND, f.path);
	teardown(&f);
}

TEST(masterkey_credential_comes_first)
{
	struct fix f;
	char cred[600];

	setup(&f);
	str_format(cred, sizeof cred, "%s/" MASTERKEY_CREDENTIAL, f.dir);
	setenv("CREDENTIALS_DIRECTORY", f.dir, 1);
	EXPECT_INT(load(&f, true), ERR_OK);     /* none there: the file */
	write_file(cred, DIGITS "\n", 65, 0440);
	EXPECT_INT(load(&f, true), ERR_OK);
	EXPECT_INT(f.key.b[31], 31);
	memset(f.key.b, 0x5a, sizeof f.key.b);
	EXPECT_INT(chmod(cred, 0444), 0);
	expect_refused(&f, load(&f, true), ERR_PERMISSION, cred);
	EXPECT_INT(chmod(cred, 0460), 0);
	expect_refused(&f, load(&f, true), ERR_PERMISSION, cred);
	teardown(&f);
}
