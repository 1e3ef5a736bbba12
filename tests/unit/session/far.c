#include "tests/unit/session/far.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/wire/crypt.h"
#include "core/wire/frame.h"
#include "core/wire/pb.h"
#include "core/wire/prekey.h"
#include "core/wire/proto/adv.pb-c.h"
#include "tests/unit/wire/noise_server.h"

#define BINARY 2
#define BIG (1u << 20)
#define HELLO_HEAD 4            /* 12 22 0a 20: ClientHello with one key */

static void
must(enum err err)
{
	if (err != ERR_OK)
		abort();
}

/* --- the handshake --------------------------------------------------------- */

static void
make_server(struct noise_server *s)
{
	server_init(s);
	s->leaf_cert.not_before = s->intermediate_cert.not_before = 1;
	s->leaf_cert.not_after = s->intermediate_cert.not_after = 4000000000u;
}

struct noise_trust
far_trust(void)
{
	struct noise_server s;

	make_server(&s);
	return server_trust(&s);
}

bool
far_begin(struct far *f, struct peer *p, struct buf *hello,
    struct noise_sym *sym)
{
	const size_t want = FRAME_PROLOGUE_LEN + FRAME_HEADER + HELLO_HEAD +
	    KEY_LEN;
	struct noise_server s;
	struct buf chain, answer;

	*f = (struct far){ .peer = p };
	buf_init(&f->message, BIG);
	buf_init(&f->payload, BIG);
	if (!peer_upgrade(p) || peer_read_frame(p, &f->message) != BINARY ||
	    f->message.len != want ||
	    memcmp(f->message.data, FRAME_PROLOGUE, FRAME_PROLOGUE_LEN) != 0)
		return false;
	make_server(&s);
	buf_init(&chain, 4096);
	buf_init(&answer, 4096);
	server_chain(&s, &chain);
	server_hello(&s, f->message.data + want - KEY_LEN, chain.data,
	    chain.len, &answer);
	must(frame_append(hello, answer.data, answer.len));
	*sym = s.sym;
	buf_finish(&chain);
	buf_finish(&answer);
	return true;
}

bool
far_end(struct far *f, struct noise_sym *sym)
{
	struct noise_server s;
	struct buf fixed;
	bool is_good;

	make_server(&s);
	s.sym = *sym;
	buf_init(&fixed, 64);
	is_good = peer_read_frame(f->peer, &f->message) == BINARY &&
	    f->message.len > FRAME_HEADER &&
	    server_finish(&s, f->message.data + FRAME_HEADER,
	    f->message.len - FRAME_HEADER, &fixed, &f->payload) == ERR_OK;
	if (is_good)
		noise_sym_split(&s.sym, &f->recv, &f->send);
	buf_finish(&fixed);
	return is_good;
}

bool
far_meet(struct far *f, struct peer *p)
{
	struct noise_sym sym;
	struct buf hello;
	bool is_good;

	buf_init(&hello, 4096);
	is_good = far_begin(f, p, &hello, &sym) &&
	    peer_send_frame(p, true, BINARY, hello.data, hello.len) &&
	    far_end(f, &sym);
	buf_finish(&hello);
	return is_good;
}

void
far_finish(struct far *f)
{
	buf_finish(&f->message);
	buf_finish(&f->payload);
}

/* --- stanzas --------------------------------------------------------------- */

void
far_seal(struct far *f, struct node *node, struct buf *out)
{
	struct buf plain, sealed;

	buf_init(&plain, BIG);
	buf_init(&sealed, BIG);
	must(node_encode(node, &plain));
	must(noise_cipher_seal(&f->send, plain.data, plain.len, &sealed));
	must(frame_append(out, sealed.data, sealed.len));
	buf_finish(&plain);
	buf_finish(&sealed);
	node_destroy(node);
}

bool
far_send(struct far *f, struct node *node)
{
	struct buf out;
	bool is_sent;

	buf_init(&out, BIG);
	far_seal(f, node, &out);
	is_sent = peer_send_frame(f->peer, true, BINARY, out.data, out.len);
	buf_finish(&out);
	return is_sent;
}

static struct node *
read_any(struct far *f)
{
	struct node *node = NULL;
	struct buf plain;

	if (peer_read_frame(f->peer, &f->message) != BINARY ||
	    f->message.len < FRAME_HEADER)
		return NULL;
	buf_init(&plain, BIG);
	if (noise_cipher_open(&f->recv, f->message.data + FRAME_HEADER,
	    f->message.len - FRAME_HEADER, &plain) == ERR_OK)
		must(node_decode(plain.data, plain.len, &node));
	buf_finish(&plain);
	return node;
}

struct node *
far_read(struct far *f)
{
	struct node *node;

	while ((node = read_any(f)) != NULL &&
	    node_attr_is(node, "xmlns", "w:p")) {
		f->pings++;
		if (!f->is_mute)
			far_send(f, far_node("iq", "from", "s.whatsapp.net",
			    "type", "result", "id", node_attr(node, "id"),
			    NULL));
		node_destroy(node);
	}
	return node;
}

struct node *
far_wait(struct far *f, const char *tag, const char *child)
{
	struct node *node;

	while ((node = far_read(f)) != NULL && (!node_is(node, tag) ||
	    (child != NULL && node_child(node, child) == NULL)))
		node_destroy(node);
	return node;
}

bool
far_answer(struct far *f, const char *child, const char *type,
    struct node *answer)
{
	struct node *iq = far_wait(f, "iq", child), *result;

	if (iq == NULL) {
		node_destroy(answer);
		return false;
	}
	result = far_node("iq", "from", "s.whatsapp.net", "type", type, "id",
	    node_attr(iq, "id"), NULL);
	if (answer != NULL)
		node_add(result, answer);
	node_destroy(iq);
	return far_send(f, result);
}

struct node *
far_node(const char *tag, ...)
{
	struct node *node = node_create(tag);
	const char *key;
	va_list ap;

	va_start(ap, tag);
	while ((key = va_arg(ap, const char *)) != NULL)
		node_set(node, key, va_arg(ap, const char *));
	va_end(ap);
	return node;
}

struct node *
far_stream_error(const char *code, const char *conflict)
{
	struct node *node = node_create("stream:error");

	node_set(node, "code", code);
	if (conflict != NULL)
		node_set(node_add_new(node, "conflict"), "type", conflict);
	return node;
}

bool
far_log_in(struct far *f, const char *prekeys)
{
	return far_send(f, far_node("success", "t", "1780000000", NULL)) &&
	    far_answer(f, "count", "result",
	    far_node("count", "value", prekeys, NULL)) &&
	    far_answer(f, "active", "result", NULL);
}

/* --- linking --------------------------------------------------------------- */

struct node *
far_pair_device(int refs)
{
	struct node *iq = far_node("iq", "from", "s.whatsapp.net", "type",
	    "set", "id", "pair-device-1", "xmlns", "md", NULL);
	struct node *pair_device = node_add_new(iq, "pair-device");
	char text[32];

	for (int i = 1; i <= refs; i++) {
		str_format(text, sizeof text, "ref-%d", i);
		node_set_bytes(node_add_new(pair_device, "ref"), text,
		    strlen(text));
	}
	return iq;
}

/* The field of the QR's text after so many commas: 32 bytes in base64. */
static void
qr_field(const char *text, int commas, uint8_t out[KEY_LEN])
{
	size_t n;

	while (commas-- > 0)
		text = strchr(text, ',') + 1;
	if (sodium_base642bin(out, KEY_LEN, text, strcspn(text, ","), NULL, &n,
	    NULL, sodium_base64_VARIANT_ORIGINAL) != 0 || n != KEY_LEN)
		abort();
}

/* SignedDeviceIdentity of a phone whose account key is made here. */
static void
vouch(const uint8_t identity[KEY_LEN], struct buf *out)
{
	Wa__SignedDeviceIdentity m = WA__SIGNED_DEVICE_IDENTITY__INIT;
	Wa__DeviceIdentity device = WA__DEVICE_IDENTITY__INIT;
	uint8_t signature[SIGNATURE_LEN];
	struct keypair account;
	struct buf details, message;

	curve_keypair(rnd_system(), &account);
	buf_init(&details, 256);
	buf_init(&message, 512);
	device.has_key_index = true;
	device.key_index = 3;
	must(pb_append(&device.base, &details));
	must(buf_append(&message, "\x06\x00", 2));
	must(buf_append(&message, details.data, details.len));
	must(buf_append(&message, identity, KEY_LEN));
	curve_sign(&account.priv, message.data, message.len, NULL, signature);
	m.has_details = m.has_account_signature = true;
	m.has_account_signature_key = true;
	m.details = pb_bytes(details.data, details.len);
	m.account_signature_key = pb_bytes(account.pub, KEY_LEN);
	m.account_signature = pb_bytes(signature, sizeof signature);
	must(pb_append(&m.base, out));
	buf_finish(&details);
	buf_finish(&message);
}

static void
device_identity(const char *qr_text, bool flip, struct buf *out)
{
	Wa__SignedDeviceIdentityHmac m = WA__SIGNED_DEVICE_IDENTITY_HMAC__INIT;
	uint8_t identity[KEY_LEN], secret[KEY_LEN], hmac[HMAC_LEN];
	struct buf details;

	qr_field(qr_text, 2, identity);
	qr_field(qr_text, 3, secret);
	buf_init(&details, 512);
	vouch(identity, &details);
	crypt_hmac_sha256(secret, KEY_LEN, details.data, details.len, hmac);
	if (flip)
		hmac[0] ^= 1;
	m.has_details = m.has_hmac = true;
	m.details = pb_bytes(details.data, details.len);
	m.hmac = pb_bytes(hmac, sizeof hmac);
	must(pb_append(&m.base, out));
	buf_finish(&details);
}

struct node *
far_pair_success(const char *qr_text, bool flip)
{
	struct node *iq = far_node("iq", "from", "s.whatsapp.net", "type",
	    "set", "id", "pair-success-1", "xmlns", "md", NULL);
	struct node *success = node_add_new(iq, "pair-success");
	struct buf identity;

	buf_init(&identity, 1024);
	device_identity(qr_text, flip, &identity);
	node_set_bytes(node_add_new(success, "device-identity"),
	    identity.data, identity.len);
	buf_finish(&identity);
	node_add(success, far_node("device", "jid",
	    "79001234567:7@s.whatsapp.net", "lid", "200000000000001:7@lid",
	    NULL));
	node_add(success, far_node("platform", "name", "android", NULL));
	return iq;
}
