#include "tests/sim/proto.h"

#include "tests/sim/must.h"

static uint64_t
read_varint(struct reader *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t b = reader_u8(r);

		v |= (uint64_t)(b & 0x7f) << shift;
		if (b < 0x80)
			return v;
	}
	r->failed = true;
	return 0;
}

static uint64_t
read_fixed(struct reader *r, size_t n)
{
	const uint8_t *p = reader_bytes(r, n);
	uint64_t v = 0;

	for (size_t i = 0; p != NULL && i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

bool
proto_next(struct reader *r, struct proto_field *out)
{
	struct proto_field f = { 0 };
	uint64_t key;

	if (!reader_ok(r) || r->left == 0)
		return false;
	key = read_varint(r);
	if (key >> 3 == 0 || key >> 3 > 0x1fffffff)
		r->failed = true;
	f.number = (uint32_t)(key >> 3);
	f.type = (enum proto_type)(key & 7);
	switch (key & 7) {
	case PROTO_VARINT:
		f.value = read_varint(r);
		break;
	case PROTO_FIXED64:
		f.value = read_fixed(r, 8);
		break;
	case PROTO_FIXED32:
		f.value = read_fixed(r, 4);
		break;
	case PROTO_BYTES:
		f.value = read_varint(r);
		if (f.value > r->left)
			r->failed = true;
		else
			f.n = (size_t)f.value;
		f.p = reader_bytes(r, f.n);
		break;
	default:
		r->failed = true;
	}
	if (!reader_ok(r))
		return false;
	*out = f;
	return true;
}

bool
proto_is_message(const uint8_t *p, size_t n)
{
	struct reader r;
	struct proto_field f;

	reader_init(&r, p, n);
	while (proto_next(&r, &f))
		continue;
	return reader_is_end(&r);
}

bool
proto_find(const uint8_t *p, size_t n, uint32_t number, enum proto_type type,
    struct proto_field *out)
{
	struct reader r;
	struct proto_field f, found = { 0 };

	reader_init(&r, p, n);
	while (proto_next(&r, &f)) {
		if (f.number == number && f.type == type)
			found = f;
	}
	if (!reader_is_end(&r) || found.number == 0)
		return false;
	*out = found;
	return true;
}

bool
proto_has(const uint8_t *p, size_t n, uint32_t number)
{
	struct reader r;
	struct proto_field f;

	reader_init(&r, p, n);
	while (proto_next(&r, &f)) {
		if (f.number == number)
			return true;
	}
	return false;
}

uint64_t
proto_varint(const uint8_t *p, size_t n, uint32_t number, uint64_t fallback)
{
	struct proto_field f;

	return proto_find(p, n, number, PROTO_VARINT, &f) ? f.value : fallback;
}

static void
put_raw_varint(struct buf *out, uint64_t v)
{
	while (v >= 0x80) {
		must(buf_u8(out, (uint8_t)(v | 0x80)));
		v >>= 7;
	}
	must(buf_u8(out, (uint8_t)v));
}

void
proto_put_varint(struct buf *out, uint32_t number, uint64_t value)
{
	put_raw_varint(out, (uint64_t)number << 3 | PROTO_VARINT);
	put_raw_varint(out, value);
}

void
proto_put_bytes(struct buf *out, uint32_t number, const void *p, size_t n)
{
	put_raw_varint(out, (uint64_t)number << 3 | PROTO_BYTES);
	put_raw_varint(out, n);
	must(buf_append(out, p, n));
}
