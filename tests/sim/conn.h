/*
 * One connection from accept to close: which stage it is at, what it may
 * still be told, and how its bytes go out. What is said on it lives in
 * web.c, handshake.c, login.c, pairing.c and serve.c.
 */
#ifndef PAIRDESK_SIM_CONN_H
#define PAIRDESK_SIM_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/list.h"
#include "core/wire/frame.h"
#include "core/wire/node.h"
#include "core/wire/noise.h"
#include "tests/sim/net.h"
#include "tests/sim/sim.h"
#include "tests/sim/ws.h"

enum conn_kind { CONN_UNKNOWN, CONN_REGISTER, CONN_LOGIN };

struct conn;
struct handshake;
struct pairing;
struct later;

typedef void (*later_fn)(struct conn *c, void *arg);

/* How bytes go out: the "shape" fault. */
struct shape {
	size_t split;           /* bytes per websocket message; 0: a frame */
	int64_t settle_ms;      /* -1: the setting */
	bool join;              /* frames due together share a message */
	bool fragment;          /* websocket fragments */
	bool wsping;            /* websocket pings between */
	bool zlib;              /* all stanzas compressed */
};

#define IQ_IDS_KEPT 64

struct conn {
	struct list link;       /* of sim->conns */
	struct sim *sim;
	struct net *net;        /* NULL once closed */
	uint64_t id;
	enum stage stage;
	enum conn_kind kind;
	int64_t since_ms;       /* when this stage began */
	bool upgraded, stalled, closing, gone;
	const char *close_by;   /* static */

	struct buf head;        /* HTTP request until the upgrade */
	struct ws ws;
	struct framer framer;
	uint8_t prologue[8];    /* bytes of it so far */
	size_t prologue_len;
	uint64_t routing_left;  /* edge-routing bytes still to skip */
	bool prologue_done;
	struct shape shape;
	struct buf joined;      /* frames that wait for their message */

	struct handshake *hs;   /* NULL before and after */
	struct noise_cipher send, recv;
	bool is_transport;      /* both ciphers are set */
	uint8_t noise_pub[KEY_LEN];
	uint32_t revision;      /* of its client version */
	unsigned failure;       /* the reason login ends with, or 0 */
	const char *end_why;    /* static; of a close under way */
	uint32_t low_uploads;   /* uploads there were at the low notice */

	struct pairing *pairing; /* while registering */
	struct device *device;  /* from login on; of a pairing: once made */
	char asked_phone[PHONE_NUMBER_MAX + 1]; /* of companion_hello */

	struct list owed;       /* struct owed: acks and answers */
	struct list timers;     /* struct later */
	uint32_t next_iq;
	uint64_t *iq_ids;       /* hashes of the client's latest iq ids */
	uint32_t iq_count;
	uint32_t pings;
	bool is_active;         /* passive/active was said */
	bool counted;           /* pre-key count was asked for */
	struct backlog queue;   /* what is left to deliver */
	uint32_t batch_owed;    /* acks until the next batch */
	uint32_t queue_total;
};

/* Takes net over. */
void conn_accept(struct sim *sim, struct net *net);
struct conn *conn_find(const struct sim *sim, uint64_t id);     /* or NULL */
void conn_close_all(struct sim *sim);

/* Sets the stage and runs its faults. True: go on with the stage. */
bool conn_enter(struct conn *c, enum stage stage);

/* In order: websocket close frame if upgraded, TLS close_notify, FIN. */
void conn_close(struct conn *c, const char *why);
void conn_close_code(struct conn *c, const char *why, uint16_t ws_code);
void conn_reset(struct conn *c, const char *why);
/* Says nothing and hears nothing from now on; ms 0: for ever. */
void conn_stall(struct conn *c, int64_t ms);
void conn_cut(struct conn *c, int64_t bytes, bool reset);

/* fn runs once in ms unless c is closed before. */
struct later *conn_later(struct conn *c, int64_t ms, later_fn fn, void *arg);
void later_cancel(struct later *l);     /* NULL is a no-op */

/* --- what goes out (conn_out.c) ---------------------------------------- */

void conn_write(struct conn *c, const void *p, size_t n);       /* raw bytes */
void conn_message(struct conn *c, enum ws_opcode op, const void *p, size_t n);
/* A frame in clear; shaped. */
void conn_frame(struct conn *c, const void *p, size_t n);
/* Encrypts a flag byte and node as they are. */
void conn_seal(struct conn *c, const void *p, size_t n);
/* Takes node over. */
void conn_send(struct conn *c, struct node *node);
void conn_send_zlib(struct conn *c, struct node *node);
/* Frames kept back by "join" go out. */
void conn_flush(struct conn *c);
/* "sim.7-3": an iq id of ours. */
void conn_new_id(struct conn *c, char *out, size_t size);

/* --- what comes in (conn_in.c) ----------------------------------------- */

void conn_input(struct conn *c, const uint8_t *p, size_t n);

#endif
