#include "tests/sim/conn.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tests/sim/handshake.h"
#include "tests/sim/http.h"
#include "tests/sim/json.h"
#include "tests/sim/login.h"
#include "tests/sim/owed.h"
#include "tests/sim/pairing.h"
#include "tests/sim/tls.h"

/* --- timers ------------------------------------------------------------ */

struct later {
	uv_timer_t timer;
	struct list link;
	struct conn *c;
	later_fn fn;
	void *arg;
};

static void
on_later_closed(uv_handle_t *h)
{
	free(h->data);
}

void
later_cancel(struct later *l)
{
	if (l == NULL)
		return;
	list_remove(&l->link);
	uv_close((uv_handle_t *)&l->timer, on_later_closed);
}

static void
on_later(uv_timer_t *t)
{
	struct later *l = t->data;
	struct conn *c = l->c;
	later_fn fn = l->fn;
	void *arg = l->arg;

	later_cancel(l);
	fn(c, arg);
}

struct later *
conn_later(struct conn *c, int64_t ms, later_fn fn, void *arg)
{
	struct later *l = xcalloc(1, sizeof *l);

	l->c = c;
	l->fn = fn;
	l->arg = arg;
	uv_timer_init(c->sim->loop, &l->timer);
	l->timer.data = l;
	uv_timer_start(&l->timer, on_later, ms < 0 ? 0 : (uint64_t)ms, 0);
	list_append(&c->timers, &l->link);
	return l;
}

static void
cancel_all(struct conn *c)
{
	LIST_EACH_SAFE(at, &c->timers)
		later_cancel(CONTAINER_OF(at, struct later, link));
}

/* --- life -------------------------------------------------------------- */

struct conn *
conn_find(const struct sim *sim, uint64_t id)
{
	return map_get(&sim->conns_by_id, &id, sizeof id);
}

static struct conn *
create(struct sim *sim, struct net *net)
{
	struct conn *c = xcalloc(1, sizeof *c);

	c->sim = sim;
	c->net = net;
	c->id = sim->next_conn_id++;
	c->since_ms = (int64_t)uv_now(sim->loop);
	c->shape.settle_ms = -1;
	buf_init(&c->head, HTTP_HEAD_MAX);
	buf_init(&c->joined, (size_t)2 * FRAME_MAX);
	framer_init(&c->framer, FRAME_MAX);
	list_init(&c->owed);
	list_init(&c->timers);
	list_append(&sim->conns, &c->link);
	map_put(&sim->conns_by_id, &c->id, sizeof c->id, c);
	sim->conns_total++;
	sim->conns_now++;
	sim->in_stage[STAGE_ACCEPT]++;
	return c;
}

/* Everything but the memory: the device is free for the next connection. */
static void
let_go(struct conn *c)
{
	if (c->gone)
		return;
	c->gone = c->closing = true;
	cancel_all(c);
	login_ended(c);
	pairing_ended(c);
	owed_ended(c);
	c->sim->in_stage[c->stage]--;
	c->sim->stalled_now -= c->stalled;
	c->sim->conns_now--;
	map_remove(&c->sim->conns_by_id, &c->id, sizeof c->id);
}

static void
destroy(struct conn *c)
{
	let_go(c);
	cancel_all(c);
	list_remove(&c->link);
	handshake_destroy(c->hs);
	noise_cipher_finish(&c->send);
	noise_cipher_finish(&c->recv);
	framer_finish(&c->framer);
	buf_finish(&c->head);
	buf_finish(&c->joined);
	free(c->iq_ids);
	free(c);
}

static void
say_close(struct conn *c, const char *by, const char *why)
{
	cJSON *e;

	if (c->close_by != NULL)
		return;
	c->close_by = by;
	e = event_new(c->sim, c, "close");
	json_put(e, "by", by);
	json_put(e, "why", why);
	json_put(e, "stage", stage_name(c->stage));
	event_emit(c->sim, e);
}

static void
on_closed(void *ctx)
{
	struct conn *c = ctx;

	say_close(c, "us", "end");
	c->net = NULL;
	destroy(c);
}

static void
on_eof(void *ctx, const char *why)
{
	struct conn *c = ctx;

	say_close(c, "client", why);
	let_go(c);
}

static void
on_data(void *ctx, const uint8_t *p, size_t n)
{
	struct conn *c = ctx;

	if (c->closing)
		return;
	if (c->stalled)
		c->sim->count.bytes_in += (int64_t)n;
	else
		conn_input(c, p, n);
}

static void
on_open(void *ctx)
{
	struct conn *c = ctx;

	if (c->sim->tls != NULL)
		event_say(c->sim, c, "tls", NULL, NULL);
	(void)conn_enter(c, STAGE_UPGRADE);
}

static const struct net_handler handler = {
	.on_open = on_open, .on_data = on_data, .on_eof = on_eof,
	.on_closed = on_closed,
};

static void
take_shape(struct conn *c)
{
	const cJSON *f = fault_take(c, "shape");

	if (f == NULL)
		return;
	c->shape.split = (size_t)json_int(f, "split", 0);
	c->shape.settle_ms = json_int(f, "settle_ms", -1);
	c->shape.join = json_bool(f, "join", false);
	c->shape.fragment = json_bool(f, "fragment", false);
	c->shape.wsping = json_bool(f, "wsping", false);
	c->shape.zlib = json_bool(f, "zlib", false);
	net_set_piece(c->net, (size_t)json_int(f, "tcp", 0));
}

/* The TLS fault: another certificate, or something that is no TLS. */
static const mbedtls_ssl_config *
choose_site(struct conn *c, const cJSON *f)
{
	static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 80 };
	static const char garbage[] = "SSH-2.0-wasim\r\nthis is no TLS\r\n";

	if (f == NULL)
		return tls_site(c->sim->tls, LEAF_GOOD);
	if (json_is(f, "how", "garbage") || json_is(f, "how", "alert")) {
		if (json_is(f, "how", "alert"))
			net_write_raw(c->net, alert, sizeof alert);
		else
			net_write_raw(c->net, garbage, sizeof garbage - 1);
		conn_close(c, "fault");
		return NULL;
	}
	return tls_site(c->sim->tls, leaf_kind_from(json_text(f, "how")));
}

static void
start(struct conn *c)
{
	const mbedtls_ssl_config *conf = NULL;

	if (c->sim->tls != NULL)
		conf = choose_site(c, fault_take(c, "tls"));
	if (c->closing || (c->sim->tls != NULL && conf == NULL)) {
		net_start_deaf(c->net, &handler, c);
		return;
	}
	take_shape(c);
	net_start(c->net, &handler, c, conf);
}

void
conn_accept(struct sim *sim, struct net *net)
{
	struct conn *c = create(sim, net);

	event_say(sim, c, "connect", NULL, NULL);
	if (fault_take(c, "refuse") != NULL) {
		net_start_deaf(net, &handler, c);
		conn_reset(c, "refuse");
		return;
	}
	if (!conn_enter(c, STAGE_ACCEPT) || (sim->tls != NULL &&
	    !conn_enter(c, STAGE_TLS))) {
		net_start_deaf(net, &handler, c);
		return;
	}
	start(c);
}

void
conn_close_all(struct sim *sim)
{
	LIST_EACH_SAFE(at, &sim->conns)
		conn_reset(CONTAINER_OF(at, struct conn, link), "shutdown");
}

bool
conn_enter(struct conn *c, enum stage stage)
{
	c->sim->in_stage[c->stage]--;
	c->sim->in_stage[stage]++;
	c->stage = stage;
	if (stage == STAGE_HELLO && c->sim->conns_now > c->sim->conns_max)
		c->sim->conns_max = c->sim->conns_now;
	c->since_ms = (int64_t)uv_now(c->sim->loop);
	return !fault_at_stage(c) && !c->closing;
}

/* --- ending ------------------------------------------------------------ */

void
conn_close_code(struct conn *c, const char *why, uint16_t ws_code)
{
	uint8_t code[2] = { (uint8_t)(ws_code >> 8), (uint8_t)ws_code };

	if (c->closing)
		return;
	say_close(c, "us", why);
	if (c->upgraded) {
		conn_flush(c);
		conn_message(c, WS_CLOSE, code, sizeof code);
	}
	let_go(c);
	net_close(c->net);
}

void
conn_close(struct conn *c, const char *why)
{
	conn_close_code(c, why, 1000);
}

void
conn_reset(struct conn *c, const char *why)
{
	say_close(c, "us", why);
	let_go(c);
	if (c->net != NULL)
		net_reset(c->net);
}

static void
on_unstall(struct conn *c, void *arg)
{
	(void)arg;
	c->stalled = false;
	c->sim->stalled_now--;
}

void
conn_stall(struct conn *c, int64_t ms)
{
	if (c->stalled || c->closing)
		return;
	c->stalled = true;
	c->sim->stalled_now++;
	if (ms > 0)
		conn_later(c, ms, on_unstall, NULL);
	else if (c->stage <= STAGE_UPGRADE)
		net_deafen(c->net);
}

void
conn_cut(struct conn *c, int64_t bytes, bool reset)
{
	net_cut(c->net, bytes, reset);
}
