/*
 * Protobuf by hand: the simulator reads what clients send without the code
 * that wrote it, so that a wrong .proto file is not wrong on both sides.
 */
#ifndef PAIRDESK_SIM_PROTO_H
#define PAIRDESK_SIM_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

enum proto_type { PROTO_VARINT = 0, PROTO_FIXED64 = 1, PROTO_BYTES = 2, PROTO_FIXED32 = 5 };

struct proto_field {
	uint32_t number;
	enum proto_type type;
	uint64_t value;         /* of varint and fixed */
	const uint8_t *p;       /* of bytes; borrowed */
	size_t n;
};

/* Walks the fields of r; false at the end or when r has failed. */
bool proto_next(struct reader *r, struct proto_field *out);
/* Whether p is a whole message that parses. */
bool proto_is_message(const uint8_t *p, size_t n);
/* The last field with this number; false when absent, of another type or
 * the message is broken. */
bool proto_find(const uint8_t *p, size_t n, uint32_t number, enum proto_type type,
    struct proto_field *out);
bool proto_has(const uint8_t *p, size_t n, uint32_t number);
/* A varint field, or the fallback. */
uint64_t proto_varint(const uint8_t *p, size_t n, uint32_t number,
    uint64_t fallback);

void proto_put_varint(struct buf *out, uint32_t number, uint64_t value);
void proto_put_bytes(struct buf *out, uint32_t number, const void *p, size_t n);

#endif
