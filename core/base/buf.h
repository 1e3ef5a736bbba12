/*
 * Bytes that grow up to a ceiling given at birth, and a reader over foreign
 * bytes. Whatever a peer or client sizes goes through these.
 */
#ifndef PAIRDESK_BASE_BUF_H
#define PAIRDESK_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

/* Fields may be read by anybody, written only by buf_*. */
struct buf {
	uint8_t *data;          /* NULL while empty and never grown */
	size_t len;
	size_t cap;
	size_t max;             /* growing past this is ERR_TOO_LARGE */
	bool secret;            /* wiped before memory is given back */
};

void buf_init(struct buf *b, size_t max);
void buf_init_secret(struct buf *b, size_t max);
void buf_finish(struct buf *b);         /* frees; zeroes or NULL are no-ops */
void buf_clear(struct buf *b);          /* len = 0, memory kept (wiped if secret) */
void buf_release(struct buf *b);        /* len = 0, memory given back, still usable */

/* All appends leave b unchanged on error (ERR_TOO_LARGE, ERR_NO_MEMORY). */
MUST_CHECK enum err buf_append(struct buf *b, const void *p, size_t n);
MUST_CHECK enum err buf_u8(struct buf *b, uint8_t v);
MUST_CHECK enum err buf_u16be(struct buf *b, uint16_t v);
MUST_CHECK enum err buf_u24be(struct buf *b, uint32_t v);
MUST_CHECK enum err buf_u32be(struct buf *b, uint32_t v);
MUST_CHECK enum err buf_str(struct buf *b, const char *s);     /* without the NUL */
MUST_CHECK enum err buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Makes room for n more bytes and gives where they go; len is raised by n. */
MUST_CHECK enum err buf_extend(struct buf *b, size_t n, uint8_t **where);

/* Drops n bytes from the front (n <= len). */
void buf_consume(struct buf *b, size_t n);
/* Drops what is behind the first len bytes (len <= b->len). */
void buf_truncate(struct buf *b, size_t len);

/* The content as a C string: writes a NUL behind len (not counted). */
MUST_CHECK enum err buf_cstr(struct buf *b, const char **out);

/* A cursor with a sticky error: read every field, then ask once. */
struct reader {
	const uint8_t *p;
	size_t left;
	bool failed;
};

void reader_init(struct reader *r, const void *p, size_t n);
uint8_t reader_u8(struct reader *r);            /* 0 after failure, like all */
uint16_t reader_u16be(struct reader *r);
uint32_t reader_u24be(struct reader *r);
uint32_t reader_u32be(struct reader *r);
const uint8_t *reader_bytes(struct reader *r, size_t n);  /* NULL after failure */
void reader_copy(struct reader *r, void *out, size_t n);  /* zeroes after failure */
bool reader_ok(const struct reader *r);
bool reader_is_end(const struct reader *r);     /* no failure and nothing left */

#endif
