/*
 * A QR code in cells of an area. Both colours on every cell, so that no theme
 * and no NO_COLOR inverts it; what is drawn is what qr_line would write.
 */
#ifndef PAIRDESK_TUI_CONSOLE_QR_AREA_H
#define PAIRDESK_TUI_CONSOLE_QR_AREA_H

#include "core/app/qr_text.h"
#include "tui/console/canvas.h"

/* From the area's upper left corner on, which must have shape->rows and
 * shape->columns: a code that is cut is no code and is not drawn. */
void qr_area_draw(struct area a, const struct qr *qr,
    const struct qr_shape *shape);

/* The next style by hand: sextant, half, full. Stays at the ends. */
enum qr_style qr_area_step(enum qr_style style, bool larger);

#endif
