/*
 * Strings inside binary nodes, to and from bytes; for the node codec only.
 * Tags, attribute keys and values, and content that is text are all such
 * strings.
 */
#ifndef PAIRDESK_WIRE_TEXT_H
#define PAIRDESK_WIRE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

struct arena;

/* NUL-terminated; in an arena or static. */
struct text {
	const char *s;
	size_t n;
};

struct text_source {
	struct reader in;
	struct arena *arena;    /* what is read is copied here */
};

/* Tag byte and string: valid UTF-8 without NULs. Errors as node_decode. */
MUST_CHECK enum err text_read(struct text_source *t, struct text *out);
/* The same when the caller has read the tag byte. */
MUST_CHECK enum err text_read_tagged(struct text_source *t, uint8_t tag,
    struct text *out);
/* Raw bytes behind one of the WIRE_BINARY tags; a NUL follows them. */
MUST_CHECK enum err text_read_bytes(struct text_source *t, uint8_t tag,
    struct text *out);

MUST_CHECK enum err text_write(struct buf *out, struct text s);
/* Always raw, never a token. */
MUST_CHECK enum err text_write_bytes(struct buf *out, const void *p, size_t n);

#endif
