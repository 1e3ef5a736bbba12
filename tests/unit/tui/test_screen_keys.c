#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"
#include "tui/console/screen.h"
#include "tui/console/screen_keys.h"

/* What came, as words. */
struct heard {
	char words[512];
};

static void
on_key(void *ctx, const struct key *key)
{
	static const char *const names[K_COUNT] = {
		[K_ESC] = "Esc", [K_ENTER] = "Enter", [K_TAB] = "Tab",
		[K_BACK_TAB] = "S-Tab", [K_BACKSPACE] = "Bs",
		[K_DELETE] = "Del", [K_INSERT] = "Ins", [K_UP] = "Up",
		[K_DOWN] = "Down", [K_LEFT] = "Left", [K_RIGHT] = "Right",
		[K_PAGE_UP] = "PgUp", [K_PAGE_DOWN] = "PgDn",
		[K_HOME] = "Home", [K_END] = "End", [K_F1] = "F1",
		[K_F2] = "F2", [K_F3] = "F3", [K_F4] = "F4", [K_F5] = "F5",
		[K_F6] = "F6", [K_F7] = "F7", [K_F8] = "F8", [K_F9] = "F9",
		[K_F10] = "F10", [K_F11] = "F11", [K_F12] = "F12",
		[K_PASTE] = "<", [K_PASTE_END] = ">",
	};
	struct heard *h = ctx;
	const size_t n = strlen(h->words);
	char *at = h->words + n;
	const size_t left = sizeof h->words - n;

	if (key->name == K_TEXT && key->text > 0x20 && key->text < 0x7f)
		(void)str_format(at, left, "%c ", (int)key->text);
	else if (key->name == K_TEXT)
		(void)str_format(at, left, "U+%X ", key->text);
	else if (key->name == K_CTRL)
		(void)str_format(at, left, "^%c ", (int)key->text);
	else if (key->name >= K_CLICK)
		(void)str_format(at, left, "%s(%d,%d) ",
		    key->name == K_CLICK ? "click" : key->name == K_WHEEL_UP
		    ? "up" : "down", key->row, key->column);
	else
		(void)str_format(at, left, "%s ", names[key->name]);
}

static struct screen *
open_as(struct heard *h, const char *term, bool utf8)
{
	const struct screen_params params = { .in_fd = -1, .out_fd = -1,
	    .handlers = { .on_key = on_key, .ctx = h } };
	struct screen *s = NULL;

	EXPECT_INT(screen_open_memory(&params, term, utf8, 24, 80, &s),
	    ERR_OK);
	return s;
}

static void
expect_keys(struct screen *s, struct heard *h, const char *bytes, size_t n,
    const char *want)
{
	*h->words = '\0';
	screen_feed(s, bytes, n);
	EXPECT_STR(h->words, want);
}

static const struct {
	const char *bytes, *want;
} everywhere[] = {
	{ "jk\r\n\t", "j k Enter Enter Tab " },
	{ "\033", "Esc " },
	{ "\033\033", "Esc Esc " },
	{ "\033q", "Esc q " },
	{ "\033[", "Esc " },
	{ "\033[A\033[B\033[C\033[D", "Up Down Right Left " },
	{ "\033OA\033OB\033OC\033OD", "Up Down Right Left " },
	{ "\033[5~\033[6~\033[2~\033[3~", "PgUp PgDn Ins Del " },
	{ "\033[1~\033[4~\033[H\033OH\033[F", "Home End Home Home End " },
	{ "\033OP\033[17~\033[20~\033[21~\033[24~", "F1 F6 F9 F10 F12 " },
	{ "\033[Z", "S-Tab " },
	{ "\177\b", "Bs Bs " },
	{ "\001\f\032\034\037", "^a ^l ^z ^\\ ^_ " },
	/* what nobody knows is not typed */
	{ "\033[1;9Qx", "x " },
	{ "\033[?62;4;6cx", "x " },
	{ "\033[I\033[Ox", "x " },
	{ "\033[12;40Rx", "x " },
	{ "\033Ozx", "x " },
	{ "\033]11;rgb:0000/0000/0000\033\\x", "x " },
	{ "\033]52;c;YQ==\ax", "x " },
	{ "\033P1$r0m\033\\x", "x " },
	{ "\033P>|tmux 3.3a\033\\x", "x " },
	/* but pause is, behind an Esc */
	{ "\033Pr", "Esc P r " },
	{ "\033[31", "" },
	{ "\033[<0;5;7Mx", "x " },
	{ "\033[200~ab\rc\r\nd\te\001\033[A\033[201~q",
	    "< a b U+A c U+A d U+9 e [ A > q " },
	{ "\033[200~rm\003q", "< r m > ^c q " },
};

TEST(screen_decodes_keys_of_every_terminal)
{
	static const char *const terms[] = { "xterm-256color", "xterm",
	    "tmux-256color", "screen", "linux", "vt100", "rxvt",
	    "xterm-16color" };
	struct heard h;

	for (size_t t = 0; t < ARRAY_LEN(terms); t++) {
		struct screen *s = open_as(&h, terms[t], true);

		for (size_t i = 0; s != NULL && i < ARRAY_LEN(everywhere);
		    i++) {
			*h.words = '\0';
			screen_feed(s, everywhere[i].bytes,
			    strlen(everywhere[i].bytes));
			if (strcmp(h.words, everywhere[i].want) != 0)
				t_fail(__FILE__, __LINE__,
				    "%s, %zu: \"%s\", want \"%s\"", terms[t],
				    i, h.words, everywhere[i].want);
		}
		screen_close(s);
	}
}

TEST(screen_decodes_what_only_some_send)
{
	struct heard h;
	struct screen *s = open_as(&h, "linux", true);

	ASSERT(s != NULL);
	expect_keys(s, &h, "\033[[A\033[[E", 8, "F1 F5 ");
	screen_close(s);
	s = open_as(&h, "xterm-256color", true);
	ASSERT(s != NULL);
	/* Shift-F1, Ctrl-Up, Alt-Down: known, and nothing of ours */
	expect_keys(s, &h, "\033[1;2P\033[1;5A\033[1;3Bx", 19, "x ");
	expect_keys(s, &h, "\0", 1, "^  ");
	screen_close(s);
}

TEST(screen_decodes_utf8)
{
	struct heard h;
	struct screen *s = open_as(&h, "xterm-256color", true);

	ASSERT(s != NULL);
	expect_keys(s, &h, "\xd0\xb9\xd1\x86", 4, "U+439 U+446 ");
	expect_keys(s, &h, "\xe2\x82\xac\xf0\x9f\x98\x80", 7,
	    "U+20AC U+1F600 ");
	/* broken, overlong, surrogates, C1 controls */
	expect_keys(s, &h, "\xff\xc0\xaf\xed\xa0\x80\xc2\x9bx\xd0y", 11,
	    "x y ");
	expect_keys(s, &h, "\xf0\x9f", 2, "");
	screen_close(s);
	s = open_as(&h, "xterm-256color", false);
	ASSERT(s != NULL);
	expect_keys(s, &h, "\xd0\xb9x", 3, "x ");
	screen_close(s);
}

TEST(screen_hears_the_mouse_only_when_asked)
{
	struct heard h;
	struct screen *s = open_as(&h, "xterm-256color", true);

	ASSERT(s != NULL);
	expect_keys(s, &h, "\033[<0;5;7M", 9, "");
	screen_set_mouse(s, true);
	EXPECT(screen_has_mouse(s));
	expect_keys(s, &h, "\033[<0;5;7M\033[<0;5;7m", 18, "click(6,4) ");
	expect_keys(s, &h, "\033[<64;1;1M\033[<65;80;24M", 22,
	    "up(0,0) down(23,79) ");
	/* other buttons, with Shift, moving, nonsense */
	expect_keys(s, &h, "\033[<2;5;7M\033[<4;5;7M\033[<32;5;7M"
	    "\033[<0;0;7M\033[<0;5M\033[<1;2;3;4M\033[<0;99999999;1Mx", 72,
	    "x ");
	expect_keys(s, &h, "\033[M !\"x", 7, "click(1,0) x ");
	screen_set_mouse(s, false);
	expect_keys(s, &h, "\033[<0;5;7M", 9, "");
	screen_close(s);
	s = open_as(&h, "vt100", true);
	ASSERT(s != NULL);
	screen_set_mouse(s, true);
	EXPECT(!screen_has_mouse(s));
	screen_close(s);
}

/* --- the decoder alone --------------------------------------------------------- */

static int
knows_up(void *ctx, const char *seq)
{
	(void)ctx;
	return strcmp(seq, "\033[A") == 0 ? K_UP
	    : strncmp("\033[A", seq, strlen(seq)) == 0 ? KEYS_MORE : K_NONE;
}

TEST(keys_wait_for_the_rest)
{
	struct heard h = { "" };
	struct keys k;

	keys_init(&k, &(struct keys_params){ .lookup = knows_up,
	    .on_key = on_key, .ctx = &h, .utf8 = true });
	keys_feed(&k, "\033", 1);
	EXPECT(keys_is_waiting(&k));
	keys_feed(&k, "[", 1);
	EXPECT_STR(h.words, "");
	keys_feed(&k, "A", 1);
	EXPECT(!keys_is_waiting(&k));
	EXPECT_STR(h.words, "Up ");
	keys_feed(&k, "\xd0", 1);
	EXPECT(keys_is_waiting(&k));
	keys_feed(&k, "\xb9", 1);
	EXPECT_STR(h.words, "Up U+439 ");
	keys_feed(&k, "\033", 1);
	keys_flush(&k);
	EXPECT(!keys_is_waiting(&k));
	EXPECT_STR(h.words, "Up U+439 Esc ");
	/* longer than anything that has a meaning */
	*h.words = '\0';
	keys_feed(&k, "\033[", 2);
	for (int i = 0; i < 200; i++)
		keys_feed(&k, ";", 1);
	keys_flush(&k);
	EXPECT(strstr(h.words, "Esc") == NULL);
	keys_feed(&k, "\033[200~\033[20", 10);
	EXPECT(keys_is_waiting(&k));
	keys_feed(&k, "1~x", 3);
	EXPECT(strstr(h.words, "< > x ") != NULL);
}
