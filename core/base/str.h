/* Text: UTF-8, cells on a terminal, what may be shown of a phone number. */
#ifndef PAIRDESK_BASE_STR_H
#define PAIRDESK_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

/* strlcpy semantics: always terminates, false when src did not fit. */
bool str_copy(char *dst, size_t size, const char *src);

/* snprintf that says whether all of it fitted. */
bool str_format(char *dst, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Decimal digits only, at most max; nothing else may follow. */
bool str_to_u64(const char *s, uint64_t max, uint64_t *out);

bool str_is_utf8(const char *s, size_t n);

/*
 * Foreign text made fit for a line of ours: control characters and broken
 * UTF-8 become '?', cut to size on a character boundary. Always terminates.
 */
void str_clean(char *dst, size_t size, const char *src, size_t n);

/* Terminal cells that s takes (wcwidth rules of the current locale). */
size_t str_width_cells(const char *s);

/* "79001234567" -> "+7*****4567"; short or odd input gives "*". size >= 24 */
void str_mask_phone(char *dst, size_t size, const char *digits);

/* ISO 8601 UTC with milliseconds, "2026-11-22T12:00:00.000Z"; size >= 25. */
void str_time_utc(char *dst, size_t size, int64_t wall_ms);
/* Exactly that form back; false, *wall_ms untouched, for anything else. */
bool str_from_time_utc(const char *s, int64_t *wall_ms);

#define HEX_LEN(n) ((n) * 2 + 1)
void str_to_hex(char *dst, const void *p, size_t n);    /* needs HEX_LEN(n) */
/* Exactly n bytes from 2n hex digits of either case. */
bool str_from_hex(const char *s, void *out, size_t n);

/* Standard base64 with padding, appended. */
MUST_CHECK enum err str_base64(struct buf *out, const void *p, size_t n);

#endif
