#include "tui/console/theme.h"

#include <math.h>

#include "core/base/mem.h"
#include "tests/t.h"

/* What the colours above 15 are in every terminal: a cube and greys. */
static void
rgb_of(int colour, double out[3])
{
	static const double steps[] = { 0, 95, 135, 175, 215, 255 };

	if (colour >= 232) {
		for (int i = 0; i < 3; i++)
			out[i] = 8 + 10 * (colour - 232);
		return;
	}
	out[0] = steps[(colour - 16) / 36];
	out[1] = steps[(colour - 16) / 6 % 6];
	out[2] = steps[(colour - 16) % 6];
}

/* WCAG 2.1 */
static double
linear(double channel)
{
	channel /= 255;
	return channel <= 0.04045 ? channel / 12.92
	    : pow((channel + 0.055) / 1.055, 2.4);
}

static double
luminance(int colour)
{
	double c[3];

	rgb_of(colour, c);
	return 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) +
	    0.0722 * linear(c[2]);
}

static double
contrast(double a, double b)
{
	return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

static void
expect_readable(const char *kind, int role, struct theme_look look)
{
	double f;

	if (look.foreground < 0)
		return;
	/* those below are the person's own, and may be anything */
	EXPECT(look.foreground >= 16);
	f = luminance(look.foreground);
	if (look.background < 0) {
		if (contrast(f, 0) < 3)
			t_fail(__FILE__, __LINE__, "%s %d: %.2f on black",
			    kind, role, contrast(f, 0));
		if (contrast(f, 1) < 3)
			t_fail(__FILE__, __LINE__, "%s %d: %.2f on white",
			    kind, role, contrast(f, 1));
		return;
	}
	EXPECT(look.background >= 16);
	if (contrast(f, luminance(look.background)) < 4.5)
		t_fail(__FILE__, __LINE__, "%s %d: %.2f on its own ground",
		    kind, role, contrast(f, luminance(look.background)));
}

TEST(theme_is_readable_on_black_and_white)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		expect_readable("role", i, theme_look((enum role)i,
		    COLOURS_256));
		expect_readable("selected", i, theme_look_selected(
		    (enum role)i, COLOURS_256));
	}
}

/* Vienot, Brettel and Mollon 1999: what is left of a colour for an eye
 * without one kind of cones; 0 red, 1 green. */
static void
see(int colour, int without, double out[3])
{
	static const double m[2][2] = { { 0.11238, 0.88762 },
	    { 0.29275, 0.70725 } };
	double c[3];

	rgb_of(colour, c);
	out[0] = out[1] = m[without][0] * linear(c[0]) +
	    m[without][1] * linear(c[1]);
	out[2] = (without == 0 ? 0.00401 : -0.02234) * (linear(c[0]) -
	    linear(c[1])) + linear(c[2]);
	if (out[2] < 0)
		out[2] = 0;
}

/* How far apart two colours look: CIE 1976 on linear sRGB. */
static void
lab_of(const double c[3], double out[3])
{
	const double x = (0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) /
	    0.9505;
	const double y = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
	const double z = (0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) /
	    1.089;

	out[0] = 116 * cbrt(y) - 16;
	out[1] = 500 * (cbrt(x) - cbrt(y));
	out[2] = 200 * (cbrt(y) - cbrt(z));
}

static double
distance(int a, int b, int without)
{
	double x[3], y[3], p[3], q[3];

	see(a, without, x);
	see(b, without, y);
	lab_of(x, p);
	lab_of(y, q);
	return sqrt((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) *
	    (p[1] - q[1]) + (p[2] - q[2]) * (p[2] - q[2]));
}

TEST(theme_states_differ_for_colour_blind_eyes)
{
	static const enum role states[] = { ROLE_OK, ROLE_WORKING,
	    ROLE_WAITING, ROLE_BAD };

	for (int without = 0; without < 2; without++) {
		for (size_t i = 0; i < ARRAY_LEN(states); i++) {
			for (size_t k = 0; k < i; k++) {
				const double d = distance(theme_look(states[i],
				    COLOURS_256).foreground,
				    theme_look(states[k],
				    COLOURS_256).foreground, without);

				if (d < 20)
					t_fail(__FILE__, __LINE__,
					    "%d and %d: %.1f, without %d",
					    (int)states[i], (int)states[k], d,
					    without);
			}
		}
	}
}

TEST(theme_without_colours_has_none)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		const struct theme_look look = theme_look((enum role)i,
		    COLOURS_NONE), selected = theme_look_selected((enum role)i,
		    COLOURS_NONE);

		EXPECT_INT(look.foreground, -1);
		EXPECT_INT(look.background, -1);
		EXPECT(i == ROLE_QR || selected.reverse != look.reverse);
	}
}

TEST(theme_steps_keep_to_their_colours)
{
	for (int i = 0; i < ROLE_COUNT; i++) {
		EXPECT(theme_look((enum role)i, COLOURS_8).foreground < 8);
		EXPECT(theme_look((enum role)i, COLOURS_8).background < 8);
		EXPECT(theme_look((enum role)i, COLOURS_16).foreground < 16);
		EXPECT(theme_look((enum role)i, COLOURS_16).background < 16);
	}
	EXPECT_INT(theme_look(ROLE_QR, COLOURS_256).foreground, 231);
	EXPECT_INT(theme_look(ROLE_QR, COLOURS_256).background, 16);
	EXPECT_INT(theme_look_selected(ROLE_QR, COLOURS_256).background, 16);
}
