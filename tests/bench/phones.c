#include "tests/bench/bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"

#define LINE_MAX_LEN (64u * 1024)

struct phones {
	int fd;
	struct watch *watch;
	struct buf answers;
};

/* One answer a line; only a failure is of interest. */
static void
take_lines(struct phones *p)
{
	const uint8_t *end;

	while ((end = memchr(p->answers.data, '\n', p->answers.len)) != NULL) {
		const size_t n = (size_t)(end - p->answers.data) + 1;

		p->answers.data[n - 1] = '\0';
		if (strstr((const char *)p->answers.data, "\"ok\":true") ==
		    NULL)
			bench_die("a simulated phone",
			    (const char *)p->answers.data);
		buf_consume(&p->answers, n);
	}
}

static void
on_readable(void *ctx, int events)
{
	struct phones *p = ctx;
	char bytes[4096];
	const ssize_t n = read(p->fd, bytes, sizeof bytes);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		bench_die("wasim's control socket", "ended");
	if (buf_append(&p->answers, bytes, (size_t)n) != ERR_OK)
		bench_die("wasim's control socket", "says too much");
	take_lines(p);
}

struct phones *
phones_open(struct loop *loop, const char *path)
{
	struct phones *p = xcalloc(1, sizeof *p);
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	buf_init(&p->answers, LINE_MAX_LEN);
	if (!str_copy(to.sun_path, sizeof to.sun_path, path))
		bench_die(path, "is too long for a socket");
	p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->fd < 0 ||
	    connect(p->fd, (const struct sockaddr *)&to, sizeof to) != 0)
		bench_die(path, strerror(errno));
	if (loop_on_fd(loop, p->fd, WATCH_READ, on_readable, p, &p->watch) !=
	    ERR_OK)
		bench_die(path, "cannot be watched");
	return p;
}

void
phones_close(struct phones *p)
{
	watch_destroy(p->watch);
	close(p->fd);
	buf_finish(&p->answers);
	free(p);
}

/* A QR text has no character that JSON would want escaped. */
void
phones_scan(struct phones *p, const char *qr_text)
{
	struct buf line;

	buf_init_secret(&line, LINE_MAX_LEN);
	if (buf_printf(&line, "{\"cmd\":\"scan\",\"until\":\"sent\","
	    "\"text\":\"%s\"}\n", qr_text) != ERR_OK)
		bench_die("a QR text", "is too long");
	/* a few hundred bytes: a socket that does not take them is stuck */
	if (send(p->fd, line.data, line.len, MSG_NOSIGNAL) !=
	    (ssize_t)line.len)
		bench_die("wasim's control socket", strerror(errno));
	buf_finish(&line);
}
