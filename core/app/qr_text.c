#include "core/app/qr_text.h"

/* Modules in one cell. Full blocks are the odd one: two cells a module. */
static const struct {
	unsigned x, y;
} cells[QR_STYLE_COUNT] = {
	[QR_HALF] = { 1, 2 },
	[QR_SEXTANT] = { 2, 3 },
	[QR_FULL] = { 1, 1 },
};

struct qr_shape
qr_shape(unsigned size, enum qr_style style, unsigned quiet)
{
	const unsigned side = size + 2 * quiet;
	const unsigned x = cells[style].x, y = cells[style].y;

	return (struct qr_shape){ .style = style, .quiet = quiet,
	    .rows = (side + y - 1) / y,
	    .columns = style == QR_FULL ? 2 * side : (side + x - 1) / x };
}

static bool
fits(const struct qr_shape *s, const struct qr_terminal *t)
{
	return s->rows <= t->rows && s->columns <= t->columns;
}

static bool
fits_words(const struct qr_shape *s, const struct qr_terminal *t,
    const struct qr_words *w)
{
	return fits(s, t) && (s->columns + w->columns <= t->columns ||
	    s->rows + w->rows <= t->rows);
}

/* One style, on the whole screen if need be. */
static bool
choose_quiet(unsigned size, enum qr_style style, const struct qr_terminal *t,
    struct qr_shape *out)
{
	*out = qr_shape(size, style, QR_QUIET);
	if (fits(out, t))
		return true;
	*out = qr_shape(size, style, QR_QUIET_LEAST);
	return fits(out, t);
}

bool
qr_choose(unsigned size, enum qr_style wanted, const struct qr_terminal *t,
    const struct qr_words *w, struct qr_shape *out)
{
	if (wanted != QR_AUTO)
		return choose_quiet(size, wanted, t, out);
	if (!t->utf8)
		return choose_quiet(size, QR_FULL, t, out);
	*out = qr_shape(size, QR_HALF, QR_QUIET);
	if (fits_words(out, t, w))
		return true;
	return choose_quiet(size, t->sextants ? QR_SEXTANT : QR_HALF, t, out);
}

/* --- drawing -------------------------------------------------------------- */

/* The sixteen-colour forms name the eight-colour one first, for terminals
 * that ignore bright colours. */
struct palette {
	const char *glyphs;     /* white on black */
	const char *light, *dark;       /* backgrounds, for spaces */
};

static const struct palette palette16 = {
	"\033[37;97;40m", "\033[47;107m", "\033[40m",
};

static const struct palette palette256 = {
	"\033[38;5;231;48;5;16m", "\033[48;5;231m", "\033[48;5;16m",
};

#define RESET "\033[0m"

/* Light modules of the cell at (column, row), left to right, top to bottom,
 * the first in bit 0. */
static unsigned
light_bits(const struct qr *qr, const struct qr_shape *s, unsigned column,
    unsigned row)
{
	const unsigned w = cells[s->style].x, h = cells[s->style].y;
	unsigned bits = 0;

	for (unsigned y = 0; y < h; y++) {
		for (unsigned x = 0; x < w; x++) {
			const int mx = (int)(column * w + x) - (int)s->quiet;
			const int my = (int)(row * h + y) - (int)s->quiet;

			if (!qr_is_dark(qr, mx, my))
				bits |= 1u << (y * w + x);
		}
	}
	return bits;
}

/* Blank, upper half, lower half, full block. */
static uint32_t
half_glyph(unsigned bits)
{
	static const uint32_t glyphs[4] = { ' ', 0x2580, 0x2584, 0x2588 };

	return glyphs[bits];
}

/*
 * U+1FB00 starts with the pattern of bit 0 alone and leaves out four that
 * exist elsewhere: nothing, everything and the two half blocks.
 */
static uint32_t
sextant_glyph(unsigned bits)
{
	enum { LEFT = 0x15, RIGHT = 0x2a, ALL = 0x3f };

	switch (bits) {
	case 0: return ' ';
	case LEFT: return 0x258c;
	case RIGHT: return 0x2590;
	case ALL: return 0x2588;
	}
	return 0x1fb00 + bits - 1 - (bits > LEFT) - (bits > RIGHT);
}

uint32_t
qr_glyph(const struct qr *qr, const struct qr_shape *s, unsigned row,
    unsigned column)
{
	const unsigned width = s->style == QR_FULL ? 2 : 1;
	const unsigned bits = light_bits(qr, s, column / width, row);

	if (s->style == QR_SEXTANT)
		return sextant_glyph(bits);
	if (s->style == QR_HALF)
		return half_glyph(bits & 3);
	return half_glyph(bits != 0 ? 3 : 0);
}

static enum err
put_utf8(struct buf *out, uint32_t c)
{
	char s[5] = { 0 };

	if (c < 0x80) {
		s[0] = (char)c;
	} else if (c < 0x10000) {
		s[0] = (char)(0xe0 | c >> 12);
		s[1] = (char)(0x80 | (c >> 6 & 0x3f));
		s[2] = (char)(0x80 | (c & 0x3f));
	} else {
		s[0] = (char)(0xf0 | c >> 18);
		s[1] = (char)(0x80 | (c >> 12 & 0x3f));
		s[2] = (char)(0x80 | (c >> 6 & 0x3f));
		s[3] = (char)(0x80 | (c & 0x3f));
	}
	return buf_str(out, s);
}

static enum err
draw_glyphs(const struct qr *qr, const struct qr_shape *s,
    const struct palette *palette, unsigned row, struct buf *out)
{
	enum err err = buf_str(out, palette->glyphs);

	for (unsigned i = 0; i < s->columns && err == ERR_OK; i++)
		err = put_utf8(out, qr_glyph(qr, s, row, i));
	return err;
}

static enum err
draw_spaces(const struct qr *qr, const struct qr_shape *s,
    const struct palette *palette, unsigned row, struct buf *out)
{
	const char *now = NULL;
	enum err err = ERR_OK;

	for (unsigned i = 0; i < s->columns / 2 && err == ERR_OK; i++) {
		const char *colour = light_bits(qr, s, i, row) != 0
		    ? palette->light : palette->dark;

		if (colour != now)
			err = buf_str(out, colour);
		now = colour;
		if (err == ERR_OK)
			err = buf_str(out, "  ");
	}
	return err;
}

enum err
qr_line(const struct qr *qr, const struct qr_shape *shape,
    const struct qr_terminal *terminal, unsigned row, struct buf *out)
{
	const struct palette *palette = terminal->colours256 ? &palette256
	    : &palette16;
	enum err err;

	/* half blocks and sextants without UTF-8 were asked for by name */
	err = terminal->utf8 || shape->style != QR_FULL
	    ? draw_glyphs(qr, shape, palette, row, out)
	    : draw_spaces(qr, shape, palette, row, out);
	return err == ERR_OK ? buf_str(out, RESET) : err;
}
