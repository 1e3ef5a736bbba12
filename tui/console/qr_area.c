#include "tui/console/qr_area.h"

#include "core/base/mem.h"

void
qr_area_draw(struct area a, const struct qr *qr,
    const struct qr_shape *shape)
{
	if (a.rows < (int)shape->rows || a.columns < (int)shape->columns ||
	    !canvas_is_utf8(a.canvas))
		return;
	for (unsigned row = 0; row < shape->rows; row++) {
		for (unsigned column = 0; column < shape->columns; column++)
			area_glyph(a, (int)row, (int)column, ROLE_QR,
			    qr_glyph(qr, shape, row, column));
	}
}

enum qr_style
qr_area_step(enum qr_style style, bool larger)
{
	static const enum qr_style steps[] = { QR_SEXTANT, QR_HALF, QR_FULL };
	size_t at = 0;

	while (at + 1 < ARRAY_LEN(steps) && steps[at] != style)
		at++;
	if (larger && at + 1 < ARRAY_LEN(steps))
		at++;
	else if (!larger && at > 0)
		at--;
	return steps[at];
}
