#include "tui/console/screen_line.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"

/* A frame of the largest screen, each cell in another colour, is far less. */
#define LINE_MAX_BYTES (64u << 20)
#define TAKEN_MAX (4u << 20)

struct line {
	struct line_params params;
	struct buf out;                 /* not sent; wiped, there are codes */
	struct buf taken;               /* without a terminal: what was sent */
	bool was_taken;
	uint64_t sent;
	struct watch *watch;            /* while the terminal is behind */
	bool is_gone;
};

struct line *
line_create(const struct line_params *params)
{
	struct line *l = xcalloc(1, sizeof *l);

	l->params = *params;
	buf_init_secret(&l->out, LINE_MAX_BYTES);
	buf_init_secret(&l->taken, TAKEN_MAX);
	return l;
}

void
line_destroy(struct line *l)
{
	if (l == NULL)
		return;
	watch_destroy(l->watch);
	buf_finish(&l->out);
	buf_finish(&l->taken);
	free(l);
}

struct buf *
line_buf(struct line *l)
{
	return &l->out;
}

void
line_add(struct line *l, const void *p, size_t n)
{
	if (buf_append(&l->out, p, n) != ERR_OK) {
		/* a terminal that takes nothing misses nothing */
	}
}

static void
on_writable(void *ctx, int events)
{
	struct line *l = ctx;

	(void)events;
	line_send(l);
	if (line_is_free(l) && !l->is_gone)
		l->params.on_drained(l->params.ctx);
}

static void
set_gone(struct line *l)
{
	if (l->is_gone)
		return;
	l->is_gone = true;
	l->params.on_gone(l->params.ctx);
}

/* What the terminal takes at once. */
static void
write_some(struct line *l)
{
	ssize_t put;

	while (l->out.len > 0) {
		put = write(l->params.fd, l->out.data, l->out.len);
		if (put > 0) {
			l->sent += (uint64_t)put;
			buf_consume(&l->out, (size_t)put);
		} else if (errno == EAGAIN) {
			return;
		} else if (errno != EINTR) {
			buf_clear(&l->out);
			set_gone(l);
			return;
		}
	}
}

static void
keep(struct line *l)
{
	if (l->was_taken)
		buf_clear(&l->taken);
	l->was_taken = false;
	l->sent += l->out.len;
	if (buf_append(&l->taken, l->out.data, l->out.len) != ERR_OK) {
		/* a test that never looks does not want it either */
	}
	buf_clear(&l->out);
}

void
line_send(struct line *l)
{
	if (l->is_gone)
		buf_clear(&l->out);
	if (l->out.len == 0)
		return;
	if (l->params.fd == -1) {
		keep(l);
		return;
	}
	write_some(l);
	if (l->out.len == 0) {
		watch_destroy(l->watch);
		l->watch = NULL;
	} else if (l->watch == NULL && loop_on_fd(l->params.loop,
	    l->params.fd, WATCH_WRITE, on_writable, l, &l->watch) != ERR_OK) {
		set_gone(l);
	}
}

bool
line_is_free(const struct line *l)
{
	return l->out.len == 0;
}

void
line_drop(struct line *l)
{
	buf_clear(&l->out);
	watch_destroy(l->watch);
	l->watch = NULL;
}

uint64_t
line_sent(const struct line *l)
{
	return l->sent;
}

const char *
line_take(struct line *l, size_t *n)
{
	const char *s = "";

	if (l->was_taken)
		buf_clear(&l->taken);
	l->was_taken = true;
	*n = l->taken.len;
	if (buf_cstr(&l->taken, &s) != ERR_OK)
		*n = 0;
	return s;
}
