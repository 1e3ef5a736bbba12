/*
 * protobuf-c on a leash: the only door of wire to its pack and unpack.
 *
 * protobuf-c unpacks nested messages by recursion without a limit of its own
 * and allocates as the input asks. Neither can be abused here: no message of
 * core/wire/proto refers to itself (the deepest is Creds or ClientPayload in
 * three levels), so the depth is bounded by the schema; unknown fields are
 * kept as bytes, never descended into, and groups are refused. The input has
 * a maximum size, and all memory of an unpacking comes from one arena of a
 * fixed multiple of it, which is wiped and freed as a whole.
 */
#ifndef PAIRDESK_WIRE_PB_H
#define PAIRDESK_WIRE_PB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <protobuf-c/protobuf-c.h>

#include "core/base/buf.h"
#include "core/base/err.h"

/* Messages of the handshake and of pairing are under 1 KiB; padding and
 * fields of later versions may add to that. */
#define PB_INPUT_MAX 16384

struct pb_arena {
	uint8_t *memory;        /* NULL before the first unpacking */
	size_t used, cap;
};

void pb_arena_init(struct pb_arena *a);
/* Everything unpacked into it is wiped and gone. */
void pb_arena_finish(struct pb_arena *a);

/*
 * The message, of the generated struct that type describes, or NULL if the
 * input is not one: not protobuf, a required field missing, over
 * PB_INPUT_MAX, or absurdly fragmented. One arena serves one message.
 */
void *pb_unpack(struct pb_arena *a, const ProtobufCMessageDescriptor *type,
    const void *p, size_t n);

/* Appends the serialised message: fields by number, so equal messages are
 * equal bytes. m is the base member of a generated struct. */
MUST_CHECK enum err pb_append(const ProtobufCMessage *m, struct buf *out);

/* A bytes field that borrows p for packing; protobuf-c does not write to it. */
ProtobufCBinaryData pb_bytes(const void *p, size_t n);
/* The same for a string field. */
char *pb_text(const char *s);

/* An optional bytes field that is there with exactly n bytes. */
bool pb_has(protobuf_c_boolean has, const ProtobufCBinaryData *field,
    size_t n);

#endif
