#include "tui/console/canvas_cells.h"

#include <stddef.h>
#include <string.h>
#include <wchar.h>

#include "core/base/mem.h"

struct range {
	uint32_t first, last;
};

static bool
is_in(uint32_t c, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n && c >= ranges[i].first; i++) {
		if (c <= ranges[i].last)
			return true;
	}
	return false;
}

/*
 * Left out: direction marks, joiners, selectors, tags, skin tones. Terminals
 * disagree about their width, or move cells because of them, and a name with
 * them would push its whole row aside.
 */
static bool
is_left_out(uint32_t c)
{
	static const struct range ranges[] = {
		{ 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c },
		{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xfff0, 0xfffb },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
		{ 0x1f3fb, 0x1f3ff }, { 0xe0000, 0xe0fff },
	};

	return is_in(c, ranges, ARRAY_LEN(ranges));
}

/* One character of foreign bytes; '?' for a byte that is none. */
static uint32_t
decode(const char **s)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)*s;
	const int more = *p < 0x80 ? 0 : *p >= 0xf0 && *p < 0xf8 ? 3
	    : *p >= 0xe0 && *p < 0xf0 ? 2 : *p >= 0xc2 && *p < 0xe0 ? 1 : -1;
	uint32_t c = *p;

	*s += 1;
	if (more <= 0)
		return more == 0 ? c : '?';
	c &= 0x3fu >> more;
	for (int i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return '?';
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return '?';
	*s += more;
	return c;
}

/* Cells by the locale's rules, which are curses's too; 0 for marks. */
static int
width_of(uint32_t *c, bool utf8)
{
	int width;

	if (*c < 0x20 || *c == 0x7f)
		*c = '?';
	if (*c < 0x7f)
		return 1;
	if (!utf8) {
		/* accents that follow their letter */
		if (*c >= 0x300 && *c < 0x370)
			return 0;
		*c = '?';
		return 1;
	}
	/* flags: letters, since terminals do not agree on flags */
	if (*c >= 0x1f1e6 && *c <= 0x1f1ff)
		*c = 'A' + (*c - 0x1f1e6);
	width = wcwidth((wchar_t)*c);
	/* unknown, or somebody's own: no font and no width to rely on */
	if (width < 0 || (*c >= 0xe000 && *c < 0xf900) || *c >= 0xf0000) {
		*c = '?';
		return 1;
	}
	return width;
}

static void
take_marks(const char **s, bool utf8, struct cell *out)
{
	const char *at;
	uint32_t c;
	int count = 0;

	while ((unsigned char)**s >= 0x80) {
		at = *s;
		c = decode(&at);
		if (!is_left_out(c)) {
			if (width_of(&c, utf8) != 0)
				return;
			if (utf8 && count < CELL_MARKS)
				out->text[1 + count++] = c;
		}
		*s = at;
	}
}

bool
cell_from(uint32_t code_point, bool utf8, struct cell *out)
{
	int width;

	if (is_left_out(code_point))
		return false;
	if (code_point > 0x10ffff)
		code_point = '?';
	width = width_of(&code_point, utf8);
	if (width <= 0)
		return false;
	*out = (struct cell){ .text = { code_point },
	    .width = (uint8_t)width };
	return true;
}

/* Most text: an ASCII character that no mark can follow. */
static bool
is_simple(const char *s)
{
	return *s >= 0x20 && *s < 0x7f && (unsigned char)s[1] < 0x80;
}

bool
cell_next(const char **s, bool utf8, struct cell *out)
{
	if (is_simple(*s)) {
		*out = (struct cell){ .text = { (uint32_t)**s }, .width = 1 };
		(*s)++;
		return true;
	}
	while (**s != '\0') {
		/* a mark without a letter has nothing to stand on */
		if (!cell_from(decode(s), utf8, out))
			continue;
		if ((unsigned char)**s >= 0x80)
			take_marks(s, utf8, out);
		return true;
	}
	return false;
}

int
cell_count(const char *text, bool utf8, int limit)
{
	struct cell cell;
	int n = 0;

	while (n <= limit) {
		if (is_simple(text)) {
			text++;
			n++;
		} else if (cell_next(&text, utf8, &cell)) {
			n += cell.width;
		} else {
			break;
		}
	}
	return n;
}
