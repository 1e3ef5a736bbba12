/*
 * Bytes of a keyboard to keys. Pure: what a sequence means is asked of whoever
 * knows the terminal. Whatever nobody knows is swallowed whole, since the
 * pieces of it would be commands.
 */
#ifndef PAIRDESK_TUI_CONSOLE_SCREEN_KEYS_H
#define PAIRDESK_TUI_CONSOLE_SCREEN_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/console/key.h"

/* What else a sequence may be, beside an enum key_name; K_NONE: unknown. */
enum { KEYS_MORE = -1, KEYS_IGNORED = K_COUNT };

struct keys_params {
	/* seq: begins with an escape, NUL-terminated. KEYS_MORE: the beginning
	 * of something. */
	int (*lookup)(void *ctx, const char *seq);
	void (*on_key)(void *ctx, const struct key *key);
	void *ctx;
	bool utf8;
};

#define KEYS_HELD_MAX 48

struct keys {
	struct keys_params params;
	uint8_t held[KEYS_HELD_MAX];    /* may be the beginning of something */
	size_t n;
	bool is_pasting, after_return, is_string, has_mouse;
};

void keys_init(struct keys *k, const struct keys_params *params);
void keys_feed(struct keys *k, const void *p, size_t n);
/* Something is held back, and either more of it or keys_flush must come. */
bool keys_is_waiting(const struct keys *k);
/* No more came: an escape was the key, and the rest is what it is. */
void keys_flush(struct keys *k);

#endif
