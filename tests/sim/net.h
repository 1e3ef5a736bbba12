/*
 * TCP with or without TLS: bytes in, bytes out, and the ways to break a
 * connection. Knows nothing of what the bytes mean.
 */
#ifndef PAIRDESK_SIM_NET_H
#define PAIRDESK_SIM_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/ssl.h>
#include <uv.h>

struct net;
struct net_server;

/* None of these is called after on_closed, which is always the last. */
struct net_handler {
	void (*on_open)(void *ctx);     /* TLS is done, or there is none */
	void (*on_data)(void *ctx, const uint8_t *p, size_t n);
	void (*on_eof)(void *ctx, const char *why);     /* the peer is gone */
	void (*on_closed)(void *ctx);   /* the net is freed after this */
};

typedef void (*net_accept_fn)(void *ctx, struct net *net);

/* Listens; *port gets the real one. NULL and a message on stderr. */
struct net_server *net_listen(uv_loop_t *loop, const char *host, uint16_t port,
    net_accept_fn fn, void *ctx);
uint16_t net_server_port(const struct net_server *s);
/* Closes the port and opens it again: connection refused meanwhile. */
void net_server_pause(struct net_server *s);
bool net_server_resume(struct net_server *s);
/* Ends it for good; freed when libuv lets go. */
void net_server_close(struct net_server *s);

/* After accept nothing is read until start. ssl conf NULL: plain. */
void net_start(struct net *net, const struct net_handler *h, void *ctx,
    const mbedtls_ssl_config *conf);
/* The same, deaf from the start and without on_open. */
void net_start_deaf(struct net *net, const struct net_handler *h, void *ctx);
/* From now on received bytes are thrown away, TLS or not. */
void net_deafen(struct net *net);
/* Raw bytes below TLS. */
void net_write_raw(struct net *net, const void *p, size_t n);
/* Queues a copy; ignored when closing. */
void net_write(struct net *net, const void *p, size_t n);
/* After n further bytes of net_write: close in order, or reset. */
void net_cut(struct net *net, int64_t n, bool reset);
/* Each write goes out in pieces of so many bytes (TLS: records); 0: whole. */
void net_set_piece(struct net *net, size_t piece);
/* FIN after what is queued, then waits a moment for the peer's. */
void net_close(struct net *net);
void net_reset(struct net *net);

#endif
