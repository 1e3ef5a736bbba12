#include "core/io/ws.h"

#include <dirent.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/io/resolve.h"
#include "tests/t.h"
#include "tests/unit/io/client.h"

enum { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

static const char *const schemes[] = { "ws", "wss" };

static void
client_at(struct client *c, const char *scheme)
{
	client_init(c, strcmp(scheme, "wss") == 0 ? "wss://127.0.0.1/ws/chat"
	    : "ws://127.0.0.1/ws/chat");
}

/* --- messages -------------------------------------------------------------- */

static void
script_echo(struct peer *p, void *ctx)
{
	struct buf payload;
	int opcode;

	(void)ctx;
	buf_init(&payload, WS_MESSAGE_MAX);
	if (peer_upgrade(p)) {
		while ((opcode = peer_read_frame(p, &payload)) == BINARY)
			peer_send_frame(p, true, BINARY, payload.data,
			    payload.len);
		EXPECT_INT(opcode, CLOSE);
		EXPECT_INT(payload.len, 2);
		if (payload.len == 2)
			EXPECT_MEM(payload.data, "\x03\xe8", 2);
		EXPECT(peer_wait_end(p));
	}
	buf_finish(&payload);
}

static const size_t echo_sizes[] = { 0, 1, 125, 126, 127, 4096, 16384, 65535,
    65536, 1000000, WS_QUEUE_MAX };

static void
send_sized(struct client *c)
{
	const size_t n = echo_sizes[c->messages];
	uint8_t *p = xcalloc(1, n + 1);
	struct t_rnd rnd;

	t_rnd_init(&rnd, n);
	rnd_fill(&rnd.rnd, p, n);
	EXPECT_INT(ws_send(c->ws, p, n), ERR_OK);
	free(p);
}

static void
check_sized(struct client *c)
{
	const size_t n = echo_sizes[c->messages - 1];
	uint8_t *p = xcalloc(1, n + 1);
	struct t_rnd rnd;

	t_rnd_init(&rnd, n);
	rnd_fill(&rnd.rnd, p, n);
	EXPECT_INT(c->last.len, n);
	if (c->last.len == n)
		EXPECT_MEM(c->last.data, p, n);
	free(p);
	if (c->messages < ARRAY_LEN(echo_sizes))
		send_sized(c);
	else
		loop_stop(c->loop);
}

TEST(ws_echoes_every_size)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct client c;

		client_at(&c, schemes[i]);
		c.when_open = send_sized;
		c.when_message = check_sized;
		client_meet(&c, schemes[i], script_echo, NULL);
		EXPECT_INT(c.messages, ARRAY_LEN(echo_sizes));
		EXPECT(strncmp(c.trace, i == 0 ? "LTUomm" : "LTSUomm",
		    6 + i) == 0);
		buf_finish(&c.last);
	}
}

static void
stop_at_message(struct client *c)
{
	loop_stop(c->loop);
}

/* The answer and the first frames in one write, and so in one read. */
static void
script_eager(struct peer *p, void *ctx)
{
	struct buf head, out;

	buf_init(&head, 16384);
	buf_init(&out, 16384);
	if (peer_read_request(p, &head)) {
		upgrade_text(&head, &out);
		frame_put(&out, true, BINARY, "first", 5);
		frame_put(&out, true, BINARY, "second", 6);
		peer_write(p, out.data, out.len - *(const size_t *)ctx);
		usleep(2000);
		peer_write(p, out.data + out.len - *(const size_t *)ctx,
		    *(const size_t *)ctx);
		peer_wait_end(p);
	}
	buf_finish(&head);
	buf_finish(&out);
}

static void
stop_at_second(struct client *c)
{
	if (c->messages == 2)
		loop_stop(c->loop);
}

TEST(ws_takes_frames_that_come_with_the_answer)
{
	/* bytes that come later: none, half a frame, ... some of the head */
	static const size_t later[] = { 0, 1, 7, 8, 9, 14, 15, 16, 40 };

	for (size_t i = 0; i < ARRAY_LEN(later) * 2; i++) {
		size_t cut = later[i / 2];
		struct client c;

		client_at(&c, schemes[i % 2]);
		c.when_message = stop_at_second;
		client_meet(&c, schemes[i % 2], script_eager, &cut);
		EXPECT_INT(c.messages, 2);
		EXPECT_INT(c.last.len, 6);
		buf_finish(&c.last);
	}
}

static void
script_fragments(struct peer *p, void *ctx)
{
	struct buf all, payload;
	int opcode;

	(void)ctx;
	buf_init(&all, 1 << 20);
	buf_init(&payload, 1000);
	if (!peer_upgrade(p))
		return;
	frame_put(&all, true, TEXT, "ignored", 7);
	frame_put(&all, false, TEXT, "ignored too, ", 13);
	frame_put(&all, true, 0, "in two parts", 12);
	frame_put(&all, false, BINARY, "a", 1);
	frame_put(&all, true, PING, "are you there", 13);
	for (int i = 0; i < 3000; i++)
		frame_put(&all, false, 0, "bc", (size_t)i % 3);
	frame_put(&all, true, PONG, "unasked", 7);
	frame_put(&all, true, 0, "z", 1);
	for (size_t i = 0; i < all.len; i += 501)
		peer_write(p, all.data + i, all.len - i < 501 ? all.len - i
		    : 501);
	opcode = peer_read_frame(p, &payload);
	EXPECT_INT(opcode, PONG);
	EXPECT_INT(payload.len, 13);
	EXPECT_MEM(payload.data, "are you there", payload.len);
	peer_wait_end(p);
	buf_finish(&all);
	buf_finish(&payload);
}

TEST(ws_joins_fragments_and_answers_pings)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct client c;

		client_at(&c, schemes[i]);
		c.when_message = stop_at_message;
		client_meet(&c, schemes[i], script_fragments, NULL);
		EXPECT_INT(c.messages, 1);
		EXPECT_INT(c.last.len, 3002);
		EXPECT_MEM(c.last.data, "abbcbbc", 7);
		EXPECT_INT(c.last.data[3001], 'z');
		buf_finish(&c.last);
	}
}

struct sized {
	size_t size;
	bool fragmented;
	int close_code;         /* what the client answered, 0 for none */
};

static void
script_sized(struct peer *p, void *ctx)
{
	struct sized *s = ctx;
	uint8_t *body = xcalloc(1, s->size);
	struct buf payload;
	int opcode;

	buf_init(&payload, 1000);
	if (peer_upgrade(p)) {
		if (s->fragmented) {
			peer_send_frame(p, false, BINARY, body, s->size / 2);
			peer_send_frame(p, true, 0, body, s->size -
			    s->size / 2);
		} else {
			peer_send_frame(p, true, BINARY, body, s->size);
		}
		opcode = peer_read_frame(p, &payload);
		if (opcode == CLOSE && payload.len >= 2)
			s->close_code = payload.data[0] << 8 | payload.data[1];
		peer_wait_end(p);
	}
	buf_finish(&payload);
	free(body);
}

TEST(ws_takes_the_largest_message)
{
	for (int fragmented = 0; fragmented < 2; fragmented++) {
		struct sized s = { WS_MESSAGE_MAX, fragmented, 0 };
		struct client c;

		client_at(&c, "ws");
		c.when_message = stop_at_message;
		client_meet(&c, "ws", script_sized, &s);
		EXPECT_INT(c.last.len, WS_MESSAGE_MAX);
		EXPECT_INT(s.close_code, 1000);
		buf_finish(&c.last);
	}
}

TEST(ws_refuses_a_larger_message)
{
	for (int fragmented = 0; fragmented < 2; fragmented++) {
		struct sized s = { WS_MESSAGE_MAX + 1, fragmented, 0 };
		struct client c;

		client_at(&c, "ws");
		client_meet(&c, "ws", script_sized, &s);
		EXPECT_INT(c.messages, 0);
		EXPECT_INT(c.err, ERR_TOO_LARGE);
		EXPECT_INT(c.stage, STAGE_OPEN);
		EXPECT_INT(s.close_code, 1009);
		buf_finish(&c.last);
	}
}

/* --- what ends a connection ------------------------------------------------ */

static void
script_cut(struct peer *p, void *ctx)
{
	char c;

	(void)ctx;
	peer_read(p, &c, 1);
	peer_cut(p);
}

static void
script_reset(struct peer *p, void *ctx)
{
	char c;

	(void)ctx;
	peer_read(p, &c, 1);
	peer_reset(p);
}

static void
script_stall(struct peer *p, void *ctx)
{
	(void)ctx;
	peer_wait_end(p);
}

static void
script_say(struct peer *p, void *ctx)
{
	struct buf head;

	buf_init(&head, 16384);
	peer_read_request(p, &head);
	buf_finish(&head);
	peer_say(p, ctx);
	peer_wait_end(p);
}

/* Says without having read a line. */
static void
script_blurt(struct peer *p, void *ctx)
{
	peer_say(p, ctx);
	peer_wait_end(p);
}

static void
script_drip(struct peer *p, void *ctx)
{
	(void)ctx;
	peer_say(p, "HTTP/1.1 101 x\r\n");
	while (peer_say(p, "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n"))
		;
}

static void
script_open_cut(struct peer *p, void *ctx)
{
	(void)ctx;
	peer_upgrade(p);
}

static void
script_open_reset(struct peer *p, void *ctx)
{
	(void)ctx;
	peer_upgrade(p);
	peer_reset(p);
}

/* Raw bytes once it is open. */
static void
script_open_say(struct peer *p, void *ctx)
{
	const char *hex = ctx;
	size_t n;
	uint8_t *bytes = t_hex(hex, &n);

	peer_upgrade(p);
	peer_write(p, bytes, n);
	free(bytes);
	peer_wait_end(p);
}

struct end_row {
	const char *name;
	bool tls_server, tls_client;
	script_fn script;
	const char *arg;
	enum err err;
	enum stage stage;
	int http_status;
	const char *detail;     /* a part of it */
};

static const struct end_row ends[] = {
	{ "tls stalled", false, true, script_stall, NULL, ERR_TIMEOUT,
	    STAGE_TLS, 0, "does not answer" },
	{ "tls cut", false, true, script_cut, NULL, ERR_CLOSED, STAGE_TLS, 0,
	    "" },
	{ "tls reset", false, true, script_reset, NULL, ERR_CLOSED, STAGE_TLS,
	    0, "reset" },
	{ "tls garbage", false, true, script_blurt, "SSH-2.0-x\r\n", ERR_TLS,
	    STAGE_TLS, 0, "TLS" },
	{ "upgrade stalled", false, false, script_stall, NULL, ERR_TIMEOUT,
	    STAGE_UPGRADE, 0, "does not answer" },
	{ "upgrade stalled half way", true, true, script_say,
	    "HTTP/1.1 101 x\r\nUpgr", ERR_TIMEOUT, STAGE_UPGRADE, 0, "" },
	{ "upgrade cut", false, false, script_cut, NULL, ERR_CLOSED,
	    STAGE_UPGRADE, 0, "" },
	{ "upgrade cut in TLS", true, true, script_cut, NULL, ERR_CLOSED,
	    STAGE_UPGRADE, 0, "" },
	{ "upgrade reset", false, false, script_reset, NULL, ERR_CLOSED,
	    STAGE_UPGRADE, 0, "reset" },
	{ "redirect", true, true, script_say,
	    "HTTP/1.1 302 Found\r\nLocation: https://x/\r\n\r\n", ERR_UPGRADE,
	    STAGE_UPGRADE, 302, "302" },
	{ "refused", false, false, script_say,
	    "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", ERR_UPGRADE,
	    STAGE_UPGRADE, 503, "503" },
	{ "garbage", false, false, script_say, "\x05\xff\r\n\r\n",
	    ERR_UPGRADE, STAGE_UPGRADE, 0, "not HTTP" },
	{ "wrong accept", false, false, script_say,
	    "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
	    ERR_UPGRADE, STAGE_UPGRADE, 101, "fit" },
	{ "head without end", false, false, script_drip, NULL, ERR_TOO_LARGE,
	    STAGE_UPGRADE, 0, "too long" },
	{ "open cut", false, false, script_open_cut, NULL, ERR_CLOSED,
	    STAGE_OPEN, 0, "closed" },
	{ "open cut in TLS", true, true, script_open_cut, NULL, ERR_CLOSED,
	    STAGE_OPEN, 0, "closed" },
	{ "open reset", false, false, script_open_reset, NULL, ERR_CLOSED,
	    STAGE_OPEN, 0, "" },
	{ "close frame", true, true, script_open_say, "880203e8", ERR_CLOSED,
	    STAGE_OPEN, 0, "1000" },
	{ "close frame, 1011 and words", false, false, script_open_say,
	    "880503f3626164", ERR_CLOSED, STAGE_OPEN, 0, "1011" },
	{ "close frame without code", false, false, script_open_say, "8800",
	    ERR_CLOSED, STAGE_OPEN, 0, "closed the websocket" },
	{ "unknown opcode", false, false, script_open_say, "8300",
	    ERR_PEER_PROTOCOL, STAGE_OPEN, 0, "" },
	{ "reserved bit", true, true, script_open_say, "c200",
	    ERR_PEER_PROTOCOL, STAGE_OPEN, 0, "" },
	{ "continuation of nothing", false, false, script_open_say, "8000",
	    ERR_PEER_PROTOCOL, STAGE_OPEN, 0, "" },
	{ "message within a message", false, false, script_open_say,
	    "02016182016200", ERR_PEER_PROTOCOL, STAGE_OPEN, 0, "" },
	{ "fragmented ping", false, false, script_open_say, "0900",
	    ERR_PEER_PROTOCOL, STAGE_OPEN, 0, "" },
	{ "claim of an enormous frame", false, false, script_open_say,
	    "827f7fffffffffffffff00", ERR_TOO_LARGE, STAGE_OPEN, 0, "" },
};

TEST(ws_names_the_stage_that_failed)
{
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		const struct end_row *r = &ends[i];
		char arg[256] = "";
		const struct server_params params = { .tls = r->tls_server,
		    .script = r->script, .ctx = arg };
		struct server *s = server_start(&params);
		struct client c;

		if (r->arg != NULL)
			memcpy(arg, r->arg, strlen(r->arg) + 1);
		client_at(&c, r->tls_client ? "wss" : "ws");
		if (r->err == ERR_TIMEOUT)
			client_hurry(&c, r->stage);
		c.url.port = server_port(s);
		client_run(&c);
		EXPECT_INT(ws_send(c.ws, "x", 1), ERR_CLOSED);
		client_finish(&c);
		server_stop(s);
		if (c.err != r->err || c.stage != r->stage ||
		    c.http_status != r->http_status || c.messages != 0 ||
		    strstr(c.detail, r->detail) == NULL)
			t_fail(__FILE__, __LINE__, "%s: %s at %s, %d, \"%s\"",
			    r->name, err_name(c.err), stage_name(c.stage),
			    c.http_status, c.detail);
		buf_finish(&c.last);
	}
}

TEST(ws_names_the_certificate_fault)
{
	static const struct {
		enum leaf leaf;
		const char *detail;
	} table[] = {
		{ LEAF_EXPIRED, "expired" },
		{ LEAF_OTHER_HOST, "another host" },
		{ LEAF_STRANGER, "issuer is unknown" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct server_params params = { .tls = true,
		    .leaf = table[i].leaf, .script = script_stall };
		struct server *s = server_start(&params);
		struct client c;

		client_at(&c, "wss");
		c.url.port = server_port(s);
		client_run(&c);
		client_finish(&c);
		server_stop(s);
		EXPECT_INT(c.err, ERR_TLS_CERT);
		EXPECT_INT(c.stage, STAGE_TLS);
		EXPECT(strstr(c.detail, table[i].detail) != NULL);
		EXPECT_STR(c.trace, "LTSx");
		buf_finish(&c.last);
	}
}

/* A port that nobody listens at. */
static uint16_t
dead_port(void)
{
	const struct server_params params = { .script = script_stall };
	struct server *s = server_start(&params);
	const uint16_t port = server_port(s);

	server_stop(s);
	return port;
}

TEST(ws_tcp_refused)
{
	struct client c;

	client_at(&c, "wss");
	c.url.port = dead_port();
	client_run(&c);
	EXPECT_INT(c.err, ERR_CONNECT);
	EXPECT_INT(c.stage, STAGE_TCP);
	EXPECT(strstr(c.detail, "127.0.0.1: connection refused") != NULL);
	EXPECT_STR(c.trace, "LTx");
	client_finish(&c);
	buf_finish(&c.last);
}

/* A listener whose queue is full answers no SYN: a black hole on loopback. */
struct hole {
	int listener, fillers[8];
	uint16_t port;
};

static void
hole_init(struct hole *h)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof sa;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	h->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(h->listener, (struct sockaddr *)&sa, sizeof sa) != 0 ||
	    listen(h->listener, 0) != 0 ||
	    getsockname(h->listener, (struct sockaddr *)&sa, &len) != 0)
		abort();
	h->port = ntohs(sa.sin_port);
	for (size_t i = 0; i < ARRAY_LEN(h->fillers); i++) {
		h->fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK,
		    0);
		(void)connect(h->fillers[i], (struct sockaddr *)&sa,
		    sizeof sa);
	}
}

static void
hole_finish(struct hole *h)
{
	for (size_t i = 0; i < ARRAY_LEN(h->fillers); i++)
		close(h->fillers[i]);
	close(h->listener);
}

TEST(ws_tcp_stalled)
{
	struct client c;
	struct hole h;

	hole_init(&h);
	client_at(&c, "wss");
	c.url.port = h.port;
	client_hurry(&c, STAGE_TCP);
	client_run(&c);
	EXPECT_INT(c.err, ERR_TIMEOUT);
	EXPECT_INT(c.stage, STAGE_TCP);
	EXPECT_STR(c.trace, "LTx");
	client_finish(&c);
	hole_finish(&h);
	buf_finish(&c.last);
}

/* --- look-ups -------------------------------------------------------------- */

static int
query_nobody(const char *host, struct address *out, size_t *count)
{
	(void)host;
	(void)out;
	(void)count;
	return EAI_NONAME;
}

static int
query_slow(const char *host, struct address *out, size_t *count)
{
	usleep(600000);
	return query_nobody(host, out, count);
}

/* 127.0.0.2 and 127.0.0.3 refuse, 127.0.0.1 is the server. */
static int
query_three(const char *host, struct address *out, size_t *count)
{
	static const uint32_t last[] = { 2, 3, 1 };

	(void)host;
	for (size_t i = 0; i < 3; i++) {
		out[i].sa.v4 = (struct sockaddr_in){ .sin_family = AF_INET };
		out[i].sa.v4.sin_addr.s_addr = htonl(0x7f000000 | last[i]);
	}
	*count = 3;
	return 0;
}

TEST(ws_lookup_fails)
{
	struct client c;

	client_init(&c, "wss://nobody.example/");
	resolver_set_query(c.loop, query_nobody);
	client_run(&c);
	EXPECT_INT(c.err, ERR_RESOLVE);
	EXPECT_INT(c.stage, STAGE_LOOKUP);
	EXPECT(c.detail[0] != '\0');
	EXPECT_STR(c.trace, "Lx");
	client_finish(&c);
	buf_finish(&c.last);
}

TEST(ws_lookup_stalled)
{
	struct client c;

	client_init(&c, "wss://slow.example/");
	resolver_set_query(c.loop, query_slow);
	client_hurry(&c, STAGE_LOOKUP);
	client_run(&c);
	EXPECT_INT(c.err, ERR_TIMEOUT);
	EXPECT_INT(c.stage, STAGE_LOOKUP);
	EXPECT_STR(c.trace, "Lx");
	client_finish(&c);
	buf_finish(&c.last);
}

TEST(ws_tries_every_address)
{
	struct client c;

	client_init(&c, "ws://three.example/");
	resolver_set_query(c.loop, query_three);
	c.close_at = CLOSE_AT_OPEN;
	client_meet(&c, "ws", script_echo, NULL);
	EXPECT_STR(c.trace, "LTUo");
	buf_finish(&c.last);
}

/* --- sending --------------------------------------------------------------- */

struct slow {
	size_t messages, bytes; /* what the server got */
	int opcode;             /* of the last frame */
	bool has_ended;
};

/* Set by the client: until then the server reads nothing, however slow the
 * machine is. */
static atomic_bool queue_is_full;

static void
script_slow_reader(struct peer *p, void *ctx)
{
	struct slow *s = ctx;
	struct buf payload;

	buf_init(&payload, WS_MESSAGE_MAX);
	if (peer_upgrade(p)) {
		for (int i = 0; i < 2000 && !atomic_load(&queue_is_full); i++)
			usleep(5000);
		while ((s->opcode = peer_read_frame(p, &payload)) == BINARY) {
			s->messages++;
			s->bytes += payload.len;
			for (size_t i = 0; i < payload.len; i += 97)
				EXPECT_INT(payload.data[i], 0x5a);
		}
		s->has_ended = peer_wait_end(p);
	}
	buf_finish(&payload);
}

enum { PIECE = 300000 };

static void
send_until_full(struct client *c)
{
	uint8_t *p = xcalloc(1, PIECE);
	enum err err;

	memset(p, 0x5a, PIECE);
	while ((err = ws_send(c->ws, p, PIECE)) == ERR_OK &&
	    c->messages < 1000)
		c->messages++;
	EXPECT_INT(err, ERR_FULL);
	EXPECT_INT(ws_send(c->ws, p, WS_QUEUE_MAX + 1), ERR_FULL);
	atomic_store(&queue_is_full, true);
	free(p);
}

/* The kernel takes parts; all of it arrives, though closed at once. */
TEST(ws_close_flushes_what_is_queued)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct slow slow = { .messages = 0 };
		struct client c;

		atomic_store(&queue_is_full, false);
		client_at(&c, schemes[i]);
		c.when_open = send_until_full;
		c.close_at = CLOSE_AT_OPEN;
		client_meet(&c, schemes[i], script_slow_reader, &slow);
		EXPECT(c.messages > 3);
		EXPECT_INT(slow.messages, c.messages);
		EXPECT_INT(slow.bytes, c.messages * PIECE);
		EXPECT_INT(slow.opcode, CLOSE);
		EXPECT(slow.has_ended);
		buf_finish(&c.last);
	}
}

static void
script_never_reads(struct peer *p, void *ctx)
{
	(void)ctx;
	peer_upgrade(p);
	usleep(700000);
}

TEST(ws_close_gives_up_on_a_server_that_never_reads)
{
	struct client c;
	int64_t start;

	client_at(&c, "wss");
	c.limits.close_ms = 100;
	c.when_open = send_until_full;
	c.close_at = CLOSE_AT_OPEN;
	start = clock_mono_ms(clock_system());
	client_meet(&c, "wss", script_never_reads, NULL);
	EXPECT(clock_mono_ms(clock_system()) - start < 5000);
	buf_finish(&c.last);
}

/* --- closing --------------------------------------------------------------- */

static void
script_one_message(struct peer *p, void *ctx)
{
	(void)ctx;
	if (!peer_upgrade(p))
		return;
	for (int i = 0; i < 3; i++)
		peer_send_frame(p, true, BINARY, "hello", 5);
	peer_wait_end(p);
}

TEST(ws_close_works_in_every_callback)
{
	static const struct {
		int at;
		const char *trace;
	} table[] = {
		{ CLOSE_AT_LOOKUP, "L" },
		{ CLOSE_AT_TCP, "LT" },
		{ CLOSE_AT_TLS, "LTS" },
		{ CLOSE_AT_UPGRADE, "LTSU" },
		{ CLOSE_AT_OPEN, "LTSUo" },
		{ CLOSE_AT_MESSAGE, "LTSUom" },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct client c;

		client_at(&c, "wss");
		c.close_at = table[i].at;
		client_meet(&c, "wss", script_one_message, NULL);
		EXPECT_STR(c.trace, table[i].trace);
		buf_finish(&c.last);
	}
}

TEST(ws_close_works_when_lost)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct client c;

		client_at(&c, schemes[i]);
		c.close_at = CLOSE_AT_LOST;
		client_meet(&c, schemes[i], script_open_cut, NULL);
		EXPECT_STR(c.trace, i == 0 ? "LTUox" : "LTSUox");
		buf_finish(&c.last);
	}
}

TEST(ws_close_at_once)
{
	static const struct ws_events none = { NULL, NULL, NULL, NULL };
	struct ws_params params = { .proxy = proxy_direct(),
	    .origin = "o", .events = &none };
	struct loop *loop = NULL;
	struct url url;
	struct ws *ws;

	ASSERT(loop_create(&loop) == ERR_OK);
	ASSERT(url_parse("ws://127.0.0.1:9/", &url) == ERR_OK);
	params.url = &url;
	ws = ws_open(loop, &params);
	EXPECT_INT(ws_send(ws, "x", 1), ERR_CLOSED);
	ws_close(ws);
	ws_close(NULL);
	loop_destroy(loop);             /* without another turn */
}

static size_t
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	while (dir != NULL && readdir(dir) != NULL)
		n++;
	if (dir != NULL)
		closedir(dir);
	return n;
}

static void
stop_when_open(struct client *c)
{
	loop_stop(c->loop);
}

/* Memory is the sanitizer's business; descriptors and handles are ours. */
TEST(ws_thousand_connections_leave_nothing)
{
	const struct server_params params = { .tls = true,
	    .script = script_echo };
	struct server *s;
	struct client c;
	size_t before;

	client_at(&c, "ws");
	client_finish(&c);              /* what libuv opens once and keeps */
	buf_finish(&c.last);
	before = open_descriptors();
	s = server_start(&params);
	client_at(&c, "wss");
	c.ticket = tls_ticket_create();
	c.url.port = server_port(s);
	c.when_open = stop_when_open;
	for (int i = 0; i < 1000; i++) {
		memset(c.trace, 0, sizeof c.trace);
		client_run(&c);
		EXPECT_STR(c.trace, "LTSUo");
		ws_close(c.ws);
		loop_run(c.loop);
	}
	c.ws = NULL;
	EXPECT_INT(server_resumed(s), 999);
	client_finish(&c);
	tls_ticket_destroy(c.ticket);
	server_stop(s);
	buf_finish(&c.last);
	EXPECT_INT(open_descriptors(), before);
}
