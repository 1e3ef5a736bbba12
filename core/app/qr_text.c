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

static const char *
half_glyph(unsigned bits)
{
	static const char *const glyphs[4] = {
		" ", "\xe2\x96\x80", "\xe2\x96\x84", "\xe2\x96\x88",
	};

	return glyphs[bits];
}

/*
 * U+1FB00 starts with the pattern of bit 0 alone and leaves out four that
 * exist elsewhere: nothing, everything and the two half blocks. The UTF-8 of
 * U+1FB00 + i is f0 9f ac 80 + i, and 60 patterns stay below the next byte.
 */
static const char *
sextant_glyph(unsigned bits, char out[5])
{
	enum { LEFT = 0x15, RIGHT = 0x2a, ALL = 0x3f };

	switch (bits) {
	case 0: return " ";
	case LEFT: return "\xe2\x96\x8c";
	case RIGHT: return "\xe2\x96\x90";
	case ALL: return "\xe2\x96\x88";
	}
	out[0] = '\xf0';
	out[1] = '\x9f';
	out[2] = '\xac';
	out[3] = (char)(0x80 + bits - 1 - (bits > LEFT) - (bits > RIGHT));
	out[4] = '\0';
	return out;
}

static enum err
draw_glyphs(const struct qr *qr, const struct qr_shape *s,
    const struct palette *palette, unsigned row, struct buf *out)
{
	const unsigned width = s->style == QR_FULL ? 2 : 1;
	enum err err = buf_str(out, palette->glyphs);
	char glyph[5];

	for (unsigned i = 0; i < s->columns && err == ERR_OK; i++) {
		const unsigned bits = light_bits(qr, s, i / width, row);

		if (s->style == QR_SEXTANT)
			err = buf_str(out, sextant_glyph(bits, glyph));
		else if (s->style == QR_HALF)
			err = buf_str(out, half_glyph(bits & 3));
		else
			err = buf_str(out, half_glyph(bits != 0 ? 3 : 0));
	}
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
