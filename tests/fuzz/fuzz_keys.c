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

/* The last one is kept while the next input wants the same: opening one takes
 * most of the time. Ctrl-C behind each input ends a paste. */
static struct screen *
screen_for(uint8_t kind, struct heard *heard)
{
	static const char *const terms[] = { "xterm-256color", "linux",
	    "vt100", "screen", "rxvt", "ansi" };
	static struct screen *screen;
	static int kept = -1;
	const struct screen_params params = { .in_fd = -1, .out_fd = -1,
	    .handlers = { .on_key = on_key, .ctx = heard } };

	if (kept == kind)
		return screen;
	screen_close(screen);
	screen = NULL;
	kept = kind;
	if (screen_open_memory(&params, terms[kind % ARRAY_LEN(terms)],
	    (kind & 0x40) == 0, 24, 80, &screen) != ERR_OK)
		abort();
	return screen;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct heard heard;
	struct screen *s;

	if (n == 0)
		return 0;
	s = screen_for(*p & 0xc7, &heard);
	screen_set_mouse(s, (*p & 0x80) != 0);
	/* in two reads, as they may come */
	screen_feed(s, p + 1, (n - 1) / 2);
	screen_feed(s, p + 1 + (n - 1) / 2, n - 1 - (n - 1) / 2);
	screen_feed(s, "\003", 1);
	if (heard.is_pasting)
		abort();
	return 0;
}
