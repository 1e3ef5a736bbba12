#include "tests/unit/io/server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <mbedtls/net_sockets.h>
#include <mbedtls/sha1.h>
#include <sodium.h>

#include "core/base/mem.h"

#define PATIENCE_S 5
#define HEAD_MAX 16384

struct peer {
	int fd;
	bool is_secure;
	mbedtls_ssl_context ssl;
};

struct server {
	struct server_params params;
	struct pki_server pki;
	pthread_t thread;
	int fd;
	uint16_t port;
};

static int
on_send(void *ctx, const unsigned char *p, size_t n)
{
	const struct peer *peer = ctx;
	const ssize_t put = send(peer->fd, p, n, MSG_NOSIGNAL);

	return put < 0 ? MBEDTLS_ERR_NET_SEND_FAILED : (int)put;
}

static int
on_recv(void *ctx, unsigned char *p, size_t n)
{
	const struct peer *peer = ctx;
	const ssize_t got = recv(peer->fd, p, n, 0);

	return got < 0 ? MBEDTLS_ERR_NET_RECV_FAILED : (int)got;
}

size_t
peer_read(struct peer *p, void *buf, size_t size)
{
	const ssize_t n = p->is_secure ? mbedtls_ssl_read(&p->ssl, buf, size)
	    : recv(p->fd, buf, size, 0);

	return n > 0 ? (size_t)n : 0;
}

bool
peer_write(struct peer *p, const void *buf, size_t n)
{
	const uint8_t *at = buf;

	while (n > 0) {
		const ssize_t put = p->is_secure
		    ? mbedtls_ssl_write(&p->ssl, at, n)
		    : send(p->fd, at, n, MSG_NOSIGNAL);

		if (put <= 0)
			return false;
		at += put;
		n -= (size_t)put;
	}
	return true;
}

bool
peer_say(struct peer *p, const char *text)
{
	return peer_write(p, text, strlen(text));
}

bool
peer_wait_end(struct peer *p)
{
	char buf[4096];
	ssize_t n;

	while ((n = recv(p->fd, buf, sizeof buf, 0)) > 0)
		;
	return n == 0;
}

void
peer_cut(struct peer *p)
{
	shutdown(p->fd, SHUT_RDWR);
}

void
peer_reset(struct peer *p)
{
	const struct linger hard = { 1, 0 };

	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

static bool
secure(struct server *s, struct peer *p)
{
	if (mbedtls_ssl_setup(&p->ssl, &s->pki.conf) != 0)
		abort();
	mbedtls_ssl_set_bio(&p->ssl, p, on_send, on_recv, NULL);
	p->is_secure = mbedtls_ssl_handshake(&p->ssl) == 0;
	return p->is_secure;
}

static void
serve(struct server *s, int fd)
{
	const struct timeval patience = { PATIENCE_S, 0 };
	struct peer p = { .fd = fd };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	mbedtls_ssl_init(&p.ssl);
	if (!s->params.tls || secure(s, &p))
		s->params.script(&p, s->params.ctx);
	mbedtls_ssl_free(&p.ssl);
	close(fd);
}

static void *
run(void *ctx)
{
	struct server *s = ctx;
	int fd;

	while ((fd = accept(s->fd, NULL, NULL)) != -1)
		serve(s, fd);
	return NULL;
}

struct server *
server_start(const struct server_params *params)
{
	struct server *s = xcalloc(1, sizeof *s);
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof sa;

	s->params = *params;
	pki_server_init(&s->pki, params->leaf, true);
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->fd, (struct sockaddr *)&sa, sizeof sa) != 0 ||
	    listen(s->fd, 16) != 0 ||
	    getsockname(s->fd, (struct sockaddr *)&sa, &len) != 0 ||
	    pthread_create(&s->thread, NULL, run, s) != 0)
		abort();
	s->port = ntohs(sa.sin_port);
	return s;
}

uint16_t
server_port(const struct server *s)
{
	return s->port;
}

unsigned
server_resumed(const struct server *s)
{
	return atomic_load(&s->pki.resumed);
}

void
server_stop(struct server *s)
{
	shutdown(s->fd, SHUT_RDWR);     /* wakes accept */
	pthread_join(s->thread, NULL);
	close(s->fd);
	pki_server_finish(&s->pki);
	free(s);
}

/* --- the websocket's server side ------------------------------------------- */

bool
peer_read_request(struct peer *p, struct buf *head)
{
	char c;

	while (head->len < 4 ||
	    memcmp(head->data + head->len - 4, "\r\n\r\n", 4) != 0) {
		if (peer_read(p, &c, 1) != 1 ||
		    buf_append(head, &c, 1) != ERR_OK)
			return false;
	}
	return true;
}

void
upgrade_text(const struct buf *head, struct buf *out)
{
	static const char field[] = "Sec-WebSocket-Key: ";
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	const uint8_t *key = memmem(head->data, head->len, field,
	    sizeof field - 1);
	uint8_t hash[20];
	char text[64], accept[32];

	if (key == NULL)
		return;
	memcpy(text, key + sizeof field - 1, 24);
	memcpy(text + 24, guid, sizeof guid);
	mbedtls_sha1_ret((const uint8_t *)text, strlen(text), hash);
	sodium_bin2base64(accept, sizeof accept, hash, sizeof hash,
	    sodium_base64_VARIANT_ORIGINAL);
	if (buf_printf(out, "HTTP/1.1 101 Switching Protocols\r\n"
	    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: %s\r\n\r\n", accept) != ERR_OK)
		abort();
}

bool
peer_upgrade(struct peer *p)
{
	struct buf head, answer;
	bool is_sent;

	buf_init(&head, HEAD_MAX);
	buf_init(&answer, HEAD_MAX);
	is_sent = peer_read_request(p, &head);
	if (is_sent) {
		upgrade_text(&head, &answer);
		is_sent = peer_write(p, answer.data, answer.len);
	}
	buf_finish(&head);
	buf_finish(&answer);
	return is_sent;
}

void
frame_put(struct buf *out, bool fin, int opcode, const void *p, size_t n)
{
	enum err err = buf_u8(out, (uint8_t)((fin ? 0x80 : 0) | opcode));

	if (n < 126) {
		err |= buf_u8(out, (uint8_t)n);
	} else if (n <= 65535) {
		err |= buf_u8(out, 126);
		err |= buf_u16be(out, (uint16_t)n);
	} else {
		err |= buf_u8(out, 127);
		err |= buf_u32be(out, (uint32_t)((uint64_t)n >> 32));
		err |= buf_u32be(out, (uint32_t)n);
	}
	if (err != ERR_OK || buf_append(out, p, n) != ERR_OK)
		abort();
}

bool
peer_send_frame(struct peer *p, bool fin, int opcode, const void *buf,
    size_t n)
{
	struct buf out;
	bool is_sent;

	buf_init(&out, n + 16);
	frame_put(&out, fin, opcode, buf, n);
	is_sent = peer_write(p, out.data, out.len);
	buf_finish(&out);
	return is_sent;
}

static bool
read_whole(struct peer *p, void *buf, size_t n)
{
	uint8_t *at = buf;
	size_t got;

	for (; n > 0; at += got, n -= got) {
		if ((got = peer_read(p, at, n)) == 0)
			return false;
	}
	return true;
}

static bool
read_len(struct peer *p, uint8_t first, uint64_t *len)
{
	const size_t n = first == 126 ? 2 : first == 127 ? 8 : 0;
	uint8_t b[8];

	*len = n == 0 ? first : 0;
	if (!read_whole(p, b, n))
		return false;
	for (size_t i = 0; i < n; i++)
		*len = *len << 8 | b[i];
	return true;
}

int
peer_read_frame(struct peer *p, struct buf *payload)
{
	uint8_t head[2], mask[4], *where;
	uint64_t len;

	buf_clear(payload);
	if (!read_whole(p, head, 2) || (head[1] & 0x80) == 0 ||
	    (head[0] & 0xf0) != 0x80 || !read_len(p, head[1] & 0x7f, &len) ||
	    !read_whole(p, mask, 4) ||
	    buf_extend(payload, len, &where) != ERR_OK ||
	    !read_whole(p, where, len))
		return -1;
	for (size_t i = 0; i < len; i++)
		where[i] ^= mask[i % 4];
	return head[0] & 0x0f;
}
