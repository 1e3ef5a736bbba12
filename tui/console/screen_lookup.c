/* What the sequences of a keyboard mean, by the terminal's description. */
#define NCURSES_NOMACROS

#include "tui/console/screen_display.h"

#include <curses.h>

#include "core/base/mem.h"
#include "tui/console/key.h"
#include "tui/console/screen_keys.h"

int
display_lookup(void *ctx, const char *seq)
{
	const int code = key_defined(seq);

	(void)ctx;
	switch (code) {
	case 0:
		return K_NONE;
	case -1:
		return KEYS_MORE;
	case KEY_UP:
		return K_UP;
	case KEY_DOWN:
		return K_DOWN;
	case KEY_LEFT:
		return K_LEFT;
	case KEY_RIGHT:
		return K_RIGHT;
	case KEY_PPAGE:
		return K_PAGE_UP;
	case KEY_NPAGE:
		return K_PAGE_DOWN;
	case KEY_HOME:
	case KEY_FIND:
		return K_HOME;
	case KEY_END:
	case KEY_SELECT:
		return K_END;
	case KEY_IC:
		return K_INSERT;
	case KEY_DC:
		return K_DELETE;
	case KEY_BTAB:
		return K_BACK_TAB;
	case KEY_ENTER:
		return K_ENTER;
	case KEY_BACKSPACE:
		return K_BACKSPACE;
	default:
		if (code >= KEY_F(1) && code <= KEY_F(12))
			return K_F1 + (code - KEY_F(1));
		/* with Shift, Alt, Ctrl; mouse; what nobody has */
		return KEYS_IGNORED;
	}
}

/* Keys that terminals send in the other of their modes, or that their
 * description calls something nobody has. */
void
display_add_keys(void)
{
	static const struct {
		const char *seq;
		int code;
	} extra[] = {
		{ "\033[A", KEY_UP }, { "\033[B", KEY_DOWN },
		{ "\033[C", KEY_RIGHT }, { "\033[D", KEY_LEFT },
		{ "\033OA", KEY_UP }, { "\033OB", KEY_DOWN },
		{ "\033OC", KEY_RIGHT }, { "\033OD", KEY_LEFT },
		{ "\033[H", KEY_HOME }, { "\033[F", KEY_END },
		{ "\033OH", KEY_HOME }, { "\033OF", KEY_END },
		{ "\033[1~", KEY_HOME }, { "\033[4~", KEY_END },
		{ "\033[7~", KEY_HOME }, { "\033[8~", KEY_END },
		{ "\033[2~", KEY_IC }, { "\033[3~", KEY_DC },
		{ "\033[5~", KEY_PPAGE }, { "\033[6~", KEY_NPAGE },
		{ "\033[Z", KEY_BTAB }, { "\033OM", KEY_ENTER },
		{ "\033OP", KEY_F(1) }, { "\033OQ", KEY_F(2) },
		{ "\033OR", KEY_F(3) }, { "\033OS", KEY_F(4) },
		{ "\033[11~", KEY_F(1) }, { "\033[12~", KEY_F(2) },
		{ "\033[13~", KEY_F(3) }, { "\033[14~", KEY_F(4) },
		{ "\033[15~", KEY_F(5) }, { "\033[17~", KEY_F(6) },
		{ "\033[18~", KEY_F(7) }, { "\033[19~", KEY_F(8) },
		{ "\033[20~", KEY_F(9) }, { "\033[21~", KEY_F(10) },
		{ "\033[23~", KEY_F(11) }, { "\033[24~", KEY_F(12) },
		{ "\033[[A", KEY_F(1) }, { "\033[[B", KEY_F(2) },
		{ "\033[[C", KEY_F(3) }, { "\033[[D", KEY_F(4) },
		{ "\033[[E", KEY_F(5) },
	};

	for (size_t i = 0; i < ARRAY_LEN(extra); i++) {
		const int now = display_lookup(NULL, extra[i].seq);

		if (now == K_NONE || now == KEYS_IGNORED)
			(void)define_key(extra[i].seq, extra[i].code);
	}
}
