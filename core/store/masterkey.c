#include "core/store/masterkey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/store/dir.h"
#include "core/store/keyring.h"
#include "core/store/store.h"

static enum err
fail(const char *path, int number, struct store_problem *problem)
{
	if (number == ELOOP)
		problem_say(problem, "master key %s is a symbolic link; "
		    "put the file itself there", path);
	else
		problem_say(problem, "master key %s: %s", path,
		    strerror(number));
	return err_from_errno(number);
}

static enum err
parse(const char *path, const uint8_t *p, size_t n, struct secret *out,
    struct store_problem *problem)
{
	char digits[HEX_LEN(KEY_LEN)] = "";
	bool good = false;

	if (n == KEY_LEN) {
		memcpy(out->b, p, KEY_LEN);
		return ERR_OK;
	}
	if (n > 2 * KEY_LEN && p[n - 1] == '\n')
		n--;
	if (n > 2 * KEY_LEN && p[n - 1] == '\r')
		n--;
	if (n == 2 * KEY_LEN) {
		struct secret key = { .b = { 0 } };

		memcpy(digits, p, n);
		if ((good = str_from_hex(digits, key.b, KEY_LEN)))
			*out = key;
		secret_finish(&key);
		secret_wipe(digits, sizeof digits);
	}
	if (good)
		return ERR_OK;
	problem_say(problem, "master key %s must hold 32 bytes or 64 hex "
	    "digits", path);
	return ERR_INVALID;
}

static enum err
read_content(const char *path, int fd, struct buf *out,
    struct store_problem *problem)
{
	uint8_t part[256];
	ssize_t got = 0;
	enum err err = ERR_OK;

	while (err == ERR_OK && (got = read(fd, part, sizeof part)) != 0) {
		if (got > 0)
			err = buf_append(out, part, (size_t)got);
		else if (errno != EINTR)
			err = fail(path, errno, problem);
	}
	secret_wipe(part, sizeof part);
	if (err == ERR_TOO_LARGE) {
		problem_say(problem, "%s is too long to be a key or a "
		    "passphrase", path);
		err = ERR_INVALID;
	}
	return err;
}

typedef enum err (*check_fn)(const char *path, const struct stat *st,
    struct store_problem *problem);

/* O_NONBLOCK: a FIFO put in the key's place must not hang the start. */
static enum err
load(const char *path, check_fn check, struct buf *out,
    struct store_problem *problem)
{
	const int fd = open(path,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	enum err err;

	if (fd < 0)
		return fail(path, errno, problem);
	if (fstat(fd, &st) != 0) {
		err = fail(path, errno, problem);
	} else if (!S_ISREG(st.st_mode)) {
		problem_say(problem, "master key %s is not a file", path);
		err = ERR_PERMISSION;
	} else if ((err = check(path, &st, problem)) == ERR_OK) {
		err = read_content(path, fd, out, problem);
	}
	close(fd);
	return err;
}

static enum err
load_key(const char *path, check_fn check, struct secret *out,
    struct store_problem *problem)
{
	struct buf content;
	enum err err;

	buf_init_secret(&content, PASSPHRASE_MAX + 2);
	if ((err = load(path, check, &content, problem)) == ERR_OK)
		err = parse(path, content.data, content.len, out, problem);
	buf_finish(&content);
	return err;
}

/*
 * systemd gives credentials to the service's user by owner or by an access
 * control list, whose mask shows as group bits (0440), and owner root.
 */
static enum err
check_credential(const char *path, const struct stat *st,
    struct store_problem *problem)
{
	if ((st->st_uid == 0 || st->st_uid == geteuid()) &&
	    (st->st_mode & 027) == 0)
		return ERR_OK;
	problem_say(problem, "credential %s can be read or changed by others "
	    "(owner %u, mode %04o)", path, (unsigned)st->st_uid,
	    (unsigned)(st->st_mode & 07777));
	return ERR_PERMISSION;
}

enum err
masterkey_write(const char *path, const struct secret *key)
{
	char text[HEX_LEN(KEY_LEN)];
	enum err err;

	unlink(path);                   /* of one that did not end well */
	str_to_hex(text, key->b, sizeof key->b);
	text[sizeof text - 1] = '\n';
	err = dir_write_file(path, text, sizeof text);
	secret_wipe(text, sizeof text);
	return err;
}

/* Written under another name and linked: a crash leaves no half key, and an
 * existing one is never overwritten. */
static enum err
create(const char *path, const struct rnd *rnd, struct store_problem *problem)
{
	char draft[DIR_PATH_MAX];
	struct secret key;
	enum err err;

	if ((err = dir_path(draft, "%s.new", path)) != ERR_OK) {
		problem_say(problem, "master key %s: name is too long", path);
		return err;
	}
	rnd_fill(rnd, key.b, sizeof key.b);
	err = masterkey_write(draft, &key);
	secret_finish(&key);
	if (err == ERR_OK && link(draft, path) != 0)
		err = err_from_errno(errno);
	unlink(draft);
	if (err == ERR_OK)
		err = dir_sync_parent(path);
	if (err != ERR_OK)
		problem_say(problem, "master key %s cannot be made: %s", path,
		    err_text(err));
	return err;
}

/* False: systemd gives none of this name. */
static bool
credential(const char *name, char *path)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	return dir != NULL && dir[0] == '/' &&
	    dir_path(path, "%s/%s", dir, name) == ERR_OK && dir_exists(path);
}

bool
masterkey_has_credential(void)
{
	char path[DIR_PATH_MAX];

	return credential(MASTERKEY_CREDENTIAL, path);
}

enum err
masterkey_load_file(const char *path, struct secret *out,
    struct store_problem *problem)
{
	return load_key(path, dir_is_ours, out, problem);
}

enum err
masterkey_load(const char *file, bool may_create, const struct rnd *rnd,
    struct secret *out, struct store_problem *problem)
{
	char path[DIR_PATH_MAX];
	enum err err;

	if (credential(MASTERKEY_CREDENTIAL, path))
		return load_key(path, check_credential, out, problem);
	if (!dir_exists(file)) {
		if (!may_create) {
			problem_say(problem, "master key %s is missing, and "
			    "the saved sessions cannot be read without it. Put "
			    "the key back (backup, or the former key file's "
			    "place); a new one would not open them", file);
			return ERR_NOT_FOUND;
		}
		if ((err = create(file, rnd, problem)) != ERR_OK)
			return err;
	}
	return load_key(file, dir_is_ours, out, problem);
}

/* --- passphrases ---------------------------------------------------------- */

static enum err
load_passphrase(const char *path, check_fn check, struct buf *out,
    struct store_problem *problem)
{
	const size_t start = out->len;
	const uint8_t *end;
	enum err err;

	if ((err = load(path, check, out, problem)) != ERR_OK)
		return err;
	if (out->len > start && (end = memchr(out->data + start, '\n',
	    out->len - start)) != NULL)
		buf_truncate(out, (size_t)(end - out->data));
	if (out->len > start && out->data[out->len - 1] == '\r')
		buf_truncate(out, out->len - 1);
	if (out->len > start)
		return ERR_OK;
	problem_say(problem, "%s has no passphrase in its first line", path);
	return ERR_INVALID;
}

enum err
passphrase_load_file(const char *path, struct buf *out,
    struct store_problem *problem)
{
	return load_passphrase(path, dir_is_ours, out, problem);
}

enum err
passphrase_load(const char *file, struct buf *out,
    struct store_problem *problem)
{
	char path[DIR_PATH_MAX];

	if (credential(PASSPHRASE_CREDENTIAL, path))
		return load_passphrase(path, check_credential, out, problem);
	if (file == NULL || file[0] == '\0')
		return ERR_NOT_FOUND;
	return passphrase_load_file(file, out, problem);
}
