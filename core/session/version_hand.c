#include "core/session/version_hand.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"

#define PATH_LEN 4096

bool
version_hand_read(const char *path, struct wa_version *out)
{
	char text[WA_VERSION_TEXT_MAX + 2];     /* its line end, a byte too many */
	struct wa_version read_one;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return false;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!wa_version_parse(text, &read_one))
		return false;
	*out = read_one;
	return true;
}

static enum err
failure(void)
{
	switch (errno) {
	case ENOSPC:
	case EDQUOT:
		return ERR_NO_SPACE;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_PERMISSION;
	default:
		return ERR_IO;
	}
}

static bool
write_synced(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);
	bool good;

	if (fd == -1)
		return false;
	good = write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
	    fsync(fd) == 0;
	return close(fd) == 0 && good;
}

/* So that the name is on disk too. */
static void
sync_directory_of(const char *path)
{
	char directory[PATH_LEN];
	char *slash;
	int fd;

	if (!str_copy(directory, sizeof directory, path) ||
	    (slash = strrchr(directory, '/')) == NULL)
		return;
	*slash = '\0';
	if ((fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return;
	(void)fsync(fd);
	close(fd);
}

enum err
version_hand_write(const char *path, const struct wa_version *version)
{
	char text[WA_VERSION_TEXT_MAX + 2], temp[PATH_LEN];
	enum err err = ERR_OK;
	size_t n;

	if (version == NULL) {
		if (unlink(path) != 0 && errno != ENOENT)
			return failure();
		sync_directory_of(path);
		return ERR_OK;
	}
	if (!str_format(temp, sizeof temp, "%s.new", path))
		return ERR_INVALID;
	wa_version_format(version, text, WA_VERSION_TEXT_MAX + 1);
	n = strlen(text);
	text[n] = '\n';
	text[n + 1] = '\0';
	if (!write_synced(temp, text) || rename(temp, path) != 0) {
		err = failure();
		(void)unlink(temp);
		return err;
	}
	sync_directory_of(path);
	return ERR_OK;
}
