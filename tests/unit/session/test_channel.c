#include "core/session/channel.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/crypt.h"
#include "core/wire/frame.h"
#include "tests/t.h"
#include "tests/unit/session/far.h"
#include "tests/unit/session/house.h"

#define BINARY 2
#define PATIENCE_MS 20000
#define WALL_MS 1780000000000

enum where { NOWHERE, AT_STAGE, AT_READY, AT_NODE, AT_LOST };

/* The client's side, which notes what happens to it. */
struct near {
	struct loop *loop;
	struct timer *guard;
	struct clock clock;
	struct url url;
	struct noise_trust trust;
	struct keypair key;
	struct channel *channel;
	bool probe;
	enum where close_at;
	void (*when_ready)(struct near *n);
	int stop_after;                 /* nodes */
	char trace[64];                 /* L T U N G stages, r, n, x */
	int nodes;
	char ids[64];                   /* of the nodes */
	enum err err;
	enum stage stage;
	bool is_late;
};

static int64_t
fixed_wall(void *ctx)
{
	(void)ctx;
	return WALL_MS;
}

static int64_t
real_mono(void *ctx)
{
	(void)ctx;
	return clock_mono_ms(clock_system());
}

static void
note(struct near *n, char what, enum where where)
{
	const size_t len = strlen(n->trace);

	if (len + 1 < sizeof n->trace)
		n->trace[len] = what;
	if (n->close_at != where)
		return;
	channel_close(n->channel);
	n->channel = NULL;
	loop_stop(n->loop);
}

static void
on_stage(void *ctx, enum stage stage)
{
	note(ctx, "LTltPSUNG?"[stage], AT_STAGE);
}

static void
on_ready(void *ctx)
{
	struct near *n = ctx;

	note(n, 'r', AT_READY);
	if (n->when_ready != NULL && n->channel != NULL)
		n->when_ready(n);
	if (n->stop_after == 0)
		loop_stop(n->loop);
}

static void
on_node(void *ctx, const struct node *node)
{
	struct near *n = ctx;
	const char *id = node_attr(node, "id");
	const size_t len = strlen(n->ids);

	n->nodes++;
	if (id != NULL)
		str_copy(n->ids + len, sizeof n->ids - len, id);
	note(n, 'n', AT_NODE);
	if (n->nodes == n->stop_after)
		loop_stop(n->loop);
}

static void
on_lost(void *ctx, enum err err, enum stage stage, int http_status,
    const char *detail)
{
	struct near *n = ctx;

	EXPECT_INT(http_status, 0);
	EXPECT(detail != NULL);
	n->err = err;
	n->stage = stage;
	note(n, 'x', AT_LOST);
	loop_stop(n->loop);
}

static void
on_guard(void *ctx)
{
	struct near *n = ctx;

	n->is_late = true;
	loop_stop(n->loop);
}

/* A server with this script, a channel to it, run until it stops. */
static void
meet(struct near *n, script_fn script, void *ctx)
{
	static const struct channel_events events = { on_stage, on_ready,
	    on_node, on_lost };
	struct server *server = server_start(&(struct server_params){
	    .script = script, .ctx = ctx });
	char url[64];

	str_format(url, sizeof url, "ws://127.0.0.1:%u/ws/chat",
	    (unsigned)server_port(server));
	if (loop_create(&n->loop) != ERR_OK ||
	    url_parse(url, &n->url) != ERR_OK)
		abort();
	n->guard = timer_create_on(n->loop, on_guard, n);
	n->clock = (struct clock){ real_mono, fixed_wall, NULL };
	n->trust = far_trust();
	curve_keypair(rnd_system(), &n->key);
	timer_start(n->guard, PATIENCE_MS * clock_speed());
	n->channel = channel_open(&(struct channel_params){
	    .loop = n->loop, .clock = &n->clock, .rnd = rnd_system(),
	    .url = &n->url, .proxy = proxy_direct(), .trust = &n->trust,
	    .noise_key = &n->key,
	    .payload = "payload", .payload_len = 7, .probe = n->probe,
	    .events = &events, .ctx = n });
	EXPECT_STR(n->trace, "");       /* nothing from within the call */
	loop_run(n->loop);
	EXPECT(!n->is_late);
	channel_close(n->channel);
	timer_destroy(n->guard);
	loop_run(n->loop);              /* returns: nothing is left */
	loop_destroy(n->loop);
	server_stop(server);
}

static struct node *
numbered(int i)
{
	char id[2] = { (char)('a' + i % 26), '\0' };

	return far_node("iq", "id", id, NULL);
}

static void
drain(struct far *f)
{
	struct node *node;

	while ((node = far_read(f)) != NULL)
		node_destroy(node);
}

/* --- the handshake --------------------------------------------------------- */

static void
script_meet(struct peer *p, void *ctx)
{
	struct far f;

	(void)ctx;
	EXPECT(far_meet(&f, p));
	EXPECT_INT(f.payload.len, 7);
	if (f.payload.len == 7)
		EXPECT_MEM(f.payload.data, "payload", 7);
	drain(&f);
	far_finish(&f);
}

TEST(channel_shakes_hands)
{
	struct near n = { .stop_after = 0 };

	meet(&n, script_meet, NULL);
	EXPECT_STR(n.trace, "LTUNGr");
}

/* The ServerHello in two websocket messages, cut after so many bytes. */
static void
script_cut_hello(struct peer *p, void *ctx)
{
	const size_t *cut = ctx;
	struct noise_sym sym;
	struct buf hello;
	struct far f;
	size_t at;

	buf_init(&hello, 4096);
	if (far_begin(&f, p, &hello, &sym)) {
		at = *cut < hello.len ? *cut : hello.len;
		peer_send_frame(p, true, BINARY, hello.data, at);
		peer_send_frame(p, true, BINARY, hello.data + at,
		    hello.len - at);
		if (far_end(&f, &sym))
			far_send(&f, numbered(0));
		drain(&f);
	}
	buf_finish(&hello);
	far_finish(&f);
}

TEST(channel_takes_a_server_hello_in_pieces)
{
	static const size_t cuts[] = { 0, 1, 2, 3, 4, 5, 36, 100, 350, 9999 };

	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		struct near n = { .stop_after = 1 };
		size_t cut = cuts[i];

		meet(&n, script_cut_hello, &cut);
		EXPECT_STR(n.trace, "LTUNGrn");
	}
}

static void
script_bad_hello(struct peer *p, void *ctx)
{
	const size_t *flip = ctx;
	struct noise_sym sym;
	struct buf hello;
	struct far f;

	buf_init(&hello, 4096);
	if (far_begin(&f, p, &hello, &sym)) {
		hello.data[*flip < hello.len ? *flip : hello.len - 1] ^= 1;
		peer_send_frame(p, true, BINARY, hello.data, hello.len);
		EXPECT(!far_end(&f, &sym));
	}
	buf_finish(&hello);
	far_finish(&f);
}

TEST(channel_refuses_a_bent_server_hello)
{
	/* in the ephemeral key, the static one, the certificate, its tag */
	static const size_t flips[] = { 12, 60, 120, 9999 };

	for (size_t i = 0; i < ARRAY_LEN(flips); i++) {
		struct near n = { .stop_after = 1 };
		size_t flip = flips[i];

		meet(&n, script_bad_hello, &flip);
		EXPECT_STR(n.trace, "LTUNx");
		EXPECT_INT(n.stage, STAGE_NOISE);
		EXPECT(n.err == ERR_AUTH || n.err == ERR_WEAK_KEY ||
		    n.err == ERR_MALFORMED);
	}
}

static void
script_mute(struct peer *p, void *ctx)
{
	struct noise_sym sym;
	struct buf hello;
	struct far f;

	(void)ctx;
	buf_init(&hello, 4096);
	(void)far_begin(&f, p, &hello, &sym);
	drain(&f);
	buf_finish(&hello);
	far_finish(&f);
}

TEST(hurried_channel_waits_twenty_seconds_for_the_server_hello)
{
	struct near n = { .stop_after = 1 };

	if (!house_hurry("hurried_channel_waits_twenty", "50"))
		return;
	meet(&n, script_mute, NULL);
	EXPECT_STR(n.trace, "LTUNx");
	EXPECT_INT(n.err, ERR_TIMEOUT);
	EXPECT_INT(n.stage, STAGE_NOISE);
}

static void
script_probed(struct peer *p, void *ctx)
{
	struct noise_sym sym;
	struct buf hello;
	struct far f;

	(void)ctx;
	buf_init(&hello, 4096);
	if (far_begin(&f, p, &hello, &sym)) {
		peer_send_frame(p, true, BINARY, hello.data, hello.len);
		EXPECT(!far_end(&f, &sym));     /* it says nothing more */
	}
	buf_finish(&hello);
	far_finish(&f);
}

TEST(channel_probe_stops_before_the_client_finish)
{
	struct near n = { .probe = true };

	meet(&n, script_probed, NULL);
	EXPECT_STR(n.trace, "LTUNGr");
}

/* --- frames ---------------------------------------------------------------- */

/* Three stanzas in one message; then three more cut after so many bytes. */
static void
script_frames(struct peer *p, void *ctx)
{
	const size_t *cut = ctx;
	struct buf out;
	struct far f;

	buf_init(&out, 4096);
	EXPECT(far_meet(&f, p));
	for (int i = 0; i < 3; i++)
		far_seal(&f, numbered(i), &out);
	peer_send_frame(p, true, BINARY, out.data, out.len);
	buf_clear(&out);
	for (int i = 3; i < 6; i++)
		far_seal(&f, numbered(i), &out);
	peer_send_frame(p, true, BINARY, out.data, *cut);
	peer_send_frame(p, true, BINARY, out.data + *cut, out.len - *cut);
	drain(&f);
	buf_finish(&out);
	far_finish(&f);
}

TEST(channel_cuts_frames_from_any_messages)
{
	/* a frame of these is about 27 bytes: every byte of one and a half */
	for (size_t cut = 0; cut < 40; cut += 3) {
		struct near n = { .stop_after = 6 };

		meet(&n, script_frames, &cut);
		EXPECT_STR(n.trace, "LTUNGrnnnnnn");
		EXPECT_STR(n.ids, "abcdef");
	}
}

static void
script_bad_tag(struct peer *p, void *ctx)
{
	struct buf out;
	struct far f;

	(void)ctx;
	buf_init(&out, 4096);
	EXPECT(far_meet(&f, p));
	far_seal(&f, numbered(0), &out);
	far_seal(&f, numbered(1), &out);
	out.data[out.len - 1] ^= 1;
	far_seal(&f, numbered(2), &out);
	peer_send_frame(p, true, BINARY, out.data, out.len);
	drain(&f);
	buf_finish(&out);
	far_finish(&f);
}

TEST(channel_ends_at_a_wrong_tag)
{
	struct near n = { .stop_after = 3 };

	meet(&n, script_bad_tag, NULL);
	EXPECT_STR(n.trace, "LTUNGrnx");        /* and nothing after it */
	EXPECT_INT(n.err, ERR_AUTH);
	EXPECT_INT(n.stage, STAGE_OPEN);
}

static void
script_no_node(struct peer *p, void *ctx)
{
	struct buf sealed, out;
	struct far f;

	(void)ctx;
	buf_init(&sealed, 4096);
	buf_init(&out, 4096);
	EXPECT(far_meet(&f, p));
	if (noise_cipher_seal(&f.send, "\x00\xf8", 2,
	    &sealed) != ERR_OK ||
	    frame_append(&out, sealed.data, sealed.len) != ERR_OK)
		abort();
	peer_send_frame(p, true, BINARY, out.data, out.len);
	drain(&f);
	buf_finish(&sealed);
	buf_finish(&out);
	far_finish(&f);
}

TEST(channel_ends_at_what_is_no_stanza)
{
	struct near n = { .stop_after = 1 };

	meet(&n, script_no_node, NULL);
	EXPECT_STR(n.trace, "LTUNGrx");
	EXPECT_INT(n.stage, STAGE_OPEN);
}

static void
script_hang_up(struct peer *p, void *ctx)
{
	struct far f;

	(void)ctx;
	EXPECT(far_meet(&f, p));
	far_finish(&f);
}

TEST(channel_tells_a_hang_up)
{
	struct near n = { .stop_after = 1 };

	meet(&n, script_hang_up, NULL);
	EXPECT_STR(n.trace, "LTUNGrx");
	EXPECT_INT(n.err, ERR_CLOSED);
	EXPECT_INT(n.stage, STAGE_OPEN);
}

/* --- closing --------------------------------------------------------------- */

static void
script_two(struct peer *p, void *ctx)
{
	struct buf out;
	struct far f;

	(void)ctx;
	buf_init(&out, 4096);
	if (far_meet(&f, p)) {
		far_seal(&f, numbered(0), &out);
		far_seal(&f, numbered(1), &out);
		peer_send_frame(p, true, BINARY, out.data, out.len);
		drain(&f);
	}
	buf_finish(&out);
	far_finish(&f);
}

TEST(channel_may_be_closed_in_each_callback)
{
	static const struct {
		enum where where;
		script_fn script;
		const char *trace;
	} cases[] = {
		{ AT_STAGE, script_two, "L" },
		{ AT_READY, script_two, "LTUNGr" },
		{ AT_NODE, script_two, "LTUNGrn" },
		{ AT_LOST, script_hang_up, "LTUNGrx" },
		{ AT_LOST, script_bad_tag, "LTUNGrnx" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct near n = { .stop_after = 9,
		    .close_at = cases[i].where };

		meet(&n, cases[i].script, NULL);
		EXPECT_STR(n.trace, cases[i].trace);
		EXPECT_NULL(n.channel);
	}
}

/* --- sending --------------------------------------------------------------- */

static void
send_three(struct near *n)
{
	for (int i = 0; i < 3; i++) {
		struct node *node = numbered(i);

		EXPECT_INT(channel_send(n->channel, node), ERR_OK);
		node_destroy(node);
	}
}

static void
script_echo(struct peer *p, void *ctx)
{
	struct node *node;
	struct far f;

	(void)ctx;
	EXPECT(far_meet(&f, p));
	while ((node = far_read(&f)) != NULL)
		far_send(&f, node);
	far_finish(&f);
}

TEST(channel_sends_in_order)
{
	struct near n = { .stop_after = 3, .when_ready = send_three };

	meet(&n, script_echo, NULL);
	EXPECT_STR(n.ids, "abc");
}

/* Reads nothing until it is told to. */
static void
script_deaf(struct peer *p, void *ctx)
{
	struct timespec pause = { 0, 5000000 };
	struct far f;

	EXPECT(far_meet(&f, p));
	while (!atomic_load((atomic_bool *)ctx))
		nanosleep(&pause, NULL);
	far_finish(&f);
}

static atomic_bool hear;

static void
send_too_much(struct near *n)
{
	uint8_t *big = xcalloc(1, 1u << 20);
	struct node *node = numbered(0);
	enum err err = ERR_OK;

	node_set_bytes(node_add_new(node, "big"), big, 1u << 20);
	free(big);
	for (int i = 0; err == ERR_OK && i < 64; i++)
		err = channel_send(n->channel, node);
	EXPECT_INT(err, ERR_FULL);
	EXPECT_STR(n->trace, "LTUNGr"); /* told on a later turn */
	EXPECT_INT(channel_send(n->channel, node), ERR_FULL);
	node_destroy(node);
	atomic_store(&hear, true);
}

/* A sealed frame that is not sent would put the ciphers out of step. */
TEST(channel_ends_when_the_queue_is_full)
{
	struct near n = { .stop_after = 1, .when_ready = send_too_much };

	atomic_store(&hear, false);
	meet(&n, script_deaf, &hear);
	EXPECT_STR(n.trace, "LTUNGrx");
	EXPECT_INT(n.err, ERR_CLOSED);
	EXPECT_INT(n.stage, STAGE_OPEN);
}
