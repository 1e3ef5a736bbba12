/* What a terminal sends, under the description that the first byte names. */
#include <stdlib.h>

#include "core/base/mem.h"
#include "tui/console/screen.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct heard {
	bool is_pasting;
};

static bool
is_text(const struct key *key, bool is_pasting)
{
	if (key->text == '\n' || key->text == '\t')
		return is_pasting;
	return key->text >= 0x20 && key->text != 0x7f &&
	    (key->text < 0x80 || key->text >= 0xa0) &&
	    (key->text < 0xd800 || key->text >= 0xe000) &&
	    key->text <= 0x10ffff;
}

static void
on_key(void *ctx, const struct key *key)
{
	struct heard *h = ctx;

	if (key->name <= K_NONE || key->name >= K_COUNT)
		abort();
	if (key->name == K_TEXT && !is_text(key, h->is_pasting))
		abort();
	if (key->name == K_CTRL && (key->text < 0x20 || key->text > 0x7e))
		abort();
	/* a paste is text and nothing else */
	if (h->is_pasting != (key->name == K_PASTE_END ||
	    (h->is_pasting && key->name == K_TEXT)))
		abort();
	if (key->name == K_PASTE || key->name == K_PASTE_END)
		h->is_pasting = key->name == K_PASTE;
	if (key->row < 0 || key->column < 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const terms[] = { "xterm-256color", "linux",
	    "vt100", "screen", "rxvt", "ansi" };
	struct heard heard = { false };
	const struct screen_params params = { .in_fd = -1, .out_fd = -1,
	    .handlers = { .on_key = on_key, .ctx = &heard } };
	struct screen *s;

	if (n == 0 || screen_open_memory(&params,
	    terms[*p % ARRAY_LEN(terms)], (*p & 0x40) == 0, 24, 80, &s) !=
	    ERR_OK)
		return 0;
	screen_set_mouse(s, (*p & 0x80) != 0);
	/* in two reads, as they may come */
	screen_feed(s, p + 1, (n - 1) / 2);
	screen_feed(s, p + 1 + (n - 1) / 2, n - 1 - (n - 1) / 2);
	screen_close(s);
	return 0;
}
