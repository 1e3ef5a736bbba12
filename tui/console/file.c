#include "tui/console/file.h"

#include <errno.h>
#include <unistd.h>

enum err
file_errno(void)
{
	switch (errno) {
	case EEXIST:
		return ERR_EXISTS;
	case ENOENT:
	case ENOTDIR:
		return ERR_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
	case ELOOP:
		return ERR_PERMISSION;
	case ENOSPC:
	case EDQUOT:
		return ERR_NO_SPACE;
	default:
		return ERR_IO;
	}
}

enum err
file_write(int fd, const struct buf *text)
{
	size_t done = 0;

	while (done < text->len) {
		const ssize_t n = write(fd, text->data + done,
		    text->len - done);

		if (n < 0 && errno != EINTR)
			return file_errno();
		done += n > 0 ? (size_t)n : 0;
	}
	return ERR_OK;
}
