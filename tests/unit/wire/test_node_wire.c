/* Nodes to bytes and back: forms, limits, refusals. */
#include "core/wire/node.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

static enum err
decode(const void *p, size_t n, struct node **out)
{
	uint8_t *copy = t_exact(p, n);
	const enum err err = node_decode(copy, n, out);

	free(copy);             /* the tree must not need it any more */
	return err;
}

static enum err
decode_hex(const char *hex, struct node **out)
{
	size_t n;
	uint8_t *p = t_hex(hex, &n);
	const enum err err = decode(p, n, out);

	free(p);
	return err;
}

static struct node *
decoded(const char *hex)
{
	struct node *node = NULL;

	EXPECT_INT(decode_hex(hex, &node), ERR_OK);
	return node;
}

static void
expect_refused(const char *hex, enum err want)
{
	struct node *node = NULL;
	const enum err err = decode_hex(hex, &node);

	if (err != want)
		t_fail(__FILE__, __LINE__, "%.60s gives %s, want %s", hex,
		    err_name(err), err_name(want));
	EXPECT_NULL(node);
	node_destroy(node);
}

static void
expect_bytes(const struct node *node, const char *hex)
{
	struct buf out;
	char *got;

	buf_init(&out, NODE_FRAME_MAX);
	EXPECT_INT(node_encode(node, &out), ERR_OK);
	got = xcalloc(HEX_LEN(out.len), 1);
	str_to_hex(got, out.data, out.len);
	EXPECT_STR(got, hex);
	free(got);
	buf_finish(&out);
}

/* The value of the only attribute must read so and be written so. */
static void
expect_value(const char *value, const char *wire)
{
	struct node *node = node_create("iq"), *again;
	char hex[600];

	node_set(node, "id", value);
	str_format(hex, sizeof hex, "00f8031908%s", wire);
	expect_bytes(node, hex);
	node_destroy(node);
	if ((again = decoded(hex)) != NULL)
		EXPECT_STR(node_attr(again, "id"), value);
	node_destroy(again);
}

/* The value must read so, though we would write it in another way. */
static void
expect_read(const char *value, const char *wire)
{
	struct node *node;
	char hex[600];

	str_format(hex, sizeof hex, "00f8031908%s", wire);
	if ((node = decoded(hex)) != NULL)
		EXPECT_STR(node_attr(node, "id"), value);
	node_destroy(node);
}

/* --- the examples of protocol notes 19 ------------------------------------- */

static const char *const notes[] = {
	"00f8091908ff831b2a3f165704" "2911fa0003",
	"00f80a1908ff831b2a4f16ec18045a11fa0003f801f801ec01",
	"00f8071911fa0003041408ff053031323334",
	"00f8070708fb053eb0a1b2c311faff8812345678901234" "5f7604ed63",
	"00f8071b150708fb83abcdef11f7000cff8615551234567f",
	"00f80204fc0105",
	"00f803fc0161fc027a7afc026162",
};

TEST(node_notes_examples_survive_a_round_trip)
{
	for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
		struct node *node = decoded(notes[i]);

		ASSERT(node != NULL);
		expect_bytes(node, notes[i]);
		node_destroy(node);
	}
}

TEST(node_encode_writes_the_notes_examples)
{
	struct node *iq = node_create("iq");

	node_set(iq, "id", "1.2-4");
	node_set(iq, "xmlns", "passive");
	node_set(iq, "type", "set");
	node_set(iq, "to", "@s.whatsapp.net");
	node_add_new(iq, "active");
	expect_bytes(iq, notes[1]);
	node_destroy(iq);

	iq = node_create("type");
	node_set_bytes(iq, "\x05", 1);
	expect_bytes(iq, notes[5]);
	node_destroy(iq);
}

TEST(node_decode_rejects_every_prefix)
{
	for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
		size_t size;
		uint8_t *wire = t_hex(notes[i], &size);

		for (size_t n = 0; n < size; n++) {
			struct node *node = NULL;

			EXPECT_INT(decode(wire, n, &node), ERR_TRUNCATED);
			EXPECT_NULL(node);
		}
		free(wire);
	}
}

/* --- strings --------------------------------------------------------------- */

TEST(node_strings_take_the_shortest_form)
{
	expect_value("type", "04");
	expect_value("active", "ec01");
	expect_value("", "fc00");
	expect_value(".-", "ff01ba");
	expect_value("1.2-3", "ff831b2a3f");
	expect_value("AB", "fb01ab");
	expect_value("ABC", "fb82abcf");
	expect_value("1-A", "fc03312d41");
	expect_value("ab", "fc026162");
	expect_value("J\xc3\xbcrgen", "fc074ac3bc7267656e");
	expect_value("s.whatsapp.net", "03");
	expect_value("constructor", "fc0b636f6e7374727563746f72");
}

TEST(node_packs_at_most_127_characters)
{
	char text[129], hex[2 * sizeof text + 8];

	memset(text, '1', sizeof text - 1);
	text[128] = '\0';
	str_copy(hex, sizeof hex, "fc80");
	str_to_hex(hex + 4, text, 128);
	expect_value(text, hex);

	text[127] = '\0';
	memset(hex, '1', sizeof hex);
	memcpy(hex, "ffc0", 4);
	str_copy(hex + 4 + 127, 2, "f");
	expect_value(text, hex);
}

TEST(node_decode_takes_all_forms_of_a_string)
{
	expect_read("type", "fc0474797065");
	expect_read("abc", "fd000003616263");
	expect_read("abc", "fdf00003616263");
	expect_read("abc", "fe00000003616263");
	expect_read("", "00");
	expect_read("", "ff00");
	expect_read("", "fb80");
	expect_read("1", "ff8112");
	expect_read("A", "fb81a7");
	expect_read("a\xef\xbf\xbd(b", "fc0461c32862");
}

TEST(node_decode_refuses_broken_strings)
{
	expect_refused("00f8031908f0", ERR_UNSUPPORTED);
	expect_refused("00f801f4", ERR_UNSUPPORTED);
	expect_refused("00f8031908ff01c1", ERR_MALFORMED);
	expect_refused("00f8031908ff011f", ERR_MALFORMED);
	expect_refused("00f8031908f80156", ERR_MALFORMED);
	expect_refused("00f8031908fc03610062", ERR_MALFORMED);
	expect_refused("00f8031908feffffffff61", ERR_TRUNCATED);
	expect_refused("00f8031908fdffffff61", ERR_TRUNCATED);
	expect_refused("00f8031908ff", ERR_TRUNCATED);
}

/* --- addresses ------------------------------------------------------------- */

TEST(node_addresses_take_their_own_form)
{
	expect_value("@s.whatsapp.net", "fa0003");
	expect_value("15551234567@s.whatsapp.net", "faff8615551234567f03");
	expect_value("15551234567:12@s.whatsapp.net", "f7000cff8615551234567f");
	expect_value("98765:255@lid", "f701ffff8398765f");
	expect_value("98765:7@hosted", "f78007ff8398765f");
	expect_value("98765:7@hosted.lid", "f78107ff8398765f");
	expect_value("98765@hosted", "faff8398765ffc06686f73746564");
	expect_value("status@broadcast", "fa0b0d");
	expect_value("98765:36604@msgr", "f6ff8398765f8efccc");
	expect_value("98765@msgr", "faff8398765fcc");
	expect_value("21086-98765:24@interop", "f5ff8398765f0018525efc07696e7465726f"
	    "70");
	expect_value("7-98765@interop", "faff847a98765ffc07696e7465726f70");
}

/* Whatever the text, it must come back as it was. */
TEST(node_texts_with_an_at_sign_are_not_changed)
{
	static const char *const texts[] = {
		"@", "user@", "a@b@c", "write to me@example.org please",
		"a_b:c@d@e", "1:0@lid", "1:07@lid", "1:256@lid",
		"1:300@s.whatsapp.net", "1:x@s.whatsapp.net",
		":5@s.whatsapp.net", "1:2:3@lid", "1.2:3@lid", "1:4@g.us",
		"1_1:2@s.whatsapp.net", "1:65536@msgr", "1:0@msgr",
		"01-9:3@interop", "-9:3@interop", "5-:3@interop",
		"9:3@interop", "65536-9:3@interop", "0-9:3@interop",
		"5-a-b:3@interop", "x\n@\ty",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct node *node = node_create("iq"), *again = NULL;
		struct buf out;

		buf_init(&out, 4096);
		node_set(node, "id", texts[i]);
		EXPECT_INT(node_encode(node, &out), ERR_OK);
		EXPECT_INT(decode(out.data, out.len, &again), ERR_OK);
		if (again != NULL)
			EXPECT_STR(node_attr(again, "id"), texts[i]);
		node_destroy(again);
		node_destroy(node);
		buf_finish(&out);
	}
}

TEST(node_decode_of_an_unassigned_domain_is_a_phone_number)
{
	expect_read("12:5@s.whatsapp.net", "f70205ff0112");
	expect_read("12@s.whatsapp.net", "f7ff00ff0112");
}

TEST(node_decode_refuses_broken_addresses)
{
	expect_refused("00f803190cfaff011200", ERR_MALFORMED);
	expect_refused("00f803190cfaff0112fc00", ERR_MALFORMED);
	expect_refused("00f803190cf7000100", ERR_MALFORMED);
	expect_refused("00f803190cf70001f80105", ERR_MALFORMED);
	expect_refused("00f803190cfafaff01121c1c", ERR_MALFORMED);
	expect_refused("00f803190cf5ff8312345f00030007", ERR_TRUNCATED);
	expect_refused("00f803190cf6ff01120003", ERR_TRUNCATED);
}

TEST(node_decode_does_not_descend_into_addresses)
{
	uint8_t *frame = malloc(50005);
	struct node *node = NULL;

	ASSERT(frame != NULL);
	memcpy(frame, "\x00\xf8\x03\x19\x0c", 5);
	memset(frame + 5, 0xfa, 50000);
	EXPECT_INT(decode(frame, 50005, &node), ERR_MALFORMED);
	EXPECT_NULL(node);
	free(frame);
}

/* --- attributes, content --------------------------------------------------- */

TEST(node_decode_takes_the_last_of_repeated_attributes)
{
	struct node *node = decoded("00f8071908ff0111041408ff8398765f");

	ASSERT(node != NULL);
	EXPECT_INT(node_attr_count(node), 2);
	EXPECT_STR(node_attr(node, "id"), "98765");
	expect_bytes(node, "00f8051908ff8398765f0414");
	node_destroy(node);
}

TEST(node_decode_tells_bytes_from_text)
{
	struct node *bytes = decoded("00f802ed50fc0e732e77686174736170702e6e65"
	    "74");
	struct node *text = decoded("00f802ed5003");
	size_t n, k;

	ASSERT(bytes != NULL && text != NULL);
	EXPECT_INT(node_content(bytes), NODE_BYTES);
	EXPECT_INT(node_content(text), NODE_TEXT);
	EXPECT_STR((const char *)node_bytes(bytes, &n),
	    (const char *)node_bytes(text, &k));
	EXPECT_INT(n, k);
	node_destroy(bytes);
	node_destroy(text);
}

TEST(node_bytes_are_not_touched)
{
	struct node *node = decoded("00f8021dfc06fffe00c32880");

	ASSERT(node != NULL);
	expect_bytes(node, "00f8021dfc06fffe00c32880");
	node_destroy(node);
}

TEST(node_lengths_choose_their_form)
{
	static const struct {
		size_t n;
		const char *head;
	} cases[] = {
		{ 255, "00f8021dfcff" }, { 256, "00f8021dfd000100" },
		{ 0xfffff, "00f8021dfd0fffff" },
		{ 0x100000, "00f8021dfe00100000" },
	};
	uint8_t *data = calloc(1, 0x100000);

	ASSERT(data != NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct node *node = node_create("enc"), *again = NULL;
		struct buf out;
		size_t n;
		uint8_t *head = t_hex(cases[i].head, &n);

		buf_init(&out, NODE_FRAME_MAX);
		node_set_bytes(node, data, cases[i].n);
		EXPECT_INT(node_encode(node, &out), ERR_OK);
		EXPECT_INT(out.len, n + cases[i].n);
		EXPECT_MEM(out.data, head, n);
		EXPECT_INT(decode(out.data, out.len, &again), ERR_OK);
		if (again != NULL)
			EXPECT(node_bytes(again, &n) != NULL &&
			    n == cases[i].n);
		node_destroy(again);
		node_destroy(node);
		free(head);
		buf_finish(&out);
	}
	free(data);
}

TEST(node_empty_lists_and_no_content)
{
	struct node *node = node_create("list");

	expect_bytes(node, "00f80171");
	node_set_list(node);
	expect_bytes(node, "00f8027100");
	node_destroy(node);
	node = decoded("00f80271f800");
	ASSERT(node != NULL);
	EXPECT_INT(node_content(node), NODE_EMPTY);
	expect_bytes(node, "00f8027100");
	node_destroy(node);
}

/* 812 one-time keys are uploaded at once. */
TEST(node_encode_takes_many_children)
{
	struct node *list = node_create("list"), *again = NULL;
	const struct node *key;
	struct buf out;
	size_t count = 0;

	for (int i = 0; i < 812; i++) {
		key = node_add_new(list, "key");
		EXPECT(key != NULL);
	}
	buf_init(&out, NODE_FRAME_MAX);
	EXPECT_INT(node_encode(list, &out), ERR_OK);
	EXPECT_MEM(out.data, "\x00\xf8\x02\x71\xf9\x03\x2c", 7);
	EXPECT_INT(decode(out.data, out.len, &again), ERR_OK);
	ASSERT(again != NULL);
	for (key = node_first(again); key != NULL; key = node_next(key))
		count++;
	EXPECT_INT(count, 812);
	node_destroy(again);
	node_destroy(list);
	buf_finish(&out);
}

/* --- frames ---------------------------------------------------------------- */

TEST(node_decode_refuses_what_is_no_node)
{
	expect_refused("", ERR_TRUNCATED);
	expect_refused("00", ERR_TRUNCATED);
	expect_refused("000105", ERR_MALFORMED);
	expect_refused("00000105", ERR_MALFORMED);
	expect_refused("00f80019", ERR_MALFORMED);
	expect_refused("00f801fc00", ERR_MALFORMED);
	expect_refused("00f80100", ERR_MALFORMED);
	expect_refused("00f80271f9fffff8013f", ERR_TRUNCATED);
	expect_refused("00f80271f8013f", ERR_MALFORMED);
	expect_refused("00f80271f8010000", ERR_MALFORMED);
	expect_refused("00f9ffff19", ERR_TRUNCATED);
}

TEST(node_decode_ignores_what_follows_the_node)
{
	struct node *node = decoded("00f80119010203");

	ASSERT(node != NULL);
	EXPECT(node_is(node, "iq"));
	node_destroy(node);
}

TEST(node_decode_ignores_unknown_flags)
{
	struct node *node = decoded("fdf80119");

	node_destroy(node);
}

TEST(node_decode_knows_the_end_of_the_stream)
{
	struct node *bare = decoded("0002"), *list = decoded("00f80102");

	ASSERT(bare != NULL && list != NULL);
	EXPECT(node_is(bare, "xmlstreamend"));
	EXPECT(node_is(list, "xmlstreamend"));
	node_destroy(bare);
	node_destroy(list);
	expect_refused("000203", ERR_MALFORMED);
}

TEST(node_encode_stops_where_the_buffer_does)
{
	struct node *iq = decoded(notes[1]);
	struct buf out;

	ASSERT(iq != NULL);
	for (size_t max = 0; max < strlen(notes[1]) / 2; max++) {
		buf_init(&out, max);
		EXPECT_INT(node_encode(iq, &out), ERR_TOO_LARGE);
		buf_finish(&out);
	}
	node_destroy(iq);
}

/* --- limits ---------------------------------------------------------------- */

static struct node *
nested(unsigned depth)
{
	struct node *top = node_create("list"), *node = top;

	while (--depth > 0)
		node = node_add_new(node, "list");
	return top;
}

TEST(node_depth_has_a_limit_in_both_directions)
{
	struct node *top = nested(NODE_DEPTH_MAX), *again = NULL;
	struct buf out;

	buf_init(&out, NODE_FRAME_MAX);
	EXPECT_INT(node_encode(top, &out), ERR_OK);
	EXPECT_INT(decode(out.data, out.len, &again), ERR_OK);
	node_destroy(again);
	node_destroy(top);
	buf_clear(&out);
	top = nested(NODE_DEPTH_MAX + 1);
	EXPECT_INT(node_encode(top, &out), ERR_TOO_DEEP);
	node_destroy(top);
	buf_finish(&out);
}

static void
append_unit(struct buf *out, const char *unit, size_t n, size_t count)
{
	for (size_t i = 0; i < count; i++)
		EXPECT_INT(buf_append(out, unit, n), ERR_OK);
}

TEST(node_decode_refuses_bottomless_nesting)
{
	struct node *node = NULL;
	struct buf frame;

	buf_init(&frame, NODE_FRAME_MAX);
	EXPECT_INT(buf_u8(&frame, 0), ERR_OK);
	append_unit(&frame, "\xf8\x02\x71\xf8\x01", 5, 100000);
	append_unit(&frame, "\xf8\x01\x3f", 3, 1);
	EXPECT_INT(decode(frame.data, frame.len, &node), ERR_TOO_DEEP);
	EXPECT_NULL(node);
	buf_finish(&frame);
}

/* Two lists of 65535: more nodes than a tree may have. */
TEST(node_decode_refuses_too_many_nodes)
{
	struct node *node = NULL;
	struct buf frame;

	buf_init(&frame, NODE_FRAME_MAX);
	append_unit(&frame, "\x00\xf8\x02\x71\xf8\x02", 6, 1);
	for (int i = 0; i < 2; i++) {
		append_unit(&frame, "\xf8\x02\x71\xf9\xff\xff", 6, 1);
		append_unit(&frame, "\xf8\x01\x3f", 3, 65535);
	}
	EXPECT_INT(decode(frame.data, frame.len, &node), ERR_TOO_LARGE);
	EXPECT_NULL(node);
	buf_finish(&frame);
}

static enum err
decode_attrs(unsigned count)
{
	const unsigned list = 1 + 2 * count;
	const uint8_t head[] = { 0, 0xf9, (uint8_t)(list >> 8), (uint8_t)list,
	    0x19 };
	struct node *node = NULL;
	struct buf frame;
	enum err err;

	buf_init(&frame, NODE_FRAME_MAX);
	EXPECT_INT(buf_append(&frame, head, sizeof head), ERR_OK);
	for (unsigned i = 0; i < count; i++) {
		const uint8_t attr[] = { 0xfc, 3, 'k', (uint8_t)(0x30 + i / 64),
		    (uint8_t)(0x30 + i % 64), 0x14 };

		EXPECT_INT(buf_append(&frame, attr, sizeof attr), ERR_OK);
	}
	if ((err = decode(frame.data, frame.len, &node)) == ERR_OK)
		EXPECT_INT(node_attr_count(node), count);
	node_destroy(node);
	buf_finish(&frame);
	return err;
}

TEST(node_attributes_have_a_limit)
{
	EXPECT_INT(decode_attrs(NODE_ATTRS_MAX), ERR_OK);
	EXPECT_INT(decode_attrs(NODE_ATTRS_MAX + 1), ERR_TOO_LARGE);
}

/* --- compressed frames ----------------------------------------------------- */

/* Flag byte and the deflated bytes; free(). */
static uint8_t *
compressed(const void *p, size_t n, size_t *len)
{
	uLongf size = compressBound((uLong)n);
	uint8_t *frame = malloc(1 + size);

	if (frame == NULL ||
	    compress2(frame + 1, &size, p, (uLong)n, 9) != Z_OK)
		abort();
	frame[0] = 2;
	*len = 1 + size;
	return frame;
}

TEST(node_decode_inflates)
{
	size_t body_len, n;
	uint8_t *body = t_hex(notes[0], &body_len);
	uint8_t *frame = compressed(body + 1, body_len - 1, &n);
	struct node *node = NULL;

	EXPECT_INT(decode(frame, n, &node), ERR_OK);
	if (node != NULL)
		expect_bytes(node, notes[0]);
	node_destroy(node);
	for (size_t cut = 0; cut < n; cut++) {
		node = NULL;
		EXPECT_INT(decode(frame, cut, &node), ERR_TRUNCATED);
		EXPECT_NULL(node);
	}
	frame[n - 1] ^= 1;
	EXPECT_INT(decode(frame, n, &node), ERR_MALFORMED);
	free(frame);
	free(body);
}

TEST(node_decode_refuses_what_is_not_zlib)
{
	expect_refused("02f80119", ERR_MALFORMED);
	expect_refused("021f8b0800000000000003fbc1280900fb62e63903000000",
	    ERR_MALFORMED);
	expect_refused("02789c030000000001", ERR_TRUNCATED);
}

TEST(node_decode_stops_a_zip_bomb)
{
	const size_t size = 2 * NODE_INFLATED_MAX;
	uint8_t *zeros = calloc(1, size), *frame;
	struct node *node = NULL;
	size_t n;

	ASSERT(zeros != NULL);
	memcpy(zeros, "\xf8\x02\x71\xfe\x01\x00\x00\x00", 8);
	frame = compressed(zeros, size, &n);
	EXPECT_INT(decode(frame, n, &node), ERR_TOO_LARGE);
	EXPECT_NULL(node);
	free(frame);
	frame = compressed(zeros, NODE_INFLATED_MAX, &n);
	EXPECT_INT(decode(frame, n, &node), ERR_TRUNCATED);
	free(frame);
	zeros[4] = 0;           /* a length that fits: 0 bytes */
	frame = compressed(zeros, NODE_INFLATED_MAX, &n);
	EXPECT_INT(decode(frame, n, &node), ERR_OK);
	node_destroy(node);
	free(frame);
	free(zeros);
}
