#include "tests/sim/spoil.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "core/base/mem.h"
#include "tests/sim/conn.h"
#include "tests/sim/json.h"
#include "tests/sim/must.h"

#define BOMB_SIZE ((uLong)64 * 1024 * 1024)
#define DEEP ((size_t)1000)

static void
bad_tag(struct conn *c, int64_t bytes)
{
	struct buf sealed;

	(void)bytes;
	buf_init(&sealed, 64);
	must(noise_cipher_seal(&c->send, "\0\xf8\1\5", 4, &sealed));
	sealed.data[2] ^= 1;
	conn_frame(c, sealed.data, sealed.len);
	buf_finish(&sealed);
}

static void
garbage_node(struct conn *c, int64_t bytes)
{
	(void)bytes;
	conn_seal(c, "\0\xf3\xf1\xf4\xff", 5);
}

static void
zero_length(struct conn *c, int64_t bytes)
{
	(void)bytes;
	conn_frame(c, "", 0);
}

/* Too short for a tag. */
static void
short_frame(struct conn *c, int64_t bytes)
{
	(void)bytes;
	conn_frame(c, "12345", 5);
}

static void
truncated_node(struct conn *c, int64_t bytes)
{
	(void)bytes;
	conn_seal(c, "\0\xf8\x09\x19\x08\xff\x83", 7);
}

static void
trailing(struct conn *c, int64_t bytes)
{
	(void)bytes;
	conn_seal(c, "\0\xf8\1\5\1\2\3", 7);
}

static void
deep(struct conn *c, int64_t bytes)
{
	struct buf b;

	(void)bytes;
	buf_init(&b, DEEP * 8);
	must(buf_u8(&b, 0));
	/* <ib><ib>...: list of 2 (tag, content), content a list of 1 */
	for (size_t i = 0; i < DEEP; i++)
		must(buf_append(&b, "\xf8\2\5\xf8\1", 5));
	must(buf_append(&b, "\xf8\1\5", 3));
	conn_seal(c, b.data, b.len);
	buf_finish(&b);
}

static void
zip_bomb(struct conn *c, int64_t bytes)
{
	uLong size = bytes > 0 ? (uLong)bytes : BOMB_SIZE;
	uLongf n = compressBound(size);
	uint8_t *zeroes = xcalloc(1, size), *out = xcalloc(1, n + 1);

	out[0] = 0x02;
	if (compress(out + 1, &n, zeroes, size) != Z_OK)
		abort();
	conn_seal(c, out, n + 1);
	free(zeroes);
	free(out);
}

static void
bad_zlib(struct conn *c, int64_t bytes)
{
	(void)bytes;
	conn_seal(c, "\2\x78\x9c this is not deflated", 25);
}

static void
text_message(struct conn *c, int64_t bytes)
{
	(void)bytes;
	conn_message(c, WS_TEXT, "hello", 5);
}

/* A whole stanza that is merely large; must be survived. */
static void
huge(struct conn *c, int64_t bytes)
{
	size_t n = bytes > 0 && bytes < 16000000 ? (size_t)bytes : 4000000;
	uint8_t *p = xcalloc(1, n);
	struct node *ib = node_create("ib");

	node_set(ib, "from", "@s.whatsapp.net");
	node_set_bytes(node_add_new(ib, "filler"), p, n);
	free(p);
	conn_send(c, ib);
}

static void
raw_frame(struct conn *c, uint8_t flags, uint8_t second)
{
	uint8_t out[] = { flags, second, 1, 2, 3, 4, 5, 6, 7 };

	conn_write(c, out, sizeof out);
}

static void
reserved_bits(struct conn *c, int64_t bytes)
{
	(void)bytes;
	raw_frame(c, 0x80 | 0x40 | WS_BINARY, 7);
}

static void
masked(struct conn *c, int64_t bytes)
{
	(void)bytes;
	raw_frame(c, 0x80 | WS_BINARY, 0x80 | 3);
}

static void
raw_garbage(struct conn *c, int64_t bytes)
{
	uint8_t junk[64];

	(void)bytes;
	memset(junk, 0xa5, sizeof junk);
	conn_message(c, WS_BINARY, junk, sizeof junk);
}

static const struct {
	const char *name;
	void (*fn)(struct conn *c, int64_t bytes);
} kinds[] = {
	{ "bad-tag", bad_tag }, { "garbage-node", garbage_node },
	{ "zero-length", zero_length }, { "zero-frame", zero_length },
	{ "short", short_frame }, { "truncated-node", truncated_node },
	{ "trailing", trailing }, { "deep", deep }, { "zip-bomb", zip_bomb },
	{ "bad-zlib", bad_zlib }, { "text-message", text_message },
	{ "ws-text", text_message }, { "huge", huge },
	{ "reserved-bits", reserved_bits }, { "masked", masked },
	{ "garbage", raw_garbage },
};

bool
spoil_send(struct conn *c, const char *how, int64_t bytes)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].name, how) == 0) {
			kinds[i].fn(c, bytes);
			return true;
		}
	}
	return false;
}

bool
spoil_at_stage(struct conn *c)
{
	const cJSON *f = fault_take_at(c, "frame", stage_name(c->stage));
	const char *how = json_text(f, "how");

	if (f == NULL)
		return false;
	return spoil_send(c, how == NULL ? "bad-tag" : how,
	    json_int(f, "bytes", 0));
}
