#include "core/app/qr_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "tests/t.h"

/* A text as long as a link's, n bytes. */
static void
link_text(char *out, size_t n)
{
	static const char head[] = "https://wa.me/settings/linked_devices#2@";

	for (size_t i = 0; i < n; i++)
		out[i] = i < sizeof head - 1 ? head[i]
		    : (char)('A' + i * 7 % 26);
	out[n] = '\0';
}

static struct qr *
make(size_t n)
{
	char text[QR_TEXT_MAX + 1];
	struct qr *qr = NULL;

	link_text(text, n);
	if (qr_create(text, &qr) != ERR_OK)
		abort();
	return qr;
}

/* --- matrix --------------------------------------------------------------- */

TEST(qr_sizes_are_those_of_level_l)
{
	/* bytes that versions 10 to 13 hold, and one more */
	static const struct {
		size_t bytes;
		unsigned size;
	} rows[] = {
		{ 1, 21 }, { 17, 21 }, { 18, 25 }, { 271, 57 }, { 272, 61 },
		{ 321, 61 }, { 322, 65 }, { 367, 65 }, { 368, 69 },
		{ 425, 69 }, { 426, 73 }, { QR_TEXT_MAX, 109 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[QR_TEXT_MAX + 1];
		struct qr *qr = NULL;

		/* small letters: nothing but byte mode will do */
		memset(text, 'a', rows[i].bytes);
		text[rows[i].bytes] = '\0';
		ASSERT(qr_create(text, &qr) == ERR_OK);
		EXPECT_INT(qr_size(qr), rows[i].size);
		qr_destroy(qr);
	}
}

TEST(qr_refuses)
{
	struct qr *poison = (struct qr *)(void *)&poison, *qr = poison;
	char text[QR_TEXT_MAX + 2];

	EXPECT_INT(qr_create("", &qr), ERR_INVALID);
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	EXPECT_INT(qr_create(text, &qr), ERR_TOO_LARGE);
	EXPECT(qr == poison);
	qr_destroy(NULL);
}

TEST(qr_has_its_three_eyes_and_light_around)
{
	struct qr *qr = make(233);
	const int n = (int)qr_size(qr);
	const int eyes[3][2] = { { 0, 0 }, { n - 7, 0 }, { 0, n - 7 } };

	for (int e = 0; e < 3; e++) {
		for (int i = 0; i < 7; i++) {
			const int x = eyes[e][0], y = eyes[e][1];

			EXPECT(qr_is_dark(qr, x + i, y));
			EXPECT(qr_is_dark(qr, x, y + i));
			EXPECT(qr_is_dark(qr, x + i, y + 6));
			EXPECT(qr_is_dark(qr, x + 3, y + 3));
			if (i > 0 && i < 6)
				EXPECT(!qr_is_dark(qr, x + i, y + 1));
		}
	}
	for (int i = -3; i < n + 3; i++) {
		EXPECT(!qr_is_dark(qr, i, -1) && !qr_is_dark(qr, -1, i));
		EXPECT(!qr_is_dark(qr, i, n) && !qr_is_dark(qr, n, i));
	}
	qr_destroy(qr);
}

/* --- shape and choice ----------------------------------------------------- */

/* The table measured in the notes, 3.4. */
TEST(qr_shape_table)
{
	static const struct {
		unsigned size, quiet;
		enum qr_style style;
		unsigned rows, columns;
	} rows[] = {
		{ 57, 1, QR_FULL, 59, 118 }, { 57, 4, QR_FULL, 65, 130 },
		{ 57, 1, QR_HALF, 30, 59 }, { 57, 4, QR_HALF, 33, 65 },
		{ 57, 1, QR_SEXTANT, 20, 30 }, { 57, 4, QR_SEXTANT, 22, 33 },
		{ 61, 1, QR_SEXTANT, 21, 32 }, { 61, 2, QR_SEXTANT, 22, 33 },
		{ 65, 1, QR_HALF, 34, 67 }, { 65, 4, QR_SEXTANT, 25, 37 },
		{ 69, 1, QR_SEXTANT, 24, 36 }, { 69, 4, QR_SEXTANT, 26, 39 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct qr_shape s = qr_shape(rows[i].size,
		    rows[i].style, rows[i].quiet);

		EXPECT_INT(s.rows, rows[i].rows);
		EXPECT_INT(s.columns, rows[i].columns);
		EXPECT_INT(s.quiet, rows[i].quiet);
	}
}

TEST(qr_choose_table)
{
	static const struct {
		unsigned rows, columns;
		bool utf8, sextants;
		enum qr_style wanted;
		unsigned size;
		bool fits;
		enum qr_style style;
		unsigned quiet;
	} rows[] = {
		/* half blocks with words beside, or under */
		{ 33, 91, true, true, QR_AUTO, 61, true, QR_HALF, 2 },
		{ 37, 65, true, true, QR_AUTO, 61, true, QR_HALF, 2 },
		/* room for the code alone is no room for half blocks */
		{ 36, 65, true, true, QR_AUTO, 61, true, QR_SEXTANT, 2 },
		{ 32, 91, true, true, QR_AUTO, 61, true, QR_SEXTANT, 2 },
		{ 24, 80, true, true, QR_AUTO, 57, true, QR_SEXTANT, 2 },
		{ 24, 80, true, true, QR_AUTO, 65, true, QR_SEXTANT, 2 },
		{ 24, 80, true, true, QR_AUTO, 69, true, QR_SEXTANT, 1 },
		{ 24, 80, true, true, QR_AUTO, 73, false, QR_SEXTANT, 1 },
		{ 22, 33, true, true, QR_AUTO, 61, true, QR_SEXTANT, 2 },
		{ 21, 33, true, true, QR_AUTO, 61, true, QR_SEXTANT, 1 },
		{ 20, 33, true, true, QR_AUTO, 61, false, QR_SEXTANT, 1 },
		{ 22, 31, true, true, QR_AUTO, 61, false, QR_SEXTANT, 1 },
		/* the Linux console: halves or nothing */
		{ 48, 128, true, false, QR_AUTO, 61, true, QR_HALF, 2 },
		{ 24, 80, true, false, QR_AUTO, 61, false, QR_HALF, 1 },
		/* what was asked for is kept */
		{ 32, 65, true, true, QR_HALF, 61, true, QR_HALF, 1 },
		{ 24, 80, true, true, QR_HALF, 61, false, QR_HALF, 1 },
		{ 90, 200, true, true, QR_SEXTANT, 61, true, QR_SEXTANT, 2 },
		{ 90, 200, true, true, QR_FULL, 61, true, QR_FULL, 2 },
		{ 64, 200, true, true, QR_FULL, 61, true, QR_FULL, 1 },
		{ 24, 80, true, true, QR_FULL, 61, false, QR_FULL, 1 },
		/* also where the locale does not know that it can be shown */
		{ 24, 80, false, true, QR_SEXTANT, 61, true, QR_SEXTANT, 2 },
		{ 33, 80, false, true, QR_HALF, 61, true, QR_HALF, 2 },
		/* else spaces are left */
		{ 90, 200, false, true, QR_AUTO, 61, true, QR_FULL, 2 },
		{ 24, 80, false, true, QR_AUTO, 61, false, QR_FULL, 1 },
		{ 0, 0, true, true, QR_AUTO, 21, false, QR_SEXTANT, 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct qr_terminal t = { .rows = rows[i].rows,
		    .columns = rows[i].columns, .utf8 = rows[i].utf8,
		    .sextants = rows[i].sextants };
		const struct qr_words words = { 26, 4 };
		struct qr_shape s;

		if (qr_choose(rows[i].size, rows[i].wanted, &t, &words, &s) !=
		    rows[i].fits)
			t_fail(__FILE__, __LINE__, "row %zu", i);
		EXPECT_INT(s.style, rows[i].style);
		EXPECT_INT(s.quiet, rows[i].quiet);
		if (rows[i].fits)
			EXPECT(s.rows <= t.rows && s.columns <= t.columns);
	}
}

/* --- drawing, read back --------------------------------------------------- */

/* What one character says of its parts, bit 0 upper left; -1: not one. */
static int
parts(uint32_t c, enum qr_style style)
{
	const bool sextant = style == QR_SEXTANT;

	switch (c) {
	case ' ': return 0;
	case 0x2588: return sextant ? 63 : 3;
	case 0x2580: return sextant ? -1 : 1;
	case 0x2584: return sextant ? -1 : 2;
	case 0x258c: return sextant ? 21 : -1;
	case 0x2590: return sextant ? 42 : -1;
	}
	/* the block counts up and leaves out 0, 21, 42 and 63 */
	if (!sextant || c < 0x1fb00 || c > 0x1fb3b)
		return -1;
	for (int bits = 1, at = 0x1fb00; bits < 63; bits++) {
		if (bits == 21 || bits == 42)
			continue;
		if ((uint32_t)at++ == c)
			return bits;
	}
	return -1;
}

static uint32_t
next_character(const uint8_t **p)
{
	const uint8_t *s = *p;
	const int len = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	uint32_t c = len == 1 ? s[0] : s[0] & (0xffu >> (len + 1));

	for (int i = 1; i < len; i++)
		c = c << 6 | (s[i] & 0x3fu);
	*p += len;
	return c;
}

/* Compares the cells of a line with the matrix. */
static void
check_line(const struct qr *qr, const struct qr_shape *s, unsigned row,
    const uint8_t *p)
{
	const unsigned w = s->style == QR_SEXTANT ? 2 : 1;
	const unsigned h = s->style == QR_SEXTANT ? 3
	    : s->style == QR_HALF ? 2 : 1;

	for (unsigned i = 0; i < s->columns; i++) {
		const unsigned column = s->style == QR_FULL ? i / 2 : i;
		int got = parts(next_character(&p), s->style);

		if (s->style == QR_FULL)
			got = got == 3 ? 1 : got == 0 ? 0 : -1;
		for (unsigned k = 0; k < w * h; k++) {
			const int x = (int)(column * w + k % w - s->quiet);
			const int y = (int)(row * h + k / w - s->quiet);

			ASSERT(got != -1);
			ASSERT((got >> k & 1) == !qr_is_dark(qr, x, y));
		}
	}
	EXPECT_STR((const char *)p, "\033[0m");
}

static void
check_drawing(size_t bytes, enum qr_style style, unsigned quiet, bool many)
{
	const struct qr_terminal t = { .utf8 = true, .colours256 = many };
	const char *colours = many ? "\033[38;5;231;48;5;16m"
	    : "\033[37;97;40m";
	struct qr *qr = make(bytes);
	const struct qr_shape s = qr_shape(qr_size(qr), style, quiet);

	for (unsigned row = 0; row < s.rows; row++) {
		const char *text = "";
		struct buf line;

		buf_init(&line, 4096);
		ASSERT(qr_line(qr, &s, &t, row, &line) == ERR_OK &&
		    buf_cstr(&line, &text) == ERR_OK);
		EXPECT(str_is_utf8(text, line.len));
		ASSERT(strncmp(text, colours, strlen(colours)) == 0);
		check_line(qr, &s, row, line.data + strlen(colours));
		buf_finish(&line);
	}
	qr_destroy(qr);
}

TEST(qr_lines_say_what_the_matrix_says)
{
	for (size_t bytes = 60; bytes < 430; bytes += 37) {
		for (unsigned quiet = 1; quiet <= 4; quiet++) {
			check_drawing(bytes, QR_HALF, quiet, true);
			check_drawing(bytes, QR_SEXTANT, quiet, quiet == 2);
			check_drawing(bytes, QR_FULL, quiet, false);
		}
	}
}

/* Without UTF-8: spaces only, each on white or black. */
static void
check_spaces(bool many, const char *light, const char *dark)
{
	const struct qr_terminal t = { .colours256 = many };
	struct qr *qr = make(100);
	const struct qr_shape s = qr_shape(qr_size(qr), QR_FULL, 2);

	for (unsigned row = 0; row < s.rows; row++) {
		const char *p = "";
		struct buf line;
		bool is_dark = false;

		buf_init(&line, 8192);
		ASSERT(qr_line(qr, &s, &t, row, &line) == ERR_OK &&
		    buf_cstr(&line, &p) == ERR_OK);
		for (unsigned i = 0; i < s.columns; i++) {
			if (strncmp(p, light, strlen(light)) == 0) {
				p += strlen(light);
				is_dark = false;
			} else if (strncmp(p, dark, strlen(dark)) == 0) {
				p += strlen(dark);
				is_dark = true;
			} else {
				EXPECT(i > 0);  /* a line brings its colours */
			}
			ASSERT(*p++ == ' ');
			ASSERT(is_dark == qr_is_dark(qr, (int)i / 2 - 2,
			    (int)row - 2));
		}
		EXPECT_STR(p, "\033[0m");
		buf_finish(&line);
	}
	qr_destroy(qr);
}

TEST(qr_without_utf8_is_coloured_spaces)
{
	check_spaces(false, "\033[47;107m", "\033[40m");
	check_spaces(true, "\033[48;5;231m", "\033[48;5;16m");
}

TEST(qr_line_that_does_not_fit_is_an_error)
{
	const struct qr_terminal t = { .utf8 = true };
	struct qr *qr = make(100);
	const struct qr_shape s = qr_shape(qr_size(qr), QR_HALF, 2);

	for (size_t max = 0; max < 60; max++) {
		struct buf line;

		buf_init(&line, max);
		EXPECT_INT(qr_line(qr, &s, &t, 0, &line), ERR_TOO_LARGE);
		buf_finish(&line);
	}
	qr_destroy(qr);
}
