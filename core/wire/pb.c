#include "core/wire/pb.h"

#include <stdlib.h>

#include "core/base/secret.h"

#define ALIGN sizeof(max_align_t)

/* Room for the structs and copies of the bytes. The largest struct, Creds, is
 * below 512 bytes; protobuf-c's list of found fields takes 40 bytes for each
 * once there are more than sixteen, so a message of thousands of two-byte
 * fields fails here instead of growing twentyfold. */
#define ARENA_FIXED 4096
#define ARENA_FACTOR 4

void
pb_arena_init(struct pb_arena *a)
{
	*a = (struct pb_arena){ .memory = NULL };
}

void
pb_arena_finish(struct pb_arena *a)
{
	if (a->memory != NULL)
		secret_wipe(a->memory, a->cap);
	free(a->memory);
	pb_arena_init(a);
}

static void *
take(void *ctx, size_t n)
{
	struct pb_arena *a = ctx;
	void *p;

	if (n > a->cap - a->used)
		return NULL;
	p = a->memory + a->used;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	a->used = n > a->cap - a->used ? a->cap : a->used + n;
	return p;
}

static void
leave(void *ctx, void *p)
{
	(void)ctx;
	(void)p;
}

void *
pb_unpack(struct pb_arena *a, const ProtobufCMessageDescriptor *type,
    const void *p, size_t n)
{
	ProtobufCAllocator allocator = { take, leave, a };

	if (n > PB_INPUT_MAX || a->memory != NULL)
		return NULL;
	a->cap = ARENA_FIXED + n * ARENA_FACTOR;
	if ((a->memory = calloc(1, a->cap)) == NULL)
		return NULL;
	return protobuf_c_message_unpack(type, &allocator, n, p);
}

enum err
pb_append(const ProtobufCMessage *m, struct buf *out)
{
	uint8_t *where;
	enum err err;

	err = buf_extend(out, protobuf_c_message_get_packed_size(m), &where);
	if (err == ERR_OK)
		protobuf_c_message_pack(m, where);
	return err;
}

/* Through uintptr_t, because protobuf-c's structs lack the const that its
 * packing honours. */
ProtobufCBinaryData
pb_bytes(const void *p, size_t n)
{
	return (ProtobufCBinaryData){ n, (uint8_t *)(uintptr_t)p };
}

char *
pb_text(const char *s)
{
	return (char *)(uintptr_t)s;
}

bool
pb_has(protobuf_c_boolean has, const ProtobufCBinaryData *field, size_t n)
{
	return has && field->len == n;
}
