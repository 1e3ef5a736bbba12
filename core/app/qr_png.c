#include "core/app/qr_png.h"

#include <string.h>

#include <png.h>

#include "core/base/secret.h"

#define QUIET 4                 /* modules, as the standard wants it */
#define MODULES_MAX (177 + 2 * QUIET)
#define ROW_MAX ((MODULES_MAX * QR_PNG_PIXELS + 7) / 8)
#define DEFLATE_LEVEL 1         /* rows repeat: more effort gains little */

struct writer {
	struct buf *out;
	enum err err;           /* ERR_OK: it was libpng that failed */
};

static void
on_write(png_structp png, png_bytep p, size_t n)
{
	struct writer *w = png_get_io_ptr(png);

	if ((w->err = buf_append(w->out, p, n)) != ERR_OK)
		png_error(png, "no room");
}

static void
on_flush(png_structp png)
{
	(void)png;
}

/* libpng's own would print; the layers below return errors. */
static void
on_error(png_structp png, png_const_charp text)
{
	(void)text;
	png_longjmp(png, 1);
}

static void
on_warning(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

/* One row of pixels of module row y, set bits being light. */
static void
fill_row(const struct qr *qr, int y, uint8_t row[ROW_MAX])
{
	const int pixels = ((int)qr_size(qr) + 2 * QUIET) * QR_PNG_PIXELS;

	memset(row, 0, ROW_MAX);
	for (int i = 0; i < pixels; i++) {
		if (!qr_is_dark(qr, i / QR_PNG_PIXELS - QUIET, y))
			row[i / 8] |= (uint8_t)(0x80 >> i % 8);
	}
}

/* libpng comes back through setjmp: nothing that is needed afterwards may
 * change here in between. */
static bool
write_image(png_structp png, png_infop info, const struct qr *qr,
    uint8_t row[ROW_MAX])
{
	const int size = (int)qr_size(qr);
	const png_uint_32 side =
	    (png_uint_32)((size + 2 * QUIET) * QR_PNG_PIXELS);

	if (setjmp(png_jmpbuf(png)) != 0)
		return false;
	png_set_IHDR(png, info, side, side, 1, PNG_COLOR_TYPE_GRAY,
	    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
	    PNG_FILTER_TYPE_DEFAULT);
	png_set_compression_level(png, DEFLATE_LEVEL);
	png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
	png_write_info(png, info);
	for (int y = -QUIET; y < size + QUIET; y++) {
		fill_row(qr, y, row);
		for (int i = 0; i < QR_PNG_PIXELS; i++)
			png_write_row(png, row);
	}
	png_write_end(png, NULL);
	return true;
}

enum err
qr_png(const struct qr *qr, struct buf *out)
{
	const size_t before = out->len;
	struct writer w = { .out = out, .err = ERR_OK };
	uint8_t row[ROW_MAX];
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING,
	    NULL, on_error, on_warning);
	png_infop info = png == NULL ? NULL : png_create_info_struct(png);
	enum err err = ERR_NO_MEMORY;

	if (info != NULL) {
		png_set_write_fn(png, &w, on_write, on_flush);
		if (write_image(png, info, qr, row))
			err = ERR_OK;
		else if (w.err != ERR_OK)
			err = w.err;
	}
	png_destroy_write_struct(&png, &info);
	secret_wipe(row, sizeof row);
	if (err != ERR_OK)
		buf_truncate(out, before);
	return err;
}
