#include "tui/console/theme.h"

#include <assert.h>

#include "core/base/mem.h"

#define OWN (-1)        /* the terminal's own colour */

/*
 * 256 colours: those above 15 are the same everywhere, so what is drawn on
 * the terminal's own paper is of a middle brightness that shows on black and
 * on white, in hues that colour-blind people tell apart (after Okabe and
 * Ito). The first 16 are the person's choice and fit their paper, we hope; so
 * each of them has its usual meaning. A test computes the contrasts.
 */
static const struct theme_look looks_256[] = {
	[ROLE_TEXT] = { OWN, OWN, .bold = false },
	[ROLE_DIM] = { 244, OWN, .bold = false },
	[ROLE_STRONG] = { OWN, OWN, .bold = true },
	[ROLE_BAR] = { 252, 236, .bold = false },
	[ROLE_BAR_STRONG] = { 153, 236, .bold = true },
	[ROLE_BAR_WAITING] = { 221, 236, .bold = false },
	[ROLE_BAR_BAD] = { 231, 161, .bold = true },
	[ROLE_COLUMN] = { 67, OWN, .bold = true },
	[ROLE_OK] = { 29, OWN, .bold = false },
	[ROLE_WORKING] = { 32, OWN, .bold = false },
	[ROLE_WAITING] = { 136, OWN, .bold = false },
	[ROLE_BAD] = { 197, OWN, .bold = true },
	[ROLE_IDLE] = { 244, OWN, .bold = false },
	[ROLE_TAG] = { 170, OWN, .bold = true },
	[ROLE_INPUT] = { 231, 238, .bold = false },
	[ROLE_ERROR] = { 197, OWN, .bold = true },
	[ROLE_NOTICE] = { 29, OWN, .bold = false },
	[ROLE_QR] = { 231, 16, .bold = false },
};

static const struct theme_look looks_16[] = {
	[ROLE_TEXT] = { OWN, OWN, .bold = false },
	[ROLE_DIM] = { 8, OWN, .bold = false },
	[ROLE_STRONG] = { OWN, OWN, .bold = true },
	[ROLE_BAR] = { 7, 4, .bold = false },
	[ROLE_BAR_STRONG] = { 15, 4, .bold = true },
	[ROLE_BAR_WAITING] = { 11, 4, .bold = false },
	[ROLE_BAR_BAD] = { 15, 1, .bold = true },
	[ROLE_COLUMN] = { 6, OWN, .bold = true },
	[ROLE_OK] = { 2, OWN, .bold = false },
	[ROLE_WORKING] = { 6, OWN, .bold = false },
	[ROLE_WAITING] = { 3, OWN, .bold = false },
	[ROLE_BAD] = { 1, OWN, .bold = true },
	[ROLE_IDLE] = { 8, OWN, .bold = false },
	[ROLE_TAG] = { 5, OWN, .bold = true },
	[ROLE_INPUT] = { OWN, OWN, .underline = true },
	[ROLE_ERROR] = { 1, OWN, .bold = true },
	[ROLE_NOTICE] = { 2, OWN, .bold = false },
	[ROLE_QR] = { 15, 0, .bold = false },
};

/* Bold makes white bright where there are only eight. */
static const struct theme_look looks_8[] = {
	[ROLE_TEXT] = { OWN, OWN, .bold = false },
	[ROLE_DIM] = { OWN, OWN, .dim = true },
	[ROLE_STRONG] = { OWN, OWN, .bold = true },
	[ROLE_BAR] = { 7, 4, .bold = false },
	[ROLE_BAR_STRONG] = { 7, 4, .bold = true },
	[ROLE_BAR_WAITING] = { 3, 4, .bold = true },
	[ROLE_BAR_BAD] = { 7, 1, .bold = true },
	[ROLE_COLUMN] = { 6, OWN, .bold = true },
	[ROLE_OK] = { 2, OWN, .bold = false },
	[ROLE_WORKING] = { 6, OWN, .bold = false },
	[ROLE_WAITING] = { 3, OWN, .bold = false },
	[ROLE_BAD] = { 1, OWN, .bold = true },
	[ROLE_IDLE] = { OWN, OWN, .dim = true },
	[ROLE_TAG] = { 5, OWN, .bold = true },
	[ROLE_INPUT] = { OWN, OWN, .underline = true },
	[ROLE_ERROR] = { 1, OWN, .bold = true },
	[ROLE_NOTICE] = { 2, OWN, .bold = false },
	[ROLE_QR] = { 7, 0, .bold = true },
};

static const struct theme_look looks_none[] = {
	[ROLE_TEXT] = { OWN, OWN, .bold = false },
	[ROLE_DIM] = { OWN, OWN, .dim = true },
	[ROLE_STRONG] = { OWN, OWN, .bold = true },
	[ROLE_BAR] = { OWN, OWN, .reverse = true },
	[ROLE_BAR_STRONG] = { OWN, OWN, .reverse = true, .bold = true },
	[ROLE_BAR_WAITING] = { OWN, OWN, .reverse = true },
	[ROLE_BAR_BAD] = { OWN, OWN, .reverse = true, .bold = true,
	    .underline = true },
	[ROLE_COLUMN] = { OWN, OWN, .underline = true },
	[ROLE_OK] = { OWN, OWN, .bold = false },
	[ROLE_WORKING] = { OWN, OWN, .bold = false },
	[ROLE_WAITING] = { OWN, OWN, .bold = true },
	[ROLE_BAD] = { OWN, OWN, .bold = true, .underline = true },
	[ROLE_IDLE] = { OWN, OWN, .dim = true },
	[ROLE_TAG] = { OWN, OWN, .bold = true },
	[ROLE_INPUT] = { OWN, OWN, .underline = true },
	[ROLE_ERROR] = { OWN, OWN, .bold = true },
	[ROLE_NOTICE] = { OWN, OWN, .bold = false },
	[ROLE_QR] = { OWN, OWN, .bold = false },
};

/* The states keep their hue in the selected row, paler on its dark ground;
 * what is not here is white. */
static const short selected_256[ROLE_COUNT] = {
	[ROLE_DIM] = 252, [ROLE_IDLE] = 252,
	[ROLE_OK] = 158, [ROLE_NOTICE] = 158,
	[ROLE_WORKING] = 153,
	[ROLE_WAITING] = 222,
	[ROLE_BAD] = 224, [ROLE_ERROR] = 224,
	[ROLE_TAG] = 225,
};
#define SELECTED_GROUND 24
#define SELECTED_WHITE 231

static const struct theme_look *const looks[] = {
	[COLOURS_NONE] = looks_none, [COLOURS_8] = looks_8,
	[COLOURS_16] = looks_16, [COLOURS_256] = looks_256,
};

static_assert(ARRAY_LEN(looks_256) == ROLE_COUNT, "a role without a look");
static_assert(ARRAY_LEN(looks_16) == ROLE_COUNT, "a role without a look");
static_assert(ARRAY_LEN(looks_8) == ROLE_COUNT, "a role without a look");
static_assert(ARRAY_LEN(looks_none) == ROLE_COUNT, "a role without a look");

struct theme_look
theme_look(enum role role, enum theme_colours colours)
{
	return looks[colours][role];
}

struct theme_look
theme_look_selected(enum role role, enum theme_colours colours)
{
	struct theme_look look = theme_look(role, colours);

	if (role == ROLE_QR)
		return look;
	if (colours == COLOURS_NONE) {
		/* so that a bar's selected part is seen as well */
		look.reverse = !look.reverse;
		look.dim = false;
	} else if (colours == COLOURS_256) {
		look.foreground = selected_256[role] != 0
		    ? selected_256[role] : SELECTED_WHITE;
		look.background = SELECTED_GROUND;
	} else {
		/* bold black would be grey on many terminals */
		look = (struct theme_look){ .foreground = 0, .background = 6,
		    .underline = look.underline };
	}
	return look;
}

/* Found in the fonts of consoles too, and of one cell everywhere: nothing
 * that some terminals show as a picture. */
static const struct {
	const char *utf8, *ascii;
} symbols[] = {
	[SYM_OK] = { "\u25cf", "*" },           /* a disc */
	[SYM_WORKING] = { "\u2248", "~" },      /* waves */
	[SYM_WAITING] = { "\u25b2", "!" },      /* a triangle */
	[SYM_BAD] = { "\u00d7", "x" },          /* a cross */
	[SYM_IDLE] = { "\u25cb", "o" },         /* a ring */
	[SYM_PAUSED] = { "\u2551", "=" },       /* two bars */
	[SYM_TAG] = { "\u25c6", "+" },          /* a diamond */
	[SYM_SORT_UP] = { "\u2191", "^" },
	[SYM_SORT_DOWN] = { "\u2193", "v" },
	[SYM_MORE_LEFT] = { "\u25c4", "<" },
	[SYM_MORE_RIGHT] = { "\u25ba", ">" },
	[SYM_CUT] = { "\u2026", "~" },
	[SYM_BULLET] = { "\u2022", "-" },
	[SYM_LINE] = { "\u2500", "-" },
};

static_assert(ARRAY_LEN(symbols) == SYM_COUNT, "a symbol without a sign");

const char *
theme_symbol(enum symbol symbol, bool utf8)
{
	return utf8 ? symbols[symbol].utf8 : symbols[symbol].ascii;
}
