#include "core/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include <sodium.h>

bool
str_copy(char *dst, size_t size, const char *src)
{
	size_t n = strlen(src);
	bool fits = n < size;

	if (size == 0)
		return false;
	if (!fits)
		n = size - 1;
	memcpy(dst, src, n);
	dst[n] = '\0';
	return fits;
}

bool
str_format(char *dst, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(dst, size, fmt, ap);
	va_end(ap);
	return n >= 0 && (size_t)n < size;
}

bool
str_to_u64(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		const unsigned digit = (unsigned)(unsigned char)*s - '0';

		if (digit > 9 || v > (max - digit) / 10 || digit > max)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

/* Length of the valid UTF-8 sequence at p, 0 when there is none. */
static size_t
sequence_len(const unsigned char *p, size_t left)
{
	size_t len;
	uint32_t cp;

	if (left == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		len = 2;
		cp = p[0] & 0x1fu;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		len = 3;
		cp = p[0] & 0x0fu;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		len = 4;
		cp = p[0] & 0x07u;
	} else {
		return 0;
	}
	if (left < len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (p[i] & 0x3fu);
	}
	if ((len == 3 && cp < 0x800) || (len == 4 && cp < 0x10000) ||
	    cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	return len;
}

bool
str_is_utf8(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t len;

	for (; n > 0; p += len, n -= len) {
		if ((len = sequence_len(p, n)) == 0)
			return false;
	}
	return true;
}

/* C0, DEL, C1 and the bidirectional overrides that can forge a line. */
static bool
is_control(const unsigned char *p, size_t len)
{
	if (len == 1)
		return p[0] < 0x20 || p[0] == 0x7f;
	if (len == 2)
		return p[0] == 0xc2 && p[1] < 0xa0;
	if (len == 3 && p[0] == 0xe2)
		return (p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f ||
		    (p[2] >= 0xa8 && p[2] <= 0xae))) ||
		    (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
	return false;
}

void
str_clean(char *dst, size_t size, const char *src, size_t n)
{
	const unsigned char *p = (const unsigned char *)src;
	size_t at = 0, len;

	if (size == 0)
		return;
	for (; n > 0; p += len, n -= len) {
		const bool bad = (len = sequence_len(p, n)) == 0 ||
		    is_control(p, len);
		const size_t put = bad ? 1 : len;

		if (len == 0)
			len = 1;
		if (at + put >= size)
			break;
		if (bad)
			dst[at] = '?';
		else
			memcpy(dst + at, p, put);
		at += put;
	}
	dst[at] = '\0';
}

size_t
str_width_cells(const char *s)
{
	mbstate_t state;
	size_t cells = 0, left = strlen(s), n;
	wchar_t c;
	int width;

	memset(&state, 0, sizeof state);
	while (left > 0) {
		n = mbrtowc(&c, s, left, &state);
		if (n == 0)
			break;
		if (n > left) {         /* invalid or cut: one cell a byte */
			memset(&state, 0, sizeof state);
			n = 1;
			cells++;
		} else if ((width = wcwidth(c)) > 0) {
			cells += (size_t)width;
		}
		s += n;
		left -= n;
	}
	return cells;
}

void
str_mask_phone(char *dst, size_t size, const char *digits)
{
	const size_t n = strlen(digits);
	size_t at = 0;

	if (n < 7 || n > 20 || n + 2 > size) {
		str_copy(dst, size, "*");
		return;
	}
	dst[at++] = '+';
	for (size_t i = 0; i < n; i++)
		dst[at++] = i == 0 || i + 4 >= n ? digits[i] : '*';
	dst[at] = '\0';
}

void
str_time_utc(char *dst, size_t size, int64_t wall_ms)
{
	/* rounded down, also before 1970 */
	const int ms = (int)((wall_ms % 1000 + 1000) % 1000);
	const time_t s = (time_t)((wall_ms - ms) / 1000);
	struct tm tm;
	char day[sizeof "2026-11-22T12:00:00"];

	if (gmtime_r(&s, &tm) == NULL ||
	    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm) == 0) {
		str_copy(dst, size, "-");
		return;
	}
	str_format(dst, size, "%s.%03dZ", day, ms);
}

/* n digits; -1: something else stands there. */
static int
digits_at(const char *s, size_t n)
{
	int v = 0;

	for (; n > 0; s++, n--) {
		if (*s < '0' || *s > '9')
			return -1;
		v = v * 10 + *s - '0';
	}
	return v;
}

/* By hand: lists of thousands have six times a row. */
bool
str_from_time_utc(const char *s, int64_t *wall_ms)
{
	static const char form[] = "0000-00-00T00:00:00.000Z";
	struct tm tm = { 0 }, again;
	int64_t seconds;

	if (strlen(s) != sizeof form - 1)
		return false;
	for (size_t i = 0; form[i] != '\0'; i++) {
		if (form[i] == '0' ? digits_at(s + i, 1) < 0 : s[i] != form[i])
			return false;
	}
	tm.tm_year = digits_at(s, 4) - 1900;
	tm.tm_mon = digits_at(s + 5, 2) - 1;
	tm.tm_mday = digits_at(s + 8, 2);
	tm.tm_hour = digits_at(s + 11, 2);
	tm.tm_min = digits_at(s + 14, 2);
	tm.tm_sec = digits_at(s + 17, 2);
	again = tm;
	seconds = (int64_t)timegm(&again);
	/* the 31st of February comes back as another day; years that
	 * str_time_utc writes with fewer digits are not its form */
	if (s[0] == '0' || again.tm_year != tm.tm_year ||
	    again.tm_mon != tm.tm_mon || again.tm_mday != tm.tm_mday ||
	    again.tm_hour != tm.tm_hour || again.tm_min != tm.tm_min ||
	    again.tm_sec != tm.tm_sec)
		return false;
	*wall_ms = seconds * 1000 + digits_at(s + 20, 3);
	return true;
}

void
str_to_hex(char *dst, const void *p, size_t n)
{
	sodium_bin2hex(dst, HEX_LEN(n), p, n);
}

bool
str_from_hex(const char *s, void *out, size_t n)
{
	size_t got = 0;
	const char *end = NULL;

	return strlen(s) == n * 2 &&
	    sodium_hex2bin(out, n, s, n * 2, NULL, &got, &end) == 0 &&
	    got == n && *end == '\0';
}

enum err
str_base64(struct buf *out, const void *p, size_t n)
{
	const size_t len = sodium_base64_ENCODED_LEN(n,
	    sodium_base64_VARIANT_ORIGINAL) - 1;
	uint8_t *where;
	enum err err;

	if ((err = buf_extend(out, len, &where)) != ERR_OK)
		return err;
	/* libsodium wants room for a NUL, which every buf has behind its end */
	sodium_bin2base64((char *)where, len + 1, p, n,
	    sodium_base64_VARIANT_ORIGINAL);
	return ERR_OK;
}
