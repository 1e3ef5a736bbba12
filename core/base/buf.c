#include "core/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/secret.h"

#define BUF_FIRST 64

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_init_secret(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max, .secret = true };
}

void
buf_release(struct buf *b)
{
	if (b->secret && b->data != NULL)
		secret_wipe(b->data, b->cap);
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}

void
buf_finish(struct buf *b)
{
	if (b != NULL)
		buf_release(b);
}

void
buf_clear(struct buf *b)
{
	if (b->secret && b->data != NULL)
		secret_wipe(b->data, b->len);
	b->len = 0;
}

/* realloc would leave a copy of a secret behind, so move by hand. */
static enum err
grow(struct buf *b, size_t want)
{
	size_t cap = b->cap == 0 ? BUF_FIRST : b->cap;
	uint8_t *data;

	while (cap < want)
		cap = cap > SIZE_MAX / 2 ? want : cap * 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	if (b->secret) {
		if ((data = malloc(cap)) == NULL)
			return ERR_NO_MEMORY;
		if (b->data != NULL) {
			memcpy(data, b->data, b->len);
			secret_wipe(b->data, b->cap);
			free(b->data);
		}
	} else if ((data = realloc(b->data, cap)) == NULL) {
		return ERR_NO_MEMORY;
	}
	b->data = data;
	b->cap = cap;
	return ERR_OK;
}

enum err
buf_extend(struct buf *b, size_t n, uint8_t **where)
{
	enum err err;

	if (n > b->max || b->len > b->max - n)
		return ERR_TOO_LARGE;
	/* one byte more than asked, so that buf_cstr never has to grow */
	if (b->len + n + 1 > b->cap &&
	    (err = grow(b, b->len + n + 1)) != ERR_OK)
		return err;
	*where = b->data + b->len;
	b->len += n;
	return ERR_OK;
}

enum err
buf_append(struct buf *b, const void *p, size_t n)
{
	uint8_t *where;
	enum err err;

	if ((err = buf_extend(b, n, &where)) == ERR_OK && n > 0)
		memcpy(where, p, n);
	return err;
}

enum err
buf_u8(struct buf *b, uint8_t v)
{
	return buf_append(b, &v, 1);
}

enum err
buf_u16be(struct buf *b, uint16_t v)
{
	const uint8_t p[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	return buf_append(b, p, sizeof p);
}

enum err
buf_u24be(struct buf *b, uint32_t v)
{
	const uint8_t p[3] = { (uint8_t)(v >> 16), (uint8_t)(v >> 8),
	    (uint8_t)v };

	return buf_append(b, p, sizeof p);
}

enum err
buf_u32be(struct buf *b, uint32_t v)
{
	const uint8_t p[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
	    (uint8_t)(v >> 8), (uint8_t)v };

	return buf_append(b, p, sizeof p);
}

enum err
buf_str(struct buf *b, const char *s)
{
	return buf_append(b, s, strlen(s));
}

enum err
buf_printf(struct buf *b, const char *fmt, ...)
{
	char small[256], *big = NULL;
	va_list ap;
	enum err err;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (n < 0)
		return ERR_INTERNAL;
	if ((size_t)n < sizeof small) {
		err = buf_append(b, small, (size_t)n);
	} else {
		va_start(ap, fmt);
		n = vasprintf(&big, fmt, ap);
		va_end(ap);
		if (n < 0)
			return ERR_NO_MEMORY;
		err = buf_append(b, big, (size_t)n);
		if (b->secret)
			secret_wipe(big, (size_t)n);
		free(big);
	}
	if (b->secret)
		secret_wipe(small, sizeof small);
	return err;
}

void
buf_consume(struct buf *b, size_t n)
{
	if (n > b->len)
		abort();
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
	if (b->secret)
		secret_wipe(b->data + b->len, n);
}

void
buf_truncate(struct buf *b, size_t len)
{
	if (len > b->len)
		abort();
	if (b->secret && b->data != NULL)
		secret_wipe(b->data + len, b->len - len);
	b->len = len;
}

enum err
buf_cstr(struct buf *b, const char **out)
{
	enum err err;

	if (b->cap == 0 && (err = grow(b, 1)) != ERR_OK)
		return err;
	b->data[b->len] = '\0';
	*out = (const char *)b->data;
	return ERR_OK;
}

void
reader_init(struct reader *r, const void *p, size_t n)
{
	*r = (struct reader){ .p = p, .left = n };
}

const uint8_t *
reader_bytes(struct reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->failed || n > r->left) {
		r->failed = true;
		return NULL;
	}
	r->left -= n;
	if (n > 0)
		r->p += n;
	return p;
}

uint8_t
reader_u8(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 1);

	return p == NULL ? 0 : p[0];
}

uint16_t
reader_u16be(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 2);

	return (uint16_t)(p == NULL ? 0 : p[0] << 8 | p[1]);
}

uint32_t
reader_u24be(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 3);

	return p == NULL ? 0
	    : (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

uint32_t
reader_u32be(struct reader *r)
{
	const uint8_t *p = reader_bytes(r, 4);

	return p == NULL ? 0 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

void
reader_copy(struct reader *r, void *out, size_t n)
{
	const uint8_t *p = reader_bytes(r, n);

	if (p == NULL)
		memset(out, 0, n);
	else if (n > 0)
		memcpy(out, p, n);
}

bool
reader_ok(const struct reader *r)
{
	return !r->failed;
}

bool
reader_is_end(const struct reader *r)
{
	return !r->failed && r->left == 0;
}
