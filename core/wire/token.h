/*
 * Token dictionary 3 (protocol notes 6): strings that travel as one or two
 * bytes. An id is the single-byte index (1 to 235), or 256 * (dictionary + 1)
 * + index for the four double-byte dictionaries.
 */
#ifndef PAIRDESK_WIRE_TOKEN_H
#define PAIRDESK_WIRE_TOKEN_H

#include <stddef.h>

#define TOKEN_IDS 1280u

/* Static and NUL-terminated; NULL for an id that stands for nothing. */
const char *token_text(unsigned id, size_t *n);

/* The id of a string of n bytes; 0 when it is no token. */
unsigned token_find(const char *s, size_t n);

#endif
