#include "core/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/str.h"

#define PATH_MAX_BYTES 4096
#define TIME_LEN 25

/* The one log of the process; written by the loop's thread only. */
static struct {
	int fd;
	bool to_journal;
	char path[PATH_MAX_BYTES];
	uint64_t size, max;
	enum log_level least;
	log_tap_fn tap;
	void *tap_ctx;
} sink = { .fd = -1, .least = LOG_INFO };

static const char *const level_names[LOG_LEVEL_COUNT] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};

/* syslog priorities, which the journal reads from "<N>" */
static const char journal_priority[LOG_LEVEL_COUNT] = {
	[LOG_DEBUG] = '7',
	[LOG_INFO] = '6',
	[LOG_WARN] = '4',
	[LOG_ERROR] = '3',
};

const char *
log_level_name(enum log_level level)
{
	return level_names[level];
}

/* JOURNAL_STREAM holds device:inode of the stream systemd connected. */
static bool
is_journal(void)
{
	const char *s = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return s != NULL && sscanf(s, "%llu:%llu", &dev, &ino) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0 &&
	    st.st_dev == (dev_t)dev && st.st_ino == (ino_t)ino;
}

static enum err
open_file(void)
{
	struct stat st;

	sink.fd = open(sink.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (sink.fd == -1)
		return errno == EACCES || errno == EPERM || errno == ELOOP
		    ? ERR_PERMISSION : ERR_IO;
	sink.size = fstat(sink.fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	return ERR_OK;
}

enum err
log_open(const char *path, uint64_t max_bytes, enum log_level least)
{
	log_close();
	sink.least = least;
	sink.max = max_bytes;
	if ((sink.to_journal = is_journal()) || path == NULL)
		return ERR_OK;
	if (!str_copy(sink.path, sizeof sink.path, path))
		return ERR_INVALID;
	return open_file();
}

void
log_close(void)
{
	if (sink.fd != -1)
		close(sink.fd);
	sink.fd = -1;
	sink.to_journal = false;
}

void
log_set_tap(log_tap_fn tap, void *ctx)
{
	sink.tap = tap;
	sink.tap_ctx = ctx;
}

static void
rotate(void)
{
	char old[PATH_MAX_BYTES + 2];

	close(sink.fd);
	sink.fd = -1;
	if (str_format(old, sizeof old, "%s.1", sink.path))
		(void)rename(sink.path, old);
	if (open_file() != ERR_OK)
		sink.fd = -1;   /* nowhere left to say it */
}

static void
write_file(const char *line, size_t n)
{
	ssize_t put;

	if (sink.fd == -1)
		return;
	if (sink.max != 0 && sink.size + n > sink.max && sink.size > 0)
		rotate();
	if (sink.fd != -1 && (put = write(sink.fd, line, n)) > 0)
		sink.size += (uint64_t)put;
}

/* Takes a character that a cut left incomplete off the end, so that it does
 * not turn into a question mark. */
static void
drop_partial(char *s)
{
	const size_t n = strlen(s);
	size_t back = 1;

	while (back < 4 && back < n &&
	    ((unsigned char)s[n - back] & 0xc0) == 0x80)
		back++;
	if (back <= n && !str_is_utf8(s + n - back, back))
		s[n - back] = '\0';
}

void
log_write(enum log_level level, const char *module, const char *fmt, ...)
{
	char line[LOG_LINE_MAX + 2], text[LOG_LINE_MAX];
	char when[TIME_LEN];
	va_list ap;
	int n;

	if (level < sink.least)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof text)
		drop_partial(text);
	str_time_utc(when, sizeof when, clock_wall_ms(clock_system()));
	if (!str_format(line, LOG_LINE_MAX, "%s level=%s mod=%s %s", when,
	    level_names[level], module, text))
		drop_partial(line);
	/* one fact is one line, whatever the text holds */
	str_clean(text, sizeof text, line, strlen(line));
	if (sink.tap != NULL)
		sink.tap(sink.tap_ctx, level, text);
	if (sink.to_journal) {
		dprintf(STDERR_FILENO, "<%c>%s\n", journal_priority[level],
		    text + strlen(when) + 1);
		return;
	}
	n = snprintf(line, sizeof line, "%s\n", text);
	if (n > 0)
		write_file(line, (size_t)n);
}
