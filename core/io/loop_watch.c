/* Signals, and descriptors that other libraries read and write. */
#include "core/io/loop.h"

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/io/loop_uv.h"

struct watch {
	union {
		uv_handle_t any;
		uv_signal_t signal;
		uv_poll_t poll;
	} uv;
	struct loop *loop;
	signal_fn on_signal;    /* one of these two */
	watch_fn on_fd;
	void *ctx;
	int events;
};

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
watch_destroy(struct watch *w)
{
	if (w != NULL)
		uv_close(&w->uv.any, on_closed);
}

static struct watch *
create(struct loop *loop, void *ctx)
{
	struct watch *w = xcalloc(1, sizeof *w);

	w->loop = loop;
	w->ctx = ctx;
	return w;
}

static void
on_uv_signal(uv_signal_t *handle, int signum)
{
	struct watch *w = handle->data;
	const uint64_t since = loop_enter();
	struct loop *loop = w->loop;

	w->on_signal(w->ctx, signum);
	loop_leave(loop, since);
}

enum err
loop_on_signal(struct loop *loop, int signum, signal_fn fn, void *ctx,
    struct watch **out)
{
	struct watch *w = create(loop, ctx);

	w->on_signal = fn;
	if (uv_signal_init(&loop->uv, &w->uv.signal) != 0) {
		free(w);
		return ERR_IO;
	}
	w->uv.any.data = w;
	if (uv_signal_start(&w->uv.signal, on_uv_signal, signum) != 0) {
		watch_destroy(w);
		return ERR_INVALID;
	}
	*out = w;
	return ERR_OK;
}

static void
on_uv_poll(uv_poll_t *handle, int status, int uv_events)
{
	struct watch *w = handle->data;
	const uint64_t since = loop_enter();
	struct loop *loop = w->loop;
	int events = 0;

	if ((uv_events & UV_READABLE) != 0)
		events |= WATCH_READ;
	if ((uv_events & UV_WRITABLE) != 0)
		events |= WATCH_WRITE;
	/* a broken descriptor: whoever reads or writes it will be told */
	if (status < 0)
		events = w->events;
	w->on_fd(w->ctx, events);
	loop_leave(loop, since);
}

enum err
loop_on_fd(struct loop *loop, int fd, int events, watch_fn fn, void *ctx,
    struct watch **out)
{
	struct watch *w = create(loop, ctx);
	int uv_events = 0;

	w->on_fd = fn;
	w->events = events;
	if ((events & WATCH_READ) != 0)
		uv_events |= UV_READABLE;
	if ((events & WATCH_WRITE) != 0)
		uv_events |= UV_WRITABLE;
	if (uv_poll_init(&loop->uv, &w->uv.poll, fd) != 0) {
		free(w);
		return ERR_INVALID;
	}
	w->uv.any.data = w;
	if (uv_poll_start(&w->uv.poll, uv_events, on_uv_poll) != 0) {
		watch_destroy(w);
		return ERR_INVALID;
	}
	*out = w;
	return ERR_OK;
}
