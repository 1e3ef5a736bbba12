/* Foreign text made valid UTF-8, for decoders that promise it. */
#ifndef PAIRDESK_WIRE_UTF8_H
#define PAIRDESK_WIRE_UTF8_H

#include <stddef.h>

/*
 * Copies n bytes, putting U+FFFD for each broken sequence the way browsers
 * and other clients do: a sequence ends before the first byte that cannot
 * continue it. Returns the length written, at most 3 * n; out NULL only
 * counts. No NUL is added.
 */
size_t utf8_repair(const char *s, size_t n, char *out);

#endif
