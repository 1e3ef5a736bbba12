#include "core/app/qr_svg.h"

#define QUIET 4                 /* modules, as the standard wants it */

/*
 * The dark runs of a row as strokes one unit high, half a unit below its
 * upper edge: "m1 0h7" is half of what a closed rectangle would take, and
 * the text goes out with every event. The first of a row moves absolutely.
 */
static enum err
put_row(const struct qr *qr, int y, struct buf *out)
{
	const int size = (int)qr_size(qr);
	int pen = -1;           /* where the last stroke ended, -1 none */
	enum err err = ERR_OK;

	for (int x = 0; x < size && err == ERR_OK; x++) {
		const int from = x;

		while (qr_is_dark(qr, x, y))
			x++;
		if (x == from)
			continue;
		err = pen < 0 ? buf_printf(out, "M%d %d.5h%d", from + QUIET,
		    y + QUIET, x - from)
		    : buf_printf(out, "m%d 0h%d", from - pen, x - from);
		pen = x;
	}
	return err;
}

static enum err
put_image(const struct qr *qr, struct buf *out)
{
	const int size = (int)qr_size(qr), side = size + 2 * QUIET;
	enum err err;

	err = buf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
	    "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
	    "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>"
	    "<path stroke=\"#000\" d=\"", side, side, side, side);
	for (int y = 0; y < size && err == ERR_OK; y++)
		err = put_row(qr, y, out);
	return err == ERR_OK ? buf_str(out, "\"/></svg>") : err;
}

enum err
qr_svg(const struct qr *qr, struct buf *out)
{
	const size_t before = out->len;
	const enum err err = put_image(qr, out);

	if (err != ERR_OK)
		buf_truncate(out, before);
	return err;
}
