/* The console's file, as whoever wrote it left it; what was read is written
 * and read again with one result. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tui/console/prefs.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
put_file(const char *path, const uint8_t *p, size_t n)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);

	if (fd == -1 || write(fd, p, n) != (ssize_t)n || close(fd) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static char dir[] = "/tmp/fuzz_prefs.XXXXXX";
	static char path[64];
	struct prefs first, second;

	if (path[0] == '\0') {
		if (mkdtemp(dir) == NULL)
			abort();
		(void)str_format(path, sizeof path, "%s/console.json", dir);
	}
	put_file(path, p, n);
	if (prefs_load(path, "xterm", &first) != ERR_OK)
		return 0;
	if (first.sort >= SORT_COUNT || first.qr_style >= QR_STYLE_COUNT ||
	    !str_is_utf8(first.filter, strlen(first.filter)))
		abort();
	if (prefs_save(path, "xterm", &first) != ERR_OK ||
	    prefs_load(path, "xterm", &second) != ERR_OK ||
	    strcmp(first.filter, second.filter) != 0 ||
	    strcmp(first.cursor, second.cursor) != 0 ||
	    first.sort != second.sort || first.qr_style != second.qr_style)
		abort();
	return 0;
}
