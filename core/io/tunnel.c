#include "core/io/tunnel.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/io/loop_uv.h"
#include "core/io/socks.h"
#include "core/io/tunnel_http.h"

#define OUT_MAX 2048            /* requests of ours, with credentials */
#define READ_SIZE 4096          /* what may come at once */
#define IN_MAX (TUNNEL_ANSWER_MAX + READ_SIZE)

struct tunnel {
	struct loop *loop;
	struct sock *sock;
	const struct proxy *proxy;
	const char *host;
	uint16_t port;
	int64_t limit_ms;
	tunnel_fn fn;
	void *ctx;
	struct timer *timer;
	struct socks socks;
	struct buf in;
	bool begun, over;
	char detail[TUNNEL_DETAIL_SIZE];
};

/* One write of libuv, with its bytes, which outlive the tunnel. */
struct sending {
	uv_write_t req;
	struct buf bytes;
};

static void
free_tunnel(void *ctx)
{
	struct tunnel *t = ctx;

	buf_finish(&t->in);
	free(t);
}

/* The memory stays for the functions of this turn that are under way. */
static void
end(struct tunnel *t)
{
	t->over = true;
	timer_destroy(t->timer);
	t->timer = NULL;
	if (t->sock != NULL) {
		uv_read_stop((uv_stream_t *)&t->sock->tcp);
		t->sock->tcp.data = NULL;
	}
	loop_defer(t->loop, free_tunnel, t);
}

void
tunnel_cancel(struct tunnel *t)
{
	if (t == NULL || t->over)
		return;
	end(t);
	sock_close(t->sock);
}

static void
fail(struct tunnel *t, enum err err, const char *detail)
{
	if (t->over)
		return;
	end(t);
	sock_close(t->sock);
	t->fn(t->ctx, err, NULL, detail);
}

static void
succeed(struct tunnel *t, size_t used)
{
	struct sock *sock = t->sock;

	end(t);
	if (used < t->in.len) {
		sock->early_len = t->in.len - used;
		sock->early = xcalloc(1, sock->early_len);
		memcpy(sock->early, t->in.data + used, sock->early_len);
	}
	t->fn(t->ctx, ERR_OK, sock, "");
}

static void
on_written(uv_write_t *req, int status)
{
	struct sending *s = req->data;

	(void)status;           /* what failed is met by reading */
	buf_finish(&s->bytes);
	free(s);
}

/* Takes what is in out. */
static void
send_out(struct tunnel *t, struct buf *out)
{
	struct sending *s;
	uv_buf_t b;

	if (out->len == 0) {
		buf_finish(out);
		return;
	}
	s = xcalloc(1, sizeof *s);
	s->req.data = s;
	s->bytes = *out;
	b.base = (char *)s->bytes.data;
	b.len = s->bytes.len;
	if (uv_write(&s->req, (uv_stream_t *)&t->sock->tcp, &b, 1,
	    on_written) != 0) {
		buf_finish(&s->bytes);
		free(s);
		fail(t, ERR_CLOSED, "the proxy closed the connection");
	}
}

static void
begin(struct tunnel *t)
{
	struct buf out;
	enum err err;

	buf_init_secret(&out, OUT_MAX);
	err = t->proxy->kind == PROXY_SOCKS5 ?
	    socks_start(&t->socks, t->proxy, t->host, t->port, &out) :
	    tunnel_http_request(t->proxy, t->host, t->port, &out);
	if (err != ERR_OK) {
		buf_finish(&out);
		fail(t, err, err_text(err));
		return;
	}
	send_out(t, &out);
}

static void
take(struct tunnel *t)
{
	struct buf out;
	size_t used = 0;
	enum err err;

	buf_init_secret(&out, OUT_MAX);
	if (t->proxy->kind == PROXY_SOCKS5) {
		err = socks_feed(&t->socks, t->in.data, t->in.len, &used,
		    &out);
		str_copy(t->detail, sizeof t->detail, t->socks.detail);
	} else {
		err = tunnel_http_answer(t->in.data, t->in.len, &used,
		    t->detail);
	}
	if (err == ERR_OK) {
		buf_finish(&out);
		succeed(t, used);
	} else if (err == ERR_TRUNCATED) {
		buf_consume(&t->in, used);
		send_out(t, &out);
	} else {
		buf_finish(&out);
		fail(t, err, t->detail[0] != '\0' ? t->detail :
		    err_text(err));
	}
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct tunnel *t = handle->data;

	(void)suggested;
	out->base = (char *)t->loop->scratch;
	out->len = READ_SIZE;
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *b)
{
	struct tunnel *t = stream->data;
	const uint64_t since = loop_enter();
	struct loop *loop = t->loop;
	enum err err;

	if (n > 0) {
		err = buf_append(&t->in, b->base, (size_t)n);
		if (err == ERR_OK)
			take(t);
		else
			fail(t, err, "its answer is too long");
	} else if (n < 0) {
		fail(t, ERR_CLOSED, n == UV_EOF ?
		    "the proxy closed the connection" : uv_strerror((int)n));
	}
	loop_leave(loop, since);
}

static void
on_timer(void *ctx)
{
	struct tunnel *t = ctx;

	if (t->begun) {
		fail(t, ERR_TIMEOUT, "the proxy does not answer");
		return;
	}
	t->begun = true;
	timer_start(t->timer, t->limit_ms);
	if (uv_read_start((uv_stream_t *)&t->sock->tcp, on_alloc,
	    on_read) != 0)
		fail(t, ERR_CLOSED, "cannot read");
	else
		begin(t);
}

struct tunnel *
tunnel_start(struct loop *loop, struct sock *sock, const struct proxy *proxy,
    const char *host, uint16_t port, int64_t limit_ms, tunnel_fn fn,
    void *ctx)
{
	struct tunnel *t = xcalloc(1, sizeof *t);

	t->loop = loop;
	t->sock = sock;
	t->proxy = proxy;
	t->host = host;
	t->port = port;
	t->limit_ms = limit_ms;
	t->fn = fn;
	t->ctx = ctx;
	buf_init(&t->in, IN_MAX);
	t->timer = timer_create_on(loop, on_timer, t);
	timer_start(t->timer, 0);
	sock->tcp.data = t;
	return t;
}
