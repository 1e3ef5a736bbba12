#include "tests/sim/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

#define LINGER_MS 1000          /* for the peer's FIN after ours */
#define READ_SIZE 65536

struct net_server {
	uv_tcp_t tcp;
	uv_loop_t *loop;
	struct sockaddr_storage addr;
	uint16_t port;
	net_accept_fn fn;
	void *ctx;
	bool listening, closing, reopen, ending;
	uint8_t read_buf[READ_SIZE];    /* one thread: shared by all */
};

struct net {
	uv_tcp_t tcp;
	uv_timer_t *linger;
	struct net_server *server;
	struct net_handler h;
	void *ctx;
	mbedtls_ssl_context *ssl;
	const uint8_t *feed;    /* received, not yet taken by TLS */
	size_t feed_len;
	size_t piece;
	int64_t cut_left;       /* -1: no cut */
	bool cut_reset;
	bool started, open, deaf;
	bool ending;            /* nothing goes out any more */
	bool closing;           /* handed to uv_close */
};

struct net_out {
	uv_write_t req;
	uint8_t data[];
};

/* --- listening --------------------------------------------------------- */

static void
on_connection(uv_stream_t *stream, int status)
{
	struct net_server *s = stream->data;
	struct net *net;

	if (status < 0)
		return;
	net = xcalloc(1, sizeof *net);
	net->server = s;
	net->cut_left = -1;
	uv_tcp_init(s->loop, &net->tcp);
	net->tcp.data = net;
	if (uv_accept(stream, (uv_stream_t *)&net->tcp) != 0) {
		net_reset(net);
		return;
	}
	uv_tcp_nodelay(&net->tcp, 1);
	s->fn(s->ctx, net);
}

bool
net_server_resume(struct net_server *s)
{
	struct sockaddr_storage bound;
	int len = sizeof bound;

	if (s->listening)
		return true;
	if (s->closing) {
		s->reopen = true;       /* on_server_closed does it */
		return true;
	}
	uv_tcp_init(s->loop, &s->tcp);
	s->tcp.data = s;
	if (uv_tcp_bind(&s->tcp, (struct sockaddr *)&s->addr, 0) != 0 ||
	    uv_listen((uv_stream_t *)&s->tcp, 4096, on_connection) != 0 ||
	    uv_tcp_getsockname(&s->tcp, (struct sockaddr *)&bound, &len) != 0)
		return false;
	/* sin_port and sin6_port lie at the same place */
	((struct sockaddr_in *)&s->addr)->sin_port =
	    ((struct sockaddr_in *)&bound)->sin_port;
	s->port = ntohs(((struct sockaddr_in *)&bound)->sin_port);
	s->listening = true;
	return true;
}

struct net_server *
net_listen(uv_loop_t *loop, const char *host, uint16_t port, net_accept_fn fn,
    void *ctx)
{
	struct net_server *s = xcalloc(1, sizeof *s);

	s->loop = loop;
	s->fn = fn;
	s->ctx = ctx;
	if ((uv_ip4_addr(host, port, (struct sockaddr_in *)&s->addr) != 0 &&
	    uv_ip6_addr(host, port, (struct sockaddr_in6 *)&s->addr) != 0) ||
	    !net_server_resume(s)) {
		fprintf(stderr, "wasim: cannot listen on %s port %u\n", host,
		    (unsigned)port);
		free(s);
		return NULL;
	}
	return s;
}

uint16_t
net_server_port(const struct net_server *s)
{
	return s->port;
}

static void
on_server_closed(uv_handle_t *h)
{
	struct net_server *s = h->data;

	s->closing = false;
	if (s->ending)
		free(s);
	else if (s->reopen && !net_server_resume(s))
		fprintf(stderr, "wasim: cannot listen again\n");
}

void
net_server_pause(struct net_server *s)
{
	if (!s->listening)
		return;
	s->listening = s->reopen = false;
	s->closing = true;
	uv_close((uv_handle_t *)&s->tcp, on_server_closed);
}

void
net_server_close(struct net_server *s)
{
	if (s == NULL)
		return;
	s->ending = true;
	if (s->listening)
		net_server_pause(s);
	else if (!s->closing)
		free(s);
}

/* --- closing ----------------------------------------------------------- */

static void
on_linger_closed(uv_handle_t *h)
{
	free(h);
}

static void
on_closed(uv_handle_t *h)
{
	struct net *net = h->data;

	if (net->started && net->h.on_closed != NULL)
		net->h.on_closed(net->ctx);
	if (net->ssl != NULL) {
		mbedtls_ssl_free(net->ssl);
		free(net->ssl);
	}
	free(net);
}

static void
finish(struct net *net)
{
	if (net->closing)
		return;
	net->closing = net->ending = true;
	if (net->linger != NULL)
		uv_close((uv_handle_t *)net->linger, on_linger_closed);
	uv_close((uv_handle_t *)&net->tcp, on_closed);
}

static void
on_linger(uv_timer_t *t)
{
	finish(t->data);
}

static void
on_shutdown(uv_shutdown_t *req, int status)
{
	struct net *net = req->data;

	free(req);
	if (status < 0 && !net->closing)
		finish(net);
}

void
net_close(struct net *net)
{
	uv_shutdown_t *req;

	if (net->ending)
		return;
	if (net->ssl != NULL && net->open)
		(void)mbedtls_ssl_close_notify(net->ssl);
	net->ending = net->deaf = true;
	req = xcalloc(1, sizeof *req);
	req->data = net;
	net->linger = xcalloc(1, sizeof *net->linger);
	uv_timer_init(net->server->loop, net->linger);
	net->linger->data = net;
	uv_timer_start(net->linger, on_linger, LINGER_MS, 0);
	if (uv_shutdown(req, (uv_stream_t *)&net->tcp, on_shutdown) != 0) {
		free(req);
		finish(net);
	}
}

void
net_reset(struct net *net)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };
	uv_os_fd_t fd;

	if (net->closing)
		return;
	/* not uv_tcp_close_reset: it refuses while a shutdown is under way */
	if (uv_fileno((uv_handle_t *)&net->tcp, &fd) == 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	finish(net);
}

static void
peer_gone(struct net *net, const char *why)
{
	if (net->ending) {
		finish(net);
		return;
	}
	net->ending = true;
	if (net->started && net->h.on_eof != NULL)
		net->h.on_eof(net->ctx, why);
	finish(net);
}

/* --- writing ----------------------------------------------------------- */

static void
on_written(uv_write_t *req, int status)
{
	(void)status;
	free(req);
}

void
net_write_raw(struct net *net, const void *p, size_t n)
{
	struct net_out *out;
	union {
		const void *in;
		char *out;
	} bytes = { p };        /* libuv takes no const */
	uv_buf_t buf;
	int done = 0;

	if (net->closing || n == 0)
		return;
	if (uv_stream_get_write_queue_size((uv_stream_t *)&net->tcp) == 0) {
		buf = uv_buf_init(bytes.out, (unsigned)n);
		done = uv_try_write((uv_stream_t *)&net->tcp, &buf, 1);
		if (done < 0)
			done = 0;
	}
	if ((size_t)done == n)
		return;
	out = xcalloc(1, sizeof *out + n);
	memcpy(out->data, (const uint8_t *)p + done, n - (size_t)done);
	buf = uv_buf_init((char *)out->data, (unsigned)(n - (size_t)done));
	if (uv_write(&out->req, (uv_stream_t *)&net->tcp, &buf, 1,
	    on_written) != 0)
		free(out);
}

static int
tls_send(void *ctx, const unsigned char *p, size_t n)
{
	net_write_raw(ctx, p, n);
	return (int)n;
}

static int
tls_recv(void *ctx, unsigned char *p, size_t n)
{
	struct net *net = ctx;

	if (net->feed_len == 0)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (n > net->feed_len)
		n = net->feed_len;
	memcpy(p, net->feed, n);
	net->feed += n;
	net->feed_len -= n;
	return (int)n;
}

static void
write_some(struct net *net, const uint8_t *p, size_t n)
{
	int done;

	if (net->ssl == NULL) {
		net_write_raw(net, p, n);
		return;
	}
	while (n > 0 && (done = mbedtls_ssl_write(net->ssl, p, n)) > 0) {
		p += done;
		n -= (size_t)done;
	}
}

void
net_write(struct net *net, const void *p, size_t n)
{
	const uint8_t *at = p;
	bool cut = false;

	if (net->ending)
		return;
	if (net->cut_left >= 0 && (int64_t)n >= net->cut_left) {
		n = (size_t)net->cut_left;
		cut = true;
	} else if (net->cut_left >= 0) {
		net->cut_left -= (int64_t)n;
	}
	while (n > 0) {
		size_t some = net->piece > 0 && net->piece < n ? net->piece : n;

		write_some(net, at, some);
		at += some;
		n -= some;
	}
	if (!cut)
		return;
	if (net->cut_reset)
		net_reset(net);
	else
		net_close(net);
}

void
net_cut(struct net *net, int64_t n, bool reset)
{
	net->cut_left = n;
	net->cut_reset = reset;
}

void
net_set_piece(struct net *net, size_t piece)
{
	net->piece = piece;
}

/* --- reading ----------------------------------------------------------- */

static void
on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
	struct net *net = h->data;

	(void)suggested;
	*buf = uv_buf_init((char *)net->server->read_buf, READ_SIZE);
}

static void
tls_fail(struct net *net, int code)
{
	char why[64];

	snprintf(why, sizeof why, "tls -0x%04x", (unsigned)-code);
	/* the alert is written by mbedtls; let it out before the FIN */
	if (net->started && net->h.on_eof != NULL)
		net->h.on_eof(net->ctx, why);
	net_close(net);
}

static bool
tls_handshake(struct net *net)
{
	int r = mbedtls_ssl_handshake(net->ssl);

	if (r == MBEDTLS_ERR_SSL_WANT_READ || r == MBEDTLS_ERR_SSL_WANT_WRITE)
		return false;
	if (r != 0) {
		tls_fail(net, r);
		return false;
	}
	net->open = true;
	net->h.on_open(net->ctx);
	return !net->ending && !net->deaf;
}

static void
tls_data(struct net *net)
{
	uint8_t plain[8192];
	int r;

	while (!net->ending && !net->deaf) {
		r = mbedtls_ssl_read(net->ssl, plain, sizeof plain);
		if (r == MBEDTLS_ERR_SSL_WANT_READ ||
		    r == MBEDTLS_ERR_SSL_WANT_WRITE)
			return;
		if (r == 0 || r == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
			peer_gone(net, "close_notify");
			return;
		}
		if (r < 0) {
			tls_fail(net, r);
			return;
		}
		net->h.on_data(net->ctx, plain, (size_t)r);
	}
}

static void
on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct net *net = stream->data;

	if (n == 0 || net->closing)
		return;
	if (n < 0) {
		peer_gone(net, n == UV_EOF ? "eof" : uv_err_name((int)n));
		return;
	}
	if (net->deaf || net->ending)
		return;
	if (net->ssl == NULL) {
		net->h.on_data(net->ctx, (const uint8_t *)buf->base, (size_t)n);
		return;
	}
	net->feed = (const uint8_t *)buf->base;
	net->feed_len = (size_t)n;
	if (net->open || tls_handshake(net))
		tls_data(net);
	net->feed_len = 0;
}

static void
start_tls(struct net *net, const mbedtls_ssl_config *conf)
{
	net->ssl = xcalloc(1, sizeof *net->ssl);
	mbedtls_ssl_init(net->ssl);
	if (mbedtls_ssl_setup(net->ssl, conf) != 0)
		abort();
	mbedtls_ssl_set_bio(net->ssl, net, tls_send, tls_recv, NULL);
}

void
net_start(struct net *net, const struct net_handler *h, void *ctx,
    const mbedtls_ssl_config *conf)
{
	net->h = *h;
	net->ctx = ctx;
	net->started = true;
	if (conf != NULL)
		start_tls(net, conf);
	uv_read_start((uv_stream_t *)&net->tcp, on_alloc, on_read);
	if (conf == NULL) {
		net->open = true;
		net->h.on_open(net->ctx);
	}
}

void
net_start_deaf(struct net *net, const struct net_handler *h, void *ctx)
{
	net->h = *h;
	net->ctx = ctx;
	net->started = net->deaf = true;
	uv_read_start((uv_stream_t *)&net->tcp, on_alloc, on_read);
}

void
net_deafen(struct net *net)
{
	net->deaf = true;
}
