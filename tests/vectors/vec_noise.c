/*
 * Complete handshakes with fixed keys: every message and every state byte
 * for byte, the frames that follow in both directions, and handshakes that
 * must fail.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/wire/frame.h"
#include "core/wire/noise.h"
#include "core/wire/pb.h"
#include "core/wire/proto/cert.pb-c.h"
#include "core/wire/proto/handshake.pb-c.h"
#include "tests/vectors/vec.h"

/* One vector and what it gives the client. */
struct run {
	const cJSON *v;
	const char *id;
	struct vec_count *c;
	struct keypair ephemeral, fixed;
	struct noise_trust trust;
	int64_t now;
	uint8_t *hello, *payload;       /* ServerHello, ClientPayload */
	size_t hello_len, payload_len;
	struct noise_transport transport;
};

static void
run_finish(struct run *r)
{
	free(r->hello);
	free(r->payload);
}

/* server_hello_wire is the message in a frame. */
static bool
is_framed(const cJSON *messages, const uint8_t *hello, size_t n)
{
	struct buf wire;
	bool ok;

	buf_init(&wire, FRAME_MAX);
	ok = frame_append(&wire, hello, n) == ERR_OK &&
	    vec_is(messages, "server_hello_wire", wire.data, wire.len);
	buf_finish(&wire);
	return ok;
}

static bool
run_init(struct run *r, const cJSON *v, struct vec_count *c)
{
	const cJSON *serial = vec_at(v, "trusted_root.serial");
	const cJSON *now = vec_at(v, "now");

	*r = (struct run){ .v = v, .id = vec_str(v, "id"), .c = c };
	r->hello = vec_hex(vec_at(v, "messages"), "server_hello",
	    &r->hello_len);
	r->payload = vec_hex(v, "client_payload", &r->payload_len);
	if (!cJSON_IsNumber(serial) || !cJSON_IsNumber(now) ||
	    r->hello == NULL ||
	    !is_framed(vec_at(v, "messages"), r->hello, r->hello_len) ||
	    !vec_is(v, "prologue", FRAME_PROLOGUE, FRAME_PROLOGUE_LEN) ||
	    !vec_keypair(vec_at(v, "keys.client_ephemeral"), &r->ephemeral) ||
	    !vec_keypair(vec_at(v, "keys.client_static"), &r->fixed) ||
	    !vec_fixed(vec_at(v, "trusted_root"), "public", r->trust.root_key,
	    KEY_LEN)) {
		run_finish(r);
		return vec_check(c, false, r->id, "vector is complete");
	}
	r->trust.root_serial = (uint32_t)serial->valuedouble;
	r->now = (int64_t)now->valuedouble;
	return true;
}

/* [routing header] [prologue] frame, as it goes into the websocket. */
static bool
wire_is(const struct run *r, const char *name, const struct buf *message,
    bool is_first)
{
	struct buf wire;
	size_t n;
	uint8_t *routing = is_first ? vec_hex(r->v, "routing_info", &n) : NULL;
	bool ok = true;

	buf_init(&wire, FRAME_MAX);
	if (routing != NULL)
		ok = buf_append(&wire, "ED\0\1", 4) == ERR_OK &&
		    buf_u24be(&wire, (uint32_t)n) == ERR_OK &&
		    buf_append(&wire, routing, n) == ERR_OK;
	if (is_first)
		ok = ok && buf_append(&wire, FRAME_PROLOGUE,
		    FRAME_PROLOGUE_LEN) == ERR_OK;
	ok = ok && frame_append(&wire, message->data, message->len) == ERR_OK &&
	    vec_is(vec_at(r->v, "messages"), name, wire.data, wire.len);
	buf_finish(&wire);
	free(routing);
	return ok;
}

/* The client from hello to finish; out gets ClientFinish. */
static enum err
shake(struct run *r, struct buf *hello, struct buf *out)
{
	struct noise_client client = { .is_waiting = false };
	enum err err;

	if ((err = noise_client_hello(&client, &r->ephemeral, hello)) ==
	    ERR_OK)
		err = noise_client_finish(&client, &(struct noise_login){
		    .trust = &r->trust, .now = r->now,
		    .static_key = &r->fixed, .payload = r->payload == NULL ?
		    (const uint8_t *)"" : r->payload,
		    .payload_len = r->payload_len,
		    }, r->hello, r->hello_len, out, &r->transport);
	noise_client_destroy_keys(&client);
	return err;
}

static void
check_messages(struct run *r)
{
	const cJSON *messages = vec_at(r->v, "messages");
	const cJSON *keys = vec_at(r->v, "transport_keys");
	struct buf hello, finish;

	buf_init(&hello, 256);
	buf_init(&finish, FRAME_MAX);
	vec_check(r->c, shake(r, &hello, &finish) == ERR_OK, r->id,
	    "handshake succeeds");
	vec_check(r->c, vec_is(messages, "client_hello", hello.data,
	    hello.len), r->id, "client_hello");
	vec_check(r->c, wire_is(r, "client_hello_wire", &hello, true), r->id,
	    "client_hello_wire");
	vec_check(r->c, vec_is(messages, "client_finish", finish.data,
	    finish.len), r->id, "client_finish");
	vec_check(r->c, wire_is(r, "client_finish_wire", &finish, false),
	    r->id, "client_finish_wire");
	vec_check(r->c, vec_is(keys, "client_send_server_recv",
	    r->transport.send.key.b, KEY_LEN), r->id, "sending key");
	vec_check(r->c, vec_is(keys, "client_recv_server_send",
	    r->transport.recv.key.b, KEY_LEN), r->id, "receiving key");
	buf_finish(&hello);
	buf_finish(&finish);
}

/* --- certificates ---------------------------------------------------------- */

static bool
number_is(const cJSON *object, const char *name, uint64_t have)
{
	const cJSON *want = vec_at(object, name);

	return want == NULL ||
	    (cJSON_IsNumber(want) && want->valuedouble == (double)have);
}

/* One certificate of the chain against its description, which gives some
 * of the fields for one and others for the other. */
static bool
cert_is(const Wa__CertChain__Certificate *m, const cJSON *v)
{
	const Wa__CertDetails *d;
	struct pb_arena arena;
	bool ok;

	if (m == NULL || !vec_is(v, "details", m->details.data,
	    m->details.len) || !vec_is(v, "signature", m->signature.data,
	    m->signature.len))
		return false;
	pb_arena_init(&arena);
	d = pb_unpack(&arena, &wa__cert_details__descriptor, m->details.data,
	    m->details.len);
	ok = d != NULL && number_is(v, "serial", d->serial) &&
	    number_is(v, "issuer_serial", d->issuer_serial) &&
	    number_is(v, "not_before", d->not_before) &&
	    number_is(v, "not_after", d->not_after) &&
	    (vec_at(v, "key") == NULL ||
	    vec_is(v, "key", d->key.data, d->key.len));
	pb_arena_finish(&arena);
	return ok;
}

static void
check_chain(struct run *r)
{
	const cJSON *chain = vec_at(r->v, "certificate_chain");
	const Wa__CertChain *m = NULL;
	struct pb_arena arena;
	size_t n;
	uint8_t *p = vec_hex(chain, "encoded", &n);

	pb_arena_init(&arena);
	if (p != NULL)
		m = pb_unpack(&arena, &wa__cert_chain__descriptor, p, n);
	vec_check(r->c, m != NULL && cert_is(m->leaf, vec_at(chain, "leaf")) &&
	    cert_is(m->intermediate, vec_at(chain, "intermediate")), r->id,
	    "certificates");
	pb_arena_finish(&arena);
	free(p);
}

/* Key pairs that only the server has. */
static void
check_server_keys(struct run *r)
{
	static const char *const names[] = { "server_ephemeral",
		"server_static", "cert_root", "cert_intermediate" };
	struct keypair key;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		vec_check(r->c, vec_keypair(vec_at(vec_at(r->v, "keys"),
		    names[i]), &key), r->id, names[i]);
}

/* --- the state after every step -------------------------------------------- */

/* Compares with the next recorded state. */
static void
check_state(struct run *r, const cJSON **at, const struct noise_sym *s)
{
	const cJSON *state = *at, *nonce = vec_at(state, "nonce");
	const char *step = vec_str(state, "step");

	vec_check(r->c, state != NULL &&
	    vec_is(state, "hash", s->hash, sizeof s->hash) &&
	    vec_is(state, "chaining_key", s->chain.b, KEY_LEN) &&
	    vec_is(state, "cipher_key", s->key.b, KEY_LEN) &&
	    cJSON_IsNumber(nonce) && nonce->valuedouble == s->counter, r->id,
	    step == NULL ? "state is missing" : step);
	if (state != NULL)
		*at = state->next;
}

static bool
mix_shared(struct run *r, const cJSON *state, struct noise_sym *s,
    const struct secret *priv, const uint8_t pub[KEY_LEN])
{
	struct secret dh;

	if (!vec_check(r->c, curve_shared(priv, pub, &dh) == ERR_OK &&
	    (vec_at(state, "dh") == NULL ||
	    vec_is(state, "dh", dh.b, KEY_LEN)), r->id, "shared secret"))
		return false;
	noise_sym_mix_key(s, &dh);
	return true;
}

/* The same handshake by single steps, as noise_client_finish takes them. */
static void
walk(struct run *r, const Wa__HandshakeMessage__ServerHello *hello,
    struct noise_sym *s, struct buf *out)
{
	const cJSON *at = cJSON_GetArrayItem(
	    vec_at(r->v, "handshake_states"), 0);
	uint8_t server_static[KEY_LEN];

	noise_sym_init(s);
	check_state(r, &at, s);
	noise_sym_mix_hash(s, r->ephemeral.pub, KEY_LEN);
	check_state(r, &at, s);
	noise_sym_mix_hash(s, hello->ephemeral.data, hello->ephemeral.len);
	check_state(r, &at, s);
	if (!mix_shared(r, at, s, &r->ephemeral.priv, hello->ephemeral.data))
		return;
	check_state(r, &at, s);
	if (!vec_check(r->c, noise_sym_decrypt(s, hello->static_.data,
	    hello->static_.len, out) == ERR_OK && out->len == KEY_LEN, r->id,
	    "server static opens"))
		return;
	memcpy(server_static, out->data, KEY_LEN);
	vec_check(r->c, vec_is(vec_at(r->v, "keys.server_static"), "public",
	    server_static, KEY_LEN), r->id, "server static key");
	check_state(r, &at, s);
	if (!mix_shared(r, at, s, &r->ephemeral.priv, server_static))
		return;
	check_state(r, &at, s);
	buf_clear(out);
	vec_check(r->c, noise_sym_decrypt(s, hello->payload.data,
	    hello->payload.len, out) == ERR_OK &&
	    vec_is(vec_at(r->v, "certificate_chain"), "encoded", out->data,
	    out->len), r->id, "certificate chain");
	check_state(r, &at, s);
	vec_check(r->c, noise_sym_encrypt(s, r->fixed.pub, KEY_LEN, out) ==
	    ERR_OK, r->id, "client static");
	check_state(r, &at, s);
	if (!mix_shared(r, at, s, &r->fixed.priv, hello->ephemeral.data))
		return;
	check_state(r, &at, s);
	vec_check(r->c, noise_sym_encrypt(s, r->payload, r->payload_len, out)
	    == ERR_OK, r->id, "client payload");
	check_state(r, &at, s);
	vec_check(r->c, at == NULL, r->id, "no state is left");
}

static void
check_states(struct run *r)
{
	const Wa__HandshakeMessage *m;
	struct pb_arena arena;
	struct noise_sym sym;
	struct buf out;

	pb_arena_init(&arena);
	buf_init(&out, FRAME_MAX);
	m = pb_unpack(&arena, &wa__handshake_message__descriptor, r->hello,
	    r->hello_len);
	if (vec_check(r->c, m != NULL && m->server_hello != NULL, r->id,
	    "server_hello parses"))
		walk(r, m->server_hello, &sym, &out);
	buf_finish(&out);
	pb_arena_finish(&arena);
}

/* --- transport ------------------------------------------------------------- */

/* Encodes and seals the frame's node and appends its wire bytes. */
static bool
append_wire(const cJSON *frame, struct noise_cipher *cipher, struct buf *wire,
    bool *plain_ok)
{
	struct node *node = vec_node(vec_at(frame, "node"));
	struct buf plain, sealed;
	bool ok;

	buf_init(&plain, FRAME_MAX);
	buf_init(&sealed, FRAME_MAX);
	ok = node != NULL && node_encode(node, &plain) == ERR_OK &&
	    noise_cipher_seal(cipher, plain.data, plain.len, &sealed) ==
	    ERR_OK &&
	    frame_append(wire, sealed.data, sealed.len) == ERR_OK;
	*plain_ok = ok && vec_is(frame, "plaintext", plain.data, plain.len);
	node_destroy(node);
	buf_finish(&plain);
	buf_finish(&sealed);
	return ok;
}

/* One direction as its sender makes it; all wires are appended to stream. */
static void
check_sealing(struct run *r, const char *direction,
    const struct noise_cipher *key, struct buf *stream)
{
	struct noise_cipher cipher = *key;
	const cJSON *frame;

	cJSON_ArrayForEach(frame, vec_at(r->v, direction)) {
		const cJSON *counter = vec_at(frame, "counter");
		const size_t before = stream->len;
		bool plain_ok = false, ok;

		vec_check(r->c, cJSON_IsNumber(counter) &&
		    counter->valuedouble == cipher.counter, r->id, "counter");
		ok = append_wire(frame, &cipher, stream, &plain_ok);
		vec_check(r->c, plain_ok, r->id, "plaintext");
		vec_check(r->c, ok && vec_is(frame, "wire",
		    stream->data + before, stream->len - before), r->id,
		    direction);
	}
}

/* Takes all whole frames; *frame moves on with them. */
static bool
drain(struct framer *f, struct noise_cipher *cipher, const cJSON **frame,
    int *seen)
{
	const uint8_t *p;
	struct buf plain;
	struct node *node;
	size_t n;
	enum err err;
	bool ok = true;

	buf_init(&plain, FRAME_MAX);
	while (ok && (err = framer_next(f, &p, &n)) == ERR_OK) {
		node = NULL;
		buf_clear(&plain);
		ok = *frame != NULL &&
		    noise_cipher_open(cipher, p, n, &plain) == ERR_OK &&
		    node_decode(plain.data, plain.len, &node) == ERR_OK &&
		    vec_node_equal(node, vec_at(*frame, "node"));
		node_destroy(node);
		*frame = *frame == NULL ? NULL : (*frame)->next;
		(*seen)++;
	}
	buf_finish(&plain);
	return ok && err == ERR_TRUNCATED;
}

static size_t
chunk_size(const cJSON *size, size_t left)
{
	const size_t n = cJSON_IsNumber(size) && size->valuedouble > 0
	    ? (size_t)size->valuedouble : left;

	return n < left ? n : left;
}

/* The stream in pieces (sizes NULL: all at once) gives the same nodes. */
static void
check_opening(struct run *r, const char *direction, const cJSON *sizes,
    const struct noise_cipher *key, const struct buf *stream)
{
	const cJSON *frames = vec_at(r->v, direction);
	const cJSON *frame = cJSON_GetArrayItem(frames, 0);
	const cJSON *size = cJSON_GetArrayItem(sizes, 0);
	struct noise_cipher cipher = *key;
	struct framer f;
	bool ok = true;
	int seen = 0;

	framer_init(&f, FRAME_MAX);
	for (size_t at = 0, n; ok && at < stream->len; at += n) {
		n = chunk_size(size, stream->len - at);
		ok = framer_push(&f, stream->data + at, n) == ERR_OK &&
		    drain(&f, &cipher, &frame, &seen);
		size = size == NULL ? NULL : size->next;
	}
	framer_finish(&f);
	vec_check(r->c, ok && frame == NULL &&
	    seen == cJSON_GetArraySize(frames), r->id,
	    "frames are read in pieces");
}

static void
check_transport(struct run *r)
{
	const cJSON *chunks = vec_at(r->v, "server_to_client_chunks.sizes");
	struct buf stream;

	buf_init(&stream, FRAME_MAX);
	check_sealing(r, "client_to_server", &r->transport.send, &stream);
	check_opening(r, "client_to_server", NULL, &r->transport.send, &stream);
	buf_clear(&stream);
	check_sealing(r, "server_to_client", &r->transport.recv, &stream);
	check_opening(r, "server_to_client", NULL, &r->transport.recv, &stream);
	check_opening(r, "server_to_client", chunks, &r->transport.recv, &stream);
	buf_finish(&stream);
}

static void
check_handshake(const cJSON *v, struct vec_count *c)
{
	struct run r;

	if (!run_init(&r, v, c))
		return;
	if (vec_check(c, r.payload != NULL, r.id, "payload is there")) {
		check_chain(&r);
		check_server_keys(&r);
		check_messages(&r);
		check_states(&r);
		check_transport(&r);
	}
	run_finish(&r);
}

static void
check_failure(const cJSON *v, struct vec_count *c)
{
	const char *expect = vec_str(v, "expect");
	struct buf hello, finish;
	struct run r;
	enum err err;

	if (!run_init(&r, v, c))
		return;
	buf_init(&hello, 256);
	buf_init(&finish, FRAME_MAX);
	err = shake(&r, &hello, &finish);
	vec_check(c, vec_is(vec_at(v, "messages"), "client_hello", hello.data,
	    hello.len) && wire_is(&r, "client_hello_wire", &hello, true),
	    r.id, "client_hello");
	if (expect != NULL && strcmp(expect, "reject") == 0)
		/* the clock may not be what saves us */
		vec_check(c, err != ERR_OK && err != ERR_CERT_TIME &&
		    finish.len == 0, r.id, "must be refused");
	else
		c->open++;
	buf_finish(&hello);
	buf_finish(&finish);
	run_finish(&r);
}

void
vec_noise(const cJSON *root, struct vec_count *c)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, vec_at(root, "handshakes"))
		check_handshake(v, c);
	cJSON_ArrayForEach(v, vec_at(root, "failures"))
		check_failure(v, c);
}
